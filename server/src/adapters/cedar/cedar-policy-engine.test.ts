import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CedarPolicyEngine } from './cedar-policy-engine.ts';
import { policyLimits } from './policy-text.ts';
import { probes } from './probes.ts';

const engine = new CedarPolicyEngine();
const [view, download] = probes as [(typeof probes)[number], (typeof probes)[number]];
const content = (id: string, condition: string) =>
  `@id("${id}") forbid (principal, action in Action::"content", resource) when { ${condition} };`;

async function problemsOf(text: string) {
  const { problems, policies } = await engine.examine(text);
  if (problems.length > 0) assert.deepEqual(policies, []);
  return problems;
}

describe('a text that is examined', () => {
  test('is good when it has no policies, or only comments', async () => {
    for (const text of ['', '\n', '// nothing']) assert.deepEqual(await problemsOf(text), []);
  });

  test('tells its policies in order, with the actions that each is about', async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `p${12 - i}`);
    const text = [
      ...ids.map((id) => content(id, `resource.license == "${id}"`)),
      '@id("all") @reason("No, {user}.") forbid (principal, action, resource) when { context.token == "none" };',
    ].join('\n');
    const { policies } = await engine.examine(text);
    assert.deepEqual(
      policies.map(({ id }) => id),
      [...ids, 'all'],
    );
    assert.deepEqual(policies[0]?.actions, new Set(['download', 'readFile']));
    assert.deepEqual(policies.at(-1), {
      id: 'all',
      reason: 'No, {user}.',
      effect: 'forbid',
      actions: new Set(['view', 'download', 'readFile']),
      builtIn: false,
    });
  });

  test('is refused where it is wrong, in lines and columns as people count', async () => {
    const misspelt = `// äöü 🦊\n@id("x")\nforbid (principal, action in Action::"content", resource)\nwhen { "🦊ä" == resource.licence };`;
    const [problem] = await problemsOf(misspelt);
    assert.deepEqual([problem?.line, problem?.column], [4, 17]);
    assert.match(problem?.message ?? '', /`licence`.*not found.*did you mean `license`/);
    const [unfinished] = await problemsOf('@id("x")\nforbid (principal');
    assert.deepEqual([unfinished?.line, unfinished?.column], [2, 18]);
  });

  test('is refused when it breaks a rule of the registry', async () => {
    const refused: Readonly<Record<string, RegExp>> = {
      'forbid (principal, action, resource);': /needs an annotation @id/,
      '@id("Not This") forbid (principal, action, resource);': /needs an annotation @id/,
      '@id("published") forbid (principal, action, resource);': /used by another/,
      [`${content('twice', 'true')}${content('twice', 'false')}`]: /used by another/,
      '@id("x") permit (principal, action, resource);': /must be a `forbid`/,
      '@id("x") forbid (principal == ?principal, action, resource);': /template/,
      '@id("x") forbid (principal, action == Action::"upload", resource);': /upload/,
      [content('x', 'resource.rating > 50')]: /rating/,
      [content('x', 'principal.name == 1')]: /type/,
      'a\0': /characters/,
      '// \ud800': /characters/,
      [`// ${'x'.repeat(policyLimits.textBytes)}`]: /longer than/,
      [content('x', `resource.license == "${'x'.repeat(policyLimits.policyBytes)}"`)]: /bytes long/,
      [Array.from({ length: policyLimits.policies + 1 }, (_, i) => content(`p${i}`, 'true')).join('')]:
        /at most 500/,
    };
    for (const [text, why] of Object.entries(refused)) {
      const [problem] = await problemsOf(text);
      assert.match(problem?.message ?? 'no problem', why, text.slice(0, 80));
    }
  });

  test('that nests deeply is refused or decided by, and nothing is broken', async () => {
    const compiled = engine.compile('');
    const deep = 5_000;
    for (const condition of [
      `${'('.repeat(deep)}true${')'.repeat(deep)}`,
      `${'!('.repeat(deep)}true${')'.repeat(deep)}`,
      `${'['.repeat(deep)}1${']'.repeat(deep)} == 1`,
      `${'if true then true else '.repeat(700)}true`,
      `1${'+1'.repeat(7_000)} == 1`,
      Array(3_000).fill('true').join('||'),
    ]) {
      const text = content('x', condition);
      const problems = await problemsOf(text);
      if (problems.length === 0) {
        const accepted = engine.compile(text);
        assert.deepEqual(accepted.decide(...download).determining, ['x'], condition.slice(0, 40));
        accepted.close();
      }
      if (condition.startsWith('(')) assert.match(problems[0]?.message ?? '', /nest too deeply/);
      assert.equal(compiled.decide(...download).allowed, true);
    }
    compiled.close();
  });
});

