import type { AttemptCount, LoginAttempts } from '../../core/access/index.ts';

export class MemoryLoginAttempts implements LoginAttempts {
  readonly #counts = new Map<string, AttemptCount>();

  async find(key: string): Promise<AttemptCount | null> {
    return this.#counts.get(key) ?? null;
  }

  async replace(key: string, expected: AttemptCount | null, count: AttemptCount): Promise<boolean> {
    if (!same(this.#counts.get(key) ?? null, expected)) return false;
    this.#counts.set(key, count);
    return true;
  }

  async removeForgotten(now: Date): Promise<void> {
    for (const [key, count] of this.#counts) if (count.forgetAt <= now) this.#counts.delete(key);
  }
}

function same(one: AttemptCount | null, other: AttemptCount | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.failures === other.failures &&
    one.waitUntil.getTime() === other.waitUntil.getTime() &&
    one.forgetAt.getTime() === other.forgetAt.getTime()
  );
}
