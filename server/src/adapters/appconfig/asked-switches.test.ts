import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { AskedSwitches } from './asked-switches.ts';

const initial = { webhooks: true, validators: false };

/** An address that answers with whatever is set, and switches that ask it. */
async function asking(t: TestContext, first: (response: ServerResponse) => void) {
  let answer = first;
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reports: string[] = [];
  const { port } = server.address() as AddressInfo;
  const switches = await AskedSwitches.start({
    url: `http://127.0.0.1:${port}/configurations/features`,
    refreshMs: 5,
    timeoutMs: 200,
    initial,
    report: (what) => void reports.push(what),
  });
  t.after(() => {
    switches.stop();
    server.closeAllConnections();
    server.close();
  });
  return {
    switches,
    reports,
    /** Resolves when the new answer was given, and taken in: another was asked for after it. */
    async answerNow(next: (response: ServerResponse) => void) {
      answer = next;
      for (const until = asked + 3; asked < until; ) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

const json = (value: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(value));
const standing = ({ switches }: { switches: AskedSwitches<keyof typeof initial> }) => [
  switches.isOn('webhooks'),
  switches.isOn('validators'),
];

test('what the document says counts from the start, and a change of it without a restart', async (t) => {
  const world = await asking(t, json({ webhooks: false, validators: { enabled: true }, unknown: 7 }));
  assert.deepEqual(standing(world), [false, true]);
  await world.answerNow(json({ webhooks: { enabled: true, reason: 'mended' } }));
  assert.deepEqual(standing(world), [true, false], 'what it does not name is as configured');
  assert.deepEqual(world.reports, [
    'The feature webhooks is off now.',
    'The feature validators is on now.',
    'The feature webhooks is on now.',
    'The feature validators is off now.',
  ]);
});

test('what was said last counts while there is no answer, or none that can be understood', async (t) => {
  const world = await asking(t, json({ webhooks: false }));
  const odd: ((response: ServerResponse) => void)[] = [
    (response) => void response.writeHead(500).end(),
    (response) => void response.end('{'),
    json([]),
    json({ webhooks: 'yes', validators: true }),
    (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    (response) => void response.end(`{"padding":"${'x'.repeat(70_000)}"}`),
    (response) => void response.destroy(),
  ];
  for (const answer of odd) {
    await world.answerNow(answer);
    assert.deepEqual(standing(world), [false, false]);
  }
  const problems = world.reports.slice(1);
  assert.ok(
    problems.length >= 5 && problems.length <= odd.length,
    'each is told once, however often it is met',
  );
  await world.answerNow(json({ webhooks: true }));
  assert.deepEqual(standing(world), [true, false]);
});

test('an address that never answers delays the start by the time-out only', async (t) => {
  const world = await asking(t, () => {});
  assert.deepEqual(standing(world), [true, false]);
  assert.match(world.reports.join(), /could not be read/);
});
