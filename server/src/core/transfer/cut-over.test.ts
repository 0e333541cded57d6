import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import { arrived, carry, finish, moving } from '../../../test/support/memory-move.ts';
import { someAuditEntry, someDigest, someItem } from '../../../test/support/samples.ts';
import {
  at,
  everythingIn,
  published,
  put,
  recordsOf,
  type TestSide,
} from '../../../test/support/transfer-sides.ts';
import { packageKey } from '../content/index.ts';
import {
  abandonTransfer,
  beginTransfer,
  carryLeftovers,
  cutOver,
  recordKinds,
  type TransferPorts,
  WriteGuard,
  writableForMs,
} from './index.ts';

test('content that is not what its name says is told, not carried, and not cut over', async () => {
  const move = await moving();
  const key = packageKey(someDigest('something else'));
  await put(move.source.content, key, 'rotten bytes');
  await carry(move);
  assert.equal(await move.target.content.stat(key), null);
  assert.ok(
    move.told.some((line) => line.includes(key.path)),
    'it is told',
  );
  await assert.rejects(finish(move), { code: 'state-conflict', detail: /damaged/ });
  assert.equal((await move.source.marks.read())?.state, 'read-only');
  await move.source.content.remove(key);
  await finish(move);
  assert.deepEqual(await everythingIn(move.target), await arrived(move.source));
});

test('what somebody changes at the target before the cut-over is found and set right', async () => {
  const move = await moving();
  await carry(move);
  await put(move.target.content, packageKey(someDigest(published)), 'PUBLISHED BYTES');
  await move.target.transfer.item.remove([someItem({ id: 'i1' })]);
  await move.target.transfer.item.put([someItem({ id: 'intruder' })]);
  await finish(move);
  assert.deepEqual(await everythingIn(move.target), await arrived(move.source));
});

test('after the cut-over the source is read-only and the target is not', async () => {
  const move = await moving();
  await finish(move);
  const { clock } = move.ports;
  const [from, to] = [move.source, move.target].map((side) => {
    const guard = new WriteGuard({ clock, marks: side.marks });
    return { commit: guard.commit(side.commit), jobs: guard.jobs(side.jobs) };
  });
  const change = { change: 'item.insert', item: someItem() } as const;
  await assert.rejects(async () => from?.commit([change]), { code: 'read-only', retryAfterSeconds: 30 });
  assert.equal(await from?.jobs.lease(['check-version'], clock.now(), 1_000), null);
  await to?.commit([change]);
  assert.equal((await to?.jobs.lease(['check-version'], clock.now(), 1_000))?.id, 'j1');
  await assert.rejects(finish(move), { detail: /moved already/ });
});

test('the cut-over waits for writes that had begun, and for running jobs', async () => {
  const move = await moving();
  await carry(move);
  const { source } = move;
  const job = await source.jobs.lease(['check-version'], at, 60_000);
  assert.ok(job);
  const pauses: number[] = [];
  move.onPause = async (ms) => {
    pauses.push(ms);
    // A commit that was admitted before the mark ends while the transfer waits; a job goes on for a while.
    if (pauses.length === 1) await source.commit([{ change: 'item.insert', item: someItem({ id: 'late' }) }]);
    if (pauses.length < 4) return;
    await source.commit([{ change: 'item.insert', item: someItem({ id: 'of the job' }) }]);
    await source.jobs.finish(job);
  };
  await finish(move);
  assert.equal(pauses[0], writableForMs + 1_000);
  assert.deepEqual(
    (await recordsOf(move.target, 'item')).map(({ id }) => id),
    ['i1', 'late', 'of the job'],
  );
  assert.equal(
    (await recordsOf(move.target, 'job')).some(({ id }) => id === 'j1'),
    false,
  );
});

test('a job whose worker has died holds nothing up, and runs at the target', async () => {
  const move = await moving();
  await move.source.jobs.lease(['check-version'], new Date(at.getTime() - 60_000), 1_000);
  await move.source.jobs.lease(['check-version'], at, 1_000);
  await finish(move);
  const leased = await move.target.jobs.lease(['check-version'], move.ports.clock.now(), 1_000);
  assert.deepEqual([leased?.id, leased?.attempt], ['j1', 2]);
});

