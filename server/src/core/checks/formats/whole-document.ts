import type { Inspector, Telling } from '../inspection/inspector.ts';

/** Documents larger than this are not read. */
export const longestDocument = 8 * 1024 * 1024;

/** Keeps a document until its end, and then has it looked at. One that is too long was missed, if that matters. */
export class WholeDocument implements Inspector {
  readonly #telling: Telling;
  readonly #look: (bytes: Buffer) => void;
  readonly #isRequired: boolean;
  readonly #pieces: Buffer[] = [];
  #sizeBytes = 0;

  constructor(telling: Telling, look: (bytes: Buffer) => void, isRequired = true) {
    this.#telling = telling;
    this.#look = look;
    this.#isRequired = isRequired;
  }

  push(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes <= longestDocument) this.#pieces.push(Buffer.from(bytes));
    else this.#pieces.length = 0;
  }

  end(): void {
    if (this.#sizeBytes <= longestDocument) this.#look(Buffer.concat(this.#pieces));
    else if (this.#isRequired)
      this.#telling.missed(`A document of this kind is read up to ${longestDocument} bytes.`);
  }
}
