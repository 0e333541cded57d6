import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rules } from '../server/src/core/checks/index.ts';

test('docs/checks.md explains every rule: what it means, how severe it is, what to do', () => {
  const page = readFileSync(new URL('../docs/checks.md', import.meta.url), 'utf8');
  for (const [id, { severity, meaning, remedy }] of Object.entries(rules)) {
    assert.ok(page.includes(`| \`${id}\` | \`${severity}\` | ${meaning} | ${remedy} |`), id);
  }
});
