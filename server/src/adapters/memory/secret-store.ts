import type { SecretStore, StoredSecret } from '../../core/secrets.ts';

export class MemorySecretStore implements SecretStore {
  readonly refreshMs: number;
  readonly #secrets = new Map<string, StoredSecret>();
  #versions = 0;

  constructor(refreshMs = 0) {
    this.refreshMs = refreshMs;
  }

  async read(name: string): Promise<StoredSecret | null> {
    return this.#secrets.get(name) ?? null;
  }

  async create(name: string, text: string): Promise<StoredSecret> {
    return this.#secrets.get(name) ?? this.#put(name, text);
  }

  async replace(name: string, text: string, version: string): Promise<boolean> {
    if (this.#secrets.get(name)?.version !== version) return false;
    this.#put(name, text);
    return true;
  }

  #put(name: string, text: string): StoredSecret {
    const stored = { text, version: String(++this.#versions) };
    this.#secrets.set(name, stored);
    return stored;
  }
}
