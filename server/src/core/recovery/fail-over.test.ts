import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failOver, type RegionServices, type TaskRange } from './fail-over.ts';

/** A region whose tasks start and end when it is asked a few times. */
class Region implements RegionServices {
  readonly region: string;
  readonly log: string[];
  readonly tasks = new Map<string, { wanted: number; running: number }>();
  stuck = false;

  constructor(region: string, log: string[], running: number) {
    this.region = region;
    this.log = log;
    for (const name of ['api', 'worker']) this.tasks.set(name, { wanted: running, running });
  }

  async list() {
    const listed = [...this.tasks].map(([name, { running }]) => ({ name, running, ready: running }));
    for (const task of this.tasks.values()) {
      if (!this.stuck) task.running += Math.sign(task.wanted - task.running);
    }
    this.log.push(`${this.region} ${listed.map(({ running }) => running).join()}`);
    return listed;
  }

  async scale(name: string, { least }: TaskRange) {
    const task = this.tasks.get(name);
    assert.ok(task);
    task.wanted = least;
  }
}

function world() {
  const log: string[] = [];
  const [first, second] = [new Region('first', log, 2), new Region('second', log, 0)];
  let nowMs = 0;
  const ports = {
    from: first,
    to: second,
    pause: async (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
    tell: () => {},
  };
  return { log, first, second, ports };
}

const how = { tasks: { least: 2, most: 10 }, waitMs: 60_000 };
const running = ({ tasks }: Region) => [...tasks.values()].map((task) => task.running);

test('the region that is left has ended before the other one starts', async () => {
  const { ports, first, second, log } = world();
  await failOver(ports, how);
  assert.deepEqual(
    [running(first), running(second)],
    [
      [0, 0],
      [2, 2],
    ],
  );
  const started = log.findIndex((line) => /^second .*[1-9]/.test(line));
  assert.ok(log.slice(0, started).includes('first 0,0'));
  assert.ok(!log.slice(started).some((line) => /^first .*[1-9]/.test(line)));
  await failOver({ ...ports, from: second, to: first }, how);
  assert.deepEqual(
    [running(first), running(second)],
    [
      [2, 2],
      [0, 0],
    ],
    'and back the same way',
  );
});

test('nothing starts while tasks do not end where they should', async () => {
  const { ports, first, second } = world();
  first.stuck = true;
  await assert.rejects(failOver(ports, how), { code: 'unavailable', message: /api \(2 running\)/ });
  assert.deepEqual(running(second), [0, 0]);
  first.stuck = false;
  await failOver(ports, how);
  assert.deepEqual(running(second), [2, 2], 'begun again, it goes on');
});

test('a region that is lost is not asked', async () => {
  const { ports, first, second, log } = world();
  await failOver({ ...ports, from: null }, how);
  assert.deepEqual(
    [running(first), running(second)],
    [
      [2, 2],
      [2, 2],
    ],
  );
  assert.ok(!log.some((line) => line.startsWith('first')));
});

test('nothing is stopped for a region that cannot take over', async () => {
  const { ports, first, second } = world();
  second.tasks.clear();
  await assert.rejects(failOver(ports, how), { code: 'state-conflict' });
  assert.deepEqual(running(first), [2, 2]);
});

test('tasks that never run are told with their service', async () => {
  const { ports, second } = world();
  second.stuck = true;
  await assert.rejects(failOver(ports, how), {
    code: 'unavailable',
    message: /second: tasks do not run of api/,
  });
});
