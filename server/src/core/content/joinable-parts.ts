import { RegistryError } from '../errors.ts';
import type { PartExtent, ReceivedPart } from './ports.ts';

/**
 * Throws unless the parts that have arrived cover `sizeBytes` without gap and are those that are to be joined:
 * `upload-incomplete` for what is missing, `part-invalid` for what is another than given.
 */
export function requireJoinable(
  arrived: readonly (ReceivedPart & PartExtent)[],
  given: readonly ReceivedPart[],
  sizeBytes: number,
): void {
  const byNumber = new Map(arrived.map((part) => [part.partNumber, part]));
  const missing = given.filter(({ partNumber }) => !byNumber.has(partNumber));
  if (missing.length > 0) {
    const named = missing.slice(0, 20).map(({ partNumber }) => partNumber);
    throw new RegistryError('upload-incomplete', `Parts have not arrived: ${named.join(', ')}.`);
  }
  let covered = 0;
  for (const part of given.toSorted((one, other) => one.partNumber - other.partNumber)) {
    const found = byNumber.get(part.partNumber);
    if (found?.etag !== part.etag || found.sizeBytes !== part.sizeBytes) {
      throw new RegistryError('part-invalid', `Part ${part.partNumber} is not the one that was received.`);
    }
    if (found.offset !== covered) break;
    covered += found.sizeBytes;
  }
  if (covered === sizeBytes) return;
  throw new RegistryError(
    'upload-incomplete',
    `The parts reach without a gap to byte ${covered} of ${sizeBytes}.`,
  );
}
