// Text in the middle of anything. Weights are nearly all of what is stored, and nearly nothing of them is text for long:
// of a run of n bytes, looking at every (n - 3)-th byte and the three before it sees four together. By chance one byte of
// weights is often like text, four are seldom: so processors guess right where this goes on.

/** Tab, line feed, carriage return, and from space to `~`: 1. */
const isPrintable = tableOf(
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
