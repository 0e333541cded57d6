// XML (w3.org/TR/xml, 4.2.2): an external entity has the parser read another file or address.
import type { Inspector, Telling } from '../inspection/inspector.ts';

const external = /<!ENTITY\s+(?:%\s+)?[^\s>]{1,200}\s+(?:SYSTEM|PUBLIC)\b[^>]{0,200}/;
/** Bytes kept between two pieces, twice what a declaration takes in UTF-16. */
const edgeBytes = 2048;

/** Told of once, wherever it stands. */
export class ExternalEntitySearch implements Inspector {
  readonly #telling: Telling;
  #edge = '';
  #isTold = false;

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  push(bytes: Uint8Array): void {
    if (this.#isTold) return;
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const text = this.#edge + piece;
    this.#edge = text.slice(-edgeBytes);
    // As UTF-16 has it, too.
    const [found] = external.exec(text.replaceAll('\0', '')) ?? [];
    if (found === undefined) return;
    this.#isTold = true;
    this.#telling.found(
      'config.external-entity',
      `The document declares ${JSON.stringify(found.slice(0, 200))}.`,
    );
  }

  end(): void {}
}
