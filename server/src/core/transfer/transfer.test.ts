import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSurvivesDeath } from '../../../test/support/dying-ports.ts';
import {
  randomness,
  someAuditEntry,
  someDigest,
  someEvent,
  someGroup,
  someItem,
  someJob,
  someVersion,
} from '../../../test/support/samples.ts';
import {
  at,
  everythingIn,
  memoryJournal,
  memorySide,
  published,
  put,
  recordsOf,
  someRegistry,
  type TestSide,
  webhookSecret,
} from '../../../test/support/transfer-sides.ts';
import { incomingKey, packageKey, quarantineKey } from '../content/index.ts';
import {
  abandonTransfer,
  beginTransfer,
  carryEverything,
  carryLeftovers,
  cutOver,
  recordKinds,
  type TransferPorts,
  WriteGuard,
  writableForMs,
} from './index.ts';

interface Moving {
  readonly source: TestSide;
  readonly target: TestSide;
  readonly ports: TransferPorts;
  readonly told: string[];
  /** What happens while the transfer pauses. */
  onPause: (ms: number) => Promise<void>;
}

async function moving(given: { source?: TestSide; target?: TestSide } = {}): Promise<Moving> {
  const source = given.source ?? (await memorySide());
  const target = given.target ?? (await memorySide());
  if (given.source === undefined) await someRegistry(source);
  let now = at;
  const told: string[] = [];
  const made: Moving = {
    source,
    target,
    told,
    onPause: async () => {},
    ports: {
      clock: { now: () => now },
      randomness,
      source,
      target,
      journal: memoryJournal(),
      parallel: 3,
      tell: (line) => void told.push(line),
      pause: async (ms) => {
        now = new Date(now.getTime() + ms);
        await made.onPause(ms);
      },
    },
  };
  return made;
}

async function carry({ ports }: Moving): Promise<void> {
  await carryEverything(ports, await beginTransfer(ports));
}

async function finish({ ports }: Moving): Promise<void> {
  await cutOver(ports, await beginTransfer(ports), { settleMs: 1_000 });
}

/** What a source looks like once it has arrived. */
async function arrived(source: TestSide): Promise<Record<string, unknown>> {
  const all = await everythingIn(source);
  const { content } = all as { content: Record<string, string> };
  const { 'incoming/open': _, ...carried } = content;
  const uploads = (await recordsOf(source, 'upload')).map((upload) =>
    upload.state === 'open'
      ? { ...upload, state: 'expired', receiving: { method: 'form' }, revision: upload.revision + 1 }
      : upload,
  );
  const jobs = (await recordsOf(source, 'job')).filter(({ kind }) => kind !== 'sweep-content');
  return { ...all, content: carried, upload: uploads, job: jobs };
}

test('everything arrives, open uploads as expired ones', async () => {
  const move = await moving();
  await carry(move);
  const there = await everythingIn(move.target);
  assert.deepEqual(there, await arrived(move.source));
  for (const kind of recordKinds) assert.notEqual((there[kind] as unknown[]).length, 0, `some ${kind}`);
  const [webhook] = await recordsOf(move.target, 'webhook');
  await assert.rejects(move.source.secretBox.open(webhook?.sealedSecret ?? '', 'webhook w1'), {
    failure: 'permanent',
  });
  assert.equal(await move.target.secretBox.open(webhook?.sealedSecret ?? '', 'webhook w1'), webhookSecret);
});

test('another pass stores nothing again', async () => {
  const move = await moving();
  await carry(move);
  const revision = (await move.target.content.stat(quarantineKey('v2')))?.revision;
  move.told.length = 0;
  await carry(move);
  assert.deepEqual(
    move.told.filter((line) => !line.includes('the same')),
    [],
  );
  assert.equal((await move.target.content.stat(quarantineKey('v2')))?.revision, revision);
});

test('what has changed, come and gone at the source since the last pass follows with the next', async () => {
  const move = await moving();
  await carry(move);
  const { source } = move;
  const [version] = (await recordsOf(source, 'version')).filter(({ id }) => id === 'v2');
  const [pkg] = await recordsOf(source, 'package');
  assert.ok(version && pkg);
  await source.commit([
    { change: 'group.delete', groupId: 'g1' },
    { change: 'group.insert', group: someGroup({ id: 'g0', name: 'vision' }) },
    { change: 'version.change', version: { ...version, state: 'rejected', revision: 2 } },
    { change: 'version.insert', version: someVersion({ id: 'v0', packageId: 'p1', label: '1.1.0' }) },
    { change: 'package.change', package: { ...pkg.package, title: 'Another', revision: 2 } },
    {
      change: 'package.index',
      packageId: 'p1',
      document: { name: 'tokenizer', title: 'Another', description: '' },
    },
    { change: 'session.end', sessionId: 's2' },
    { change: 'webhook.delete', webhookId: 'w1' },
    { change: 'event.append', event: someEvent({ id: 'e0' }) },
    { change: 'user.delete', userId: 'bob', permissions: ['search', 'download'], at },
  ]);
  await source.tokens.useSession('s1', at);
  await source.content.remove(quarantineKey('v2'));
  await put(source.content, { area: 'processed', path: 'v1/summary.json' }, '{"changed":true}');
  await carry(move);
  assert.deepEqual(await everythingIn(move.target), await arrived(source));
});

