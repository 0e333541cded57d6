// How a worker talks with the registry: frames over two pipes, one at a time, waiting for each answer.
//
//   frame    kind (1 byte)  length (4 bytes, little-endian)  payload
//   worker → registry (descriptor 3)   see the table `frame`
//   registry → worker (descriptor 4)   one frame for the task, one for each range or request asked for
import { Buffer } from 'node:buffer';
import { readSync, writeSync } from 'node:fs';
import { frame, headerBytes, rangeBytes, type WorkerEnd } from '../frames.ts';

const textFrameBytes = 32 * 1024;
const outgoing = 3;
/** Not the standard input, which Node.js itself makes such that reading does not wait. */
const incoming = 4;

export function send(kind: number, payload: Uint8Array = Buffer.alloc(0)): void {
  const bytes = Buffer.alloc(headerBytes + payload.length);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32LE(payload.length, 1);
  bytes.set(payload, headerBytes);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(outgoing, bytes, written, bytes.length - written);
  }
}

/** What the script has written, in frames that are not too large. */
export function sendText(kind: typeof frame.output | typeof frame.errors, text: Uint8Array): void {
  for (let at = 0; at < text.length; at += textFrameBytes) send(kind, text.subarray(at, at + textFrameBytes));
}

/** Waits for the next frame's payload. Ends the process when the registry is gone. */
export function receive(): Buffer {
  return receiveBytes(receiveBytes(headerBytes).readUInt32LE(1));
}

/** Says how it has ended, and waits to be killed: nothing of a worker is used twice. */
export function finish(end: WorkerEnd): never {
  send(frame.end, Buffer.from(JSON.stringify(end)));
  for (;;) receiveBytes(1);
}

function receiveBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let read = 0; read < length; ) {
    const more = readSync(incoming, bytes, read, length - read, null);
    if (more === 0) process.exit(1);
    read += more;
  }
  return bytes;
}

/** The archive, of which the registry sends the ranges that are read. */
export class RemoteArchive {
  readonly sizeBytes: number;
  #range: Buffer = Buffer.alloc(0);
  #rangeStart = 0;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  /** Fills `target` with what is at `position`, as far as there is something. Resolves with how much that is. */
  read(target: Uint8Array, position: number): number {
    let filled = 0;
    while (filled < target.length && position + filled < this.sizeBytes) {
      const part = this.#from(position + filled).subarray(0, target.length - filled);
      target.set(part, filled);
      filled += part.length;
    }
    return filled;
  }

  /** What is known from this position on; at least a byte. Whoever reads goes on reading near it, mostly. */
  #from(position: number): Buffer {
    const start = position - (position % rangeBytes);
    if (start !== this.#rangeStart || this.#range.length === 0) {
      const asked = Buffer.alloc(12);
      asked.writeDoubleLE(start, 0);
      asked.writeUInt32LE(Math.min(rangeBytes, this.sizeBytes - start), 8);
      send(frame.range, asked);
      this.#range = receive();
      this.#rangeStart = start;
    }
    return this.#range.subarray(position - start);
  }
}
