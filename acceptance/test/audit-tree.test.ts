// The audit log shows when it was changed: proofs, exports and checkpoints, verified by code of the tests' own, and by the
// command; also after crashes and with several processes.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import {
  type ExportedLine,
  type Jwk,
  leafHash,
  openExport,
  openNote,
  rootOfPath,
  rootsOfConsistency,
} from '../src/audit-proofs.ts';
import { type Api, ok, pause, refused, waitFor } from '../src/call.ts';
import { enginesName, onlyEmbedded } from '../src/engines.ts';
import {
  AssayProcess,
  type Environment,
  removeTemporaryFolders,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, logIn } from '../src/users.ts';

const often = { ASSAY_AUDIT_TREE_EVERY_MS: '50', ASSAY_AUDIT_CHECKPOINT_EVERY_MS: '0' };
/** DynamoDB gives out what waits when nothing can come before it any more. */
const patience = { timeoutMs: enginesName === 'dynamodb-s3-sqs' ? 300_000 : 60_000 };

interface Checkpoint {
  readonly size: number;
  readonly root: string;
  readonly note: string;
}

interface Proof {
  readonly entryId: string;
  readonly index: number;
  readonly leafHash: string;
  readonly leaf: string | null;
  readonly path: readonly string[];
  readonly checkpoint: Checkpoint;
}

interface Entry {
  readonly id: string;
  readonly operation: string;
  readonly outcome: string;
}

const hashes = (texts: readonly string[]) => texts.map((text) => Buffer.from(text, 'base64'));

const keysOf = async (api: Api) =>
  (await ok(api.get<{ keys: readonly Jwk[] }>('/.well-known/assay-keys.json'))).keys;

const exportOf = async (api: Api, query: Record<string, number> = {}) =>
  (await api.get<string>('/api/audit/export', query)).text;

function proven(api: Api, id: string): Promise<Proof> {
  return waitFor(
    `the proof of ${id}`,
    async () => {
      const answer = await api.get<Proof>(`/api/audit/entries/${id}/proof`);
      return answer.status === 200 ? answer.body : undefined;
    },
    patience,
  );
}

function requireProof(proof: Proof, keys: readonly Jwk[]): void {
  const { size, root } = openNote(proof.checkpoint.note, keys);
  const path = hashes(proof.path);
  const leaf = proof.leaf ?? assert.fail('the entry is not shown');
  assert.equal(leafHash(leaf).toString('base64'), proof.leafHash);
  assert.ok(rootOfPath(leafHash(leaf), proof.index, size, path).equals(root));
  assert.equal(JSON.parse(leaf).id, proof.entryId);
}

async function run(dataFolder: string, args: readonly string[], environment: Environment = {}) {
  const process = await AssayProcess.launch(args, dataFolder, environment);
  const { code } = await process.exit();
  return { code, output: process.output, complaints: process.complaints };
}

/** Every entry that the log lists is in the tree, once. */
async function requireComplete(server: ServerProcess, api: Api): Promise<readonly ExportedLine[]> {
  const listed = await api.all<Entry>('/api/audit', { limit: 200 });
  const newest = listed[0]?.id ?? assert.fail('the log is empty');
  for (const { id } of [listed.at(-1), listed[Math.floor(listed.length / 2)]].filter(
    (one) => one !== undefined,
  )) {
    requireProof(await proven(api, id), await keysOf(server.api));
  }
  return waitFor(
    'every entry in the tree',
    async () => {
      const lines = openExport(await exportOf(api), await keysOf(server.api));
      const placed = new Set(lines.map(({ entry }) => entry.id));
      return placed.has(newest) && listed.every(({ id }) => placed.has(id)) ? lines : undefined;
    },
    patience,
  );
}

after(removeTemporaryFolders);

