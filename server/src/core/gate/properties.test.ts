// What must hold in every world: tried in random ones, whose seed is printed when something does not.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/mutations.ts';
import { someCaller, somePackage, someVersion } from '../../../test/support/samples.ts';
import { testRegistry } from '../../../test/support/test-registry.ts';
import { type Caller, permissions } from '../caller.ts';
import {
  type Meant,
  maySee,
  packageKinds,
  packageStates,
  versionStates,
  visibilities,
} from '../packages/index.ts';
import { decide, decideContent } from './decide.ts';
import { decisionInputs } from './inputs.ts';

const { registry } = await testRegistry();
const { policyEngine } = registry;
const at = new Date('2026-01-31T12:00:00Z');
const worlds = 400;
const seed = randomInt(1_000_000);

function draws(random: () => number) {
  const among = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const some = <T>(all: readonly T[]): T[] => all.filter(() => random() < 0.4);
  return { among, some, chance: (part: number) => random() < part };
}

const groups = ['vision', 'speech', 'audit', 'guests'];
const users = ['ada', 'bob', 'eve'];

interface World extends Meant {
  readonly caller: Caller;
}

function someWorld(random: () => number): World {
  const { among, some, chance } = draws(random);
  const named = someCaller(among(users), {
    permissions: chance(0.15) ? ['admin'] : some(permissions.filter((one) => one !== 'admin')),
    groupIds: some(groups),
    packagePatterns: chance(0.7) ? [] : [among(['token*', 'other', '*'])],
  });
  return {
    caller: chance(0.05) ? { ...named, user: null, token: null } : named,
    package: somePackage({
      id: 'p1',
      kind: among(packageKinds),
      name: among(['tokenizer', 'other']),
      ownerId: among(users),
      groupId: chance(0.5) ? among(groups) : null,
      state: among(packageStates),
      visibility: among(visibilities),
      visibleTo: some(groups),
      sensitive: chance(0.5),
      allowedGroups: some(groups),
    }),
    version: someVersion({
      id: 'v1',
      state: chance(0.7) ? 'published' : among(versionStates),
      license: among(['', 'MIT', 'AGPL-3.0']),
      sizeBytes: Math.floor(random() * 1e9),
    }),
  };
}

function inEveryWorld(check: (world: World, random: () => number) => void): void {
  for (let i = 0; i < worlds; i++) {
    const own = seed * worlds + i;
    const random = seededRandom(own);
    const world = someWorld(random);
    try {
      check(world, random);
    } catch (error) {
      console.error(`world ${own}: ${JSON.stringify(decisionInputs(world.caller, { ...world, at }))}`);
      throw error;
    }
  }
}

const builtIn = policyEngine.compile('');

test('knowing of a package is the same by the built-in policies as by the rule that lists and readings go by', () => {
  let seen = 0;
  inEveryWorld(({ caller, package: pkg }) => {
    const { allowed } = decide(builtIn, 'view', decisionInputs(caller, { package: pkg, at }));
    assert.equal(allowed, maySee(caller, pkg));
    if (allowed) seen += 1;
  });
  assert.ok(seen > worlds / 10 && seen < (worlds * 9) / 10, `${seen} of ${worlds} were seen`);
});

test('whoever may have content may know of its package, and only readable content is had', () => {
  let had = 0;
  inEveryWorld((world) => {
    const { allowed } = decideContent(builtIn, 'download', decisionInputs(world.caller, { ...world, at }));
    if (!allowed) return;
    had += 1;
    assert.ok(maySee(world.caller, world.package));
    assert.ok(world.version.state === 'published' || world.version.state === 'yanked');
    assert.ok(world.caller.user?.permissions.has('download') || world.caller.user?.permissions.has('admin'));
  });
  assert.ok(had > worlds / 50, `only ${had} of ${worlds}`);
});

test('a policy of administrators never allows more', () => {
  const conditions = {
    view: ['resource.sensitive', 'principal in Group::"guests"', 'resource.kind == "model"', 'true'],
    content: [
      'resource.license like "AGPL*"',
      'principal in Group::"audit"',
      'resource.sizeBytes > 500000000',
      'resource.package.kind == "code"',
      '!principal.reviewer',
    ],
  };
  const forbidding = [
    ...conditions.view.map((one) => `action == Action::"view", resource) when { ${one} };`),
    ...conditions.content.map((one) => `action in Action::"content", resource) when { ${one} };`),
    ...conditions.content.map((one) => `action == Action::"readFile", resource) unless { ${one} };`),
  ].map((rest, i) => `@id("p${i}") forbid (principal, ${rest}`);
  const { some } = draws(seededRandom(seed));
  const sets = Array.from({ length: 8 }, () => policyEngine.compile(some(forbidding).join('\n')));
  let fewer = 0;
  inEveryWorld((world, random) => {
    const inputs = decisionInputs(world.caller, { ...world, at });
    const more = draws(random).among(sets);
    for (const action of ['download', 'readFile'] as const) {
      const [before, after] = [builtIn, more].map((set) => decideContent(set, action, inputs).allowed);
      assert.ok(before || !after, action);
      if (before && !after) fewer += 1;
    }
    assert.ok(decide(builtIn, 'view', inputs).allowed || !decide(more, 'view', inputs).allowed);
  });
  for (const set of sets) set.close();
  assert.ok(fewer > 0, 'nothing was ever forbidden');
});

test('whoever leaves a group has nothing of what only that group had', () => {
  let lost = 0;
  inEveryWorld((world) => {
    const { user } = world.caller;
    if (user === null) return;
    const of = (caller: Caller) =>
      decideContent(builtIn, 'download', decisionInputs(caller, { ...world, at })).allowed;
    const without = (group: string) => user.groupIds.difference(new Set([group]));
    for (const group of groups) {
      const left: Caller = { ...world.caller, user: { ...user, groupIds: without(group) } };
      const never: Caller = { ...world.caller, user: { ...user, groupIds: new Set(without(group)) } };
      assert.equal(of(left), of(never));
      assert.ok(of(world.caller) || !of(left), 'leaving a group gives nothing');
      if (of(world.caller) && !of(left)) lost += 1;
    }
  });
  assert.ok(lost > 0, 'nobody ever lost anything');
});
