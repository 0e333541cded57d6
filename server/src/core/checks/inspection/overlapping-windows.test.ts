import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OverlappingWindows } from './overlapping-windows.ts';

const windows = new OverlappingWindows({ windowBytes: 40, overlapBytes: 10 });

interface Seen {
  readonly text: string;
  readonly start: number;
  readonly isLast: boolean;
}

function seen(content: string, pieceBytes: number, stated = content.length): Seen[] {
  const looks: Seen[] = [];
  const file = windows.over(stated, (bytes, start, isLast) =>
    looks.push({ text: bytes.toString('latin1'), start, isLast }),
  );
  for (let at = 0; at < content.length; at += pieceBytes)
    file.push(Buffer.from(content.slice(at, at + pieceBytes), 'latin1'));
  file.end();
  return looks;
}

const letters = (length: number) =>
  Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 7) % 90))).join('');

test('every byte is in a window, and every run as short as the overlap lies wholly in one', () => {
  for (const length of [0, 1, 10, 39, 40, 41, 70, 71, 100, 333]) {
    const content = letters(length);
    for (const pieceBytes of [1, 3, 10, 40, 41, 1_000]) {
      const looks = seen(content, pieceBytes);
      for (const { text, start } of looks) assert.equal(text, content.slice(start, start + text.length));
      for (let at = 0; at + 10 <= length; at++) {
        const isWhole = looks.some(({ text, start }) => start <= at && at + 10 <= start + text.length);
        assert.ok(isWhole, `${at} of ${length} in pieces of ${pieceBytes}`);
      }
      const end = looks.at(-1);
      assert.equal((end?.start ?? 0) + (end?.text.length ?? 0), length);
    }
  }
});

test('exactly the last window says that it is the last', () => {
  for (const length of [0, 1, 40, 41, 70, 333]) {
    const looks = seen(letters(length), 7);
    assert.deepEqual(
      looks.map(({ isLast }) => isLast),
      looks.map((_, i) => i === looks.length - 1),
    );
    assert.ok(looks.length > 0);
  }
});

test('a file that fits is seen in one window', () => {
  assert.deepEqual(seen('abc', 1), [{ text: 'abc', start: 0, isLast: true }]);
  assert.deepEqual(seen('abc', 3), [{ text: 'abc', start: 0, isLast: true }]);
});

test('a file that is longer or shorter than stated is seen wholly', () => {
  for (const stated of [0, 5, 30, 200]) {
    const text = seen(letters(30), 5, stated).reduce(
      (whole, look) => whole.slice(0, look.start) + look.text,
      '',
    );
    assert.equal(text, letters(30));
  }
});

test('files that are under way at the same time do not mix', () => {
  const looks: string[] = [];
  const [one, other] = ['a', 'b'].map((letter) =>
    windows.over(20, (bytes) => looks.push(`${letter}:${bytes.toString('latin1')}`)),
  );
  for (let i = 0; i < 10; i++) {
    one?.push(Buffer.from('aa'));
    other?.push(Buffer.from('bb'));
  }
  one?.end();
  other?.end();
  assert.deepEqual(looks, [`a:${'a'.repeat(20)}`, `b:${'b'.repeat(20)}`]);
});
