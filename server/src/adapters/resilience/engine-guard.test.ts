import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { RegistryError, StorageError, type Transience } from '../../core/errors.ts';
import { bulk, idempotentWrite, list, read, write } from './call.ts';
import { EngineGuard, type GuardSettings } from './engine-guard.ts';

const settings: GuardSettings = {
  limitsMs: { read: 30, list: 60, commit: 60, begin: 60, poll: 60, bulk: 60_000 },
  lines: {
    requests: { places: 2, waiting: 2, waitMs: 10_000 },
    worker: { places: 1, waiting: 1, waitMs: 10_000 },
  },
  breaker: { failures: 3, pauseMs: 40, longestPauseMs: 100 },
  retries: { most: 0, delayMs: 1, share: 0.1 },
};

function guard(given: Partial<GuardSettings> = {}): EngineGuard {
  return new EngineGuard('records', { ...settings, ...given });
}

const transient = (transience?: Transience) =>
  new StorageError('transient', 'connection lost', undefined, transience && { transience });
const fails = (transience?: Transience) => () => Promise.reject(transient(transience));
const never = () => new Promise<never>(() => {});

/** Fails so many times, then answers. */
function failing(times: number, transience?: Transience) {
  const made = { calls: 0 };
  const work = async () => {
    if (++made.calls <= times) throw transient(transience);
    return 'answer';
  };
  return { made, work };
}

function held() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, letGo: () => resolve('answer') };
}

async function opened(): Promise<EngineGuard> {
  const one = guard();
  for (let i = 0; i < 3; i++) await assert.rejects(one.requests.run(read, fails()));
  assert.equal(one.status().breaker, 'open');
  return one;
}

describe('an answer', () => {
  test('is passed on, whatever it is', async () => {
    const one = guard();
    assert.equal(await one.requests.run(read, async () => 'answer'), 'answer');
    const conflict = new RegistryError('name-taken', 'x');
    await assert.rejects(
      one.requests.run(write, () => Promise.reject(conflict)),
      conflict,
    );
    assert.deepEqual([one.status().calls.answered, one.status().calls.failed], [2, 0]);
  });

  test('that does not come in time is a transient failure, told with its limit', async () => {
    const one = guard();
    await assert.rejects(one.requests.run(read, never), {
      failure: 'transient',
      transience: 'unanswered',
      message: 'records: it did not answer within 30 ms',
    });
    assert.deepEqual([one.status().calls.timedOut, one.status().calls.failed], [1, 1]);
    assert.match(one.status().lastFailure?.message ?? '', /did not answer/);
  });

  test('that comes too late is let go of', async () => {
    const one = guard();
    const { promise, resolve } = Promise.withResolvers<string>();
    const discarded: string[] = [];
    await assert.rejects(
      one.requests.run(
        read,
        () => promise,
        (late) => discarded.push(late),
      ),
    );
    resolve('a stream');
    await wait(1);
    assert.deepEqual(discarded, ['a stream']);
    await one.requests.run(
      read,
      async () => 'in time',
      (late) => discarded.push(late),
    );
    await wait(1);
    assert.deepEqual(discarded, ['a stream']);
  });
});

