// The decision table of the built-in policies: who may have the content of which version, and who may know of which package.
// A row that is not expected to be so is a change of what is promised.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { someCaller, somePackage, somePolicies, someVersion } from '../../../test/support/samples.ts';
import { nobody, testRegistry } from '../../../test/support/test-registry.ts';
import { type Caller, registryItself } from '../caller.ts';
import { type Package, packageStates, versionStates } from '../packages/index.ts';
import { decide } from './decide.ts';
import { decideDownload } from './decide-download.ts';
import { decisionInputs } from './inputs.ts';

const { registry } = await testRegistry();
const at = new Date('2026-01-31T12:00:00Z');

const callers = {
  'who may download': someCaller('eve', { permissions: ['download'] }),
  'an administrator': someCaller('root', { permissions: ['admin'] }),
  'who may search and upload': someCaller('eve', { permissions: ['search', 'upload'] }),
  'who may do nothing': someCaller('eve', { permissions: [] }),
  'the owner': someCaller('u1'),
  'the owner without the permission': someCaller('u1', { permissions: ['upload'] }),
  'a member of the owning group': someCaller('mia', { groupIds: ['owners'] }),
  'a member of an allowed group': someCaller('ali', { groupIds: ['visitors', 'allowed'] }),
  'a member of a group that sees': someCaller('sue', { groupIds: ['visitors'] }),
  'a member without the permission': someCaller('ali', { groupIds: ['allowed'], permissions: ['search'] }),
  'a token for this name': someCaller('eve', { permissions: ['download'], packagePatterns: ['token*'] }),
  'a token for other names': someCaller('eve', { permissions: ['download'], packagePatterns: ['other'] }),
  'an administrator’s token for other names': someCaller('root', {
    permissions: ['admin'],
    packagePatterns: ['other'],
  }),
  'the owner’s token for other names': someCaller('u1', { packagePatterns: ['other'] }),
  'an anonymous caller': nobody,
  'the registry itself': registryItself('request'),
} as const satisfies Record<string, Caller>;
type Who = keyof typeof callers;

const noPermission = 'The permission `download` is missing.';
const otherNames = 'The token is not for packages named tokenizer.';
const sensitive =
  'The package tokenizer is sensitive, and its content only for members of the groups that it allows.';

/** By policy: why somebody may not have the content, whatever the state; null: they may have what is readable. */
type Refusal = readonly [policy: string, reason: string] | null;
const permission: Refusal = ['permission-missing', noPermission];
const scope: Refusal = ['token-scope', otherNames];
const guarded: Refusal = ['sensitive', sensitive];

/** Of a package that everybody sees, and of the same when it is sensitive. */
const refused: Readonly<Record<Who, { readonly open: Refusal; readonly sensitive: Refusal }>> = {
  'who may download': { open: null, sensitive: guarded },
  'an administrator': { open: null, sensitive: null },
  'who may search and upload': { open: permission, sensitive: permission },
  'who may do nothing': { open: permission, sensitive: permission },
  'the owner': { open: null, sensitive: null },
  'the owner without the permission': { open: permission, sensitive: permission },
  'a member of the owning group': { open: null, sensitive: null },
  'a member of an allowed group': { open: null, sensitive: null },
  'a member of a group that sees': { open: null, sensitive: guarded },
  'a member without the permission': { open: permission, sensitive: permission },
  'a token for this name': { open: null, sensitive: guarded },
  'a token for other names': { open: scope, sensitive: scope },
  'an administrator’s token for other names': { open: scope, sensitive: scope },
  'the owner’s token for other names': { open: scope, sensitive: scope },
  'an anonymous caller': { open: permission, sensitive: permission },
  'the registry itself': { open: permission, sensitive: permission },
};

/** What is answered to those who may, by state; other states are read by nobody. */
const answers = {
  published: {
    allowed: true,
    policies: ['published'],
    reason: 'Published, and the permission `download` is there.',
  },
  yanked: { allowed: true, policies: ['yanked'], reason: 'Allowed, but yanked: swapped weights' },
} as const;

describe('content', () => {
  for (const who of Object.keys(callers) as Who[]) {
    for (const kind of ['open', 'sensitive'] as const) {
      const pkg = somePackage({
        groupId: 'owners',
        ...(kind === 'sensitive' && { sensitive: true, allowedGroups: ['allowed', 'others'] }),
      });
      for (const state of versionStates) {
        const refusal = refused[who][kind];
        const readable = state === 'published' || state === 'yanked' ? answers[state] : null;
        // The first rule that forbids is told: the permission, the token, the state, then sensitivity.
        const byRule = refusal !== null && (readable !== null || refusal !== guarded) ? refusal : null;
        const expected = expectedOf(who, byRule, readable, state);
        test(`${who}, ${kind} package, ${state} → ${expected.allowed ? 'allowed' : expected.policies[0]}`, async () => {
          const version = someVersion({ state, reason: 'swapped weights' });
          const meant = { package: pkg, version };
          for (const action of ['download', 'readFile'] as const) {
            const { inputs: _, ...decided } = await decideDownload(registry, callers[who], action, meant);
            assert.deepEqual(decided, expected);
          }
        });
      }
    }
  }
});

function expectedOf(
  who: Who,
  refusal: Refusal,
  readable: (typeof answers)[keyof typeof answers] | null,
  state: string,
) {
  // Who asks for content must first know of the package: so the scope of a token is told before anything else.
  if (refused[who].open === scope) return { allowed: false, policies: ['token-scope'], reason: otherNames };
  if (refusal !== null) return { allowed: false, policies: [refusal[0]], reason: refusal[1] };
  return readable ?? { allowed: false, policies: ['not-readable'], reason: `The version is ${state}.` };
}

