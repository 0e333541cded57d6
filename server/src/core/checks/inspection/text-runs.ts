// Text in the middle of anything. Weights are nearly all of what is stored, and nearly nothing of them is text for long:
// of a run of n bytes, looking at every (n - 3)-th byte and the three before it sees four together. By chance one byte of
// weights is often like text, four are seldom: so processors guess right where this goes on.

/** Tab, line feed, carriage return, and from space to `~`: 1. */
export const isPrintable = tableOf(
  (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13,
);

/** For `forEachRun`: which bytes a run consists of. */
export type ByteSet = Uint8Array;

export function tableOf(contains: (byte: number) => boolean): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, byte) => (contains(byte) ? 1 : 0));
}

/** Whether there are so many bytes of printable ASCII in a row. */
export function hasText(bytes: Uint8Array, runBytes: number): boolean {
  let has = false;
  forEachRun(bytes, isPrintable, runBytes, () => {
    has = true;
    return false;
  });
  return has;
}

/** Bytes of printable ASCII in a row that may be text; of bytes by chance, there are as many once in some megabytes. */
export const shortText = 16;
/** By chance, there are as many once in some hundred megabytes. */
export const longText = 20;

/** Tells of bytes that pass, piece by piece, how much text they may hold. */
export class TextWatch {
  /** So many of the last bytes may be the beginning of a text. */
  #carried = 0;

  /** The longest text that ends in these bytes or goes on behind them: 0, or from `shortText` to `longText`, which means any length. */
  push(bytes: Uint8Array): number {
    const lead = this.#carried + reach(bytes, 0, 1);
    const isOneRun = lead - this.#carried === bytes.length;
    this.#carried = Math.min(isOneRun ? lead : reach(bytes, bytes.length - 1, -1), longText);
    let longest = Math.max(lead, this.#carried);
    forEachRun(bytes, isPrintable, shortText, (start, end) => {
      longest = Math.max(longest, end - start);
      return longest < longText;
    });
    return longest < shortText ? 0 : Math.min(longest, longText);
  }
}

/** How many bytes from there on are printable, as far as that matters. */
function reach(bytes: Uint8Array, from: number, step: 1 | -1): number {
  let count = 0;
  while (count < longText && isPrintable[bytes[from + step * count] ?? 0] === 1) count += 1;
  return count;
}

/** Tells every longest run of at least `runBytes` bytes of the set, in order, until `found` gives false. */
export function forEachRun(
  bytes: Uint8Array,
  set: ByteSet,
  runBytes: number,
  found: (start: number, end: number) => boolean,
): void {
  const { length } = bytes;
  const before = Math.min(3, runBytes - 1);
  const [one, two] = [Math.min(1, before), Math.min(2, before)];
  const isIn = (at: number) => set[bytes[at] ?? 0] ?? 0;
  for (let at = runBytes - 1; at < length; at += runBytes - before) {
    if ((isIn(at) & isIn(at - one) & isIn(at - two) & isIn(at - before)) === 0) continue;
    let start = at - before;
    while (start > 0 && isIn(start - 1) === 1) start -= 1;
    let end = at + 1;
    while (end < length && isIn(end) === 1) end += 1;
    if (end - start >= runBytes && !found(start, end)) return;
    // The byte at the end belongs to no run.
    at = end + before;
  }
}
