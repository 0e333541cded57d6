import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forEachRun, hasText, longText, shortText, TextWatch, tableOf } from './text-runs.ts';

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

test('of bytes that pass, a piece is passed over only where no text ends in it or goes on behind it', () => {
  let state = 7;
  const random = (below: number) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % below;
  };
  for (let round = 0; round < 2_000; round++) {
    const content = Buffer.alloc(200);
    const textStart = random(150);
    const textEnd = textStart + shortText + random(20);
    content.fill('x', textStart, textEnd);
    const watch = new TextWatch();
    const told: number[] = [];
    for (let at = 0; at < content.length; ) {
      const piece = content.subarray(at, at + 1 + random(round % 2 === 0 ? 5 : 80));
      at += piece.length;
      if (watch.push(piece) >= Math.min(textEnd - textStart, longText)) told.push(at);
    }
    const places = `${textStart}-${textEnd}: ${told}`;
    assert.ok(
      told.some((end) => end >= textStart + shortText && end - 80 < textEnd),
      places,
    );
  }
  const none = new TextWatch();
  for (let piece = 0; piece < 100; piece++) assert.equal(none.push(Buffer.from('fifteen letters\0')), 0);
});