test('reading goes on during the cut-over and keeps it from nothing; what it leaves is carried afterwards', async () => {
  const move = await moving();
  await carry(move);
  const { source } = move;
  const read = async () => {
    await source.tokens.useSession('s1', at);
    await source.audit.append([someAuditEntry({ at: new Date(move.ports.clock.now().getTime() + 1) })]);
  };
  move.onPause = read;
  await finish(move);
  await read();
  await read();
  const missing =
    (await recordsOf(source, 'audit-entry')).length - (await recordsOf(move.target, 'audit-entry')).length;
  assert.ok(missing > 0);
  assert.equal(await carryLeftovers(move.ports), missing);
  assert.equal(await carryLeftovers(move.ports), 0);
  assert.deepEqual(await recordsOf(move.target, 'audit-entry'), await recordsOf(source, 'audit-entry'));
});

test('leftovers are of a cut-over only', async () => {
  const move = await moving();
  await carry(move);
  await assert.rejects(carryLeftovers(move.ports), { detail: /not been cut over/ });
});

test('a cut-over that is given up can be made later', async () => {
  const move = await moving();
  const job = await move.source.jobs.lease(['check-version'], at, 3_600_000);
  assert.ok(job);
  let waited = 0;
  move.onPause = async () => {
    if (++waited > 3) throw new Error('the operator loses patience');
  };
  await assert.rejects(finish(move), /patience/);
  assert.equal(await abandonTransfer(move.source), true);
  assert.equal(await abandonTransfer(move.source), false);
  await move.source.commit([{ change: 'item.insert', item: someItem({ id: 'written again' }) }]);
  await move.source.jobs.finish(job);
  move.onPause = async () => {};
  await finish(move);
  assert.deepEqual(await everythingIn(move.target), await arrived(move.source));
});

test('whatever call it dies at, the transfer goes on to the same end when it is begun again', async () => {
  await assertSurvivesDeath(async () => {
    const move = await moving();
    const { ports, source, target } = move;
    return {
      ports: flat(ports),
      step: async (threatened) => {
        const given = joined(ports, threatened);
        if ((await target.marks.read()) === null && (await source.marks.read())?.state === 'moved') return;
        await cutOver(given, await beginTransfer(given), { settleMs: 0 });
      },
      outcome: async () => ({
        ...(await everythingIn(target)),
        marks: [(await source.marks.read())?.state, await target.marks.read()],
      }),
    };
  });
});

type Flat = Record<string, object>;

/** The ports of both sides by which something is written, one beside the other. */
function flat({ source, target }: TransferPorts): Flat {
  const kinds = recordKinds.map((kind) => [`target.${kind}`, target.transfer[kind]] as const);
  const marks = { 'source.marks': source.marks, 'target.marks': target.marks };
  const others = { 'target.secrets': target.secrets, 'target.content': target.content };
  return { ...Object.fromEntries(kinds), ...marks, ...others };
}

function joined(ports: TransferPorts, threatened: Flat): TransferPorts {
  const { source, target } = ports;
  const given = threatened as unknown as {
    'source.marks': TestSide['marks'];
    'target.marks': TestSide['marks'];
    'target.secrets': TestSide['secrets'];
    'target.content': TestSide['content'];
  };
  const kinds = recordKinds.map((kind) => [kind, threatened[`target.${kind}`]]);
  const content = given['target.content'];
  return {
    ...ports,
    source: { ...source, marks: given['source.marks'] },
    target: {
      ...target,
      marks: given['target.marks'],
      secrets: given['target.secrets'],
      transfer: Object.fromEntries(kinds) as TestSide['transfer'],
      content: {
        ...target.content,
        stat: (key) => content.stat(key),
        read: (key) => content.read(key),
        write: (key, bytes) => content.write(key, bytes),
        copy: (from, to, revision) => content.copy(from, to, revision),
        remove: (key) => content.remove(key),
        // A listing is walked, not awaited.
        list: (area) => target.content.list(area),
      },
    },
  };
}
