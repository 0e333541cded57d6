import { createInflateRaw, inflateRawSync } from 'node:zlib';
import type { ByteWindow } from '../byte-window.ts';
import type { Member } from './member.ts';

/** Members of no more stored and expanded bytes are inflated in one call, which costs no stream. */
const atOnceBytes = 1024 * 1024;
/** Buffers from this size on are no parts of a larger one that others have parts of too. */
const unpooledBytes = Buffer.poolSize;
const chunkBytes = 1024 * 1024;

export interface ContentRead {
  /** Stored bytes that belong to the content; fewer than there are when something hides behind it. */
  readonly storedBytes: number;
  /** It goes on beyond the `maximumBytes` that were asked for. */
  readonly isLonger: boolean;
  /** Why the content could not be read to its end; null when it could. */
  readonly fault: string | null;
}

/** A promise asks for a pause until it resolves. */
export type OnChunk = (bytes: Uint8Array) => void | Promise<void>;

/**
 * Hands the member's content to `onChunk`, piece by piece; a piece is good until the call returns, and the next comes
 * when what it gave has resolved, which must not reject. `start` is where
 * its stored bytes begin. No more than `maximumBytes` and one piece are ever expanded; the rest is then left.
 */
export async function readContent(
  window: ByteWindow,
  start: number,
  member: Pick<Member, 'method' | 'storedBytes' | 'sizeBytes'>,
  maximumBytes: number,
  onChunk: OnChunk,
): Promise<ContentRead> {
  const { method, storedBytes, sizeBytes } = member;
  if (method === 'stored') return copyStored(window, start, storedBytes, maximumBytes, onChunk);
  if (storedBytes > atOnceBytes || sizeBytes > atOnceBytes || sizeBytes > maximumBytes)
    return inflateInPieces(window, start, storedBytes, maximumBytes, onChunk);
  return inflateAtOnce(await window.read(start, storedBytes), sizeBytes, onChunk);
}

async function copyStored(
  window: ByteWindow,
  start: number,
  storedBytes: number,
  maximumBytes: number,
  onChunk: OnChunk,
): Promise<ContentRead> {
  const wanted = Math.min(storedBytes, maximumBytes);
  for (let read = 0; read < wanted; ) {
    const chunk = await window.readSome(start + read, wanted - read);
    read += chunk.length;
    await onChunk(chunk);
  }
  return { storedBytes: wanted, isLonger: wanted < storedBytes, fault: null };
}

async function inflateAtOnce(bytes: Uint8Array, sizeBytes: number, onChunk: OnChunk): Promise<ContentRead> {
  try {
    // Room for one byte more than stated is enough to notice a member that expands further.
    const room = {
      chunkSize: Math.max(unpooledBytes, sizeBytes + 1),
      maxOutputLength: sizeBytes + 1,
      info: true,
    };
    const { buffer, engine } = inflateRawSync(bytes, room) as unknown as Inflated;
    const pause = onChunk(buffer);
    const isLonger = buffer.length > sizeBytes;
    release(buffer);
    await pause;
    return { storedBytes: engine.bytesWritten, isLonger, fault: null };
  } catch (error) {
    const isLonger = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { storedBytes: 0, isLonger, fault: isLonger ? null : faultOf(error) };
  }
}

/** What zlib's calls give with `info`, which the declarations leave out. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

async function inflateInPieces(
  window: ByteWindow,
  start: number,
  storedBytes: number,
  maximumBytes: number,
  onChunk: OnChunk,
): Promise<ContentRead> {
  const inflater = createInflateRaw({ chunkSize: chunkBytes });
  let produced = 0;
  let last: Buffer | null = null;
  let fault: string | null = null;
  let isOver = false;
  inflater.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const pause = onChunk(chunk);
    if (pause !== undefined) {
      inflater.pause();
      pause.then(() => inflater.resume());
    }
    produced += chunk.length;
    // The inflater fills one buffer after the other; it is done with the previous one.
    if (last !== null && last.buffer !== chunk.buffer) release(last);
    last = chunk;
    if (produced > maximumBytes) inflater.destroy();
  });
  const over = new Promise<void>((resolve) => {
    const settle = () => {
      isOver = true;
      resolve();
    };
    inflater.once('end', settle).once('close', settle);
    inflater.once('error', (error) => {
      fault = faultOf(error);
      settle();
    });
  });
  for (let read = 0; read < storedBytes && !isOver; ) {
    const chunk = await window.readSome(start + read, storedBytes - read);
    read += chunk.length;
    // The window's bytes are free again when the inflater has taken them in.
    const taken = new Promise<void>((resolve) => inflater.write(chunk, () => resolve()));
    await Promise.race([taken, over]);
  }
  inflater.end();
  await over;
  const consumed = inflater.bytesWritten;
  inflater.destroy();
  // One that was stopped midway may still be writing into its last buffer.
  if (last !== null && produced <= maximumBytes) release(last);
  return { storedBytes: consumed, isLonger: produced > maximumBytes, fault };
}

function faultOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Frees the memory of a piece at once. Garbage collection would do so in its own time, which at this rate means
 * some 100 MB later. Only for a whole buffer that nothing else has a part of.
 */
function release(piece: Buffer): void {
  if (piece.buffer.byteLength >= unpooledBytes) (piece.buffer as ArrayBuffer).transfer(0);
}
