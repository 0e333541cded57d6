// `assay migrate-engine` as an operator runs it: as a process, killed at any moment and begun again, while the source is
// being written. MIGRATE_KILLS: how often in each of its two steps; 2 unless given.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../src/config/index.ts';
import { packageKey } from '../src/core/content/index.ts';
import type { RecordsEngine } from '../src/core/engine.ts';
import { type TransferSide, WriteGuard } from '../src/core/transfer/index.ts';
import { openSide } from '../src/wiring/transfer.ts';
import { credentialsIn, places, type Variables } from './support/engine-places.ts';
import { randomness, someAuditEntry, someEvent, someFile, someItem, someJob } from './support/samples.ts';
import { everythingIn, put, someRegistry, type TestSide } from './support/transfer-sides.ts';

const kills = Number(process.env.MIGRATE_KILLS ?? 2);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const moves = [
  ['sqlite', 'sqlite'],
  ['sqlite', 'postgres'],
  ['postgres', 'dynamodb'],
  ['dynamodb', 'sqlite'],
  ['sqlite', 's3 and sqlite'],
  ['s3 and sqlite', 'sqlite'],
] as const;

for (const [from, to] of moves) {
  const skip = places[from].skip || places[to].skip;
  test(`from ${from} to ${to}: killed again and again while the source is written, it ends with the same registry`, {
    skip,
  }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-migrate-'));
    const [source, target] = [await places[from].make(), await places[to].make()];
    t.after(async () => {
      await source.drop();
      await target.drop();
      await rm(folder, { recursive: true });
    });
    const variables = { ...source.variables, ...target.variables };
    Object.assign(process.env, credentialsIn(variables));
    const move = await prepared(folder, source.variables, target.variables);
    t.after(move.close);
    const writing = keepWriting(move.source.opened);
    for (let kill = 0; kill < kills; kill++) {
      await move.killed(['--to', move.file], 300 + Math.random() * 3_000);
    }
    const carried = await move.run(['--to', move.file]);
    assert.equal(carried.code, 0, carried.output);
    assert.equal(writing.refused(), null);
    const cutOver = ['--to', move.file, '--cut-over', '--settle', '1'];
    for (let kill = 0; kill < kills; kill++) await move.killed(cutOver, 500 + Math.random() * 6_000);
    const { code, output } = await move.run(cutOver);
    // Killed only after everything was done: then there is nothing left to do.
    assert.ok(code === 0 || /has moved already/.test(output), output);
    assert.match(String(await writing.ended), /read-only/);
    assert.ok(writing.written() > 0);
    await assertSame(move.source.opened, await move.openTarget());
  });
}

test('a registry that is read-only says so to commands, and is written again when the cut-over is abandoned', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-migrate-'));
  t.after(() => rm(folder, { recursive: true }));
  const move = await prepared(folder, {}, {});
  await move.close();
  const carried = await move.run(['--to', move.file]);
  assert.equal(carried.code, 0, carried.output);
  const early = await run(['user', 'list'], { ASSAY_DATA: join(folder, 'target') });
  assert.deepEqual([early.code, /not complete/.test(early.output)], [1, true], early.output);
  const cutOver = await move.run(['--to', move.file, '--cut-over', '--settle', '0']);
  assert.equal(cutOver.code, 0, cutOver.output);
  const add = ['user', 'add', 'eve'];
  const refused = await run(add, { ASSAY_DATA: join(folder, 'source') });
  assert.deepEqual([refused.code, /moved to other engines/.test(refused.output)], [1, true], refused.output);
  assert.match((await move.run(['--to', move.file, '--leftovers'])).output, /^0 entries/);
  assert.equal((await run(add, { ASSAY_DATA: join(folder, 'target') })).code, 0);
  assert.equal((await move.run(['--abandon'])).code, 0);
  assert.equal((await run(add, { ASSAY_DATA: join(folder, 'source') })).code, 0);
});