describe('the audit tree', async () => {
  const server = await startServer(often);
  const admin = await enterAsAdministrator(server);
  const ada = await addUser(admin, 'ada');
  const grace = await addUser(admin, 'grace');
  const keys = await keysOf(server.api);
  after(() => server.stop());

  const entriesOf = (user: { readonly id: string }) => admin.api.all<Entry>('/api/audit', { user: user.id });

  test('proves every entry to administrators, and to users their own', async () => {
    await refused(ada.api.get('/api/packages/unknown-package'), 404, 'not-found');
    const [entry] = await waitFor('an entry', async () => {
      const found = await entriesOf(ada);
      return found.length > 0 && found;
    });
    const id = entry?.id ?? '';
    for (const { api } of [admin, ada]) requireProof(await proven(api, id), keys);
    const asked = [
      [grace.api, id],
      [ada.api, (await entriesOf(grace))[0]?.id],
      [admin.api, 'no-such-entry'],
    ] as const;
    for (const [api, wanted] of asked) {
      await refused(api.get(`/api/audit/entries/${wanted}/proof`), 404, 'not-found');
    }
    for (const path of ['checkpoint', 'consistency?from=1&to=1', 'export']) {
      await refused(ada.api.get(`/api/audit/${path}`), 403, 'permission-denied');
    }
  });

  test('proves that it has only grown since an earlier checkpoint', async () => {
    const before = await ok(admin.api.get<Checkpoint>('/api/audit/checkpoint'));
    const now = await waitFor(
      'a later checkpoint',
      async () => {
        const latest = await ok(admin.api.get<Checkpoint>('/api/audit/checkpoint'));
        return latest.size > before.size && latest;
      },
      patience,
    );
    const again = await ok(admin.api.get<Checkpoint>('/api/audit/checkpoint', { size: before.size }));
    assert.deepEqual(again, before);
    const query = { from: before.size, to: now.size };
    const proof = await ok(admin.api.get<{ path: string[] }>('/api/audit/consistency', query));
    const [from, to] = [openNote(before.note, keys), openNote(now.note, keys)];
    const roots = rootsOfConsistency(from.size, to.size, hashes(proof.path), from.root);
    assert.ok(roots[0].equals(from.root) && roots[1].equals(to.root));
    await refused(admin.api.get('/api/audit/consistency', { from: 5, to: 4 }), 400, 'invalid-request');
    await refused(admin.api.get('/api/audit/consistency', { from: 1, to: 1_000_000 }), 404, 'not-found');
    await refused(admin.api.get('/api/audit/export', { from: 3, until: 2 }), 400, 'invalid-request');
  });

  test('is exported so that anybody can verify it, and any change of it is pointed at', async () => {
    await requireComplete(server, admin.api);
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    const kept = await ok(admin.api.get<Checkpoint>('/api/audit/checkpoint'));
    await writeFile(at('keys.json'), JSON.stringify({ keys }));
    await writeFile(at('kept.note'), kept.note);
    const exported = await run(server.dataFolder, ['audit', 'export', at('whole')]);
    assert.deepEqual([exported.code, exported.complaints], [0, '']);
    const text = await readFile(at('whole'), 'utf8');
    const lines = openExport(text, keys);
    const verify = async (content: string, ...options: string[]) => {
      await writeFile(at('given'), content);
      // Settings that are none: it needs no configuration.
      return run(folder, ['audit', 'verify', at('given'), ...options], { ASSAY_NONSENSE: 'true' });
    };
    const withKeys = ['--keys', at('keys.json')];
    const intact = await verify(text, ...withKeys, '--checkpoint', at('kept.note'));
    assert.deepEqual([intact.code, intact.complaints], [0, '']);
    assert.match(intact.output, new RegExp(`^Intact: ${lines.length} entries`));
    assert.equal((await verify(await exportOf(admin.api, { from: 2, until: 5 }), ...withKeys)).code, 0);

    const changedAt = 3;
    const { id } = lines[changedAt]?.entry ?? assert.fail();
    const changes = {
      [`Entry ${changedAt} (${id}) was changed`]: (all: string[]) =>
        all.with(changedAt + 1, (all[changedAt + 1] ?? '').replace('"outcome":"', '"outcome":"x')),
      [`Entry ${changedAt} was removed`]: (all: string[]) => all.toSpliced(changedAt + 1, 1),
      [`Entry ${changedAt} comes a second time`]: (all: string[]) =>
        all.toSpliced(changedAt + 1, 0, all[changedAt + 1] ?? ''),
    };
    for (const [told, change] of Object.entries(changes)) {
      const found = await verify(change(text.split('\n')).join('\n'), ...withKeys);
      assert.equal(found.code, 3, found.complaints);
      assert.ok(found.complaints.includes(told), found.complaints);
    }
    const foreign = await verify(text, '--key', Buffer.alloc(32, 1).toString('base64'));
    assert.equal(foreign.code, 3);
    assert.match(foreign.complaints, /not signed by a key that is trusted/);
    assert.equal((await verify(text)).code, 2);
  });

  test('an entry that somebody changes in the database is pointed at', { skip: onlyEmbedded }, async () => {
    const lines = await requireComplete(server, admin.api);
    const { index, entry } = lines[4] ?? assert.fail();
    const database = new DatabaseSync(join(server.dataFolder, 'registry.db'), { timeout: 10_000 });
    database.exec('DROP TRIGGER audit_entries_never_change');
    database.prepare("UPDATE audit_entries SET address = '203.0.113.9' WHERE id = ?").run(entry.id);
    database.close();
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys }));
    await writeFile(join(folder, 'export'), await exportOf(admin.api));
    const options = ['--keys', join(folder, 'keys.json')];
    const found = await run(folder, ['audit', 'verify', join(folder, 'export'), ...options]);
    assert.equal(found.code, 3);
    assert.ok(found.complaints.includes(`Entry ${index} (${entry.id}) was changed`), found.complaints);
  });
});

