// Three records of every kind there is. A new kind does not compile before it stands here.
import { nameKeyOf } from '../../src/core/access/index.ts';
import type { RecordKind, RegistryRecords } from '../../src/core/transfer/index.ts';
import { scriptOf } from '../../src/core/validators/index.ts';
import {
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

export type Samples<K extends RecordKind> = readonly [
  RegistryRecords[K],
  RegistryRecords[K],
  RegistryRecords[K],
];

export const at = new Date('2026-01-31T12:00:00Z');
const kept = { passwordHash: 'hash' };
const waiting = { state: 'waiting', attempt: 0, failedAt: null, failure: null, leasedUntil: null } as const;
const dead = { state: 'dead', attempt: 5, failedAt: at, failure: 'hopeless', leasedUntil: null } as const;

/** Three of each kind, which go together: what one refers to is there as well. */
export const recordSamples: { readonly [K in RecordKind]: Samples<K> } = {
  user: [
    { ...someUser({ id: 'ada', name: 'ada', permissions: ['admin'] }), ...kept },
    { ...someUser({ id: 'bob', name: 'Bob', mustChangePassword: true, sessionGeneration: 3 }), ...kept },
    { ...someUser({ id: 'dan', name: 'dan', permissions: [] }), ...kept },
  ],
  'former-user': [
    { id: 'carol', nameKey: nameKeyOf('Carol') },
    { id: 'dave', nameKey: nameKeyOf('dave') },
    { id: 'eve', nameKey: nameKeyOf('Eve') },
  ],
  group: [
    someGroup({ id: 'g1', name: 'vision' }),
    someGroup({ id: 'g2', name: 'speech', description: '' }),
    someGroup({ id: 'g3', name: 'robots' }),
  ],
  'group-member': [
    { groupId: 'g1', groupName: 'vision', userId: 'ada', userName: 'ada' },
    { groupId: 'g1', groupName: 'vision', userId: 'bob', userName: 'Bob' },
    { groupId: 'g2', groupName: 'speech', userId: 'ada', userName: 'ada' },
  ],
  session: [
    someSession({ id: 's1', userId: 'ada' }),
    someSession({ id: 's2', userId: 'bob', usesLeft: 0 }),
    someSession({ id: 's3', userId: 'bob', generation: 3 }),
  ],
  'personal-token': [
    somePersonalToken({ id: 't1', userId: 'ada' }),
    somePersonalToken({ id: 't2', userId: 'bob', packagePatterns: ['a*', 'b'] }),
    somePersonalToken({ id: 't3', userId: 'bob', permissions: [] }),
  ],
  item: [someItem(), someItem({ description: '' }), someItem({ name: 'Ünï — 𝒳 "quoted"' })],
  package: [
    { package: somePackage({ id: 'p1', name: 'tokenizer' }), readme: 'findable words' },
    {
      package: somePackage({
        id: 'p2',
        name: 'segmenter',
        groupId: 'g1',
        visibility: 'groups',
        visibleTo: ['g2', 'g1'],
        sensitive: true,
        allowedGroups: ['g3'],
      }),
      readme: '',
    },
    { package: somePackage({ id: 'p3', name: 'hidden', state: 'hidden' }), readme: null },
  ],
  version: [
    someVersion({ id: 'v1', packageId: 'p1', label: '1.0.0' }),
    someVersion({
      id: 'v2',
      packageId: 'p1',
      label: '1.10.0-rc.1',
      state: 'rejected',
      reason: 'Why',
      review: { since: at, approval: { userId: 'ada', userName: 'ada', at, reason: 'It is "good"' } },
    }),
    someVersion({
      id: 'v3',
      packageId: 'p2',
      digest: null,
      decidedAt: null,
      publishedAt: null,
      state: 'pending',
    }),
  ],
  'version-file': [
    { versionId: 'v1', ...someFile({ path: 'a/ü.txt' }) },
    { versionId: 'v1', ...someFile({ path: 'b', method: 'stored', sizeBytes: 2 ** 40 }) },
    { versionId: 'v2', ...someFile({ path: 'a/ü.txt', crc32: 0 }) },
  ],
  report: [
    someReport({ versionId: 'v1' }),
    someReport({ versionId: 'v2', verdict: 'inconclusive', results: [] }),
    someReport({ versionId: 'v3' }),
  ],
  verdict: [
    someVerdict({ id: 'c1' }),
    someVerdict({ id: 'c2', verdict: 'inconclusive', checks: [] }),
    someVerdict({ id: 'c3', digest: someDigest('one'), ruleSet: 'archive 2' }),
  ],
  hallmark: [
    someHallmark({ id: 'h1' }),
    someHallmark({ id: 'h2', digest: someDigest('one'), envelope: '{"an":"’odd’ 🦊 one"}' }),
    someHallmark({ id: 'h3', versionId: 'v2' }),
  ],
  'false-alarm': [
    someFalseAlarm(),
    someFalseAlarm({ rule: 'malware.known', inForce: false }),
    someFalseAlarm({
      digest: someDigest('one'),
      reason: "It's ’fine’",
      confirmedBy: { userId: 'ada', userName: 'ada' },
    }),
  ],
  policy: [
    somePolicies(),
    somePolicies({ number: 2, text: '' }),
    somePolicies({ number: 12, reason: '’ünï’ 𝒳' }),
  ],
  validator: [
    someValidator(),
    someValidator({ number: 2, script: null }),
    someValidator({ packageId: 'p2', number: 12, script: scriptOf('javascript', '’ünï’ 𝒳') }),
  ],
  upload: [
    someUpload({ id: 'u1' }),
    someUpload({ id: 'u2', state: 'completed', packageId: 'p1', versionId: 'v1' }),
    someUpload({
      id: 'u3',
      sizeBytes: null,
      access: { visibility: 'groups', visibleTo: ['g1'], sensitive: true, allowedGroups: [] },
      receiving: { method: 'parts', handle: 'handle', partSizeBytes: 5, partCount: 2 },
    }),
  ],
  'content-hold': [
    { digest: someDigest('one'), versionId: 'v1' },
    { digest: someDigest('one'), versionId: 'v2' },
    { digest: someDigest('two'), versionId: 'v1' },
  ],
  'content-removal': [
    { digest: someDigest('three') },
    { digest: someDigest('four') },
    { digest: someDigest('five') },
  ],
  webhook: [
    someWebhook({ id: 'w1', userId: 'ada' }),
    someWebhook({ id: 'w2', userId: 'ada', active: false, switchedOffBecause: 'Dead' }),
    someWebhook({ id: 'w3', userId: 'bob', deadInARow: 2, revision: 7 }),
  ],
  delivery: [
    someDelivery({ id: 'd1', webhookId: 'w1' }),
    someDelivery({
      id: 'd2',
      webhookId: 'w1',
      state: 'dead',
      round: 2,
      attempts: [{ at, durationMs: 12.5, status: null, error: 'No answer', responseBody: '' }],
    }),
    someDelivery({ id: 'd3', webhookId: 'w2', state: 'delivered' }),
  ],
  // In the order of their commits, which is not that of their ids.
  event: [
    someEvent({ id: 'e2' }),
    someEvent({ id: 'e1', packageId: null, versionId: null }),
    someEvent({ id: 'e3', userId: 'u2' }),
  ],
  job: [
    { ...someJob({ id: 'j1' }), ...waiting },
    { ...someJob({ id: 'j2', kind: 'clean-upload' }), ...dead },
    {
      ...someJob({ id: 'j3', runAt: new Date('2026-03-01T00:00:00Z') }),
      ...waiting,
      attempt: 2,
      failedAt: at,
      failure: 'again',
    },
  ],
  'audit-entry': [
    someAuditEntry({ id: 'a1', decision: { inputs: { user: null }, policies: ['published'] } }),
    someAuditEntry({ id: 'a2', actor: null, outcome: 'denied', reason: 'token-invalid', subject: {} }),
    someAuditEntry({ id: 'a3', at: new Date('2026-01-30T23:59:59.999Z'), operation: 'version.read' }),
  ],
  'audit-leaf': [
    { index: 0, entryId: 'a3', at: new Date('2026-01-30T23:59:59.999Z') },
    { index: 1, entryId: 'a1', at: someAuditEntry().at },
    { index: 2, entryId: 'a2', at: someAuditEntry().at },
  ],
  'audit-tile': [
    { level: 0, index: 0, hashes: new Uint8Array(96).fill(1) },
    { level: 0, index: 10, hashes: new Uint8Array(256 * 32).fill(2) },
    { level: 1, index: 0, hashes: new Uint8Array(32).fill(255) },
  ],
  'audit-checkpoint': [
    { size: 1, at, note: 'origin\n1\nroot\n\n— origin signature\n' },
    { size: 3, at, note: 'signed' },
    { size: 20, at, note: 'signed' },
  ],
};
