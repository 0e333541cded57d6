import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { operations } from './core/operations.ts';
import type { QuarantineStatistics } from './core/packages/index.ts';
import { tellReviewEvery } from './tell-review.ts';

const now = new Date('2026-01-31T12:00:00Z');
const everyMs = 300_000;
const forgotten = async () => ({ waiting: 2, oldestSince: new Date('2026-01-24T12:00:00Z') });
const nothing = async () => ({ waiting: 0, oldestSince: null });
const noAnswer = () => Promise.reject(new Error('no answer'));

/** The lines that are written while the records give these answers, until it is stopped. */
async function linesOf(t: TestContext, ...answers: (() => Promise<QuarantineStatistics>)[]) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const lines: string[] = [];
  const formatters = { level: (level: string) => ({ level }) };
  const logger = pino({ base: null, formatters }, { write: (line: string) => lines.push(line) });
  const quarantineStatistics = async () => (answers.shift() ?? assert.fail('asked too often'))();
  const telling = tellReviewEvery(
    { clock: { now: () => now }, versions: { quarantineStatistics } },
    everyMs,
    logger,
  );
  while (answers.length > 0) t.mock.timers.tick(everyMs);
  await telling.stop();
  t.mock.timers.tick(10 * everyMs);
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

test('how long the oldest version has waited for a reviewer is told at the start and again and again, until the end', async (t) => {
  const lines = await linesOf(t, nothing, forgotten);
  assert.deepEqual(
    lines.map(({ level, review }) => [level, review]),
    [
      ['info', { waiting: 0, oldestSeconds: 0 }],
      ['info', { waiting: 2, oldestSeconds: 7 * 24 * 3_600 }],
    ],
  );
});

test('records that do not answer are not taken for an empty quarantine, and are asked again', async (t) => {
  const lines = await linesOf(t, noAnswer, forgotten);
  const levels = lines.map(({ level, review }) => [level, review !== undefined]).sort();
  assert.deepEqual(levels, [
    ['info', true],
    ['warn', false],
  ]);
});

/** What the alarms on AWS read in the logs. */
const monitoring = await readFile(new URL('../../infra/modules/monitoring/main.tf', import.meta.url), 'utf8');

test('the alarm on AWS goes by a number that is in the line', async (t) => {
  const selector = /value\s*=\s*"\$\.(review[\w.]+)"/.exec(monitoring)?.[1] ?? assert.fail('no such filter');
  const [line] = await linesOf(t, forgotten);
  const value = selector.split('.').reduce<unknown>((at, name) => Object(at)[name], line);
  assert.equal(value, 7 * 24 * 3_600);
});

test('operations that are counted on AWS are there', () => {
  const named = [...monitoring.matchAll(/\$\.operation = \\"([^"\\]+)\\"/g)].map(([, name = '']) => name);
  assert.ok(named.length > 0);
  for (const name of named) assert.ok(name in operations, name);
});
