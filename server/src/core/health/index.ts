export { auditTreeComponent } from './audit-tree-component.ts';
export type { Component, ComponentHealth, HealthIssue, HealthStatus, Observation } from './component.ts';
export type { CallerSide, EngineStatus, LineStatus } from './engine-status.ts';
export { callsComponent, guardedComponent } from './guarded-component.ts';
export { HealthMonitor } from './health-monitor.ts';
export { jobsComponent } from './job-components.ts';
export { maximumMinutes } from './minutes.ts';
export { policiesComponent } from './policies-component.ts';
export { probedComponent } from './probed-component.ts';
export { quarantineComponent, waitingForReview } from './quarantine-component.ts';
export { type Exposition, noTelemetry, type Telemetry } from './telemetry.ts';
export {
  during,
  faultOf,
  inSpan,
  type Span,
  type SpanFacts,
  type SpanIds,
  type SpanKind,
  type Tracer,
} from './tracer.ts';
export { Traffic } from './traffic.ts';
export { validatorsComponent } from './validators-component.ts';
export { workerComponent } from './worker-component.ts';
