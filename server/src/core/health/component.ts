// What is told about the parts of a running registry.

export type HealthStatus =
  | 'ok'
  | 'degraded' // works, and somebody should look
  | 'critical' // does not do its work
  | 'unknown'; // nothing was observed yet

export interface HealthIssue {
  /** `no-answer`, `jobs-dead`, …: stable. */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** For people: what is the matter, and where to look. */
  readonly summary: string;
}

export interface TimelineEntry {
  /** The beginning of the minute. */
  readonly bucket: Date;
  readonly value: number;
  readonly unit: string;
}

/** What a component says about itself at one moment. */
export interface Observation {
  readonly status: HealthStatus;
  readonly metrics: Readonly<Record<string, number>>;
  readonly issues: readonly HealthIssue[];
  /** Oldest first; minutes without an observation are left out. */
  readonly timeline: readonly TimelineEntry[];
}

/** A part of the registry that can be looked at. */
export interface Component {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Where in the API more is told about it. */
  readonly logs: readonly { readonly label: string; readonly url: string }[];
  /** May take long or reject: it is then taken for critical. */
  observe(now: Date, windowMinutes: number): Promise<Observation>;
}

export interface ComponentHealth extends Observation, Omit<Component, 'observe'> {
  readonly observedAt: Date;
}

const outweighing: readonly HealthStatus[] = ['critical', 'degraded', 'unknown', 'ok'];

/** The worst of them: `critical`, then `degraded`, `unknown`, `ok`. */
export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  return outweighing.find((status) => statuses.includes(status)) ?? 'unknown';
}

/** The status that issues make: an error is critical, a warning degrades. */
export function statusFrom(issues: readonly HealthIssue[]): HealthStatus {
  if (issues.some((issue) => issue.severity === 'error')) return 'critical';
  return issues.some((issue) => issue.severity === 'warning') ? 'degraded' : 'ok';
}

/** What is seen of a component that did not say how it is. */
export function noAnswer(why: unknown): Observation {
  const summary = why instanceof Error ? why.message : String(why);
  return {
    status: 'critical',
    metrics: {},
    issues: [{ code: 'no-answer', severity: 'error', summary }],
    timeline: [],
  };
}
