// Parquet (parquet.apache.org, "File Format") and Arrow's file format (arrow.apache.org, "IPC"): the length of a footer
// and a magic at the very end. An extension type of old pyarrow is a pickle, which reading the file runs.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { longText } from '../inspection/text-runs.ts';

const extensions = ['arrow.py_extension_type'];
/** Longer than `longText`: as they are, and as each place in a base64 text may have them. */
const needles = extensions.flatMap((name) => [
  Buffer.from(name),
  ...[0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(name)]).toString('base64');
    return Buffer.from(text.slice(shift === 0 ? 0 : 4, -4));
  }),
]);
const longest = Math.max(...needles.map((needle) => needle.length));

/** Old pyarrow's extension type, wherever it is named; told once a file. */
export class PythonExtensionSearch implements Inspector {
  readonly #telling: Telling;
  #edge = Buffer.alloc(0);
  #position = 0;
  #isTold = false;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  push(bytes: Uint8Array, textBytes: number = longText): void {
    if (this.#isTold) return;
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const seam = Buffer.concat([this.#edge, all.subarray(0, longest - 1)]);
    if (textBytes >= longText) {
      this.#look(seam, this.#position - this.#edge.length);
      this.#look(all, this.#position);
    }
    this.#position += bytes.length;
    const last = bytes.length < longest ? seam : all;
    this.#edge = Buffer.from(last.subarray(1 - longest));
  }

  end(): void {}

  #look(bytes: Buffer, start: number): void {
    if (this.#isTold) return;
    const places = needles.map((needle) => bytes.indexOf(needle)).filter((at) => at >= 0);
    if (places.length === 0) return;
    this.#isTold = true;
    const place = start + Math.min(...places);
    this.#telling.found('arrow.python-extension', 'A column is of a type that is a pickle.', place);
  }
}

interface Form {
  readonly rule: 'parquet.damaged' | 'arrow.damaged';
  readonly magics: readonly string[];
  /** Bytes in front of the first column. */
  readonly headBytes: number;
}

const forms = {
  parquet: { rule: 'parquet.damaged', magics: ['PAR1', 'PARE'], headBytes: 4 },
  arrow: { rule: 'arrow.damaged', magics: ['ARROW1'], headBytes: 8 },
} as const satisfies Record<string, Form>;

export function inspectColumnar(
  file: InspectedFile,
  telling: Telling,
  format: keyof typeof forms,
): Inspector {
  const { rule, magics, headBytes }: Form = forms[format];
  const search = new PythonExtensionSearch(telling);
  const magicBytes = magics[0]?.length ?? 0;
  let tail: Buffer = Buffer.alloc(0);
  return {
    push(bytes, textBytes) {
      search.push(bytes, textBytes);
      tail = Buffer.from(Buffer.concat([tail, bytes.subarray(-16)]).subarray(-16));
    },
    end() {
      const found = tail.toString('latin1', tail.length - magicBytes);
      const lengthAt = tail.length - magicBytes - 4;
      const isClosed = magics.includes(found) && lengthAt >= 0;
      const footerBytes = isClosed ? tail.readInt32LE(lengthAt) : 0;
      if (!isClosed) telling.found(rule, `It does not end with ${magics[0]}.`);
      else if (footerBytes <= 0 || footerBytes + headBytes + 4 + magicBytes > file.sizeBytes)
        telling.found(rule, `The footer is said to have ${footerBytes} bytes.`);
      else if (found === 'PARE') telling.missed('The footer is encrypted.');
    },
  };
}
