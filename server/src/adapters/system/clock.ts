import type { Clock } from '../../core/clock.ts';

export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }
}