test('a server that is killed again and again puts every entry into the tree once', async () => {
  let server = await startServer(often);
  const { name, password } = await enterAsAdministrator(server);
  const enter = async () => server.api.as((await logIn(server.api, name, password)).token);
  const seen: Checkpoint[] = [];
  for (let crash = 0; crash < 4; crash++) {
    const api = await enter();
    const asking = Array.from({ length: 200 }, () => api.get('/api/users').catch(() => {}));
    await pause(40 + Math.random() * 300);
    const { status, body } = await api
      .get<Checkpoint>('/api/audit/checkpoint')
      .catch(() => ({ status: 0, body: null }));
    if (status === 200 && body !== null) seen.push(body);
    await server.kill();
    await Promise.all(asking);
    server = await server.again();
  }
  const api = await enter();
  await requireComplete(server, api);
  for (const { size, note } of seen) {
    const keys = await keysOf(server.api);
    assert.equal(openNote(note, keys).size, size);
    assert.equal((await ok(api.get<Checkpoint>('/api/audit/checkpoint', { size }))).note, note);
    const whole = await exportOf(api, { size });
    assert.equal(openExport(whole, keys).length, size);
  }
  await server.stop();
});

test('several processes that keep the tree keep one', async () => {
  const server = await startServer(often);
  const admin = await enterAsAdministrator(server);
  const workers = await Promise.all(
    Array.from({ length: 2 }, () => AssayProcess.launch(['work'], server.dataFolder, often)),
  );
  await Promise.all(workers.map((worker) => worker.printed(/works on jobs/)));
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 50 }, () => admin.api.get('/api/users')));
    await pause(150);
  }
  // Whoever has kept it last is gone: another one goes on.
  workers[0]?.signal('SIGKILL');
  await workers[0]?.exit();
  await Promise.all(Array.from({ length: 50 }, () => admin.api.get('/api/users')));
  await requireComplete(server, admin.api);
  workers[1]?.signal('SIGTERM');
  assert.equal((await workers[1]?.exit())?.code, 0);
  await server.stop();
});
