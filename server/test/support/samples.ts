// Valid things to test with; a test names only what matters to it.
import { createHash } from 'node:crypto';
import { SystemRandomness } from '../../src/adapters/system/randomness.ts';
import type { Group, PersonalToken, Session, User } from '../../src/core/access/index.ts';
import type { AuditEntry } from '../../src/core/audit/index.ts';
import type { Caller, Permission } from '../../src/core/caller.ts';
import type { PackageFile, RememberedFile } from '../../src/core/checks/index.ts';
import type { Delivery, RegistryEvent, Webhook } from '../../src/core/events/index.ts';
import { digestOfPolicies, type PolicyVersion } from '../../src/core/gate/index.ts';
import type { Hallmark } from '../../src/core/hallmarks/index.ts';
import type { Item } from '../../src/core/items/index.ts';
import type { Job } from '../../src/core/jobs/index.ts';
import { openAccess, type Package, type Version } from '../../src/core/packages/index.ts';
import type { ContentVerdict, FalseAlarm, Report } from '../../src/core/pipeline/index.ts';
import type { Upload } from '../../src/core/uploads/index.ts';
import { scriptOf, type ValidatorVersion } from '../../src/core/validators/index.ts';

export const randomness = new SystemRandomness();

export function someItem(fields: Partial<Item> = {}): Item {
  return {
    id: randomness.id(),
    name: 'A tool',
    description: 'What it is good for',
    category: 'tools',
    createdAt: new Date('2026-01-31T12:00:00Z'),
    createdBy: 'ada',
    ...fields,
  };
}

export function someAuditEntry(fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id: randomness.id(),
    at: new Date('2026-01-31T12:00:00Z'),
    operation: 'version.download',
    actor: { userId: 'u1', userName: 'ada', tokenId: null },
    address: '127.0.0.1',
    requestId: 'r1',
    subject: { packageId: 'p1', versionId: 'v1', sizeBytes: 10 },
    outcome: 'succeeded',
    reason: null,
    ...fields,
  };
}

export function someJob(fields: Partial<Job> = {}): Job {
  return {
    id: randomness.id(),
    kind: 'check-version',
    payload: { versionId: 'v1' },
    runAt: new Date('2026-01-31T12:00:00Z'),
    ...fields,
  };
}

export function someEvent(fields: Partial<RegistryEvent> = {}): RegistryEvent {
  return {
    id: randomness.id(),
    at: new Date('2026-01-31T12:00:00Z'),
    kind: 'version.published',
    userId: 'u1',
    uploadId: 'up1',
    packageId: 'p1',
    versionId: 'v1',
    data: { packageName: 'tokenizer', label: '1.2.3', reason: null },
    ...fields,
  };
}

export function someWebhook(fields: Partial<Webhook> = {}): Webhook {
  return {
    id: randomness.id(),
    userId: 'u1',
    url: 'https://example.org/hook',
    kinds: ['version.published', 'version.quarantined'],
    active: true,
    switchedOffBecause: null,
    sealedSecret: 'sealed',
    deadInARow: 0,
    createdAt: new Date('2026-01-31T12:00:00Z'),
    revision: 1,
    ...fields,
  };
}

export function someDelivery(fields: Partial<Delivery> = {}): Delivery {
  return {
    id: `${randomness.id()}-w1`,
    webhookId: 'w1',
    eventId: 'e1',
    eventKind: 'version.published',
    state: 'pending',
    round: 1,
    createdAt: new Date('2026-01-31T12:00:00Z'),
    attempts: [],
    revision: 1,
    ...fields,
  };
}

export function somePackage(fields: Partial<Package> = {}): Package {
  return {
    id: randomness.id(),
    kind: 'model',
    name: 'tokenizer',
    title: 'A tokenizer',
    description: 'Splits text',
    ownerId: 'u1',
    ownerName: 'ada',
    groupId: null,
    ...openAccess,
    state: 'published',
    createdAt: new Date('2026-01-31T12:00:00Z'),
    updatedAt: new Date('2026-01-31T12:00:00Z'),
    latest: null,
    revision: 1,
    ...fields,
  };
}

