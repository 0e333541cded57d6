import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteRangeOf } from './byte-range.ts';

const cases: [header: string | undefined, sizeBytes: number, expected: ReturnType<typeof byteRangeOf>][] = [
  [undefined, 10, 'whole'],
  ['bytes=0-0', 10, { start: 0, end: 1 }],
  ['bytes=2-5', 10, { start: 2, end: 6 }],
  ['bytes=7-', 10, { start: 7, end: 10 }],
  ['bytes=7-99', 10, { start: 7, end: 10 }],
  ['bytes=9-9', 10, { start: 9, end: 10 }],
  ['Bytes = 1-2 ', 10, { start: 1, end: 3 }],
  ['bytes=-3', 10, { start: 7, end: 10 }],
  ['bytes=-99', 10, { start: 0, end: 10 }],
  ['bytes=-0', 10, 'outside'],
  ['bytes=10-', 10, 'outside'],
  ['bytes=10-20', 10, 'outside'],
  ['bytes=0-', 0, 'outside'],
  ['bytes=-1', 0, 'outside'],
  ['bytes=99999999999999999999-', 10, 'outside'],
  ['bytes=5-2', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
  ['bytes=a-b', 10, 'whole'],
  ['bytes=1.5-2', 10, 'whole'],
  ['items=0-1', 10, 'whole'],
  ['bytes=0-1,4-5', 10, 'whole'],
];

for (const [header, sizeBytes, expected] of cases) {
  test(`${header ?? 'no range'} of ${sizeBytes} bytes is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(byteRangeOf(header, sizeBytes), expected);
  });
}