test('a target that is badly configured is told with the name of its file, and nothing happens', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-migrate-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'target.env');
  await writeFile(file, 'ASSAY_RECORDS=paper\n');
  const { code, output } = await run(['migrate-engine', '--to', file], {
    ASSAY_DATA: join(folder, 'source'),
  });
  assert.equal(code, 2);
  assert.match(output, /target\.env: ASSAY_RECORDS must be one of/);
  assert.equal((await run(['migrate-engine'], { ASSAY_DATA: join(folder, 'source') })).code, 2);
});

/** A source with some hundred records and objects, and where it is to go. */
async function prepared(folder: string, fromVariables: Variables, toVariables: Variables) {
  const from = { ASSAY_DATA: join(folder, 'source'), ...fromVariables };
  const to = { ASSAY_DATA: join(folder, 'target'), ...toVariables };
  const file = join(folder, 'target.env');
  await writeFile(
    file,
    Object.entries(to).map(([name, value]) => `${name}=${value}\n`),
  );
  const source = await openSide(readConfig(from), 'migrate');
  await someRegistry(source.opened as TestSide);
  await someBulk(source.opened as TestSide);
  const closing = [source.close];
  const command = (args: readonly string[]) => ['migrate-engine', ...args];
  return {
    file,
    source,
    run: (args: readonly string[]) => run(command(args), from),
    killed: (args: readonly string[], afterMs: number) => run(command(args), from, afterMs),
    async openTarget() {
      const target = await openSide(readConfig(to));
      closing.push(target.close);
      return target.opened;
    },
    async close() {
      for (const close of closing) await close();
    },
  };
}

async function someBulk({ commit, files, content }: TestSide): Promise<void> {
  for (let batch = 0; batch < 30; batch++) {
    await commit(
      Array.from({ length: 20 }, () => [{ change: 'item.insert', item: someItem() } as const]).flat(),
    );
  }
  await files.put(
    'v1',
    Array.from({ length: 1_000 }, (_, i) => someFile({ path: `folder/${i}` })),
  );
  for (let i = 0; i < 60; i++) {
    const bytes = randomness.bytes(40_000);
    await put(content, packageKey(createHash('sha256').update(bytes).digest('hex')), bytes);
  }
}

/** Writes as a server does, until that is refused. */
function keepWriting(side: TransferSide) {
  const engine = side as TransferSide & RecordsEngine;
  const guard = new WriteGuard({ clock: { now: () => new Date() }, marks: engine.marks });
  const commit = guard.commit(engine.commit);
  let written = 0;
  let refusal: unknown = null;
  const ended = (async () => {
    while (refusal === null) {
      const item = someItem();
      await commit([
        { change: 'item.insert', item },
        { change: 'event.append', event: someEvent() },
        { change: 'job.queue', job: someJob() },
        { change: 'audit.append', entry: someAuditEntry({ at: new Date() }) },
      ]).then(
        () => written++,
        (error) => {
          refusal = error;
        },
      );
      await wait(20);
    }
    return refusal;
  })();
  return { ended, written: () => written, refused: () => refusal };
}

/** One pair for both sides, as an operator has it. */
/** `killAfterMs`: it is killed then, if it has not ended. */
async function run(args: readonly string[], variables: Variables, killAfterMs?: number) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { PATH: process.env.PATH, ...credentialsIn(process.env), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { code: code as number | null, output };
}

async function assertSame(source: TransferSide, target: TransferSide): Promise<void> {
  const [here, there] = [await everythingIn(source), await everythingIn(target)] as const;
  const { content, upload, job, ...others } = here;
  const { content: contentThere, upload: _uploads, job: jobsThere, ...othersThere } = there;
  assert.deepEqual(othersThere, others);
  const { 'incoming/open': _, ...carried } = content as Record<string, string>;
  assert.deepEqual(contentThere, carried);
  const waiting = (job as { kind: string }[]).filter(({ kind }) => kind !== 'sweep-content');
  assert.deepEqual(jobsThere, waiting);
  assert.equal((upload as unknown[]).length, 2);
  assert.equal(await target.marks.read(), null);
  assert.equal((await source.marks.read())?.state, 'moved');
}
