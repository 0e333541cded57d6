// What the clients know: every version they sent, what the server has acknowledged about it, and so in which states
// it may be found at any moment.
import assert from 'node:assert/strict';
import type { Kind } from '../packages.ts';

const states = [
  'absent',
  'pending',
  'quarantined',
  'releasing',
  'rejected',
  'published',
  'yanked',
  'deleted',
] as const;
export type State = (typeof states)[number];

/** What may still become of a version that was seen in a state. Nothing ever goes back to an earlier one. */
const ahead: Readonly<Record<State, readonly State[]>> = {
  absent: states,
  pending: ['pending', 'quarantined', 'releasing', 'rejected', 'published', 'yanked', 'deleted'],
  quarantined: ['quarantined', 'releasing', 'rejected', 'published', 'yanked', 'deleted'],
  releasing: ['releasing', 'published', 'yanked', 'deleted'],
  rejected: ['rejected'],
  published: ['published', 'yanked', 'deleted'],
  yanked: ['published', 'yanked', 'deleted'],
  deleted: ['deleted'],
};

export interface Content {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Path → digest. */
  readonly files: ReadonlyMap<string, string>;
  /** Whether it passes the checks. */
  readonly good: boolean;
}

export interface Address {
  readonly kind: Kind;
  readonly name: string;
  readonly version: string;
}

export class Entry {
  readonly address: Address;
  readonly content: Content;
  uploadId = '';
  packageId = '';
  versionId = '';
  /** Operations that were done, as the audit must tell: each exactly as often as it is here. */
  readonly done: string[] = [];
  /** Answered downloads, and those that were asked for in vain besides. */
  downloads = 0;
  downloadsUnanswered = 0;
  #possible: ReadonlySet<State>[] = [new Set(['absent'])];

  constructor(address: Address, content: Content) {
    this.address = address;
    this.content = content;
  }

  get possible(): ReadonlySet<State> {
    return this.#possible.at(-1) ?? new Set();
  }

  /** A moment of its history, to ask about later. */
  get mark(): number {
    return this.#possible.length - 1;
  }

  /** Every state in which it may have been since then. */
  since(mark: number): ReadonlySet<State> {
    return new Set(this.#possible.slice(mark).flatMap((possible) => [...possible]));
  }

  /** Something is asked for that leads to these states; whether it comes to that is not known yet. */
  mayBecome(...more: readonly State[]): void {
    this.#possible.push(new Set([...this.possible, ...more]));
  }

  /** Acknowledged: it is in one of these. */
  is(...known: readonly State[]): void {
    this.#possible.push(new Set(known));
  }

  /** The server says that it is in this state now. */
  saw(state: string): void {
    assert.ok(
      [...this.possible].some((possible) => possible === state),
      `${this} is ${state}, but must be ${[...this.possible].join(' or ')}`,
    );
    this.is(...[...this.possible].filter((possible) => ahead[state as State].includes(possible)));
  }

  toString(): string {
    return `${this.address.name} ${this.address.version} (version ${this.versionId}, upload ${this.uploadId})`;
  }
}

export class Ledger {
  readonly entries: Entry[] = [];
  /** Uploads that were acknowledged as begun or aborted, packages acknowledged as deleted: their ids. */
  readonly begun = new Set<string>();
  readonly aborted = new Set<string>();
  readonly deletedPackages = new Set<string>();

  add(address: Address, content: Content): Entry {
    const entry = new Entry(address, content);
    this.entries.push(entry);
    return entry;
  }

  count(...wanted: readonly State[]): number {
    return this.entries.filter(({ possible }) => [...possible].every((state) => wanted.includes(state)))
      .length;
  }
}
