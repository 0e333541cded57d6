// NumPy's .npy (numpy.org, "numpy.lib.format"): magic, version, the length of a header, the header as a Python literal,
// then the elements: plain bytes, or a pickle when they are objects.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { PickleInspector } from '../pickle/pickle-inspector.ts';
import { Damaged, type Script, ScriptedInspector, see } from './scripted.ts';

const longestHeader = 1024 * 1024;
const magic = Buffer.from('\x93NUMPY', 'latin1');

export function inspectNpy(file: InspectedFile, telling: Telling): Inspector {
  return new NpyInspector(file, telling);
}

/** One array after another, as `np.save` on an open file makes them; what follows one of objects is a pickle's tail. */
class NpyInspector implements Inspector {
  readonly #file: InspectedFile;
  readonly #telling: Telling;
  readonly #script: ScriptedInspector;
  #pickle: PickleInspector | null = null;
  /** Where the pickle begins; null while there is none. */
  #pickleStart: number | null = null;
  #position = 0;

  constructor(file: InspectedFile, telling: Telling) {
    this.#file = file;
    this.#telling = telling;
    this.#script = new ScriptedInspector(this.#read(), (explanation, offset) =>
      telling.found('npy.damaged', explanation, offset),
    );
  }

  push(bytes: Uint8Array): void {
    if (this.#pickleStart === null) this.#script.push(bytes);
    if (this.#pickleStart !== null) {
      const rest = bytes.subarray(Math.max(0, this.#pickleStart - this.#position));
      this.#pickle ??= this.#begin(this.#pickleStart);
      this.#pickle.push(rest);
    }
    this.#position += bytes.length;
  }

  end(): void {
    if (this.#pickleStart === null) this.#script.end();
    else (this.#pickle ?? this.#begin(this.#pickleStart)).end();
  }

  #begin(start: number): PickleInspector {
    const telling: Telling = {
      ...this.#telling,
      found: (rule, explanation, offset = 0) => this.#telling.found(rule, explanation, start + offset),
      missed: (reason) => this.#telling.missed(reason, { start, end: this.#file.sizeBytes }),
    };
    return new PickleInspector(
      { head: Buffer.alloc(0), sizeBytes: this.#file.sizeBytes - start },
      telling,
      'certain',
    );
  }

  *#read(): Script {
    for (let at = 0; at < this.#file.sizeBytes; ) {
      const begin = yield* see(8);
      if (!begin.subarray(0, 6).equals(magic)) throw new Damaged('What follows the array is no other.');
      const isShort = begin[6] === 1;
      const lengthBytes = isShort ? 2 : 4;
      const length = (yield* see(lengthBytes)).readUIntLE(0, lengthBytes);
      if ((begin[6] ?? 0) > 3 || length > longestHeader)
        throw new Damaged(`The header of ${length} bytes is not known.`);
      const { elementBytes, count } = arrayOf((yield* see(length)).toString('latin1'));
      at += 8 + lengthBytes + length;
      if (elementBytes === 'object') {
        this.#pickleStart = at;
        return;
      }
      at += elementBytes * count;
      if (at > this.#file.sizeBytes)
        throw new Damaged(`Its header tells of ${elementBytes * count} bytes, more than there are.`);
      yield { pass: elementBytes * count };
    }
  }
}

/** Anything but a dict of the three keys that numpy writes, each once, in any order, is refused. */
function arrayOf(header: string): { elementBytes: number | 'object'; count: number } {
  const [descr, ...moreTypes] = [
    ...header.matchAll(
      /'descr'\s*:\s*('[^'\\]*'|\[[^\\]*\]|\([^\\]*\))\s*,\s*(?='fortran_order'|'shape'|\})/g,
    ),
  ];
  const [shape, ...moreShapes] = [...header.matchAll(/'shape'\s*:\s*\(([\d\sL,]*)\)/g)];
  const isDict = /^\s*\{[\s\S]*\}\s*$/.test(header) && /'fortran_order'\s*:\s*(True|False)/.test(header);
  if (!isDict || descr === undefined || shape === undefined || moreTypes.length + moreShapes.length > 0)
    throw new Damaged('The header is not one that numpy writes.');
  const lengths = (shape[1] ?? '')
    .split(',')
    .map((text) => text.trim().replace(/L$/, ''))
    .filter((text) => text !== '');
  const count = lengths.reduce((product, text) => product * Number(text), 1);
  const isPlain = (descr[1] ?? '').startsWith("'");
  // In a list, a type stands behind the name of its field.
  const types = [...(descr[1] ?? '').matchAll(isPlain ? plainType : fieldType)];
  if (types.length === 0) throw new Damaged('The type of the elements is not known.');
  if (/'[<>|=]?O\d*'/.test(descr[1] ?? '')) return { elementBytes: 'object', count };
  const sizes = types.map(([, letter = '', digits = '', subarray = '']) => {
    const each = (digits === '' ? 1 : Number(digits)) * (letter === 'U' ? 4 : 1);
    return subarray
      .split(',')
      .filter((text) => text.trim() !== '')
      .reduce((product, text) => product * Number(text), each);
  });
  const elementBytes = isPlain ? (sizes[0] ?? 0) : sizes.reduce((sum, size) => sum + size, 0);
  if (!Number.isSafeInteger(elementBytes * count)) throw new Damaged('Its size is no number.');
  return { elementBytes, count };
}

const typeText = String.raw`'[<>|=]?([?biufcmMOSUVa])(\d*)(?:\[\w+\])?'`;
const plainType = new RegExp(typeText, 'g');
const fieldType = new RegExp(String.raw`,\s*${typeText}(?:\s*,\s*\(([\d\s,]*)\))?`, 'g');
