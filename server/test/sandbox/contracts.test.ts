// The two forms of validators, in both languages: a program with four arguments and an exit code, and a function.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ValidatorCause, ValidatorLanguage } from '../../src/core/validators/index.ts';
import { AttackRange, noSandbox, taskFor } from './range.ts';
import { sparseArchive } from './sparse-archive.ts';

interface Case {
  readonly title: string;
  readonly language: ValidatorLanguage;
  readonly source: string;
  readonly cause: ValidatorCause;
  /** The whole of it, when it is told. */
  readonly message?: string;
}

const py = (title: string, source: string, cause: ValidatorCause, message?: string): Case => ({
  language: 'python',
  title,
  source,
  cause,
  ...(message === undefined ? {} : { message }),
});
const js = (title: string, source: string, cause: ValidatorCause, message?: string): Case => ({
  ...py(title, source, cause, message),
  language: 'javascript',
});

const pythonReads = `
import sys, zipfile
_, model, uploader, downloader, path = sys.argv
print(model, uploader, downloader, zipfile.ZipFile(path).read('README.md').decode())`;

const pythonContext = `
import zipfile
def validate(ctx):
    names = zipfile.ZipFile(ctx.archive).namelist()
    return {'allowed': True, 'message': f'{ctx.package} {ctx.version} {ctx.uploader} {ctx.user} {ctx.groups} {ctx.metadata} {names}'}`;

const javascriptReads = `
const zip = require('zip');
const [, , model, uploader, downloader, path] = process.argv;
const entry = zip.entries().find(({ name }) => name === 'README.md');
console.log(model, uploader, downloader, require('fs').existsSync(path), zip.read(entry).toString());`;

const javascriptContext = `
function validate(ctx) {
  const { archive, ...about } = ctx;
  return { allowed: true, message: JSON.stringify(about) + archive.entries().map((e) => e.name).join() };
}`;

const cases: readonly Case[] = [
  py('is told names and reads the archive', pythonReads, 'allowed', 'bert ada bob Read me.'),
  py('allows by the exit code 0', 'import sys\nsys.exit(0)', 'allowed', ''),
  py('allows by coming to its end', 'x = 1', 'allowed'),
  py(
    'denies by another exit code, with what it wrote',
    "print('not you')\nraise SystemExit(3)",
    'denied',
    'not you',
  ),
  py('denies by a text', "import sys\nsys.exit('not you')", 'denied', 'not you'),
  py('denies by 256', 'import sys\nsys.exit(256)', 'denied'),
  py('denies by 256 past all handlers', 'import os\nos._exit(256)', 'denied'),
  py('denies by a large number', 'import sys\nsys.exit(2**64)', 'denied'),
  py('denies by a negative number', 'import sys\nsys.exit(-1)', 'denied'),
  py('does not allow when it fails', "print('almost')\n1/0", 'crashed', 'almost'),
  py('does not allow when it cannot be compiled', 'def', 'crashed'),
  py('does not allow when it fails on its way out', 'import sys\nsys.stdout = None\nsys.exit(0)', 'denied'),
  py('does not allow when it takes the way out away', 'import os\nos._exit = print', 'crashed'),
  py(
    'decides by a function, which is told everything',
    pythonContext,
    'allowed',
    "bert 1.2.0 ada bob ('reviewers', 'staff') {'kind': 'model', 'license': 'MIT'} ['model.bin', 'README.md']",
  ),
  py('allows by True', 'def validate(ctx): return True', 'allowed'),
  py('denies by False', 'def validate(ctx): return False', 'denied'),
  py('denies by nothing', 'def validate(ctx): pass', 'denied'),
  py('denies by 1', 'def validate(ctx): return 1', 'denied'),
  py("denies by 'True'", "def validate(ctx): return 'True'", 'denied'),
  py(
    'denies by an object that equals everything',
    'class A:\n  __eq__ = __bool__ = lambda *a: True\ndef validate(ctx): return A()',
    'denied',
  ),
  py('denies by a promise of True', 'async def validate(ctx): return True', 'denied'),
  py(
    "denies by {'allowed': 1}",
    "def validate(ctx): return {'allowed': 1, 'reason': 'because'}",
    'denied',
    'because',
  ),
  py('does not allow with a function that is none', 'validate = None', 'crashed'),
  py('does not allow with a function that fails', "def validate(ctx): raise Exception('x')", 'crashed'),
  py(
    'reads the archive as a file',
    'def validate(ctx): return {"allowed": True, "message": f"{ctx.archive.read(2)!r} {ctx.archive.seek(0, 2)}"}',
    'allowed',
  ),
  js('is told names and reads the archive', javascriptReads, 'allowed', 'bert ada bob true Read me.'),
  js('allows by the exit code 0', 'process.exit(0)', 'allowed', ''),
  js('allows by coming to its end', 'const x = 1;', 'allowed'),
  js(
    'denies by another exit code, with what it wrote',
    "console.log('not you'); process.exit(3)",
    'denied',
    'not you',
  ),
  js('denies by an exit code that it leaves behind', 'process.exitCode = 4', 'denied'),
  js('denies by 256', 'process.exit(256)', 'denied'),
  js('denies by what is no number', "process.exit('yes')", 'denied'),
  js('does not allow when it fails', "console.log('almost'); null.x", 'crashed', 'almost'),
  js('does not allow when it cannot be compiled', 'let', 'crashed'),
  js(
    'decides later',
    "setTimeout(() => process.exit(2), 100); setTimeout(() => console.log('first'), 10)",
    'denied',
    'first',
  ),
  js(
    'is a module',
    "import { createHash } from 'node:crypto';\nimport fs from 'fs';\nconsole.log(createHash('sha256').update('a').digest('hex').slice(0, 8), fs.statSync(process.argv[5]).isFile());",
    'allowed',
    'ca978112 true',
  ),
  js(
    'decides by a function, which is told everything',
    javascriptContext,
    'allowed',
    '{"package":"bert","version":"1.2.0","uploader":"ada","user":"bob","groups":["reviewers","staff"],"metadata":{"kind":"model","license":"MIT"}}model.bin,README.md',
  ),
  js('allows by true', 'module.exports.validate = () => true', 'allowed'),
  js(
    'allows by an exported function that waits',
    'export async function validate(ctx) { await null; return true; }',
    'allowed',
  ),
  js('denies by false', 'function validate() { return false; }', 'denied'),
  js('denies by 1', 'function validate() { return 1; }', 'denied'),
  js('denies by a promise of something else', 'async function validate() { return "true"; }', 'denied'),
  js(
    'denies by an object that says something else',
    'function validate() { return { allowed: "yes", message: "no" }; }',
    'denied',
    'no',
  ),
  js(
    'does not allow with a function that fails',
    'async function validate() { throw new Error("x"); }',
    'crashed',
  ),
  js(
    'does not allow with a promise that is never kept',
    'function validate() { return new Promise(() => {}); }',
    'crashed',
  ),
];

