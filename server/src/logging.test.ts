import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { pino } from 'pino';
import { createLogger, lineForPeople, plainLines } from './logging.ts';

const line = (fields: object) =>
  JSON.stringify({ level: 'info', time: '2026-01-31T12:00:00.123Z', ...fields });

test('a line for people has time, level, message and fields', () => {
  assert.equal(
    lineForPeople(line({ msg: 'request', operation: 'item.list', status: 200, user: null }), false),
    '12:00:00.123 INFO request operation=item.list status=200 user=null\n',
  );
});

test('an error is followed by its stack', () => {
  const text = lineForPeople(line({ msg: 'broken', err: { stack: 'Error: broken\n    at here' } }), false);
  assert.equal(text, '12:00:00.123 INFO broken\nError: broken\n    at here\n');
});

test('what a client sends cannot forge a line or move the cursor', () => {
  const text = lineForPeople(
    line({ msg: 'request', path: '/a\n12:00:00 INFO forged', user: '\u001b[2J' }),
    false,
  );
  assert.equal(text.split('\n').length, 2);
  assert.ok(!text.includes('\u001b'));
});

test('a plain line is the one that the logger would write, and none where the logger writes none', () => {
  const written: string[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const timestamp = () => ',"time":"2026-01-31T12:00:00.123Z"';
  const logger = pino({ base: null, formatters, timestamp }, { write: (text: string) => written.push(text) });
  const about = { requestId: '1', path: '/a "b"\u2028\n', status: 200, ms: 1.5, user: null, address: '::1' };
  logger.info(about, 'request');
  plainLines(logger)(about, 'request');
  const [own, plain] = written.map((text) => text.replace(/"time":"[^"]+"/, '"time":""'));
  assert.equal(plain, own);
  logger.level = 'warn';
  plainLines(logger)(about, 'request');
  assert.equal(written.length, 2);
});

test('a line that is written within a span names it, and another one none', () => {
  let ids: object | undefined = { traceId: 'a', spanId: 'b' };
  const lines: string[] = [];
  const output = Object.assign(new PassThrough(), { fd: 1, isTTY: false as const });
  output.on('data', (line) => lines.push(String(line)));
  const logger = createLogger({ logLevel: 'info', logFormat: 'text' }, () => ids, output);
  logger.warn({ kind: 'x' }, 'within');
  ids = undefined;
  logger.warn('outside');
  assert.match(lines[0] ?? '', /WARN within traceId=a spanId=b kind=x\n$/);
  assert.match(lines[1] ?? '', /WARN outside\n$/);
});
