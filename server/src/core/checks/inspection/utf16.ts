// Text in UTF-16 (RFC 2781), shown to those who look for ASCII as if it were that: each character is one byte, and those that
// are not ASCII stand as 0xff. So places in the file are twice as far as they are shown, and nothing else has to be known.
//
//   file    BOM │ p 0 │ a 0 │ s 0 │ s 0 │ ä 0 │     (or 0 p …, and without a BOM where nearly all of it is like this)
//   shown         p     a     s     s     ff
import type { InspectedFile, Inspection, Inspector, Telling } from './inspector.ts';
import { isPrintable } from './text-runs.ts';

/** A text as short as this is told from numbers by nothing. */
const leastPairs = 8;
/** Of the pairs of bytes at the beginning, where there is no BOM. */
const leastShare = 0.7;
const noAscii = 0xff;

/** How the characters of a text stand in its bytes. */
export interface Utf16 {
  /** The byte of a pair in which ASCII stands; the other one is 0. */
  readonly low: 0 | 1;
  /** Where the first character stands, behind the BOM. */
  readonly start: 0 | 2;
}

/** By the first bytes of a file; null: it is no such text, or nothing tells. */
export function utf16In(head: Uint8Array): Utf16 | null {
  const [first, second, third, fourth] = head;
  const isUtf32 = first === 0xff && second === 0xfe && third === 0 && fourth === 0;
  if (first === 0xff && second === 0xfe && !isUtf32) return { low: 0, start: 2 };
  if (first === 0xfe && second === 0xff) return { low: 1, start: 2 };
  const pairs = Math.floor(head.length / 2);
  if (pairs < leastPairs) return null;
  for (const low of [0, 1] as const) {
    let asciiPairs = 0;
    for (let at = 0; at < 2 * pairs; at += 2)
      if (isPrintable[head[at + low] ?? 0] === 1 && head[at + 1 - low] === 0) asciiPairs++;
    if (asciiPairs >= leastShare * pairs) return { low, start: 0 };
  }
  return null;
}

/** Has a file in UTF-16 looked at a second time, as ASCII. What is found both times is told once. */
export function alsoInUtf16(inspection: Inspection): Inspection {
  return {
    check: inspection.check,
    begin(file, telling) {
      const form = utf16In(file.head);
      if (form === null) return inspection.begin(file, telling);
      const told = new Set<string>();
      const first: Telling = {
        ...telling,
        found(rule, explanation, offset) {
          told.add(explanation);
          telling.found(rule, explanation, offset);
        },
      };
      const inspectors = [
        inspection.begin(file, first),
        beginNarrowed(inspection, file, telling, form, told),
      ];
      return together(inspectors.filter((inspector) => inspector !== null));
    },
  };
}

function beginNarrowed(
  { begin }: Inspection,
  file: InspectedFile,
  telling: Telling,
  form: Utf16,
  told: ReadonlySet<string>,
): Inspector | null {
  const placeOf = (shown: number) => form.start + 2 * shown;
  const narrowed = { ...file, head: narrow(file.head.subarray(form.start), form.low) };
  const sizeBytes = Math.floor((file.sizeBytes - form.start) / 2);
  const inspector = begin(
    { ...narrowed, sizeBytes },
    {
      found(rule, explanation, offset) {
        if (!told.has(explanation))
          telling.found(rule, explanation, offset === undefined ? undefined : placeOf(offset));
      },
      missed: (reason, range) =>
        telling.missed(reason, range && { start: placeOf(range.start), end: placeOf(range.end) }),
      by: (rules) => telling.by(rules),
    },
  );
  return inspector && new NarrowingInspector(inspector, form);
}

/** Shows the bytes of a file in UTF-16, in pieces of any length, as ASCII. */
class NarrowingInspector implements Inspector {
  readonly #inspector: Inspector;
  readonly #low: 0 | 1;
  #toSkip: number;
  /** The first byte of a pair of which the second has not come. */
  #half: number | null = null;

  constructor(inspector: Inspector, { low, start }: Utf16) {
    this.#inspector = inspector;
    this.#low = low;
    this.#toSkip = start;
  }

  push(bytes: Uint8Array): void | Promise<void> {
    const skipped = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= skipped;
    const rest = bytes.subarray(skipped);
    const whole = this.#half === null ? rest : Buffer.concat([Uint8Array.of(this.#half), rest]);
    this.#half = whole.length % 2 === 1 ? (whole.at(-1) ?? null) : null;
    const shown = narrow(whole, this.#low);
    return shown.length === 0 ? undefined : this.#inspector.push(shown);
  }

  end(): void | Promise<void> {
    return this.#inspector.end();
  }
}

/** Of whole pairs. */
function narrow(bytes: Uint8Array, low: 0 | 1): Uint8Array {
  const shown = new Uint8Array(Math.floor(bytes.length / 2));
  for (let i = 0; i < shown.length; i++) {
    const byte = bytes[2 * i + low] ?? noAscii;
    shown[i] = bytes[2 * i + 1 - low] === 0 && byte < 0x80 ? byte : noAscii;
  }
  return shown;
}

function together(inspectors: readonly Inspector[]): Inspector {
  const each = (work: (inspector: Inspector) => void | Promise<void>): Promise<void> | undefined => {
    const waiting = inspectors.map(work).filter((pause) => pause !== undefined);
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  };
  return {
    push: (bytes, textBytes) => each((inspector) => inspector.push(bytes, textBytes)),
    end: () => each((inspector) => inspector.end()),
  };
}
