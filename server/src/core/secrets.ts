// Secrets that all processes of a registry share: the keys that sign and seal. Where they lie is an adapter's matter,
// what is in them that of the feature they belong to.
import type { Clock } from './clock.ts';
import { StorageError } from './errors.ts';

export interface StoredSecret {
  readonly text: string;
  /** Another one whenever the text may be another. */
  readonly version: string;
}

/** Texts that must stay secret, by name: letters, digits, `-` and `.`. Durable when a promise resolves. */
export interface SecretStore {
  /** What reading costs decides how old what was read may become, in milliseconds. */
  readonly refreshMs: number;

  /** Null when there is none. */
  read(name: string): Promise<StoredSecret | null>;

  /** Stores the text unless there is one; of several processes at the same time one does. Resolves with what is stored. */
  create(name: string, text: string): Promise<StoredSecret>;

  /** Stores the text in the place of `version`. False, and nothing done, when that is not what is stored any more. */
  replace(name: string, text: string, version: string): Promise<boolean>;
}

/** A process looks at a secret at most this often, however often it is asked for keys that it does not know. */
const shortestLookMs = 1_000;

/**
 * One secret as it was when last looked at, understood by `parse`. What other processes have changed is seen after
 * `refreshMs` at the latest. A store that does not answer, or holds what cannot be understood, takes nothing away:
 * what was read last goes on.
 */
export class SharedSecret<T> {
  readonly #clock: Clock;
  readonly #secrets: SecretStore;
  readonly #name: string;
  readonly #parse: (text: string) => T;
  #known: { readonly value: T; readonly version: string } | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #failing = false;

  /** `parse` throws for what it does not understand, with nothing of the text in its message. */
  constructor(
    ports: { readonly clock: Clock; readonly secrets: SecretStore },
    name: string,
    parse: (text: string) => T,
  ) {
    this.#clock = ports.clock;
    this.#secrets = ports.secrets;
    this.#name = name;
    this.#parse = parse;
  }

  /**
   * Null when there is none. With `afresh` it is looked at again, unless that was done a second ago. Rejects with a
   * `StorageError` (`transient`) when the store has not answered for longer than `noOlderThanMs`.
   */
  async value({ afresh = false, noOlderThanMs = Number.POSITIVE_INFINITY } = {}): Promise<T | null> {
    const isTooOld = () => this.#clock.now().getTime() - this.#readAtMs > noOlderThanMs;
    const value = await this.#recentValue(afresh || isTooOld());
    if (!isTooOld()) return value;
    throw new StorageError('transient', `The secret ${this.#name} has not been readable for long.`);
  }

  async #recentValue(afresh: boolean): Promise<T | null> {
    const ageMs = Math.abs(this.#clock.now().getTime() - this.#lookedAtMs);
    if (ageMs >= (afresh ? shortestLookMs : this.#secrets.refreshMs)) {
      const looked = this.#look();
      // While the store does not answer, nobody has to wait until that is certain once more.
      if (this.#known === null || !this.#failing || afresh) await looked;
    } else if (this.#known === null) await this.#looking;
    return this.#known?.value ?? null;
  }

  /** Stores the text unless there is one, and resolves with what is stored. */
  async ensure(text: string): Promise<T> {
    return this.#keep(
      (await this.#secrets.read(this.#name)) ?? (await this.#secrets.create(this.#name, text)),
    );
  }

  /** Stores what `change` makes of what is there. Somebody else who was faster has it made anew. */
  async change(change: (value: T) => string): Promise<void> {
    for (let tries = 0; tries < 10; tries++) {
      const stored = await this.#secrets.read(this.#name);
      if (stored === null) throw new StorageError('missing', `There is no secret ${this.#name}.`);
      const text = change(this.#parse(stored.text));
      if (await this.#secrets.replace(this.#name, text, stored.version)) break;
    }
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
    await this.value();
  }

  /** One look at a time, for all who wait for one. */
  #look(): Promise<void> {
    this.#lookedAtMs = this.#clock.now().getTime();
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    // Whoever does not await it is not told of its failure, and no failure is left unhandled.
    this.#looking.catch(() => {});
    return this.#looking;
  }

  async #read(): Promise<void> {
    try {
      const stored = await this.#secrets.read(this.#name);
      if (stored === null) this.#known = null;
      else this.#keep(stored);
      this.#readAtMs = this.#clock.now().getTime();
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      if (this.#known !== null) return;
      this.#lookedAtMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  #keep({ text, version }: StoredSecret): T {
    if (this.#known?.version !== version) this.#known = { value: this.#parse(text), version };
    this.#readAtMs = this.#lookedAtMs = this.#clock.now().getTime();
    return this.#known.value;
  }
}
