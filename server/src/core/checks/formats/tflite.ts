// TensorFlow Lite (tensorflow/lite/schema/schema.fbs): a FlatBuffer whose tables point at each other by offsets. The
// table of operators is followed; an operator that is not built in needs a library that the program brings.
import type { InspectedFile, Inspector, Telling } from '../inspection/inspector.ts';
import { Damaged } from './scripted.ts';

/** The operators stand in the front part, before the weights, as every writer lays it out. */
const keptBytes = 16 * 1024 * 1024;
const mostOperators = 10_000;

export function inspectTflite(file: InspectedFile, telling: Telling): Inspector {
  const pieces: Buffer[] = [];
  let kept = 0;
  return {
    push(bytes) {
      if (kept >= keptBytes) return;
      pieces.push(Buffer.from(bytes.subarray(0, keptBytes - kept)));
      kept += bytes.length;
    },
    end() {
      try {
        judge(new Tables(Buffer.concat(pieces), file.sizeBytes), telling);
      } catch (error) {
        if (error instanceof BeyondKept) telling.missed('Its operators stand behind what is read of it.');
        else if (error instanceof Damaged) telling.found('tflite.damaged', error.message);
        else throw error;
      }
    },
  };
}

class BeyondKept extends Error {
  override readonly name = 'BeyondKept';
}

function judge(tables: Tables, telling: Telling): void {
  const root = tables.pointer(0);
  const operators = tables.field(root, 1);
  if (operators === null) return;
  for (const operator of tables.vector(tables.pointer(operators))) {
    const custom = tables.field(operator, 1);
    if (custom === null) continue;
    const name = tables.text(tables.pointer(custom));
    if (name !== '')
      telling.found('tflite.custom-operator', `The operator ${JSON.stringify(name)} is not built in.`);
  }
}

/** Positions within a FlatBuffer, each checked (flatbuffers.dev, "FlatBuffer Internals"). */
class Tables {
  readonly #bytes: Buffer;
  readonly #sizeBytes: number;

  constructor(bytes: Buffer, sizeBytes: number) {
    this.#bytes = bytes;
    this.#sizeBytes = sizeBytes;
  }

  /** What the offset at `at` points to. */
  pointer(at: number): number {
    return at + this.#inside(at, 4).readUInt32LE(at);
  }

  /** Where the field of a table stands; null when the table lacks it. */
  field(table: number, index: number): number | null {
    const virtual = table - this.#inside(table, 4).readInt32LE(table);
    const lengthBytes = this.#inside(virtual, 2).readUInt16LE(virtual);
    const entry = 4 + index * 2;
    if (entry + 2 > lengthBytes) return null;
    const offset = this.#inside(virtual + entry, 2).readUInt16LE(virtual + entry);
    return offset === 0 ? null : table + offset;
  }

  /** The tables that a vector points to. */
  vector(at: number): number[] {
    const count = this.#inside(at, 4).readUInt32LE(at);
    if (count > mostOperators) throw new Damaged(`It is said to have ${count} operators.`);
    return Array.from({ length: count }, (_, i) => this.pointer(at + 4 + i * 4));
  }

  text(at: number): string {
    const length = this.#inside(at, 4).readUInt32LE(at);
    return this.#inside(at + 4, length).toString('utf8', at + 4, at + 4 + Math.min(length, 200));
  }

  #inside(at: number, length: number): Buffer {
    if (at < 0 || at + length > this.#sizeBytes)
      throw new Damaged(`An offset points at ${at}, beyond its bytes.`);
    if (at + length > this.#bytes.length) throw new BeyondKept();
    return this.#bytes;
  }
}