test('events that have come in another order are put into that of the source', async () => {
  const move = await moving();
  await carry(move);
  const [e2, e1] = await recordsOf(move.source, 'event');
  assert.ok(e1 && e2);
  await move.target.transfer.event.remove([e1, e2]);
  await move.target.transfer.event.put([e1, e2]);
  await move.source.commit([{ change: 'event.append', event: someEvent({ id: 'e3' }) }]);
  await carry(move);
  assert.deepEqual(
    (await move.target.events.listAfter(null, null, 10)).map(({ id }) => id),
    ['e2', 'e1', 'e3'],
  );
});

test('a target that holds anything else is refused, and left as it is', async () => {
  const target = await memorySide();
  await target.commit([{ change: 'item.insert', item: someItem() }]);
  const before = await everythingIn(target);
  await assert.rejects(carry(await moving({ target })), {
    code: 'state-conflict',
    detail: /not empty.*item/,
  });
  assert.deepEqual(await everythingIn(target), before);
  assert.equal(await target.marks.read(), null);
});

test('the target of one transfer is refused by another', async () => {
  const first = await moving();
  await carry(first);
  const second = await moving({ target: first.target });
  await assert.rejects(carry(second), { code: 'state-conflict', detail: /another transfer/ });
  await assert.rejects(carry(await moving({ source: first.target })), { detail: /being filled/ });
});

test('two configurations of the same engines are refused', async () => {
  const source = await memorySide();
  await someRegistry(source);
  await assert.rejects(carry(await moving({ source, target: source })), {
    detail: /the same records and the same content/,
  });
});

test('content moves alone when the records are the same', async () => {
  const source = await memorySide();
  await someRegistry(source);
  const { content } = await memorySide();
  const move = await moving({ source, target: { ...source, content } });
  await carry(move);
  await finish(move);
  assert.equal((await source.marks.read())?.state, 'read-only');
  assert.equal((await content.stat(packageKey(someDigest(published))))?.sizeBytes, published.length);
  assert.equal(await abandonTransfer(source), true);
  assert.equal((await source.marks.read())?.state, 'being-copied');
});

test('content that both sides share stays where it is', async () => {
  const move = await moving();
  const target = { ...move.target, content: move.source.content };
  const sharing = await moving({ source: move.source, target });
  await finish(sharing);
  assert.equal(
    sharing.told.some((line) => line.startsWith('content:')),
    false,
  );
  assert.notEqual(await move.source.content.stat(incomingKey('open')), null);
});

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

test('a registry that is being copied goes on being written', async () => {
  const move = await moving();
  await carry(move);
  const guard = new WriteGuard({ clock: move.ports.clock, marks: move.source.marks });
  await guard.commit(move.source.commit)([{ change: 'item.insert', item: someItem() }]);
  assert.equal((await guard.jobs(move.source.jobs).lease(['check-version'], at, 1_000))?.id, 'j1');
});

test('jobs that run when the registry becomes read-only may be told the end of', async () => {
  const { source, ports } = await moving();
  await source.commit([{ change: 'job.queue', job: someJob({ id: 'j2', runAt: at }) }]);
  const guarded = new WriteGuard({ clock: ports.clock, marks: source.marks }).jobs(source.jobs);
  const leased = await guarded.lease(['check-version'], at, 1_000);
  assert.ok(leased);
  await source.marks.write({ state: 'read-only', transferId: 't', since: at });
  await ports.pause(writableForMs);
  assert.equal(await guarded.prolong(leased, new Date(at.getTime() + 5_000)), true);
  assert.equal(await guarded.finish(leased), true);
  const notDue = await guarded.leaseJob('j2', at, 1_000);
  assert.ok(notDue !== null && 'dueAt' in notDue && notDue.dueAt > at);
});

test('however much is written, the mark is read once in two seconds', async () => {
  const { source, ports } = await moving();
  let reads = 0;
  const marks = {
    read: () => {
      reads += 1;
      return source.marks.read();
    },
  };
  const commit = new WriteGuard({ clock: ports.clock, marks }).commit(source.commit);
  const write = () => commit([{ change: 'item.insert', item: someItem() }]);
  await Promise.all(Array.from({ length: 20 }, write));
  assert.equal(reads, 1);
  await ports.pause(writableForMs - 1);
  await write();
  assert.equal(reads, 1);
  await ports.pause(1);
  await write();
  assert.equal(reads, 2);
});
