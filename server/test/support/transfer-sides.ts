// Registries to be moved: a small one with something of everything, made as the registry makes it, and what there is
// in one, to be compared.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MemoryContentStore } from '../../src/adapters/memory/content-store.ts';
import { memoryEngine } from '../../src/adapters/memory/memory-engine.ts';
import { MemorySecretStore } from '../../src/adapters/memory/secret-store.ts';
import { sessionKeysSecret } from '../../src/core/access/index.ts';
import {
  addressKeysSecret,
  type ContentKey,
  type ContentStore,
  incomingKey,
  packageKey,
  quarantineKey,
} from '../../src/core/content/index.ts';
import type { RecordsEngine } from '../../src/core/engine.ts';
import { KeyedSecretBox, secretPurpose } from '../../src/core/events/index.ts';
import { registryKeysSecret } from '../../src/core/signing/index.ts';
import {
  type CarriedContent,
  type KindTransfer,
  kindRules,
  type RecordKind,
  type RegistryRecords,
  recordKinds,
  type TransferJournal,
  type TransferSide,
} from '../../src/core/transfer/index.ts';
import {
  randomness,
  someAuditEntry,
  someDelivery,
  someDigest,
  someEvent,
  someFalseAlarm,
  someFile,
  someGroup,
  someHallmark,
  someItem,
  someJob,
  somePackage,
  somePersonalToken,
  somePolicies,
  someReport,
  someSession,
  someUpload,
  someUser,
  someValidator,
  someVerdict,
  someVersion,
  someWebhook,
} from './samples.ts';

export type TestSide = RecordsEngine & TransferSide;

export async function memorySide(): Promise<TestSide> {
  const secrets = new MemorySecretStore();
  const secretBox = await KeyedSecretBox.open({ secrets, randomness });
  return { ...memoryEngine(), content: new MemoryContentStore(), secrets, secretBox };
}

/** Carried content noted in memory. */
export function memoryJournal(): TransferJournal {
  const carried = new Map<string, CarriedContent>();
  return {
    find: ({ area, path }) => carried.get(`${area}/${path}`) ?? null,
    remember: ({ area, path }, found) => void carried.set(`${area}/${path}`, found),
  };
}

export const published = 'published bytes';
export const webhookSecret = 'the signing secret';
const secret = Buffer.alloc(32, 'a secret').toString('base64url');
const sessionKeys = JSON.stringify({ keys: [{ id: 'key', secret, createdAt: '2026-01-31T12:00:00Z' }] });
const registryKeys = JSON.stringify({ keys: ['only carried'] });
const addressKeys = JSON.stringify([{ id: 'key', secret }]);
/** The time of everything in `someRegistry`; tokens are good for longer. */
export const at = new Date('2026-01-31T12:00:00Z');

/** Something of every kind, a finished and an open upload, and jobs that wait and that are dead. */
export async function someRegistry(side: TestSide): Promise<void> {
  await someRecords(side);
  await side.secrets.create(sessionKeysSecret, sessionKeys);
  await side.secrets.create(addressKeysSecret, addressKeys);
  await side.secrets.create(registryKeysSecret, registryKeys);
  await put(side.content, packageKey(someDigest(published)), published);
  await put(side.content, quarantineKey('v2'), 'suspicious bytes');
  await put(side.content, incomingKey('completed'), 'bytes to be checked');
  await put(side.content, incomingKey('open'), 'half of the bytes');
  await put(side.content, { area: 'processed', path: 'v1/summary.json' }, '{}');
}

