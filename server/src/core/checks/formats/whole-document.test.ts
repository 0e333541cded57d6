import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { whatIsTold } from '../../../../test/support/look-at-file.ts';
import { longestDocument, WholeDocument } from './whole-document.ts';

function read(pieces: readonly Buffer[]) {
  const seen: Buffer[] = [];
  const told = whatIsTold((telling) => {
    const document = new WholeDocument(telling, (bytes) => seen.push(bytes));
    for (const piece of pieces) {
      document.push(piece);
      // Who pushes may use the bytes again.
      piece.fill(0);
    }
    document.end();
  });
  return { seen: seen.map((bytes) => bytes.toString()), told };
}

describe('a document', () => {
  test('is seen once, as a whole', () => {
    assert.deepEqual(read(['one ', '', 'whole'].map((text) => Buffer.from(text))), {
      seen: ['one whole'],
      told: [],
    });
    assert.deepEqual(read([]), { seen: [''], told: [] });
  });

  test('of the longest length is seen, a longer one was missed', () => {
    const half = () => Buffer.alloc(longestDocument / 2, 'x');
    assert.equal(read([half(), half()]).seen.length, 1);
    const { seen, told } = read([half(), half(), Buffer.from('x')]);
    assert.equal(seen.length, 0);
    assert.match(told.join(), /missed: .*8388608 bytes/);
  });
});
