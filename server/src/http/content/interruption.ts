import type { Readable } from 'node:stream';
import { RegistryError } from '../../core/errors.ts';

/** A body that broke off is the sender's mistake or bad luck, not a failure of the server. */
export async function toldAsInterruption<T>(body: Readable, receiving: Promise<T>): Promise<T> {
  try {
    return await receiving;
  } catch (cause) {
    if (body.errored === null && !(body.destroyed && !body.readableEnded)) throw cause;
    throw new RegistryError('upload-size-mismatch', 'The body ended before all of its bytes had come.', {
      cause,
    });
  }
}
