// Backups of registries with something of everything, taken at bad moments and restored into other engines.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readConfig } from '../../src/config/index.ts';
import { type ContentStore, packageKey, quarantineKey } from '../../src/core/content/index.ts';
import {
  type BackupPorts,
  chooseBackup,
  openSecrets,
  restoreBackup,
  takeBackup,
} from '../../src/core/recovery/index.ts';
import type { TransferSide } from '../../src/core/transfer/index.ts';
import { openBackupPorts, openPlace, openRestorePorts } from '../../src/wiring/recovery.ts';
import { openSide } from '../../src/wiring/transfer.ts';
import { someDigest, someVersion } from '../support/samples.ts';
import { everythingIn, published, put, someRegistry, type TestSide } from '../support/transfer-sides.ts';

const passphrase = 'correct horse battery staple';

/** An embedded registry with something of everything, and an empty place for backups. */
async function world(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'assay-recovery-'));
  const closing: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const close of closing.reverse()) await close();
    await rm(folder, { recursive: true });
  });
  const dataAt = (name: string) => readConfig({ ASSAY_DATA: join(folder, name) });
  const side = async (name: string) => {
    const { opened, close } = await openSide(dataAt(name), 'migrate');
    closing.push(close);
    return opened as TestSide;
  };
  const source = await side('source');
  await someRegistry(source);
  await put(source.content, packageKey(someDigest('tokenizer')), 'tokenizer');
  const place = await openPlace(join(folder, 'backups'), { mustExist: false });
  const told: string[] = [];
  const given = { place, parallel: 2, tell: (line: string) => void told.push(line), pauseLimitMs: 60_000 };
  const { opened: ports, close } = await openBackupPorts(dataAt('source'), given);
  closing.push(close);
  return {
    folder,
    place,
    source,
    side,
    ports,
    told,
    take: (changed: Partial<BackupPorts> = {}, options: { passphrase?: string; keep?: number } = {}) =>
      takeBackup({ ...ports, ...changed }, { passphrase: null, keep: null, ...options }),
    async restore(name: string, options: { passphrase?: string; despiteProblems?: boolean } = {}) {
      const manifest = await chooseBackup({ place, tell: given.tell }, null);
      const wanted = { ...given, manifest, passphrase: options.passphrase ?? null };
      const restoring = await openRestorePorts(dataAt(name), wanted);
      try {
        return await restoreBackup(restoring.opened, { despiteProblems: options.despiteProblems ?? false });
      } finally {
        await restoring.close();
      }
    },
  };
}

/** As it is after a restore. */
async function comparable(side: TransferSide): Promise<Record<string, unknown>> {
  const { upload: _uploads, job, content, ...others } = await everythingIn(side);
  const { 'incoming/open': _open, ...carried } = content as Record<string, string>;
  return {
    ...others,
    content: carried,
    job: (job as { kind: string }[]).filter(({ kind }) => kind !== 'sweep-content'),
  };
}

test('with its secrets, everything comes back as it was: records of every kind, content, keys, secrets of webhooks', async (t) => {
  const { take, restore, source, side } = await world(t);
  const manifest = await take({}, { passphrase });
  assert.deepEqual([manifest.missing, manifest.secrets], [[], 'sealed']);
  assert.deepEqual((await restore('target', { passphrase })).problems, []);
  assert.deepEqual(await comparable(await side('target')), await comparable(source));
});

test('without its secrets, everything comes back but webhooks, and no key of the registry is in the backup', async (t) => {
  const { take, restore, source, side, told, place } = await world(t);
  const { id } = await take();
  assert.equal(await place.open(id).readSecrets(), null);
  assert.deepEqual((await restore('target')).problems, []);
  assert.ok(told.some((line) => /^webhook: 1 left out/.test(line)));
  const { secrets: _keys, ...there } = await comparable(await side('target'));
  const { secrets: _others, ...here } = await comparable(source);
  assert.deepEqual(there, { ...here, webhook: [], delivery: [] });
});

