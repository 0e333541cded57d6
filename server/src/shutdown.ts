// Stopping a role in named phases:
//
//   signal ─► phase 1 ─► phase 2 ─► … ─► exit 0        every phase done in its time
//                │ over its time limit, or failed
//                └─► (give up) ─► the next phase ─► …  exit 1, and the log says which phase
//   second signal, half a second later or more ─► exit 1 at once
//
// Nothing that was acknowledged depends on a clean stop: a killed process loses no more than one stopped at once.
import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Phase {
  /** What is being done, for the log: `finish requests`. */
  readonly name: string;
  readonly run: () => Promise<unknown>;
  /** Cuts short what still goes on when the time is over. */
  readonly giveUp?: () => void;
}

/** The part of a logger that stopping needs. */
export interface ShutdownLog {
  info(about: object, message: string): void;
  error(about: object, message: string): void;
}

export interface ShutdownOptions {
  /** How long one phase may take. */
  readonly phaseTimeoutMs: number;
  readonly log: ShutdownLog;
}

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/** Signals this close together are one: npm, a shell and a terminal may each have passed it on. */
const oneSignalMs = 500;

/** Runs the phases when `source` (the process) gets a signal, then ends it by `exit`; a second signal ends it at once. */
export function stopOnSignal(
  source: EventEmitter,
  phases: readonly Phase[],
  options: ShutdownOptions,
  exit: (code: number) => void,
): void {
  let stoppingSince: number | undefined;
  for (const signal of stopSignals) {
    source.on(signal, async () => {
      if (stoppingSince !== undefined) {
        if (performance.now() - stoppingSince < oneSignalMs) return;
        options.log.error({ signal }, 'second signal: stopping at once');
        return exit(1);
      }
      stoppingSince = performance.now();
      options.log.info({ signal }, 'stopping');
      exit((await runPhases(phases, options)) ? 0 : 1);
    });
  }
}

/** True when every phase was done in its time. Never rejects. */
export async function runPhases(phases: readonly Phase[], options: ShutdownOptions): Promise<boolean> {
  let clean = true;
  for (const phase of phases) clean = (await runPhase(phase, options)) && clean;
  return clean;
}

async function runPhase(phase: Phase, { phaseTimeoutMs, log }: ShutdownOptions): Promise<boolean> {
  const begun = performance.now();
  const about = () => ({ phase: phase.name, durationMs: Math.round(performance.now() - begun) });
  const timer = new AbortController();
  const overtime = sleep(phaseTimeoutMs, 'overtime' as const, { signal: timer.signal });
  overtime.catch(() => {}); // aborted: the phase was faster
  try {
    const outcome = await Promise.race([phase.run(), overtime]);
    if (outcome !== 'overtime') {
      log.info(about(), 'phase done');
      return true;
    }
    log.error({ ...about(), phaseTimeoutMs }, 'phase takes too long, going on without it');
    phase.giveUp?.();
  } catch (error) {
    log.error({ ...about(), err: error }, 'phase failed, going on');
  } finally {
    timer.abort();
  }
  return false;
}
