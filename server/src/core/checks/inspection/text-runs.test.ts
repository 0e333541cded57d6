import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forEachRun, hasText, tableOf } from './text-runs.ts';

const letters = tableOf((byte) => byte >= 0x61 && byte <= 0x7a);

function runs(text: string, runBytes: number): string[] {
  const found: string[] = [];
  forEachRun(Buffer.from(text, 'latin1'), letters, runBytes, (start, end) => {
    found.push(text.slice(start, end));
    return true;
  });
  return found;
}

test('every run of the length or longer is found once, wherever it stands, and no shorter one', () => {
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
  for (let round = 0; round < 3_000; round++) {
    const text = Array.from({ length: Math.floor(random() * 80) }, () => (random() < 0.8 ? 'x' : '0')).join(
      '',
    );
    const runBytes = 1 + Math.floor(random() * 8);
    const expected = text.split(/0+/).filter((run) => run.length >= runBytes);
    assert.deepEqual(runs(text, runBytes), expected, `${runBytes} in ${text}`);
  }
});

test('text is told from bytes that are none', () => {
  assert.equal(hasText(Buffer.from(`\0\0${'a b\n'.repeat(5)}\0`), 20), true);
  assert.equal(hasText(Buffer.from(`\0\0${'a b\n'.repeat(4)}abc\0a`), 20), false);
  assert.equal(hasText(Buffer.alloc(0), 20), false);
});
