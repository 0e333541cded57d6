import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notesOf } from './release-notes.ts';

const changelog =
  '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-22\n\n### Added\n\n- A thing.\n\n## [1.1.0]\n\n- Old.\n';

test('the page of a release says what the changelog says about it, and no more', () => {
  assert.equal(notesOf(changelog, '1.2.0'), '### Added\n\n- A thing.');
  assert.equal(notesOf(changelog, '1.1.0'), '- Old.');
});

test('there is no release without a section that says something', () => {
  assert.equal(notesOf(changelog, '1.2'), null);
  assert.equal(notesOf(changelog, 'Unreleased'), null);
});
