import type { Clock } from '../../core/clock.ts';

/** How long an address is to be good from now on; S3 counts from the moment at which it was signed. */
export function secondsUntil(expiresAt: Date, clock: Clock): number {
  return Math.max(1, Math.floor((expiresAt.getTime() - clock.now().getTime()) / 1_000));
}