describe('the breaker', () => {
  test('opens after so many failures in a row: calls are refused at once, with the time to try again', async () => {
    const one = await opened();
    let asked = false;
    const call = one.worker.run(read, async () => {
      asked = true;
    });
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof StorageError);
      assert.deepEqual([error.failure, error.transience], ['transient', 'unreached']);
      assert.ok((error.retryAfterSeconds ?? 0) >= 1);
      return /^records: no answer since \d{4}-/.test(error.message);
    });
    assert.equal(asked, false);
    assert.equal(one.status().calls.refused, 1);
  });

  for (const [what, answer] of Object.entries({
    'something is missing': () => Promise.reject(new StorageError('missing', 'x')),
    'a permanent failure': () => Promise.reject(new StorageError('permanent', 'x')),
    'a violated condition': () => Promise.reject(new RegistryError('version-exists', 'x')),
    'being too busy': fails('busy'),
    'others in the way': fails('contended'),
    'an answer': async () => {},
  })) {
    test(`stays closed at ${what}, which interrupts a row of failures`, async () => {
      const one = guard();
      for (let i = 0; i < 4; i++) {
        await assert.rejects(one.requests.run(read, fails()));
        await assert.rejects(one.requests.run(read, fails()));
        await one.requests.run(read, answer).catch(() => {});
        await one.requests.run(read, answer).catch(() => {});
      }
      assert.equal(one.status().breaker, 'closed');
    });
  }

  test('lets one call try after a pause, refuses the others meanwhile, and closes when it is answered', async () => {
    const one = await opened();
    await wait(50);
    const { work, letGo } = held();
    const trying = one.requests.run(list, work);
    assert.equal(one.status().breaker, 'half-open');
    await assert.rejects(one.requests.run(read, fails()), { transience: 'unreached' });
    letGo();
    assert.equal(await trying, 'answer');
    assert.deepEqual(
      [one.status().breaker, one.status().awaySince, one.status().tryAt],
      ['closed', null, null],
    );
  });

  test('pauses twice as long after each try that failed, up to the longest', async () => {
    const one = await opened();
    const since = one.status().awaySince;
    const pauses: number[] = [];
    for (let tries = 0; tries < 3; tries++) {
      await wait(105);
      const before = Date.now();
      await assert.rejects(one.requests.run(read, fails()), { transience: 'unanswered' });
      pauses.push((one.status().tryAt?.getTime() ?? 0) - before);
    }
    assert.ok((pauses[0] ?? 0) >= 80 && (pauses[1] ?? 0) >= 100, String(pauses));
    assert.ok((pauses[2] ?? 0) < 300, String(pauses));
    assert.equal(one.status().awaySince, since, 'it has been away all the time');
  });

  test('counts what takes too long as a failure', async () => {
    const one = guard();
    for (let i = 0; i < 3; i++) await assert.rejects(one.requests.run(read, never));
    assert.equal(one.status().breaker, 'open');
  });
});

describe('the lines', () => {
  test('let so many calls run and so many wait; the others are turned away at once', async () => {
    const one = guard();
    const calls = Array.from({ length: 4 }, held);
    const running = calls.map(({ work }) => one.requests.run(list, work));
    assert.deepEqual(one.status().lines.requests, { running: 2, waiting: 2, places: 2 });
    await assert.rejects(one.requests.run(list, never), {
      failure: 'transient',
      transience: 'unreached',
      retryAfterSeconds: 1,
      message: 'records: all 2 places are taken, and others wait already',
    });
    for (const { letGo } of calls) letGo();
    assert.deepEqual(await Promise.all(running), Array(4).fill('answer'));
    assert.deepEqual(one.status().lines.requests, { running: 0, waiting: 0, places: 2 });
    assert.equal(one.status().calls.turnedAway, 1);
  });

  test('serve who waits longest first', async () => {
    const one = guard({ lines: { ...settings.lines, requests: { places: 1, waiting: 9, waitMs: 10_000 } } });
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3].map((i) => one.requests.run(list, async () => void order.push(i))));
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  test('let nobody wait longer than allowed', async () => {
    const line = { places: 1, waiting: 9, waitMs: 5 };
    const one = guard({ lines: { requests: line, worker: line } });
    const first = held();
    const running = one.requests.run(list, first.work);
    await assert.rejects(one.requests.run(list, never), { transience: 'unreached' });
    assert.equal(one.status().lines.requests.waiting, 0);
    first.letGo();
    await running;
  });

  test('of the API and the worker are apart: neither can take the places of the other', async () => {
    const one = guard();
    const stuck = [one.worker.run(list, never), one.worker.run(list, never)];
    assert.equal(await one.requests.run(read, async () => 'answer'), 'answer');
    await Promise.allSettled(stuck);
  });

  test('have a free place again after a call that took too long', async () => {
    const one = guard();
    await Promise.allSettled([one.requests.run(read, never), one.requests.run(read, never)]);
    assert.equal(await one.requests.run(read, async () => 'answer'), 'answer');
  });

  test('are not held up by what may take minutes', async () => {
    const one = guard();
    const copies = Array.from({ length: 5 }, held);
    const copying = copies.map(({ work }) => one.worker.run(bulk, work));
    assert.equal(await one.worker.run(read, async () => 'answer'), 'answer');
    for (const { letGo } of copies) letGo();
    await Promise.all(copying);
  });

  test('do not ask the engine for those who waited while it went away', async () => {
    const one = guard({ lines: { ...settings.lines, requests: { places: 1, waiting: 9, waitMs: 10_000 } } });
    for (let i = 0; i < 2; i++) await assert.rejects(one.requests.run(read, fails()));
    const last = one.requests.run(read, never);
    const waited = one.requests.run(read, () => assert.fail('it was asked'));
    await assert.rejects(last, { transience: 'unanswered' });
    await assert.rejects(waited, { transience: 'unreached' });
  });
});

