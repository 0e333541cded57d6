import type { ServerResponse } from 'node:http';
import type { ByteRange, OpenContent } from '../../core/content/index.ts';

/** Measured: half of it costs a tenth of the throughput, twice of it leaves the processor's cache. */
const bufferBytes = 512 * 1024;
const buffersPerAnswer = 4;

/** Buffers of answers that are over, for the next: a new one costs as much in page faults as a read. */
const spare: Buffer[] = [];
const spareBuffers = 16;

/** The client did not wait for the end. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

/**
 * Sends a range of open content as the body of an answer whose head states its length, and ends the answer. A
 * few buffers go round: while the connection takes one, the others are being filled.
 *
 * Resolves when the system has taken the last byte. Rejects, with the connection cut so that nobody takes the
 * part for the whole, with `ClientLeft`, or with the error of a read. When it settles, no read is under way.
 */
export async function sendContent(
  response: ServerResponse,
  content: OpenContent,
  range: ByteRange,
): Promise<void> {
  const sending: Sending = {
    response,
    content,
    next: range.start,
    end: range.end,
    turn: Promise.resolve(),
    failure: undefined,
  };
  const count = Math.min(buffersPerAnswer, Math.ceil((range.end - range.start) / bufferBytes));
  await Promise.all(Array.from({ length: count }, () => carry(sending)));
  if (sending.failure !== undefined) throw sending.failure.error;
  response.end();
}

interface Sending {
  readonly response: ServerResponse;
  readonly content: OpenContent;
  /** The first byte that no carrier has taken on yet. */
  next: number;
  readonly end: number;
  /** Resolves when everything before the piece last taken on has been handed to the connection. */
  turn: Promise<void>;
  /** The first one; the others follow from it. */
  failure: { readonly error: unknown } | undefined;
}

/** Carries piece after piece in one buffer; pieces are read as it comes, but handed over in their order. */
async function carry(sending: Sending): Promise<void> {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
  while (sending.next < sending.end && sending.failure === undefined) {
    const position = sending.next;
    const piece = buffer.subarray(0, Math.min(bufferBytes, sending.end - position));
    sending.next += piece.length;
    const before = sending.turn;
    const { promise: handedOver, resolve: handOver } = Promise.withResolvers<void>();
    sending.turn = handedOver;
    try {
      await readWhole(sending, piece, position);
      await before;
      if (sending.failure !== undefined) break;
      const taken = write(sending.response, piece);
      handOver();
      await taken;
    } catch (error) {
      sending.failure ??= { error };
      sending.response.destroy();
    } finally {
      handOver();
    }
  }
  // Not after a failure: the system may still be reading from it.
  if (sending.failure === undefined && spare.length < spareBuffers) spare.push(buffer);
}

async function readWhole({ content, end }: Sending, piece: Buffer, position: number): Promise<void> {
  const length = await content.read(piece, position);
  if (length < piece.length) throw new Error(`content ends at ${position + length} of ${end}`);
}

/** Resolves when the system has taken the bytes, so that the buffer may be filled again. */
function write(response: ServerResponse, piece: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const left = () => reject(new ClientLeft('the connection was closed'));
    if (response.destroyed) return left();
    response.once('close', left);
    response.write(piece, (error) => {
      response.off('close', left);
      if (error) reject(new ClientLeft(error.message, { cause: error }));
      else resolve();
    });
  });
}
