// Every class of bad and good content, one file each: no bad one passes, no good one fails.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ContentInspection, inspectFormats, Ledger } from '../../src/core/checks/index.ts';
import { badBypasses, goodBypasses } from './bypasses.ts';
import type { Sample } from './bytes.ts';
import { badFormats, goodFormats } from './formats.ts';
import { badPickles, goodPickles } from './pickles.ts';

const bad = [...badPickles(), ...badFormats(), ...badBypasses()];
const good = [...goodPickles(), ...goodFormats(), ...goodBypasses()];

async function inspect({ path, bytes, kind = 'model' }: Sample, pieceBytes = 64 * 1024) {
  const inspection = new ContentInspection([inspectFormats], kind);
  const file = inspection.file(path, bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // As the reader of an archive does, the same buffer is used again and again.
    const piece = Buffer.from(bytes.subarray(at, at + pieceBytes));
    await file.push(piece);
    piece.fill(0xee);
  }
  await file.end();
  const ledger = new Ledger('formats');
  for (const part of inspection.parts()) ledger.absorb(part);
  const blocking = ledger.findings.list().filter(({ severity }) => severity === 'blocks');
  return { blocking, missed: ledger.incomplete };
}

test('there are enough samples to mean something', () => {
  assert.ok(bad.length >= 150, `${bad.length} bad`);
  assert.ok(good.length >= 150, `${good.length} good`);
});

describe('a bad file does not pass:', () => {
  for (const one of bad)
    test(`${one.path}: ${one.title}`, async () => {
      const { blocking, missed } = await inspect(one);
      assert.ok(blocking.length > 0 || missed !== null);
      if (one.bytes.length > 20_000) return;
      const inPieces = await inspect(one, 7);
      assert.deepEqual(inPieces, { blocking, missed });
    });
});

describe('a good file passes:', () => {
  for (const one of good)
    test(`${one.path}: ${one.title}`, async () => {
      assert.deepEqual(await inspect(one), { blocking: [], missed: null });
      if (one.bytes.length <= 20_000) assert.deepEqual(await inspect(one, 7), { blocking: [], missed: null });
    });
});

test('random mutations neither break an inspection nor keep it from ending', async () => {
  let state = 20_260_131;
  const random = (below: number) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % below;
  };
  for (const one of [...good, ...bad].filter(({ bytes }) => bytes.length > 0 && bytes.length < 5_000))
    for (let i = 0; i < 20; i++) {
      const bytes = Buffer.from(one.bytes);
      for (let change = 0; change <= i % 4; change++) bytes[random(bytes.length)] = random(256);
      const cut = i % 5 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
      const { missed } = await inspect({ ...one, bytes: cut });
      assert.doesNotMatch(missed ?? '', /The inspection failed/, `${one.title}: ${cut.toString('hex')}`);
    }
});
