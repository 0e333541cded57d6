import type { GuardSettings } from '../../src/adapters/resilience/engine-guard.ts';

/** Generous, for tests that are about something else; others narrow them. */
export const guardSettings: GuardSettings = {
  limitsMs: { read: 30_000, list: 30_000, commit: 30_000, begin: 30_000, poll: 30_000, bulk: 30_000 },
  lines: {
    requests: { places: 64, waiting: 10_000, waitMs: 30_000 },
    worker: { places: 16, waiting: 10_000, waitMs: 30_000 },
  },
  breaker: { failures: 5, pauseMs: 100, longestPauseMs: 1_000 },
  retries: { most: 2, delayMs: 5, share: 0.1 },
};
