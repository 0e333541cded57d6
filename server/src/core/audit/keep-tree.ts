// The one who keeps the tree growing: looks from time to time what waits, appends it, and signs how the tree is.
//
// Every process with a worker has one. Whoever has appended last goes on and the others stand by, each looking at the
// head only, until the time is up that came with the last batch. That saves work; that there is only one tree is made
// sure of by the engine, which appends behind the size that the batch was made for, and behind no other.
import type { Clock, Randomness } from '../clock.ts';
import { RegistryError } from '../errors.ts';
import type { RegistrySigner } from '../signing/index.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import type { AuditTree } from './tree-ports.ts';

export interface TreeKeeperPorts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly auditTree: AuditTree;
  readonly signer: RegistrySigner;
}

export interface TreeSettings {
  /** Names the log in checkpoints. */
  readonly origin: string;
  /** How often what waits is looked for. */
  readonly everyMs: number;
  /** A checkpoint is signed when the last one is so old, if there is anything new … */
  readonly checkpointEveryMs: number;
  /** … and when there are so many new entries. */
  readonly checkpointEntries: number;
}

export class TreeKeeper {
  readonly #ports: TreeKeeperPorts;
  readonly #settings: TreeSettings;
  readonly #report: (problem: string, cause: unknown) => void;
  readonly #id: string;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #stopping = false;
  /** Of the latest checkpoint that this process knows of. */
  #signedSize = 0;

  /** `report`: what went wrong, for the program's log; it is tried again. */
  constructor(
    ports: TreeKeeperPorts,
    settings: TreeSettings,
    report: (problem: string, cause: unknown) => void,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#report = report;
    this.#id = ports.randomness.id();
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#tick(), this.#settings.everyMs).unref();
  }

  /** When the batch that was begun is in the tree. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }

  /** Appends what waits and signs what is due. Resolves when there was nothing left, or somebody else is at it. */
  async pass(): Promise<void> {
    const { clock, auditTree: tree } = this.#ports;
    const { keeper, size: before } = await tree.head();
    if (keeper !== null && keeper.id !== this.#id && keeper.until > clock.now()) return;
    let size = before;
    for (let more = true; more && !this.#stopping; ) {
      const until = new Date(clock.now().getTime() + this.#keptForMs);
      const extension = await tree.extend({ id: this.#id, until });
      if (extension === null) return;
      size = extension.size;
      await this.#signIfDue(size);
      more = extension.more;
      // Requests that came meanwhile go first.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Longer than there usually is between two passes. */
  get #keptForMs(): number {
    return Math.max(3_000, 3 * this.#settings.everyMs);
  }

  async #tick(): Promise<void> {
    this.#pass = this.pass().catch((cause) => {
      // While the registry moves to other engines the tree stays as it is.
      if (cause instanceof RegistryError && cause.code === 'read-only') return;
      this.#report('The audit tree could not be extended; it is tried again.', cause);
    });
    await this.#pass;
    if (!this.#stopping) this.start();
  }

  async #signIfDue(size: number): Promise<void> {
    const { clock, auditTree: tree, signer } = this.#ports;
    const { origin, checkpointEveryMs, checkpointEntries } = this.#settings;
    if (size === this.#signedSize) return;
    const latest = await tree.checkpoint();
    this.#signedSize = latest?.size ?? 0;
    const news = size - (latest?.size ?? 0);
    const ageMs = clock.now().getTime() - (latest?.at.getTime() ?? Number.NEGATIVE_INFINITY);
    if (news > 0 && (news >= checkpointEntries || ageMs >= checkpointEveryMs)) {
      await makeCheckpoint({ clock, tree, signer }, { origin, size });
      this.#signedSize = size;
    }
  }
}
