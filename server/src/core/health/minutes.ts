import type { TimelineEntry } from './component.ts';

/** The longest window that anything is remembered for: a day. */
export const maximumMinutes = 1_440;

export function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / 60_000);
}

export function startOfMinute(minute: number): Date {
  return new Date(minute * 60_000);
}

/** One slot for each of the last `maximumMinutes`, each emptied when its place comes round again. */
export class MinuteRing<Slot> {
  readonly #slots: ({ minute: number; slot: Slot } | undefined)[] = Array(maximumMinutes);
  readonly #empty: () => Slot;

  constructor(empty: () => Slot) {
    this.#empty = empty;
  }

  /** The slot of this moment's minute. */
  at(now: Date): Slot {
    const minute = minuteOf(now);
    const place = minute % maximumMinutes;
    const present = this.#slots[place];
    if (present?.minute === minute) return present.slot;
    const slot = this.#empty();
    this.#slots[place] = { minute, slot };
    return slot;
  }

  /** The slots of the last `minutes` minutes, this one included, oldest first; those never used are left out. */
  last(minutes: number, now: Date): { minute: number; slot: Slot }[] {
    const newest = minuteOf(now);
    const found: { minute: number; slot: Slot }[] = [];
    for (let minute = newest - Math.min(minutes, maximumMinutes) + 1; minute <= newest; minute++) {
      const present = this.#slots[minute % maximumMinutes];
      if (present?.minute === minute) found.push(present);
    }
    return found;
  }
}

/** The most of something in each minute. */
export class MostPerMinute {
  readonly #minutes = new MinuteRing(() => ({ most: 0 }));

  note(value: number, now: Date): void {
    const slot = this.#minutes.at(now);
    slot.most = Math.max(slot.most, value);
  }

  timeline(unit: string, minutes: number, now: Date): TimelineEntry[] {
    return this.#minutes
      .last(minutes, now)
      .map(({ minute, slot: { most } }) => ({ bucket: startOfMinute(minute), value: most, unit }));
  }
}
