// safetensors (github.com/huggingface/safetensors, README: "Format"): the length of a JSON header in 8 bytes, the
// header, then the tensors' bytes, which the header's offsets must cover without gap or overlap.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { duplicateKey, isObject, type Json, parseJson } from './json.ts';
import { Damaged, mostSeenBytes, type Script, ScriptedInspector, see } from './scripted.ts';

/** As its own loader has it. */
const longestHeader = 100_000_000;

const bitsOf: Readonly<Record<string, number>> = {
  ...{ BOOL: 8, U8: 8, I8: 8, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8 },
  ...{ I16: 16, U16: 16, F16: 16, BF16: 16, I32: 32, U32: 32, F32: 32, I64: 64, U64: 64, F64: 64, C64: 64 },
  ...{ F4: 4, F6_E2M3: 6, F6_E3M2: 6 },
};

export function inspectSafetensors(file: InspectedFile, telling: Telling): Inspector {
  return new ScriptedInspector(script(file, telling), (explanation, offset) =>
    telling.found('safetensors.damaged', explanation, offset),
  );
}

function* script({ sizeBytes }: InspectedFile, telling: Telling): Script {
  const length = Number((yield* see(8)).readBigUInt64LE());
  if (length > longestHeader || length > sizeBytes - 8)
    throw new Damaged(`The header is said to have ${length} bytes; at most ${longestHeader} fit.`);
  if (length > mostSeenBytes) {
    telling.missed(`A header of ${length} bytes is not read.`);
    return;
  }
  const header = yield* see(length);
  if (header[0] !== 0x7b) throw new Damaged('The header does not begin with a brace.');
  const parsed = parseJson(header);
  if (!isObject(parsed)) throw new Damaged('The header is no JSON object.');
  const duplicate = duplicateKey(header.toString());
  if (duplicate !== null) throw new Damaged(`The header has the key ${JSON.stringify(duplicate)} twice.`);
  requireCover(tensorsOf(parsed), sizeBytes - 8 - length);
}

interface Tensor {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function tensorsOf(header: { readonly [key: string]: Json }): Tensor[] {
  return Object.entries(header).flatMap(([name, told]) => {
    if (name !== '__metadata__') return [tensorOf(name, told)];
    if (!isObject(told) || Object.values(told).some((value) => typeof value !== 'string'))
      throw new Damaged('Its metadata is more than texts by name.');
    return [];
  });
}

function tensorOf(name: string, told: Json): Tensor {
  const shown = JSON.stringify(name.slice(0, 100));
  const { dtype, shape, data_offsets: offsets } = isObject(told) ? told : {};
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2 || typeof dtype !== 'string')
    throw new Damaged(`Tensor ${shown} lacks type, shape or offsets.`);
  const [start = 0, end = 0] = offsets;
  const bits = bitsOf[dtype];
  if (bits === undefined) throw new Damaged(`Tensor ${shown} has the unknown type ${JSON.stringify(dtype)}.`);
  const sizeBytes = (shape.reduce((product, length) => product * length, 1) * bits) / 8;
  if (end - start !== sizeBytes)
    throw new Damaged(
      `Tensor ${shown} takes ${sizeBytes} bytes by its shape, ${end - start} by its offsets.`,
    );
  return { name: shown, start, end };
}

function requireCover(tensors: Tensor[], sizeBytes: number): void {
  let at = 0;
  for (const { name, start, end } of tensors.sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new Damaged(`Tensor ${name} overlaps another.`);
    if (start > at) throw new Damaged(`${start - at} bytes before tensor ${name} belong to none.`);
    at = end;
  }
  if (at !== sizeBytes)
    throw new Damaged(`The tensors take ${at} bytes; the file has ${sizeBytes} for them.`);
}

function isCounts(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
