export type { Component, ComponentHealth, HealthIssue, HealthStatus, Observation } from './component.ts';
export { HealthMonitor } from './health-monitor.ts';
export { jobsComponent } from './job-components.ts';
export { maximumMinutes } from './minutes.ts';
export { probedComponent } from './probed-component.ts';
export { type Exposition, noTelemetry, type Telemetry } from './telemetry.ts';
export { Traffic } from './traffic.ts';
export { workerComponent } from './worker-component.ts';
