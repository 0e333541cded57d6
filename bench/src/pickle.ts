// How quickly pickles are walked through, in MB for each second of the processor's time, which is all that it takes: data-heavy ones, whose bytes stand in large values, of two sizes, and
// one of many small values, which is all opcodes.
import { ContentInspection, inspectFormats } from '../../server/src/core/checks/index.ts';
import { median } from './measure.ts';
import type { Row } from './tables.ts';
import { randomFrom, someWords } from './words.ts';

const mb = 1_000_000;
const pieceBytes = 1024 * 1024;

const valueBytes = 4 * 1024;
const runs = 3;

export async function measurePickle(): Promise<Row[]> {
  return [
    await measured('data-heavy pickle of 1 GB', heavy(), 1_000),
    await measured('data-heavy pickle of 3 GB', heavy(), 3_000),
    await measured('pickle of 30 MB in small values', small(), 30),
  ];
}

async function measured(figure: string, body: Buffer, sizeMb: number): Promise<Row> {
  const copies = Math.ceil((sizeMb * mb) / body.length);
  const speeds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    await walk(body, copies);
    const { user, system } = process.cpuUsage(before);
    speeds.push((copies * body.length) / (user + system));
  }
  return { figure: `${figure} (MB/s)`, ours: median(speeds), theirs: null, target: '≥ 100' };
}

async function walk(body: Buffer, copies: number): Promise<void> {
  const inspection = new ContentInspection([inspectFormats]);
  const [head, tail] = [Buffer.from('80045d28', 'hex'), Buffer.from('e.')];
  const file = inspection.file('data.pkl', copies * body.length + head.length + tail.length);
  await file.push(head);
  for (let copy = 0; copy < copies; copy++)
    for (let at = 0; at < body.length; at += pieceBytes) await file.push(body.subarray(at, at + pieceBytes));
  await file.push(tail);
  await file.end();
  const [ledger] = inspection.parts();
  if (ledger?.bytesMissed !== 0) throw new Error(`it was not walked through: ${ledger?.gaps[0]?.reason}`);
}

/** Values of 4 KiB, as the rows of small arrays are, and a few names and numbers between. */
function heavy(): Buffer {
  const value = Buffer.alloc(5 + valueBytes, 0x63);
  value[0] = 0x42;
  value.writeUInt32LE(valueBytes, 1);
  const between = Buffer.concat([
    Buffer.from('8c056c61796572', 'hex'),
    Buffer.from('K\x05G\0\0\0\0\0\0\0\0'),
  ]);
  return Buffer.concat(Array.from({ length: 4_096 }, () => Buffer.concat([between, value])));
}

/** A list of floats, numbers and words as they come in texts, a thousand at a time as picklers write them. */
function small(): Buffer {
  const items = someWords(randomFrom(3), 50_000)
    .split(/\s+/)
    .map((word) => Buffer.concat([floatAndNumber, textOf(word.slice(0, 255))]));
  const batches: Buffer[] = [];
  for (let at = 0; at < items.length; at += 1_000)
    batches.push(Buffer.from(']('), ...items.slice(at, at + 1_000), Buffer.from('e'));
  return Buffer.concat(batches);
}

const floatAndNumber = Buffer.from('G?\xf0\0\0\0\0\0\0K\x07', 'latin1');

/** SHORT_BINUNICODE, kept in the memo. */
function textOf(word: string): Buffer {
  return Buffer.concat([Buffer.of(0x8c, Buffer.byteLength(word)), Buffer.from(word), Buffer.of(0x94)]);
}
