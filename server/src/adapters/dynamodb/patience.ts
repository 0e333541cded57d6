// Waiting before trying again: longer each time, by chance, and in all not longer than a budget.
import { setTimeout as sleep } from 'node:timers/promises';

export interface PatienceSettings {
  /** The first wait is at most this long, each further one at most twice as long as the one before. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** All waits together. */
  readonly budgetMs: number;
}

export const usualPatience: PatienceSettings = { firstMs: 20, longestMs: 1_000, budgetMs: 10_000 };

/** For one thing that is tried again and again. */
export class Patience {
  readonly #settings: PatienceSettings;
  #mostMs: number;
  #leftMs: number;

  constructor(settings: PatienceSettings) {
    this.#settings = settings;
    this.#mostMs = settings.firstMs;
    this.#leftMs = settings.budgetMs;
  }

  /** Waits, and resolves with true; with false at once when the budget is used up. */
  async wait(): Promise<boolean> {
    if (this.#leftMs <= 0) return false;
    // Anything from nothing to the most: those that collided do not come back together.
    const ms = Math.min(Math.random() * this.#mostMs, this.#leftMs);
    this.#mostMs = Math.min(this.#mostMs * 2, this.#settings.longestMs);
    // A wait of almost nothing counts too, so that tries come to an end.
    this.#leftMs -= Math.max(ms, this.#settings.firstMs / 2);
    await sleep(ms);
    return true;
  }
}