describe('policies that are compiled', () => {
  test('decide, and tell what determined it', () => {
    const compiled = engine.compile(content('no-mit', 'resource.license == "MIT"'));
    assert.deepEqual(compiled.decide(...download), { allowed: false, determining: ['no-mit'], failed: [] });
    assert.deepEqual(compiled.decide(...view), { allowed: true, determining: ['visible'], failed: [] });
    compiled.close();
  });

  test('that cannot be evaluated are told, and nothing is allowed', () => {
    const compiled = engine.compile(content('overflow', 'resource.sizeBytes + 9223372036854775807 > 0'));
    assert.deepEqual(compiled.decide(...download), {
      allowed: false,
      determining: ['published'],
      failed: ['overflow'],
    });
    compiled.close();
  });

  test('know whether they ask for verdicts', () => {
    for (const [condition, asks] of [
      ['resource has verdict && resource.verdict == "failed"', true],
      ['resource.released', true],
      ['resource.failed.contains("malware")', true],
      ['resource.license == "x"', false],
    ] as const) {
      const compiled = engine.compile(content('x', condition));
      assert.equal(compiled.asksVerdicts, asks, condition);
      compiled.close();
    }
    assert.equal(engine.compile('').asksVerdicts, false, 'the built-in ones do not');
  });

  test('of several texts do not mix, also when others were compiled and closed in between', () => {
    const closed = engine.compile(content('first', 'true'));
    const kept = engine.compile(content('second', 'true'));
    closed.close();
    const third = engine.compile(content('third', 'true'));
    assert.deepEqual(kept.decide(...download).determining, ['second']);
    assert.deepEqual(third.decide(...download).determining, ['third']);
    assert.throws(() => closed.decide(...download), /not used any more/);
    closed.close();
    assert.deepEqual(third.decide(...download).determining, ['third']);
  });

  test('are not made of a text that is not good', () => {
    assert.throws(() => engine.compile('forbid ('), /line 1/);
    assert.throws(() => engine.compile('@id("x") permit (principal, action, resource);'), /forbid/);
  });

  test('decide for odd inputs without failing', () => {
    const compiled = engine.compile('');
    const [, inputs] = download;
    for (const odd of ['', '"', '\\', 'ü 🦊', '\n', '__entity', '{"__entity":1}', 'x'.repeat(10_000)]) {
      const user = { ...inputs.user, id: odd, name: odd, groups: [odd] };
      const pkg = { ...inputs.package, id: odd, name: odd, ownerId: odd, groupId: odd };
      const version = { ...inputs.version, license: odd, reason: odd } as typeof inputs.version & object;
      for (const address of [odd, 'fe80::1%eth0', '::ffff:10.0.0.1', '999.1.1.1']) {
        const { allowed, failed } = compiled.decide('download', {
          ...inputs,
          user,
          package: pkg,
          version,
          address,
        });
        assert.deepEqual([allowed, failed], [true, []], JSON.stringify([odd.slice(0, 20), address]));
      }
    }
    compiled.close();
  });
});