/** Who sees a package that is out, by its visibility. */
const seenBy: Readonly<Record<Who, { readonly groups: boolean; readonly owner: boolean }>> = {
  'who may download': { groups: false, owner: false },
  'an administrator': { groups: true, owner: true },
  'who may search and upload': { groups: false, owner: false },
  'who may do nothing': { groups: false, owner: false },
  'the owner': { groups: true, owner: true },
  'the owner without the permission': { groups: true, owner: true },
  'a member of the owning group': { groups: true, owner: true },
  'a member of an allowed group': { groups: true, owner: false },
  'a member of a group that sees': { groups: true, owner: false },
  'a member without the permission': { groups: false, owner: false },
  'a token for this name': { groups: false, owner: false },
  'a token for other names': { groups: false, owner: false },
  'an administrator’s token for other names': { groups: false, owner: false },
  'the owner’s token for other names': { groups: false, owner: false },
  'an anonymous caller': { groups: false, owner: false },
  'the registry itself': { groups: false, owner: false },
};

describe('knowing of a package', () => {
  for (const who of Object.keys(callers) as Who[]) {
    for (const visibility of ['everybody', 'groups', 'owner'] as const) {
      for (const state of packageStates) {
        const reached = refused[who].open !== scope;
        const out = visibility === 'everybody' ? reached : seenBy[who][visibility];
        const seen = state !== 'deleted' && (state === 'hidden' ? seenBy[who].owner : out);
        test(`${who}, visible to ${visibility}, ${state} → ${seen ? 'seen' : 'not seen'}`, async () => {
          const pkg = somePackage({ groupId: 'owners', visibility, visibleTo: ['visitors'], state });
          const answer = await viewOf(callers[who], pkg);
          assert.equal(answer.allowed, seen, answer.reason);
          const content = await decideDownload(registry, callers[who], 'download', {
            package: pkg,
            version: someVersion(),
          });
          if (!seen) assert.deepEqual([content.allowed, content.reason], [false, answer.reason]);
        });
      }
    }
  }
});

async function viewOf(caller: Caller, pkg: Package) {
  const { compiled } = await registry.policyKeeper.current();
  assert.ok(compiled);
  return decide(compiled, 'view', decisionInputs(caller, { package: pkg, at }));
}

describe('policies of administrators', () => {
  const eve = callers['who may download'];
  const meant = { package: somePackage(), version: someVersion({ license: 'AGPL-3.0' }) };
  const decideBy = async (text: string, caller: Caller = eve, about = meant) => {
    const { registry: other } = await testRegistry();
    await other.commit([{ change: 'policy.append', version: somePolicies({ text }) }]);
    return await decideDownload(other, caller, 'download', about);
  };
  const noAgpl = `@id("no-agpl") @reason("{user}: {package} {version} is {state} under the AGPL.")
    forbid (principal, action in Action::"content", resource) when { resource.license like "AGPL*" };`;

  test('forbid what the built-in ones permit, and say why, with names filled in', async () => {
    const { allowed, reason, policies } = await decideBy(noAgpl);
    assert.deepEqual(
      [allowed, reason, policies],
      [false, 'eve: tokenizer 1.2.3 is published under the AGPL.', ['no-agpl']],
    );
  });

  test('all that forbid are told, and one that says nothing by its name', async () => {
    const { reason, policies } = await decideBy(`${noAgpl}
      @id("nobody") forbid (principal, action == Action::"download", resource);`);
    assert.deepEqual(policies, ['no-agpl', 'nobody']);
    assert.match(reason, /AGPL\. The policy nobody forbids it\.$/);
  });

  test('are not told to those whom the registry’s own rules deny', async () => {
    const { reason, policies } = await decideBy(noAgpl, callers['who may search and upload']);
    assert.deepEqual([reason, policies], [noPermission, ['permission-missing']]);
  });

  test('that cannot be evaluated deny, whatever the others say', async () => {
    const overflow = `@id("too-much") forbid (principal, action in Action::"content", resource)
      when { resource.sizeBytes * 9223372036854775807 == 0 };`;
    const { allowed, reason, policies } = await decideBy(overflow);
    assert.deepEqual([allowed, policies], [false, ['too-much']]);
    assert.match(reason, /too-much could not be evaluated/);
  });

  test('that cannot be used at all deny everything to everybody', async () => {
    for (const text of ['forbid (', noAgpl.replace('license', 'licence')]) {
      const { allowed, reason, policies } = await decideBy(text, callers['an administrator']);
      assert.deepEqual([allowed, policies], [false, []]);
      assert.match(reason, /cannot be used/);
    }
  });

  test('may ask for groups, for the time and for the address', async () => {
    const text = `@id("at-home") forbid (principal, action in Action::"content", resource)
      unless { principal in Group::"g1" || context.address.isInRange(ip("192.0.2.0/24")) };`;
    await assert.doesNotReject(decideBy(text));
    const guardedText = text.replace('context.address.', 'context has address && context.address.');
    assert.equal((await decideBy(guardedText)).allowed, true);
    assert.equal((await decideBy(guardedText, { ...eve, address: '::ffff:192.0.2.7' })).allowed, true);
    assert.equal((await decideBy(guardedText, { ...eve, address: '2001:db8::1' })).allowed, false);
    assert.equal((await decideBy(guardedText, { ...eve, address: '' })).allowed, false);
    const member = someCaller('eve', { groupIds: ['g1'] });
    assert.equal((await decideBy(guardedText, { ...member, address: '' })).allowed, true);
    const late = `@id("closed") forbid (principal, action in Action::"content", resource)
      when { context.at >= datetime("2026-01-31T11:00:00Z") };`;
    assert.equal((await decideBy(late)).allowed, false);
  });
});
