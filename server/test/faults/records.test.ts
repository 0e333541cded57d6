// Records that are away, slow, or break off in the middle of an answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Faults } from '../../../tools/fault-proxy.ts';
import { guardedComponent, HealthMonitor, probedComponent } from '../../src/core/health/index.ts';
import type { Job } from '../../src/core/jobs/index.ts';
import { type JobOutcome, Worker } from '../../src/worker/worker.ts';
import { describeOnRemoteRecords, type RemoteRecords } from '../support/remote-records.ts';
import { randomness, someAuditEntry, someItem, someJob } from '../support/samples.ts';
import { testApp } from '../support/test-app.ts';
import { testPipeline } from '../support/test-pipeline.ts';
import { testRegistry } from '../support/test-registry.ts';
import { handlersWith, kind } from '../support/test-worker.ts';

const waysToBeAway: Record<string, Faults> = {
  refusing: { refuse: true },
  stalled: { stall: true },
  'cutting every answer': { cutAnswersAfter: 0 },
};

describeOnRemoteRecords('records that are away', (under) => {
  for (const [how, faults] of Object.entries(waysToBeAway)) {
    test(`${how}: what needs them is a 503 that says when to try again, the rest goes on, and so does all later`, async () => {
      const remote = under();
      const { app, headers } = await served(remote);
      const items = () => app.inject({ url: '/items', headers });
      assert.equal((await items()).statusCode, 200);
      await remote.proxy.bring(faults);
      // Together: whoever is stuck holds up nobody.
      const [away, ...others] = await Promise.all([
        items(),
        app.inject('/health'),
        app.inject('/api/docs/errors/unavailable'),
        app.inject('/'),
      ]);
      assert.equal(away.statusCode, 503, away.body);
      assert.equal(away.json().code, 'unavailable');
      assert.ok(Number(away.headers['retry-after']) >= 1);
      assert.deepEqual(
        others.map(({ statusCode }) => statusCode),
        [200, 200, 200],
      );
      await remote.proxy.heal();
      await until(async () => (await items()).statusCode === 200);
      assert.equal(remote.guard.status().breaker, 'closed');
      await app.close();
    });
  }

  test('after a few calls in vain they are not asked any more, which shows, until they are back', async () => {
    const remote = under();
    const { app, headers, components } = await served(remote);
    await remote.proxy.bring({ refuse: true });
    await until(async () => {
      await app.inject({ url: '/items', headers });
      return remote.guard.status().calls.refused > 0;
    });
    const [database] = await components();
    assert.notEqual(database?.status, 'ok');
    assert.ok(
      database?.issues.some(({ code, summary }) => code === 'engine-away' && /No answer/.test(summary)),
    );
    await remote.proxy.heal();
    // Nobody but whoever looks at its health asks it: that is enough.
    await until(async () => (await components())[0]?.metrics.breaker === 0);
    assert.equal((await app.inject({ url: '/items', headers })).statusCode, 200);
    await app.close();
  });

  test('jobs wait for them without losing an attempt, and are done when they are back', async () => {
    const remote = under();
    const { ports } = await testPipeline();
    const told: JobOutcome[] = [];
    const clock = { now: () => new Date() };
    const jobs = Array.from({ length: 6 }, () => someJob({ kind, runAt: clock.now() }));
    await remote.there.commit(jobs.map((job: Job) => ({ change: 'job.queue', job })));
    const done = new Set<string>();
    const attempts = new Set<number>();
    const handlers = handlersWith({
      attempts: 1,
      run: async (worker, job) => {
        attempts.add(job.attempt);
        if (done.size === 3) {
          done.add('the outage has begun');
          await remote.proxy.bring({ refuse: true });
        }
        await worker.items.find('none');
        done.add(job.id);
      },
      giveUp: () => assert.fail('it was given up'),
    });
    const settings = { concurrency: 1, pollMs: 20, leaseMs: 500 };
    const worker = new Worker({ ...ports, ...remote.worker, clock }, handlers, settings, (outcome) =>
      told.push(outcome),
    );
    worker.start();
    await until(() => done.size === 4);
    // Longer than the lease of the job that has met it.
    await wait(800);
    await remote.proxy.heal();
    await until(() => told.length === 7);
    await worker.stop(1_000);
    const outcomes = told.map(({ outcome }) => outcome).sort();
    assert.deepEqual(outcomes, [...Array(6).fill('finished'), 'postponed']);
    assert.deepEqual([...attempts], [1]);
    assert.deepEqual(await remote.there.jobs.statistics(clock.now()), []);
  });
});