test('content that moves while the backup is taken is where the records of the backup want it', async (t) => {
  const { take, restore, source, ports, side } = await world(t);
  const released = 'bytes that are released';
  await put(source.content, quarantineKey('v3'), released);
  const version = someVersion({
    id: 'v3',
    packageId: 'p1',
    label: '3.0.0',
    state: 'quarantined',
    digest: someDigest(released),
  });
  await source.commit([{ change: 'version.insert', version }]);
  const { missing } = await take({
    async takeRecords(file) {
      const taken = await ports.takeRecords(file);
      // A reviewer releases it at this very moment.
      await put(source.content, packageKey(someDigest(released)), released);
      await source.content.remove(quarantineKey('v3'));
      return taken;
    },
  });
  assert.deepEqual(missing, []);
  assert.deepEqual((await restore('target')).problems, []);
  const { content } = (await comparable(await side('target'))) as { content: Record<string, string> };
  assert.equal(content['quarantine/v3'], released);
});

test('records of what was deleted while its content was copied are taken again', async (t) => {
  const { take, restore, source, ports } = await world(t);
  const bytes = 'published and deleted in between';
  const version = someVersion({ id: 'v4', packageId: 'p1', label: '4.0.0', digest: someDigest(bytes) });
  let times = 0;
  const { missing } = await take({
    async takeRecords(file) {
      times += 1;
      if (times === 1) await source.commit([{ change: 'version.insert', version }]);
      const taken = await ports.takeRecords(file);
      if (times === 1) {
        await source.commit([
          {
            change: 'version.change',
            version: { ...version, state: 'deleted', revision: version.revision + 1 },
          },
        ]);
      }
      return taken;
    },
  });
  assert.deepEqual([times, missing], [2, []]);
  assert.deepEqual((await restore('target')).problems, []);
});

test('content that the registry itself has lost is told, by the backup and by the restore', async (t) => {
  const { take, restore, source } = await world(t);
  await source.content.remove(packageKey(someDigest(published)));
  const version = someVersion({ id: 'v5', packageId: 'p1', label: '5.0.0', digest: someDigest(published) });
  await source.commit([{ change: 'version.insert', version }]);
  const { missing } = await take();
  assert.ok(
    missing.some((key) => key.includes(someDigest(published))),
    missing.join(),
  );
  const { problems } = await restore('target');
  assert.ok(
    problems.some((problem) => problem.includes('5.0.0')),
    problems.join(),
  );
});

const refuse = async () => assert.fail('the content was touched');
const refusing = {
  read: refuse,
  open: refuse,
  locate: refuse,
  write: refuse,
  copy: refuse,
  remove: refuse,
  probe: refuse,
};

test('objects that two backups have in common lie there once, and are not read again', async (t) => {
  const { take, source } = await world(t);
  await take();
  const { content } = source;
  const unread: ContentStore = {
    ...refusing,
    list: (area) => content.list(area),
    stat: (key) => content.stat(key),
  };
  const { content: listed } = await take({
    source: {
      content: unread,
      uploads: source.uploads,
      versions: source.versions,
    },
  });
  assert.ok(listed.objects >= 4);
});

test('a manifest in which anything was changed is not believed, and the backup before is taken', async (t) => {
  const { take, place, told, folder } = await world(t);
  const first = await take();
  const second = await take();
  const path = join(folder, 'backups', 'backups', second.id, 'manifest.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"objects": ', '"objects": 1'));
  const chosen = await chooseBackup({ place, tell: (line) => void told.push(line) }, null);
  assert.equal(chosen.id, first.id);
  assert.match(told.at(-1) ?? '', /changed since it was written/);
});

test('the secrets of a backup are those of the registry', async (t) => {
  const { take, place, source } = await world(t);
  const { id } = await take({}, { passphrase });
  const sealed = (await place.open(id).readSecrets()) ?? '';
  for (const [name, text] of Object.entries(openSecrets(sealed, passphrase))) {
    assert.equal((await source.secrets.read(name))?.text, text);
  }
});
