import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryItself } from '../caller.ts';
import { audited } from './audit-entry.ts';

const ports = {
  clock: { now: () => new Date('2026-01-31T12:00:00Z') },
  randomness: { id: () => 'an-id', bytes: (count: number) => Buffer.alloc(count) },
};

test('what was asked for in vain is noted with characters that every engine keeps', () => {
  const subject = { packageName: 'a\0b', versionLabel: '\ud83e', id: 'good 🦄', sizeBytes: 7 };
  const { entry } = audited(ports, registryItself('test'), 'package.read', subject);
  const kept = { packageName: 'a\ufffdb', versionLabel: '\ufffd', id: 'good 🦄', sizeBytes: 7 };
  assert.deepEqual(entry.subject, kept);
});
