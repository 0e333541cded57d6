// Valid things to test with; a test names only what matters to it.
import { SystemRandomness } from '../../src/adapters/system/randomness.ts';
import type { AuditEntry } from '../../src/core/audit/index.ts';
import type { Delivery, RegistryEvent, Webhook } from '../../src/core/events/index.ts';
import type { Item } from '../../src/core/items/index.ts';
import type { Job } from '../../src/core/jobs/index.ts';

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