describe('a validator', { concurrency: 2, skip: noSandbox }, () => {
  let range: AttackRange;
  before(async () => {
    range = await AttackRange.open();
  });
  after(async () => range[Symbol.asyncDispose]());

  for (const { title, language, source, cause, message } of cases) {
    test(`in ${language} ${title}`, async () => {
      const outcome = await range.sandbox.run(taskFor(language, source));
      const said = { cause: outcome.cause, allowed: outcome.allowed };
      assert.deepEqual(said, { cause, allowed: cause === 'allowed' }, outcome.diagnostics ?? '');
      if (message !== undefined) assert.equal(outcome.message, message);
      else assert.ok(outcome.allowed || outcome.message !== '', 'a denial without a message');
    });
  }

  test('tells its owner, and not the downloader, why it failed', async () => {
    const outcome = await range.sandbox.run(taskFor('python', "x = 'private'\n1/0"));
    assert.match(outcome.diagnostics ?? '', /ZeroDivisionError/);
    assert.doesNotMatch(outcome.message, /ZeroDivisionError|private/);
  });

  test('is compiled for its syntax, and not run', async () => {
    const { sandbox } = range;
    assert.deepEqual(await sandbox.checkSyntax('python', 'import sys\nsys.exit(7)'), { ok: true });
    assert.deepEqual(await sandbox.checkSyntax('python', 'x = 1\ny ='), {
      ok: false,
      message: 'line 2: invalid syntax',
    });
    assert.deepEqual(await sandbox.checkSyntax('javascript', 'process.exit(7)'), { ok: true });
    assert.deepEqual(await sandbox.checkSyntax('javascript', 'export const a = 1;'), { ok: true });
    const wrong = await sandbox.checkSyntax('javascript', 'let x;\nlet = ;');
    assert.match(wrong.ok ? '' : wrong.message, /^line 2: /);
    assert.deepEqual(await sandbox.checkSyntax('python', '"\ud800"'), {
      ok: false,
      message: 'The source cannot be compiled within the limits of validators.',
    });
  });

  test('is ended when nobody waits for it any more', async () => {
    const leaving = new AbortController();
    const running = range.sandbox.run(taskFor('python', 'while True: pass'), leaving.signal);
    setTimeout(() => leaving.abort(), 300);
    assert.equal((await running).cause, 'unavailable');
  });

  test('sees nothing of the one before it', async () => {
    const leaves = "open('/tmp/left', 'w').write('x')\nimport builtins\nbuiltins.left = 1";
    const looks = "import os, builtins\nprint(os.path.exists('/tmp/left'), hasattr(builtins, 'left'))";
    await range.sandbox.run(taskFor('python', leaves));
    assert.equal((await range.sandbox.run(taskFor('python', looks))).message, 'False False');
  });

  test('reads a member of an archive that is larger than its memory, and no more than that', async () => {
    const { archive, readBytes } = sparseArchive(2 * 1024 ** 3);
    const source = "import sys, zipfile\nprint(zipfile.ZipFile(sys.argv[4]).read('last.txt').decode())";
    const outcome = await range.sandbox.run({ ...taskFor('python', source), archive });
    assert.equal(outcome.message, 'the last of it', outcome.diagnostics ?? '');
    assert.ok(readBytes() < 2 * 1024 ** 2, `${readBytes()} bytes were read`);
  });

  test('does not allow when its archive cannot be read, or breaks off', async () => {
    const source = "import sys\nopen(sys.argv[4], 'rb').read(10)";
    for (const read of [() => Promise.reject(new Error('away')), async () => new Uint8Array(1)]) {
      const outcome = await range.sandbox.run({
        ...taskFor('python', source),
        archive: { sizeBytes: 100, read },
      });
      assert.equal(outcome.cause, 'unavailable');
    }
  });
});
