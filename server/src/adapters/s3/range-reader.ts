// Makes few large requests of many small reads. What is fetched is kept in segments, the least recently used are
// dropped. Reading on where a segment ends is taken for reading through: each next segment is larger, up to a limit,
// and the following ones are fetched ahead, side by side.
//
//   random      |256K|                    |256K|
//   through     |256K| 512K |  1M  |   2M    |     4M     |     4M     |  …   two of them ahead of the reader

export interface RangeReaderLimits {
  readonly firstBytes: number;
  readonly largestBytes: number;
  /** Segments fetched ahead of a reader that reads through. */
  readonly ahead: number;
  /** What is kept in all, beyond what reads under way need. */
  readonly keptBytes: number;
}

const mebibyte = 1024 * 1024;

export const usualLimits: RangeReaderLimits = {
  firstBytes: mebibyte / 4,
  largestBytes: 4 * mebibyte,
  ahead: 2,
  keptBytes: 24 * mebibyte,
};

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Uint8Array>;
}

export class RangeReader {
  readonly sizeBytes: number;
  readonly #fetch: (start: number, end: number) => Promise<Uint8Array>;
  readonly #limits: RangeReaderLimits;
  /** The least recently used first. */
  #segments: Segment[] = [];
  #nextBytes: number;

  /** `fetch` gives exactly the bytes from `start` up to, not including, `end`. */
  constructor(
    sizeBytes: number,
    fetch: (start: number, end: number) => Promise<Uint8Array>,
    limits: RangeReaderLimits = usualLimits,
  ) {
    this.sizeBytes = sizeBytes;
    this.#fetch = fetch;
    this.#limits = limits;
    this.#nextBytes = limits.firstBytes;
  }

  /** Fills `into` from `position`; fewer bytes only at the end. Several reads may run at once. */
  async read(into: Uint8Array, position: number): Promise<number> {
    const end = Math.min(position + into.length, this.sizeBytes);
    for (let at = position; at < end; ) {
      const segment = this.#segmentAt(at, end - at);
      const bytes = await segment.bytes;
      const until = Math.min(end, segment.end);
      into.set(bytes.subarray(at - segment.start, until - segment.start), at - position);
      at = until;
    }
    return Math.max(0, end - position);
  }

  #segmentAt(position: number, wantedBytes: number): Segment {
    const kept = this.#find(position);
    const segment = kept ?? this.#begin(position, wantedBytes);
    this.#segments = [...this.#segments.filter((other) => other !== segment), segment];
    if (this.#nextBytes > this.#limits.firstBytes) this.#fetchAhead(segment);
    this.#dropOldest();
    return segment;
  }

  #find(position: number): Segment | undefined {
    return this.#segments.find(({ start, end }) => start <= position && position < end);
  }

  /** A segment for a read that nothing covers. */
  #begin(position: number, wantedBytes: number): Segment {
    const { firstBytes, largestBytes } = this.#limits;
    const goesOn = this.#segments.some(({ end }) => end === position);
    this.#nextBytes = goesOn ? Math.min(2 * this.#nextBytes, largestBytes) : firstBytes;
    return this.#add(position, Math.max(this.#nextBytes, Math.min(wantedBytes, largestBytes)));
  }

  #fetchAhead(from: Segment): void {
    let { end } = from;
    for (let count = 0; count < this.#limits.ahead && end < this.sizeBytes; count++) {
      let next = this.#find(end);
      if (next === undefined) {
        this.#nextBytes = Math.min(2 * this.#nextBytes, this.#limits.largestBytes);
        next = this.#add(end, this.#nextBytes);
      }
      end = next.end;
    }
  }

  #add(start: number, length: number): Segment {
    const before = this.#segments.filter((other) => other.start > start).map((other) => other.start);
    const end = Math.min(start + length, this.sizeBytes, ...before);
    const segment = { start, end, bytes: this.#fetch(start, end) };
    // Whoever needs it is told by the promise; the next one tries again.
    segment.bytes.catch(() => {
      this.#segments = this.#segments.filter((other) => other !== segment);
    });
    this.#segments.push(segment);
    return segment;
  }

  #dropOldest(): void {
    let kept = this.#segments.reduce((sum, { start, end }) => sum + end - start, 0);
    while (kept > this.#limits.keptBytes && this.#segments.length > 1 + this.#limits.ahead) {
      const oldest = this.#segments.shift();
      if (oldest !== undefined) kept -= oldest.end - oldest.start;
    }
  }
}
