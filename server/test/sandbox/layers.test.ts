// Each layer alone holds what it is meant to hold: without the kernel nothing is reached by any script; without the
// gate of WebAssembly scripts have JavaScript, and Node.js and the kernel keep it in; the kernel alone stops a process
// that has all of Node.js.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { KernelCanary } from '../../src/adapters/sandbox/frames.ts';
import { getsOut } from '../../src/adapters/sandbox/kernel-canaries.ts';
import { javascriptAttacks } from './javascript-attacks.ts';
import { pythonAttacks } from './python-attacks.ts';
import { type Attack, AttackRange, noSandbox, taskFor, testSettings } from './range.ts';

const mib = 1024 ** 2;
const any: Attack['ends'] = ['allowed', 'denied', 'crashed', 'timed-out', 'too-much-output', 'unavailable'];

/** Those that would reach something: a file, a program, a connection. */
const reaching = [...pythonAttacks, ...javascriptAttacks].filter(({ source }) =>
  /\{\{(secret|marker|port)\}\}/.test(source),
);

describe('without the kernel', { concurrency: 2, skip: noSandbox }, () => {
  let range: AttackRange;
  before(async () => {
    range = await AttackRange.open(
      { kernel: false, webAssembly: true },
      { limits: { ...testSettings.limits, wallMs: 10_000 } },
    );
    assert.deepEqual((await range.sandbox.prepare()).problems, []);
  });
  after(async () => range[Symbol.asyncDispose]());

  for (const attack of reaching) {
    test(`a script in ${attack.language} cannot ${attack.tries}`, async () => {
      await range.withstands({ ...attack, ends: any });
    });
  }

  test('a script that does not end is ended by the clock', async () => {
    for (const [language, source] of [
      ['python', 'while True: pass'],
      ['javascript', 'for (;;) {}'],
    ] as const) {
      assert.equal((await range.sandbox.run(taskFor(language, source))).cause, 'timed-out');
    }
  });

  test('a script does not get more memory than it may have', async () => {
    const source = "l = []\nwhile True: l.append('x' * 1000000)";
    assert.equal((await range.sandbox.run(taskFor('python', source))).cause, 'crashed');
  });
});

/** What only works when the gate of WebAssembly is open. */
const throughJavaScript: readonly Attack[] = [
  "import js\nfs = js.process.getBuiltinModule('fs')\nprint(fs.readFileSync('{{secret}}', 'utf8'))",
  "import js\njs.process.binding('spawn_sync')\nprint('ESCAPED')",
  "import js\njs.process.dlopen(js.Object.new(), '/x.node')\nprint('ESCAPED')",
  "import js\njs.process.kill(js.process.ppid, 9)\nprint('ESCAPED')",
  "import js\njs.fetch('http://127.0.0.1:{{port}}/')\nprint('sent')",
  'import js\njs.eval("console.log(\'ESCAPED\')")',
  "import ctypes\nctypes.CDLL(None).emscripten_run_script(b\"import('node:fs').then((fs) => fs.writeFileSync('{{marker}}', ''))\")",
  "import js\njs.WebSocket.new('ws://127.0.0.1:{{port}}/')",
  'import js\nwhile True: js.Array.new(10_000_000).fill(1)',
].map((source) => ({
  tries: `get out by ${source.split('\n').at(1) ?? source}`,
  language: 'python',
  source,
  ends: any,
}));

describe('without the gate of WebAssembly', { concurrency: 2, skip: noSandbox }, () => {
  let range: AttackRange;
  before(async () => {
    range = await AttackRange.open({ kernel: true, webAssembly: false });
  });
  after(async () => range[Symbol.asyncDispose]());

  test('a script has JavaScript, so that what follows tries something', async () => {
    const outcome = await range.sandbox.run(taskFor('python', 'import js\nprint(js.process.version)'));
    assert.equal(outcome.message, process.version, outcome.diagnostics ?? '');
  });

  for (const attack of [...throughJavaScript, ...reaching.filter(({ language }) => language === 'python')]) {
    test(`a script cannot ${attack.tries}`, async () => {
      await range.withstands({ ...attack, ends: any });
    });
  }

  test('a script that does not end is ended by the kernel', async () => {
    const outcome = await range.sandbox.run(taskFor('python', 'while True: pass'));
    assert.equal(outcome.cause, 'timed-out');
  });
});

describe('the kernel alone', { skip: noSandbox }, () => {
  const tried: Readonly<Record<KernelCanary['tries'], string>> = {
    read: 'does not let a process open files',
    write: 'does not let a process write files',
    openSocket: 'does not let a process open sockets',
    start: 'does not let a process start programs',
    signal: 'does not let a process signal others',
    takeMemory: 'does not let a process take more memory',
  };
  for (const [tries, title] of Object.entries(tried) as [KernelCanary['tries'], string][]) {
    test(title, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'assay-kernel-'));
      const file = join(folder, tries === 'read' ? 'secret' : 'marker');
      if (tries === 'read') await writeFile(file, 'secret');
      const canary = { tries, file, cpuSeconds: 10, dataBytes: 64 * mib };
      assert.equal(await getsOut(canary, testSettings.pool.startMs), false);
      assert.equal(existsSync(file), tries === 'read');
      await rm(folder, { recursive: true });
    });
  }
});