describe('a call is made again', () => {
  const patient = { retries: { most: 2, delayMs: 1, share: 0.1 } };

  test('when it failed and may be repeated, so often at most', async () => {
    const one = guard(patient);
    const twice = failing(2);
    assert.equal(await one.requests.run(list, twice.work), 'answer');
    assert.equal(one.status().calls.retried, 2);
    const thrice = failing(3, 'contended');
    await assert.rejects(one.requests.run(idempotentWrite, thrice.work), { failure: 'transient' });
    assert.equal(thrice.made.calls, 3);
  });

  test('not when it is a write that may have been applied', async () => {
    const one = guard(patient);
    const once = failing(1, 'unanswered');
    await assert.rejects(one.requests.run(write, once.work), { failure: 'transient' });
    assert.equal(once.made.calls, 1);
  });

  for (const transience of ['unreached', 'busy', 'contended'] as const) {
    test(`also a write, when it is known to have applied nothing: ${transience}`, async () => {
      const once = failing(1, transience);
      assert.equal(await guard(patient).requests.run(write, once.work), 'answer');
    });
  }

  test('not when the answer is a refusal, or something is missing', async () => {
    const one = guard(patient);
    for (const error of [new RegistryError('not-found', 'x'), new StorageError('missing', 'x')]) {
      await assert.rejects(
        one.requests.run(read, () => Promise.reject(error)),
        error,
      );
    }
    assert.equal(one.status().calls.retried, 0);
  });

  test('only as long as there is a budget, which calls fill again', async () => {
    const breaker = { failures: 1_000, pauseMs: 1, longestPauseMs: 1 };
    const one = guard({ ...patient, breaker });
    for (let i = 0; i < 20; i++) await assert.rejects(one.requests.run(read, fails()));
    const { retried } = one.status().calls;
    assert.ok(retried >= 10 && retried <= 13, `${retried} for 20 calls`);
    for (let i = 0; i < 30; i++) await one.requests.run(read, async () => {});
    await assert.rejects(one.requests.run(read, fails()));
    assert.equal(one.status().calls.retried, retried + 2);
  });

  test('within the time of the call only', async () => {
    const one = guard({ retries: { most: 1_000, delayMs: 5, share: 1 } });
    await assert.rejects(
      one.requests.run(read, async () => {
        await wait(20);
        throw transient();
      }),
      { failure: 'transient' },
    );
    assert.ok(one.status().calls.failed <= 2);
  });

  test('not once the engine is known to be away', async () => {
    const breaker = { failures: 2, pauseMs: 10_000, longestPauseMs: 10_000 };
    const one = guard({ breaker, retries: { most: 10, delayMs: 1, share: 1 } });
    const broken = failing(5);
    await assert.rejects(one.requests.run(read, broken.work));
    assert.equal(broken.made.calls, 2);
  });
});

describe('an iteration', () => {
  async function* numbers(failAt: number) {
    for (let i = 0; i < 5; i++) {
      if (i === failAt) throw transient();
      yield i;
    }
  }

  test('is passed on step by step', async () => {
    assert.deepEqual(await Array.fromAsync(guard().worker.each(() => numbers(9))), [0, 1, 2, 3, 4]);
  });

  test('fails where a step fails or takes too long', async () => {
    const one = guard();
    await assert.rejects(Array.fromAsync(one.worker.each(() => numbers(2))), { failure: 'transient' });
    const stuck = one.worker.each(async function* () {
      yield 0;
      await never();
    });
    await assert.rejects(Array.fromAsync(stuck), { message: 'records: it did not answer within 60 ms' });
  });

  test('that is not wanted any more is ended', async () => {
    let isEnded = false;
    const steps = guard().worker.each(async function* () {
      try {
        yield* [1, 2, 3];
      } finally {
        isEnded = true;
      }
    });
    for await (const step of steps) if (step === 2) break;
    assert.equal(isEnded, true);
  });
});
