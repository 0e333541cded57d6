import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ContentInspection } from '../inspection/file-inspection.ts';
import { inspectFormats } from '../inspection/inspect-formats.ts';
import { Ledger } from '../inspection/ledger.ts';

async function inspect(path: string, bytes: Uint8Array, pieceBytes = 1000) {
  const inspection = new ContentInspection([inspectFormats]);
  const file = inspection.file(path, bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) await file.push(bytes.subarray(at, at + pieceBytes));
  await file.end();
  const ledger = new Ledger('formats');
  for (const part of inspection.parts()) ledger.absorb(part);
  return {
    rules: ledger.findings.list().map(({ rule }) => rule),
    offsets: ledger.findings.list().map(({ offset }) => offset),
    missed: ledger.incomplete,
  };
}

const nothing = { rules: [], offsets: [], missed: null };
/** `os.system('id')`, called. */
const call = "cos\nsystem\n(S'id'\ntR.";
const protocol2 = Buffer.concat([Buffer.of(0x80, 2), Buffer.from(call)]);
const harmless = Buffer.concat([Buffer.of(0x80, 2), Buffer.from('].')]);

describe('a call is found', () => {
  for (const [where, path, bytes] of [
    ['in a pickle under any name', 'weights', protocol2],
    ['in a pickle of the oldest protocol, which is text', 'README.md', Buffer.from(call)],
    ['in a pickle without its end', 'notes.txt', Buffer.from(call.slice(0, -1))],
    ['in a pickle that breaks after it', 'notes.txt', Buffer.from(`${call.slice(0, -1)}\u0007`)],
    ['behind another pickle', 'a.pkl', Buffer.concat([harmless, protocol2])],
    ['behind many', 'a.pkl', Buffer.concat([...Array(50).fill(harmless), protocol2])],
    ['before bytes that are none', 'a.bin', Buffer.concat([protocol2, Buffer.alloc(10)])],
  ] as const) {
    test(where, async () => {
      const { rules, offsets } = await inspect(path, bytes);
      assert.deepEqual(rules, ['pickle.dangerous-global']);
      assert.deepEqual(offsets, [bytes.indexOf('cos\nsystem')]);
      assert.deepEqual(await inspect(path, bytes, 1), await inspect(path, bytes));
    });
  }
});

describe('a file that should be a pickle and cannot be followed to its end is not taken for looked at', () => {
  for (const [what, path, bytes, reason] of [
    ['broken off', 'a.pkl', harmless.subarray(0, 3), /ends before its STOP/],
    ['something else', 'a.pkl', Buffer.from('Hello, world!'), /is no opcode/],
    [
      'something else behind it',
      'a.pkl',
      Buffer.concat([harmless, Buffer.of(0xff)]),
      /What follows pickle 1/,
    ],
    ['a pickle by its bytes, and broken', 'data', Buffer.of(0x80, 4, 0x95, 0xff), /ends before its STOP/],
  ] as const) {
    test(what, async () => {
      const { rules, missed } = await inspect(path, bytes);
      assert.deepEqual(rules, []);
      assert.match(missed ?? '', reason);
    });
  }
});

describe('what is no pickle is not taken for one:', () => {
  for (const [what, path, bytes] of [
    ['nothing', 'empty', Buffer.alloc(0)],
    ['a text', 'README.md', Buffer.from('N. B. Read this first.\n')],
    ['a table of cities', 'cities.csv', Buffer.from('city\nLondon\nParis\n')],
    ['a program', 'main.py', Buffer.from('import os\nos.system("id")\n')],
    ['a list of words', 'vocab.txt', Buffer.from('cos\nsystem\ncat\ndog\n')],
    ['settings', 'config.json', Buffer.from('{"a": [1, 2, 3]}')],
    ['bytes', 'weights.bin', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251))],
  ] as const) {
    test(what, async () => assert.deepEqual(await inspect(path, bytes), nothing));
  }
});

test('harmless pickles pass, one or many', async () => {
  assert.deepEqual(await inspect('a.pkl', harmless), nothing);
  assert.deepEqual(await inspect('a.pkl', Buffer.concat([harmless, harmless, harmless])), nothing);
});

test('the bytes of tensors behind the five pickles of torch’s old format are not taken for a pickle', async () => {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
  const file = Buffer.concat([magic, harmless, harmless, harmless, harmless, Buffer.alloc(64, 0xff)]);
  assert.deepEqual(await inspect('model.pt', file), nothing);
  const bad = Buffer.concat([magic, harmless, harmless, protocol2, harmless, Buffer.alloc(64, 0xff)]);
  assert.deepEqual((await inspect('model.pt', bad)).rules, ['pickle.dangerous-global']);
});

test('weights that spell short pickles by chance are not taken for any', async () => {
  for (const chance of ['iY\na\n(Q.', '(inAa\nn\no.', '\x80\x04\x84abcdR.', 'Pid\nQ.', 'cu\nxyzzy\n)R.']) {
    const bytes = Buffer.concat([
      Buffer.alloc(9_000, 0xfe),
      Buffer.from(chance, 'latin1'),
      Buffer.alloc(50, 0xfe),
    ]);
    assert.deepEqual(await inspect('weights.bin', bytes), nothing, chance);
  }
});
