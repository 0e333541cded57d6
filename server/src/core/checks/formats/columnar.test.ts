import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arrow, parquet } from '../../../../test/corpus/bytes.ts';
import { lookAtFile } from '../../../../test/support/look-at-file.ts';

const footer = 'a footer of some bytes';
const extension = 'arrow.py_extension_type';

test('files that end as they began pass', async () => {
  for (const bytes of [parquet(footer), arrow(footer)])
    assert.deepEqual(await lookAtFile('t', bytes), { rules: [], explanations: [], missed: null });
});

describe('damaged is', () => {
  for (const [format, write] of [
    ['parquet', parquet],
    ['arrow', arrow],
  ] as const) {
    const damaged: Readonly<Record<string, Buffer>> = {
      'a footer longer than the file': write(footer, { lengthBytes: 10_000 }),
      'a footer of less than nothing': write(footer, { lengthBytes: 0xffff_fff0 }),
      'no footer': write('', { lengthBytes: 0 }),
      'another end': write(footer, { end: 'NONE' }),
      'a file that is cut off': write(footer).subarray(0, -3),
    };
    for (const [what, bytes] of Object.entries(damaged))
      test(`${format} with ${what}`, async () =>
        assert.deepEqual((await lookAtFile('t', bytes)).rules, [`${format}.damaged`]));
  }
});

test('an encrypted footer is not looked at', async () => {
  const seen = await lookAtFile('t', parquet(footer, { end: 'PARE' }));
  assert.match(seen.missed ?? '', /encrypted/);
});

test('a type that is a pickle is found once, wherever a piece ends, also in base64', async () => {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from(`${' '.repeat(shift)}${extension} and more`).toString('base64'),
  );
  for (const name of [extension, ...encoded])
    for (const pieceBytes of [1, 7, 1_000]) {
      const bytes = arrow(`before ${name} ${name} after`);
      const { rules } = await lookAtFile('t', bytes, { pieceBytes });
      assert.deepEqual(rules, ['arrow.python-extension'], `${name} in pieces of ${pieceBytes}`);
    }
});
