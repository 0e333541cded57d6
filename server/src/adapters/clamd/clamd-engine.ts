// The ClamAV daemon as a malware engine. It is sent no more at a time than it looks at: a large file goes in windows
// that overlap. What it says it has not looked at, and what it says nothing about, is missed.
import type { InspectedFile, Inspector, MalwareEngine, MalwareTelling } from '../../core/checks/index.ts';
import { askClamd, type ClamdAddress, ClamdConnection, ClamdTimeout } from './clamd-connection.ts';
import { ClamdMisconfigured, verifyLimits } from './verify-limits.ts';

/** Plain data, which goes to every thread. */
export interface ClamdSettings extends ClamdAddress {
  /** What is sent at a time, at most; below the limits of the daemon. */
  readonly windowBytes: number;
}

/** Signatures that need more than one place seldom need them farther apart. At most a quarter of a window. */
const longestOverlap = 1024 * 1024;
const versionKeptMs = 10_000;
const verifiedKeptMs = 600_000;

/** The engine and the state of its signatures, as the daemon says: `ClamAV 1.4.6/27123/Mon Jan  5 08:26:00 2026`. */
export async function clamdVersion(address: ClamdAddress): Promise<string> {
  const reply = await askClamd(address, 'VERSION');
  return reply.startsWith('ClamAV ') ? reply : `ClamAV (${reply})`;
}

export function openClamdEngine(settings: ClamdSettings): MalwareEngine {
  const version = remembered(() => clamdVersion(settings), versionKeptMs);
  const verified = remembered(() => verifyLimits(settings, settings.windowBytes), verifiedKeptMs);
  return {
    name: 'ClamAV',
    inspect: (file, telling) =>
      new ClamdInspector(settings, file, telling, async () => {
        telling.by(await version());
        await verified();
      }),
  };
}

/** Asks again when the answer is old, or was none. */
function remembered<T>(ask: () => Promise<T>, keptMs: number): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let askedAt = 0;
  return () => {
    if (answer === null || performance.now() - askedAt > keptMs) {
      askedAt = performance.now();
      const asked = ask();
      answer = asked;
      asked.catch(() => {
        if (answer === asked) answer = null;
      });
    }
    return answer;
  };
}

interface Window {
  readonly connection: ClamdConnection;
  readonly start: number;
  sentBytes: number;
}

class ClamdInspector implements Inspector {
  readonly #settings: ClamdSettings;
  readonly #file: InspectedFile;
  readonly #telling: MalwareTelling;
  readonly #prepare: () => Promise<void>;
  readonly #overlapBytes: number;
  /** Work that is under way; the next piece comes after it. */
  #work: Promise<void> | null = null;
  #window: Window | null = null;
  #position = 0;
  /** The last bytes, for the next window. */
  #tail: Buffer = Buffer.alloc(0);
  /** Nothing more is sent: why not has been told. */
  #isOver = false;

  constructor(
    settings: ClamdSettings,
    file: InspectedFile,
    telling: MalwareTelling,
    prepare: () => Promise<void>,
  ) {
    this.#settings = settings;
    this.#file = file;
    this.#telling = telling;
    this.#prepare = prepare;
    this.#overlapBytes = Math.min(longestOverlap, Math.floor(settings.windowBytes / 4));
  }

  push(bytes: Uint8Array): Promise<void> {
    // They are good until this returns, and sent later.
    const copy = Buffer.from(bytes);
    this.#work = (this.#work ?? this.#prepare()).then(() => this.#take(copy));
    return this.#guard(this.#work);
  }

  end(): Promise<void> {
    this.#work = (this.#work ?? this.#prepare()).then(() => this.#close());
    return this.#guard(this.#work);
  }

  async #take(bytes: Buffer): Promise<void> {
    for (let taken = 0; taken < bytes.length && !this.#isOver; ) {
      if (this.#window !== null && this.#window.sentBytes === this.#settings.windowBytes) await this.#close();
      this.#window ??= await this.#open();
      const room = this.#settings.windowBytes - this.#window.sentBytes;
      const part = bytes.subarray(taken, taken + room);
      await this.#window.connection.send(part);
      this.#window.sentBytes += part.length;
      this.#position += part.length;
      taken += part.length;
      this.#keep(part);
    }
  }

  async #open(): Promise<Window> {
    const connection = await ClamdConnection.open(this.#settings, 'INSTREAM');
    await connection.send(this.#tail);
    return { connection, start: this.#position - this.#tail.length, sentBytes: this.#tail.length };
  }

  #keep(part: Buffer): void {
    // A file that fits into one window needs none.
    if (this.#file.sizeBytes <= this.#settings.windowBytes) return;
    const joined = part.length >= this.#overlapBytes ? part : Buffer.concat([this.#tail, part]);
    this.#tail = Buffer.from(joined.subarray(Math.max(0, joined.length - this.#overlapBytes)));
  }

  async #close(): Promise<void> {
    const window = this.#window;
    if (window === null) return;
    const reply = await window.connection.finish();
    this.#window = null;
    this.#judge(reply, window);
  }

  #judge(reply: string, { start, sentBytes }: Window): void {
    const range = { start, end: start + sentBytes };
    const [, name] = /^stream: (.+) FOUND$/.exec(reply) ?? [];
    if (reply === 'stream: OK') return;
    // It names what it did not look at, where it is told to, as if it had found something.
    if (name === undefined || /^Heuristics\.(Limits\.Exceeded|Encrypted)/.test(name)) {
      this.#telling.missed(`it said ${JSON.stringify(name ?? reply)}`, range);
      return;
    }
    const isWhole = start === 0 && sentBytes === this.#file.sizeBytes;
    const place = isWhole ? '' : `somewhere in the bytes from ${start} to ${range.end}`;
    this.#telling.hit({ rule: name, severity: 'blocks', description: place, offset: start });
  }

  /** What it does not look at for a reason that will last is missed; where it is away, that is an error of its own. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#window?.connection.abandon();
      const isTold = error instanceof ClamdTimeout || error instanceof ClamdMisconfigured;
      if (!isTold) throw error;
      if (!this.#isOver) this.#telling.missed(error.message);
      this.#isOver = true;
      this.#window = null;
      this.#work = Promise.resolve();
    }
  }
}
