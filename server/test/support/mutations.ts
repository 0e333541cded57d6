// Random changes to bytes, the same ones for the same seed.

/** Numbers from 0 up to, not including, 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Any place alike, as a part of the whole. */
const anywhere = (random: () => number) => random();

/** Near the end, where the structure of a ZIP archive is, more often. */
export function nearEnd(random: () => number): number {
  const tail = random() < 0.5 ? 0.6 : 0;
  return tail + random() * (1 - tail);
}

/** Bits flipped, bytes overwritten, ranges removed, doubled or exchanged, at places that `place` chooses. */
export function mutate(bytes: Buffer, random: () => number, place = anywhere): Buffer {
  const result = Buffer.from(bytes);
  const at = () => Math.floor(place(random) * result.length);
  const from = at();
  const length = 1 + Math.floor(random() * 40);
  const part = result.subarray(from, from + length);
  const to = at();
  switch (Math.floor(random() * 6)) {
    case 0:
      result.writeUInt8(result.readUInt8(from) ^ (1 << Math.floor(random() * 8)), from);
      return result;
    case 1:
      result.writeUInt8(Math.floor(random() * 256), from);
      return result;
    case 2:
      return Buffer.concat([result.subarray(0, from), result.subarray(from + part.length)]);
    case 3:
      return Buffer.concat([result.subarray(0, to), part, result.subarray(to)]);
    case 4:
      part.fill(random() < 0.5 ? 0xff : 0);
      return result;
    default:
      part.copy(result, to);
      return result;
  }
}
