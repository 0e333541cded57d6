import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { memoryEngine } from '../../src/adapters/memory/memory-engine.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import type { Job, LeasedJob } from '../../src/core/jobs/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { skip } from '../support/moto-server.ts';
import { someJob } from '../support/samples.ts';
import { withSqsJobs } from '../support/sqs-jobs.ts';

const start = new Date('2026-01-31T12:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);

const contract = (engine: () => RecordsEngine): void => {
  const queue = (job: Job) => engine().commit([{ change: 'job.queue', job }]);
  const lease = (now: Date, kinds: readonly Job['kind'][] = ['check-version']) =>
    engine().jobs.lease(kinds, now, 10_000);
  const leaseNow = async (now: Date): Promise<LeasedJob> => {
    const job = await lease(now);
    assert.ok(job !== null, 'a job is due');
    return job;
  };

  test('a job is leased to one worker when it is due, not before', async () => {
    const job = someJob({ runAt: after(1) });
    await queue(job);
    assert.equal(await lease(after(0)), null);
    const leased = await leaseNow(after(1));
    assert.deepEqual({ ...leased, leaseId: '' }, { ...job, leaseId: '', attempt: 1, leasedUntil: after(11) });
    assert.equal(await lease(after(2)), null);
  });

  test('of due jobs the one that is due longest comes first, of the wanted kinds only', async () => {
    const [later, sooner] = [someJob({ runAt: after(2) }), someJob({ runAt: after(1) })];
    await queue(later);
    await queue(sooner);
    assert.equal(await lease(after(5), ['tell-event']), null);
    assert.equal((await leaseNow(after(5))).id, sooner.id);
    assert.equal((await leaseNow(after(5))).id, later.id);
  });

  test('one job is leased by its id, by one of those who want it; the others are told when to come again', async () => {
    const [wanted, older] = [someJob({ runAt: after(1) }), someJob({ runAt: start })];
    await queue(wanted);
    await queue(older);
    assert.deepEqual(await engine().jobs.leaseJob(wanted.id, start, 10_000), { dueAt: after(1) });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => engine().jobs.leaseJob(wanted.id, after(2), 10_000)),
    );
    const [leased, ...more] = answers.filter((answer) => answer !== null && 'leaseId' in answer);
    assert.ok(leased && 'leaseId' in leased && more.length === 0);
    assert.deepEqual(
      { ...leased, leaseId: '' },
      { ...wanted, leaseId: '', attempt: 1, leasedUntil: after(12) },
    );
    for (const answer of answers) if (answer !== leased) assert.deepEqual(answer, { dueAt: after(12) });
    assert.equal((await leaseNow(after(3))).id, older.id);
    const again = await engine().jobs.leaseJob(wanted.id, after(12), 10_000);
    assert.ok(again !== null && 'leaseId' in again && again.attempt === 2);
    assert.equal(await engine().jobs.finish(leased), false);
    assert.equal(await engine().jobs.finish(again), true);
  });

  test('no lease is given by the id of a job that is finished, dead or was never there', async () => {
    const [finished, dead] = [someJob({ runAt: start }), someJob({ runAt: after(1) })];
    await queue(finished);
    await queue(dead);
    await engine().jobs.finish(await leaseNow(start));
    await engine().jobs.fail(await leaseNow(after(1)), 'hopeless', null, after(1));
    for (const { id } of [finished, dead, someJob()]) {
      assert.equal(await engine().jobs.leaseJob(id, after(1000), 10_000), null);
    }
  });

  test('a lease that ran out lets another worker take the job, and the first one finds out', async () => {
    await queue(someJob({ runAt: start }));
    const first = await leaseNow(start);
    const second = await leaseNow(after(10));
    assert.equal(second.attempt, 2);
    assert.equal(await engine().jobs.prolong(first, after(60)), false);
    assert.equal(await engine().jobs.finish(first), false);
    assert.equal(await engine().jobs.fail(first, 'x', after(60), after(11)), false);
    assert.equal(await engine().jobs.finish(second), true);
    assert.equal(await lease(after(1000)), null);
  });

  test('a prolonged lease is kept', async () => {
    await queue(someJob({ runAt: start }));
    const job = await leaseNow(start);
    assert.equal(await engine().jobs.prolong(job, after(60)), true);
    assert.equal(await lease(after(30)), null);
  });

  test('a failed job runs again at its time', async () => {
    await queue(someJob({ runAt: start }));
    const job = await leaseNow(start);
    assert.equal(await engine().jobs.fail(job, 'no luck', after(20), after(1)), true);
    assert.equal(await lease(after(19)), null);
    assert.equal((await leaseNow(after(20))).attempt, 2);
  });

  test('a job that is given back is due at the time that is said, and its lease was no attempt', async () => {
    await queue(someJob({ runAt: start }));
    const first = await leaseNow(start);
    await engine().jobs.fail(first, 'no luck', after(1), start);
    const second = await leaseNow(after(1));
    assert.equal(await engine().jobs.giveBack(second, after(3)), true);
    assert.equal(await engine().jobs.giveBack(second, after(3)), false);
    assert.equal(await engine().jobs.finish(second), false);
    assert.equal(await lease(after(2)), null);
    const third = await leaseNow(after(3));
    assert.deepEqual([third.attempt, third.runAt], [2, after(1)]);
    await leaseNow(after(13));
    assert.equal(await engine().jobs.giveBack(third, after(14)), false);
    assert.equal(await lease(after(14)), null);
  });

  test('a dead job is listed, not leased, and runs again from the start when revived', async () => {
    const job = someJob({ runAt: start });
    await queue(job);
    await engine().jobs.fail(await leaseNow(start), 'hopeless', null, after(1));
    assert.equal(await lease(after(1000)), null);
    assert.deepEqual((await engine().jobs.listDead({ limit: 10 })).items, [
      { ...job, runAt: after(1), attempts: 1, failedAt: after(1), failure: 'hopeless' },
    ]);
    await engine().commit([{ change: 'job.revive', jobId: job.id, runAt: after(2) }]);
    assert.equal((await leaseNow(after(2))).attempt, 1);
    await assert.rejects(engine().commit([{ change: 'job.revive', jobId: job.id, runAt: after(3) }]), {
      code: 'state-conflict',
    });
  });

  test('queueing an id again changes nothing until the job has finished', async () => {
    const job = someJob({ runAt: start });
    await queue(job);
    await queue({ ...job, payload: { other: 'payload' } });
    const leased = await leaseNow(start);
    assert.deepEqual(leased.payload, job.payload);
    await queue(job);
    assert.equal(await lease(after(1)), null);
    await engine().jobs.finish(leased);
    await queue(job);
    assert.equal((await leaseNow(after(2))).id, job.id);
  });

  test('many workers at once never share a job', async () => {
    for (let i = 0; i < 20; i++) await queue(someJob({ runAt: start }));
    const leased = await Promise.all(Array.from({ length: 40 }, () => lease(start)));
    const ids = leased.flatMap((job) => (job === null ? [] : [job.id]));
    assert.equal(ids.length, 20);
    assert.equal(new Set(ids).size, 20);
  });

  test('statistics count by kind and tell the longest wait', async () => {
    await queue(someJob({ runAt: after(-5) }));
    await queue(someJob({ runAt: after(-3) }));
    await queue(someJob({ runAt: after(100) }));
    await lease(start);
    assert.deepEqual(await engine().jobs.statistics(start), [
      { kind: 'check-version', waiting: 2, running: 1, dead: 0, oldestDueAt: after(-5) },
    ]);
  });
};

describeOnEveryEngine('JobQueue', contract);

// The records decide, whatever is told and when: a worker that looks into them each time it asks meets every promise,
// among messages that come late, twice, or about jobs that others have.
describe('JobQueue over SQS and memory', { skip }, () => {
  let engine: RecordsEngine;
  beforeEach(async () => {
    ({ engine } = await withSqsJobs(memoryEngine(), { waitS: 0, rescueAfterMs: 0 }, () => start));
  });
  contract(() => engine);
});
