import type { SigningKey, SigningKeys } from '../../core/access/index.ts';

export class MemorySigningKeys implements SigningKeys {
  #keys: readonly SigningKey[] = [];

  async list(): Promise<readonly SigningKey[]> {
    return this.#keys;
  }

  async ensureFirst(key: SigningKey): Promise<void> {
    if (this.#keys.length === 0) this.#keys = [key];
  }

  async replace(keys: readonly SigningKey[]): Promise<void> {
    this.#keys = keys;
  }
}