async function someRecords({ commit, jobs, holds, files, secretBox, auditTree }: TestSide): Promise<void> {
  const pkg = somePackage({ id: 'p1', name: 'tokenizer' });
  await commit([
    { change: 'user.insert', user: someUser({ id: 'ada', permissions: ['admin'] }), passwordHash: 'hash' },
    { change: 'user.insert', user: someUser({ id: 'bob', name: 'bob' }), passwordHash: 'hash' },
    { change: 'user.insert', user: someUser({ id: 'carol', name: 'carol' }), passwordHash: 'hash' },
    { change: 'group.insert', group: someGroup({ id: 'g1', name: 'vision' }) },
    { change: 'group.insert', group: someGroup({ id: 'g2', name: 'speech' }) },
    { change: 'session.insert', session: someSession({ id: 's1', userId: 'ada' }) },
    { change: 'session.insert', session: someSession({ id: 's2', userId: 'bob' }) },
    {
      change: 'personal-token.insert',
      token: somePersonalToken({ id: 't1', userId: 'bob', textHash: someDigest('t1') }),
    },
    { change: 'item.insert', item: someItem({ id: 'i1' }) },
    { change: 'package.insert', package: pkg },
    { change: 'package.index', packageId: 'p1', document: { ...pkg, readme: 'Findable words' } },
    { change: 'package.insert', package: somePackage({ id: 'p2', name: 'hidden', state: 'hidden' }) },
    { change: 'version.insert', version: someVersion({ id: 'v1', packageId: 'p1', label: '1.0.0' }) },
    {
      change: 'version.insert',
      version: someVersion({ id: 'v2', packageId: 'p1', label: '1.1.0', state: 'quarantined' }),
    },
    { change: 'content.hold', digest: someDigest(published), versionId: 'v1' },
  ]);
  await commit([
    { change: 'group.add-member', groupId: 'g1', userId: 'ada' },
    { change: 'group.add-member', groupId: 'g2', userId: 'bob' },
    { change: 'user.delete', userId: 'carol', permissions: ['search', 'download'], at },
    { change: 'report.put', report: someReport({ versionId: 'v2' }) },
    { change: 'false-alarm.put', alarm: someFalseAlarm() },
    { change: 'hallmark.append', hallmark: someHallmark({ id: 'h1' }) },
    { change: 'validator.append', version: someValidator() },
    { change: 'policy.append', version: somePolicies() },
    { change: 'verdict.append', verdict: someVerdict({ id: 'c1' }) },
    { change: 'upload.insert', upload: someUpload({ id: 'open' }) },
    {
      change: 'upload.insert',
      upload: someUpload({ id: 'completed', state: 'completed', packageId: 'p1', versionId: 'v1' }),
    },
    { change: 'event.append', event: someEvent({ id: 'e2' }) },
    { change: 'event.append', event: someEvent({ id: 'e1' }) },
    { change: 'job.queue', job: someJob({ id: 'j1', runAt: at }) },
    { change: 'job.queue', job: someJob({ id: 'dead', kind: 'clean-upload', runAt: at }) },
    { change: 'job.queue', job: someJob({ id: 'sweep-content', kind: 'sweep-content', runAt: at }) },
    { change: 'audit.append', entry: someAuditEntry({ id: 'a1' }) },
    { change: 'audit.append', entry: someAuditEntry({ id: 'a2', at: new Date('2026-01-30T12:00:00Z') }) },
  ]);
  while ((await auditTree.head()).size < 2) await auditTree.extend({ id: 'keeper', until: at });
  await auditTree.addCheckpoint({ size: 2, at, note: 'signed' });
  const sealedSecret = await secretBox.seal(webhookSecret, secretPurpose('w1'));
  await commit([
    { change: 'webhook.insert', webhook: someWebhook({ id: 'w1', userId: 'bob', sealedSecret }) },
    { change: 'delivery.insert', delivery: someDelivery({ id: 'd1', webhookId: 'w1' }) },
  ]);
  const job = await jobs.lease(['clean-upload'], at, 1_000);
  if (job !== null) await jobs.fail(job, 'hopeless', null, at);
  await holds.claimRemoval(someDigest('being removed'));
  await files.put('v1', [someFile({ path: 'a' }), someFile({ path: 'b' })]);
}

/** Stores a whole object. */
export async function put(store: ContentStore, key: ContentKey, bytes: Uint8Array | string): Promise<void> {
  await store.write(key, Readable.from([Buffer.from(bytes)], { objectMode: false }));
}

/**
 * All that there is, in one order for every engine: records by kind with the secrets of webhooks open, the bytes of
 * all content, and the secrets that all processes share.
 */
export async function everythingIn(side: TransferSide): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const kind of recordKinds) all[kind] = await recordsOf(side, kind);
  all.webhook = await Promise.all(
    (await recordsOf(side, 'webhook')).map(async (webhook) => ({
      ...webhook,
      sealedSecret: await side.secretBox.open(webhook.sealedSecret, secretPurpose(webhook.id)),
    })),
  );
  all.content = await contentIn(side.content);
  all.secrets = [
    (await side.secrets.read(sessionKeysSecret))?.text,
    (await side.secrets.read(addressKeysSecret))?.text,
    (await side.secrets.read(registryKeysSecret))?.text,
  ];
  return all;
}

/** Events in their order, other records by their keys. */
export async function recordsOf<K extends RecordKind>(
  { transfer }: TransferSide,
  kind: K,
): Promise<RegistryRecords[K][]> {
  const { read }: KindTransfer<RegistryRecords[K]> = transfer[kind];
  const { key } = kindRules[kind];
  const records: RegistryRecords[K][] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof read>> = await read(after, 200);
    records.push(...page.records);
    after = page.next;
  } while (after !== null);
  const keyText = (record: RegistryRecords[K]) => JSON.stringify(key(record));
  return kind === 'event' ? records : records.sort((one, other) => (keyText(one) < keyText(other) ? -1 : 1));
}

async function contentIn(content: ContentStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const area of ['packages', 'quarantine', 'processed', 'incoming'] as const) {
    for await (const key of content.list(area)) {
      found[`${area}/${key.path}`] = (await buffer(await content.read(key))).toString('latin1');
    }
  }
  return found;
}
