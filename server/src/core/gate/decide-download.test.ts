import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someCaller, somePackage, someVersion } from '../../../test/support/samples.ts';
import { nobody } from '../../../test/support/test-registry.ts';
import { registryItself } from '../caller.ts';
import { versionStates } from '../packages/index.ts';
import { decideDownload } from './decide-download.ts';

const allowed = 'Published, and the permission `download` is there.';
const yanked = 'Allowed, but yanked: swapped weights';
const noPermission = 'The permission `download` is missing.';
const otherNames = 'The token is not for packages named tokenizer.';

const callers = {
  'who may download': someCaller('eve', { permissions: ['download'] }),
  'an administrator': someCaller('root', { permissions: ['admin'] }),
  'who may search and upload': someCaller('eve', { permissions: ['search', 'upload'] }),
  'who may do nothing': someCaller('eve', { permissions: [] }),
  'the owner without the permission': someCaller('u1', { permissions: ['upload'] }),
  'a token for this name': someCaller('eve', { permissions: ['download'], packagePatterns: ['token*'] }),
  'a token for other names': someCaller('eve', { permissions: ['download'], packagePatterns: ['other'] }),
  'an administrator’s token for other names': someCaller('root', {
    permissions: ['admin'],
    packagePatterns: ['other'],
  }),
  'an anonymous caller': nobody,
  'the registry itself': registryItself('request'),
} as const;

/** What is answered for a published version; null: it depends on the version's state. */
const refused: Readonly<Record<keyof typeof callers, string | null>> = {
  'who may download': null,
  'an administrator': null,
  'who may search and upload': noPermission,
  'who may do nothing': noPermission,
  'the owner without the permission': noPermission,
  'a token for this name': null,
  'a token for other names': otherNames,
  'an administrator’s token for other names': otherNames,
  'an anonymous caller': noPermission,
  'the registry itself': noPermission,
};

const byState = { published: allowed, yanked } as const;

for (const [who, caller] of Object.entries(callers)) {
  for (const state of versionStates) {
    const refusal = refused[who as keyof typeof callers];
    const readable = state === 'published' || state === 'yanked';
    const expected = {
      allowed: refusal === null && readable,
      reason: refusal ?? (readable ? byState[state] : `The version is ${state}.`),
    };
    test(`${who}: ${state} → ${expected.allowed ? 'allowed' : 'denied'}`, () => {
      const version = someVersion({ state, reason: 'swapped weights' });
      const { allowed, reason } = decideDownload(caller, somePackage(), version);
      assert.deepEqual({ allowed, reason }, expected);
    });
  }
}
