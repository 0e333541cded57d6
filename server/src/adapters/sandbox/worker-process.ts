// One worker as the registry sees it: a process that nobody trusts. Whatever it sends is judged by its form first.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { frame, headerBytes, largestFrameBytes } from './frames.ts';

export interface WorkerProgram {
  readonly file: string;
  readonly arguments: readonly string[];
  /** What Node.js is started with. */
  readonly nodeOptions: readonly string[];
}

/** How a process has ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that Node.js itself has written, for operators. */
  readonly complaint: string;
}

export type FrameListener = (kind: number, payload: Buffer) => void;

type Pipes = [null, null, Readable, Readable, Writable];

const keptComplaintBytes = 2_000;

export class WorkerProcess {
  /** When it is confined and waits for its task. Rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Always resolves. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #incoming: Writable;
  #listener: FrameListener = () => {};
  #received: Buffer = Buffer.alloc(0);
  #complaint = '';
  #hasEnded = false;

  constructor(program: WorkerProgram, readyWithinMs: number) {
    this.#child = spawn(process.execPath, [...program.nodeOptions, program.file, ...program.arguments], {
      cwd: '/',
      // Nothing of ours; io_uring would be a way around the filter of system calls.
      env: { UV_USE_IO_URING: '0', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const [, , complaints, outgoing, incoming] = this.#child.stdio as unknown as Pipes;
    this.#incoming = incoming;
    // A worker that has ended reads no more: how it ended is told by `ended`.
    incoming.on('error', () => {});
    complaints.on('data', (text: Buffer) => {
      this.#complaint = `${this.#complaint}${text}`.slice(-keptComplaintBytes);
    });
    outgoing.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#hasEnded = true;
        resolve({ code, signal, complaint: this.#complaint });
      };
      this.#child.once('error', (error) => {
        this.#complaint = error.message;
        end(null, null);
      });
      this.#child.once('close', end);
    });
    this.ready = this.#whenReady(readyWithinMs);
    this.ready.catch(() => {});
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Who is told what it sends from now on. */
  listen(listener: FrameListener): void {
    this.#listener = listener;
  }

  send(payload: Uint8Array): void {
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32LE(payload.length, 1);
    this.#incoming.write(header);
    this.#incoming.write(payload);
  }

  /** Resolves when it is gone. */
  async end(): Promise<ProcessEnd> {
    this.#listener = () => {};
    this.#child.kill('SIGKILL');
    return await this.ended;
  }

  #whenReady(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`a worker did not start within ${withinMs} ms`));
        this.#child.kill('SIGKILL');
      }, withinMs);
      this.listen((kind) => {
        if (kind !== frame.ready) return;
        clearTimeout(late);
        resolve();
      });
      this.ended.then(({ code, signal, complaint }) => {
        clearTimeout(late);
        reject(new Error(`a worker ended while it started (${signal ?? code}): ${complaint.trim()}`));
      });
    });
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= headerBytes) {
      const end = headerBytes + this.#received.readUInt32LE(1);
      if (end > headerBytes + largestFrameBytes) {
        this.#received = Buffer.alloc(0);
        this.#child.kill('SIGKILL');
        return;
      }
      if (this.#received.length < end) return;
      const [kind, payload] = [this.#received.readUInt8(0), this.#received.subarray(headerBytes, end)];
      this.#received = this.#received.subarray(end);
      this.#listener(kind, payload);
    }
  }
}