export function someVersion(fields: Partial<Version> = {}): Version {
  return {
    id: randomness.id(),
    packageId: 'p1',
    label: '1.2.3',
    state: 'published',
    uploadId: 'up1',
    fileName: 'tokenizer.zip',
    contentType: 'application/zip',
    sizeBytes: 1000,
    digest: someDigest('tokenizer'),
    declaredDigest: null,
    uploadedBy: { userId: 'u1', userName: 'ada' },
    createdAt: new Date('2026-01-31T12:00:00Z'),
    decidedAt: new Date('2026-01-31T12:01:00Z'),
    publishedAt: new Date('2026-01-31T12:01:00Z'),
    review: null,
    reason: null,
    license: 'MIT',
    summary: 'Splits text',
    revision: 1,
    ...fields,
  };
}

export function someUpload(fields: Partial<Upload> = {}): Upload {
  return {
    id: randomness.id(),
    userId: 'u1',
    userName: 'ada',
    state: 'open',
    kind: 'model',
    packageName: 'tokenizer',
    label: '1.2.3',
    fileName: 'tokenizer.zip',
    contentType: 'application/zip',
    sizeBytes: 1000,
    declaredDigest: null,
    receiving: { method: 'form' },
    access: null,
    createdAt: new Date('2026-01-31T12:00:00Z'),
    expiresAt: new Date('2026-02-01T12:00:00Z'),
    packageId: null,
    versionId: null,
    revision: 1,
    ...fields,
  };
}

export function someReport(fields: Partial<Report> = {}): Report {
  return {
    versionId: 'v1',
    digest: someDigest('tokenizer'),
    verdict: 'failed',
    results: [
      {
        check: 'archive',
        rules: '1',
        verdict: 'failed',
        findings: [
          {
            rule: 'archive.unsafe-path',
            severity: 'blocks',
            path: '../evil',
            offset: 30,
            explanation: 'The path leaves the package.',
          },
          { rule: 'archive.empty-folder', severity: 'informs', explanation: 'A folder is empty.' },
        ],
        coverage: { bytesLookedAt: 1000, bytesInAll: 1000 },
        reason: null,
        durationMs: 12,
      },
    ],
    decidedAt: new Date('2026-01-31T12:01:00Z'),
    ...fields,
  };
}

export function someVerdict(fields: Partial<ContentVerdict> = {}): ContentVerdict {
  return {
    id: randomness.id(),
    digest: someDigest('tokenizer'),
    ruleSet: 'archive 1, formats 1',
    verdict: 'passed',
    checks: [
      {
        check: 'archive',
        rules: '1',
        verdict: 'passed',
        findings: { blocks: 0, warns: 1, informs: 2 },
        bytesLookedAt: 1000,
        bytesInAll: 1000,
      },
    ],
    decidedAt: new Date('2026-01-31T12:01:00Z'),
    ...fields,
  };
}

export function someFalseAlarm(fields: Partial<FalseAlarm> = {}): FalseAlarm {
  return {
    digest: someDigest('tokenizer'),
    rule: 'archive.unsafe-path',
    reason: 'It is a test fixture.',
    markedBy: { userId: 'u2', userName: 'vera' },
    markedAt: new Date('2026-01-31T12:02:00Z'),
    confirmedBy: null,
    inForce: true,
    expiresAt: new Date('2026-06-01T00:00:00.001Z'),
    ...fields,
  };
}

export function somePolicies(fields: Partial<PolicyVersion> = {}): PolicyVersion {
  const text = fields.text ?? '@id("nobody") forbid (principal, action, resource);';
  return {
    number: 1,
    text,
    digest: digestOfPolicies(text),
    reason: 'The auditors want it.',
    author: { userId: 'u1', userName: 'ada' },
    createdAt: new Date('2026-01-31T12:04:00Z'),
    ...fields,
  };
}

