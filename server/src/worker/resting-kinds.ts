import { isTransient } from '../core/errors.ts';
import { type JobKind, restMs } from '../core/jobs/index.ts';

/** An outage may last this long before failures by it count as attempts. */
export const longestOutageMs = 24 * 3_600_000;

/**
 * Whether the job failed because an engine is away or busy, which says nothing about the job. That others were just
 * at the same thing is no outage: who is in the way again and again must not keep a job going for ever.
 */
export function isOutage(error: unknown): boolean {
  return isTransient(error) && error.transience !== 'contended';
}

/**
 * Kinds of jobs that are not taken for a while, because one of them met an engine that is away: all of the kind would.
 * They rest longer each time in a row, so an outage costs neither attempts nor a storm of them. Others go on.
 */
export class RestingKinds {
  readonly #rests = new Map<JobKind, { readonly until: Date; readonly timesInARow: number }>();

  /** The kinds that do not rest. */
  awake(kinds: Iterable<JobKind>, now: Date): JobKind[] {
    return [...kinds].filter((kind) => (this.#rests.get(kind)?.until ?? now) <= now);
  }

  /** Lays the kind to rest and tells until when. Jobs that fail during the rest were running before: it is one outage. */
  rest(kind: JobKind, now: Date, random: number): Date {
    const present = this.#rests.get(kind);
    if (present !== undefined && present.until > now) return present.until;
    const timesInARow = (present?.timesInARow ?? 0) + 1;
    const until = new Date(now.getTime() + restMs(timesInARow, random));
    this.#rests.set(kind, { until, timesInARow });
    return until;
  }

  /** A job of the kind was done: the outage is over. */
  end(kind: JobKind): void {
    this.#rests.delete(kind);
  }
}