describeOnRemoteRecords('a commit', (under) => {
  const commitOf = () => {
    const item = someItem();
    const entry = someAuditEntry({ subject: { kind: 'item', id: item.id } });
    const changes = [
      { change: 'item.insert', item },
      { change: 'audit.append', entry },
    ] as const;
    return { item, entry, changes };
  };

  /** Which of the two changes are there. */
  async function found({ there }: RemoteRecords, { item, entry }: ReturnType<typeof commitOf>) {
    const { items } = await there.audit.list({}, { limit: 200 });
    return [(await there.items.find(item.id)) !== null, items.some(({ id }) => id === entry.id)];
  }

  for (const way of ['cutRequestsAfter', 'cutAnswersAfter'] as const) {
    test(`that was broken off is there wholly or not at all, wherever it broke: ${way}`, async () => {
      const remote = under();
      await remote.requests.items.find('none');
      const ends = new Set<string>();
      for (const bytes of [0, 1, 10, 40, 100, 200, 400, 800, 1_600, 100_000]) {
        const commit = commitOf();
        await remote.proxy.bring({ [way]: bytes });
        const isAcknowledged = await remote.requests.commit(commit.changes).then(
          () => true,
          () => false,
        );
        await remote.proxy.heal();
        // What was under way on the other side of a cut connection comes to its end.
        await wait(30);
        const [hasItem, hasEntry] = await found(remote, commit);
        assert.equal(hasItem, hasEntry, `after ${bytes} bytes`);
        if (isAcknowledged) assert.equal(hasItem, true, `acknowledged, after ${bytes} bytes`);
        ends.add(`${isAcknowledged} ${hasItem}`);
        await until(async () =>
          remote.requests.items.find('none').then(
            () => true,
            () => false,
          ),
        );
      }
      assert.ok(ends.has('true true') && ends.size > 1, [...ends].join());
    });
  }

  test('that was acknowledged is there, while connections are cut at any moment', async () => {
    const remote = under();
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        await wait(randomness.bytes(1).readUInt8() / 10);
        remote.proxy.cut();
      }
    })();
    const acknowledged: ReturnType<typeof commitOf>[] = [];
    const lost: ReturnType<typeof commitOf>[] = [];
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 15; i++) {
          const commit = commitOf();
          await remote.requests.commit(commit.changes).then(
            () => acknowledged.push(commit),
            () => lost.push(commit),
          );
          await wait(5);
        }
      }),
    );
    isOver = true;
    await cutting;
    await wait(100);
    for (const commit of acknowledged) assert.deepEqual(await found(remote, commit), [true, true]);
    for (const commit of lost) {
      const [hasItem, hasEntry] = await found(remote, commit);
      assert.equal(hasItem, hasEntry);
    }
  });
});

async function served(remote: RemoteRecords) {
  const clock = { now: () => new Date() };
  const about = { id: 'database', title: 'Database', description: '', logs: [] };
  const probed = probedComponent(about, () => remote.requests.events.find('none'));
  const health = new HealthMonitor({ clock }, [guardedComponent(probed, () => remote.guard.status())]);
  const test = await testRegistry({}, { engine: remote.requests, health });
  const { headers } = await test.signIn('ada', ['search']);
  const app: FastifyInstance = await testApp(test);
  // The monitor keeps what it saw for two seconds: each look from here is a new one.
  const components = () =>
    guardedComponent(probed, () => remote.guard.status())
      .observe(new Date(), 5)
      .then((seen) => [seen]);
  return { app, headers, components };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, 'waited in vain');
    await wait(20);
  }
}