export function someValidator(fields: Partial<ValidatorVersion> = {}): ValidatorVersion {
  return {
    packageId: 'p1',
    number: 1,
    script: scriptOf('python', 'def validate(ctx):\n    return ctx.user == "ada"\n'),
    madeBy: { userId: 'u1', userName: 'ada' },
    madeAt: new Date('2026-01-31T12:03:00Z'),
    ...fields,
  };
}

export function someHallmark(fields: Partial<Hallmark> = {}): Hallmark {
  return {
    id: randomness.id(),
    versionId: 'v1',
    digest: someDigest('tokenizer'),
    keyId: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    issuedAt: new Date('2026-01-31T12:01:00.123Z'),
    envelope: '{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[]}',
    ...fields,
  };
}

export function someFile(fields: Partial<PackageFile> = {}): PackageFile {
  return {
    path: 'README.md',
    sizeBytes: 100,
    storedBytes: 60,
    method: 'deflate',
    offset: 39,
    crc32: 0xffff_ffff,
    digest: someDigest('README.md'),
    ...fields,
  };
}

/** The digest of a text. */
export function someDigest(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

export function someUser(fields: Partial<User> = {}): User {
  return {
    id: randomness.id(),
    name: 'ada',
    permissions: ['search', 'download'],
    mustChangePassword: false,
    sessionGeneration: 0,
    createdAt: new Date('2026-01-31T12:00:00Z'),
    ...fields,
  };
}

export function someGroup(fields: Partial<Group> = {}): Group {
  return {
    id: randomness.id(),
    name: 'vision',
    description: 'Those who see',
    createdAt: new Date('2026-01-31T12:00:00Z'),
    ...fields,
  };
}

export function someSession(fields: Partial<Session> = {}): Session {
  return {
    id: randomness.id(),
    userId: 'u1',
    generation: 0,
    createdAt: new Date('2026-01-31T12:00:00Z'),
    expiresAt: new Date('2026-01-31T22:00:00Z'),
    usesLeft: 1_000,
    ...fields,
  };
}

export function somePersonalToken(fields: Partial<PersonalToken> = {}): PersonalToken {
  return {
    id: randomness.id(),
    userId: 'u1',
    name: 'for the build',
    textHash: randomness.bytes(32).toString('hex'),
    permissions: ['search', 'download'],
    packagePatterns: [],
    createdAt: new Date('2026-01-31T12:00:00Z'),
    expiresAt: new Date('2026-05-01T12:00:00Z'),
    ...fields,
  };
}

/** A user who may do what the permissions say; the id is also the name. */
export function someCaller(
  id = 'ada',
  fields: {
    permissions?: readonly Permission[];
    groupIds?: readonly string[];
    packagePatterns?: readonly string[];
  } = {},
): Caller {
  const { permissions = ['upload', 'search', 'download'], groupIds = [], packagePatterns = [] } = fields;
  return {
    user: {
      id,
      name: id,
      permissions: new Set(permissions),
      groupIds: new Set(groupIds),
      reviewer: permissions.includes('admin'),
      mustChangePassword: false,
    },
    token: { id: `token of ${id}`, kind: 'personal', packagePatterns },
    address: '192.0.2.1',
    requestId: 'request',
  };
}

export function someRememberedFile(fields: Partial<RememberedFile> = {}): RememberedFile {
  return {
    hint: someDigest('hint'),
    digest: someDigest('weights'),
    ruleSet: 'rules',
    found: { ledgers: [], findings: { kept: [], counts: {} }, expandedBytes: 0, entries: 0 },
    rememberedAt: new Date('2026-01-31T11:00:00Z'),
    until: new Date('2026-02-28T11:00:00Z'),
    ...fields,
  };
}
