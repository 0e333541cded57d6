import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReadable, requireTransition, type VersionState, versionStates } from './version-states.ts';

/** The drawing in version-states.ts, as a table. */
const drawn: Readonly<Record<VersionState, readonly VersionState[]>> = {
  pending: ['published', 'quarantined', 'rejected'],
  quarantined: ['releasing', 'rejected', 'deleted'],
  releasing: ['published', 'quarantined'],
  rejected: [],
  published: ['yanked', 'quarantined', 'deleted'],
  yanked: ['published', 'quarantined', 'deleted'],
  deleted: [],
};

test('a version goes the ways that are drawn, and no other', () => {
  for (const from of versionStates) {
    for (const to of versionStates) {
      const go = () => requireTransition(from, to, 'tokenizer 1.0.0');
      if (drawn[from].includes(to)) go();
      else assert.throws(go, { code: 'state-conflict' }, `${from} → ${to}`);
    }
  }
});

test('a refused transition says where the version is and from where one gets there', () => {
  assert.throws(() => requireTransition('rejected', 'deleted', 'tokenizer 1.0.0'), {
    detail:
      'tokenizer 1.0.0 is rejected; only one that is quarantined or published or yanked can become deleted.',
  });
});

test('only published and yanked content may be read', () => {
  assert.deepEqual(
    versionStates.filter((state) => isReadable(state)),
    ['published', 'yanked'],
  );
});
