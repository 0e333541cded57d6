// GGUF (github.com/ggml-org/ggml, docs/gguf.md): magic, version, counts, key-value pairs, tensor infos, padding, tensors.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { isTemplate, reachInTemplate } from './jinja.ts';
import { Damaged, mostSeenBytes, type Script, ScriptedInspector, see } from './scripted.ts';

const mostEntries = 1_000_000;
const mostDimensions = 8;
const deepestArray = 4;
const longestName = 65_535;

/** Bytes of the values of fixed size, by the number of their type; 8 is a text, 9 an array. */
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const [textType, arrayType] = [8, 9];

/** Elements and bytes of a block, by the number of a tensor's type (`ggml_type` in ggml.h). */
const blockOf: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  ...{ 0: [1, 4], 1: [1, 2], 2: [32, 18], 3: [32, 20], 6: [32, 22], 7: [32, 24], 8: [32, 34], 9: [32, 36] },
  ...{ 10: [256, 84], 11: [256, 110], 12: [256, 144], 13: [256, 176], 14: [256, 210], 15: [256, 292] },
  ...{
    16: [256, 66],
    17: [256, 74],
    18: [256, 98],
    19: [256, 50],
    20: [32, 18],
    21: [256, 110],
    22: [256, 82],
  },
  ...{
    23: [256, 136],
    24: [1, 1],
    25: [1, 2],
    26: [1, 4],
    27: [1, 8],
    28: [1, 8],
    29: [256, 56],
    30: [1, 2],
  },
  ...{ 34: [256, 54], 35: [256, 66], 39: [32, 17] },
};

export function inspectGguf(file: InspectedFile, telling: Telling): Inspector {
  return new ScriptedInspector(new Reader(file, telling).script(), (explanation, offset) =>
    telling.found('gguf.damaged', explanation, offset),
  );
}

class Reader {
  readonly #file: InspectedFile;
  readonly #telling: Telling;
  #isWide = true;
  #position = 0;
  #alignment = 32;
  readonly #keys = new Set<string>();

  constructor(file: InspectedFile, telling: Telling) {
    this.#file = file;
    this.#telling = telling;
  }

  *script(): Script {
    yield* this.#see(4);
    const version = (yield* this.#see(4)).readUInt32LE();
    if (version < 1 || version > 3)
      throw new Damaged(`Version ${version} is not known, or of the other byte order.`);
    this.#isWide = version > 1;
    const [tensors, pairs] = [yield* this.#count(), yield* this.#count()];
    if (tensors > mostEntries || pairs > mostEntries)
      throw new Damaged(`${tensors} tensors and ${pairs} values are more than ${mostEntries}.`);
    for (let i = 0; i < pairs; i++) yield* this.#pair();
    const infos: { start: number; end: number; name: string }[] = [];
    for (let i = 0; i < tensors; i++) infos.push(yield* this.#tensor());
    const start = Math.ceil(this.#position / this.#alignment) * this.#alignment;
    this.#requireCover(infos, start);
  }

  *#see(bytes: number): Script<Buffer> {
    if (this.#position + bytes > this.#file.sizeBytes)
      throw new Damaged(`${bytes} bytes are announced beyond its end.`);
    this.#position += bytes;
    return yield* see(bytes);
  }

  *#pass(bytes: number): Script {
    if (this.#position + bytes > this.#file.sizeBytes)
      throw new Damaged(`${bytes} bytes are announced beyond its end.`);
    this.#position += bytes;
    yield { pass: bytes };
  }

  *#count(): Script<number> {
    const bytes = yield* this.#see(this.#isWide ? 8 : 4);
    return this.#isWide ? Number(bytes.readBigUInt64LE()) : bytes.readUInt32LE();
  }

  /** Null for one that is too long to be read. */
  *#text(): Script<string | null> {
    const length = yield* this.#count();
    if (length <= mostSeenBytes) return (yield* this.#see(length)).toString();
    yield* this.#pass(length);
    return null;
  }

  *#pair(): Script {
    const key = yield* this.#text();
    if (key === null || key.length > longestName) throw new Damaged('The name of a value is too long.');
    if (this.#keys.has(key)) throw new Damaged(`The value ${JSON.stringify(key)} stands there twice.`);
    this.#keys.add(key);
    const type = (yield* this.#see(4)).readUInt32LE();
    if (key === 'general.alignment' && type === 4) {
      this.#alignment = (yield* this.#see(4)).readUInt32LE();
      if (this.#alignment === 0 || this.#alignment > 65_536)
        throw new Damaged(`The alignment is ${this.#alignment}.`);
    } else yield* this.#value(key, type, 0);
  }

  *#value(key: string, type: number, depth: number): Script {
    const fixed = valueBytes[type];
    if (fixed !== undefined) yield* this.#pass(fixed);
    else if (type === textType) this.#judge(key, yield* this.#text());
    else if (type === arrayType && depth < deepestArray) yield* this.#array(key, depth);
    else throw new Damaged(`A value of the unknown type ${type}, or too deep in arrays.`);
  }

  *#array(key: string, depth: number): Script {
    const type = (yield* this.#see(4)).readUInt32LE();
    const count = yield* this.#count();
    const fixed = valueBytes[type];
    if (fixed !== undefined) return yield* this.#pass(fixed * count);
    // Each takes some bytes of the file, which bounds the loop.
    if (count > this.#file.sizeBytes) throw new Damaged(`An array is said to have ${count} values.`);
    for (let i = 0; i < count; i++) yield* this.#value(key, type, depth + 1);
  }

  #judge(key: string, text: string | null): void {
    const isNamed = key.includes('template');
    if (text === null) {
      if (isNamed) this.#telling.missed('A template is too long to be read.');
      return;
    }
    if (!isNamed && (!isTemplate(text) || key.startsWith('tokenizer.ggml.'))) return;
    const reach = reachInTemplate(text);
    if (reach !== null) this.#telling.found('template.reaches-out', `${key}: ${reach}`, this.#position);
  }

  *#tensor(): Script<{ start: number; end: number; name: string }> {
    const name = JSON.stringify(((yield* this.#text()) ?? '').slice(0, 100));
    const dimensions = (yield* this.#see(4)).readUInt32LE();
    if (dimensions > mostDimensions) throw new Damaged(`Tensor ${name} has ${dimensions} dimensions.`);
    let elements = 1;
    for (let i = 0; i < dimensions; i++) elements *= yield* this.#count();
    const type = (yield* this.#see(4)).readUInt32LE();
    const start = Number((yield* this.#see(8)).readBigUInt64LE());
    const [perBlock, blockBytes] = blockOf[type] ?? [];
    if (perBlock === undefined || blockBytes === undefined)
      throw new Damaged(`Tensor ${name} has the unknown type ${type}.`);
    return { start, end: start + Math.ceil(elements / perBlock) * blockBytes, name };
  }

  #requireCover(infos: { start: number; end: number; name: string }[], dataStart: number): void {
    let at = 0;
    for (const { start, end, name } of infos.sort((a, b) => a.start - b.start)) {
      if (start % this.#alignment !== 0) throw new Damaged(`Tensor ${name} is not aligned.`);
      if (start < at) throw new Damaged(`Tensor ${name} overlaps another.`);
      if (dataStart + end > this.#file.sizeBytes) throw new Damaged(`Tensor ${name} reaches beyond the end.`);
      at = end;
    }
  }
}
