// JavaScript that tries to get out.
import type { Attack } from './range.ts';

function javascript(tries: string, source: string, ends: Attack['ends'] = ['crashed']): Attack {
  return { language: 'javascript', tries, source, ends };
}

const nodeModules = [
  'child_process',
  'net',
  'http',
  'fs/promises',
  'worker_threads',
  'vm',
  'os',
  'module',
  'std',
];

export const javascriptAttacks: readonly Attack[] = [
  javascript(
    'find the process of Node.js through constructors',
    `const g = (function () { return this; }).constructor('return globalThis')();
     if (g.process.binding || g.process.getBuiltinModule || g.process.pid) console.log('ESCAPED');`,
    ['allowed'],
  ),
  javascript(
    'load modules of Node.js',
    `for (const name of ${JSON.stringify(nodeModules)}) for (const prefix of ['', 'node:'])
       try { require(prefix + name); console.log('ESCAPED', name); } catch {}`,
    ['allowed'],
  ),
  javascript('read a file of this machine', `console.log(require('fs').readFileSync('{{secret}}', 'utf8'))`),
  javascript(
    'read a file by a way around',
    `console.log(require('fs').readFileSync('/input/../{{secret}}', 'utf8'))`,
  ),
  javascript(
    'import modules of Node.js',
    `import('child_process').then((m) => { console.log('ESCAPED'); process.exit(0); }, () => process.exit(3))`,
    ['denied'],
  ),
  javascript(
    'import a file of this machine',
    `import('{{secret}}').then(() => { console.log('ESCAPED'); process.exit(0); }, () => process.exit(3))`,
    ['denied'],
  ),
  javascript(
    `import modules by name`,
    `import { execSync } from 'node:child_process';\nexecSync('touch {{marker}}');`,
  ),
  javascript(
    'find globals that reach outside',
    `for (const name of ['fetch', 'WebAssembly', 'Deno', 'std', 'os', 'bjson', 'Worker', 'XMLHttpRequest', 'WebSocket'])
       if (typeof globalThis[name] !== 'undefined') console.log('ESCAPED', name);`,
    ['allowed'],
  ),
  javascript(
    'find the functions of the host',
    `for (const name of Object.getOwnPropertyNames(globalThis))
       if (/^__|host/.test(name)) console.log('ESCAPED', name);`,
    ['allowed'],
  ),
  javascript(
    'reach the host through an error of it',
    `try { require('fs').readSync(3, Buffer.alloc(1), 0, 1, -1); } catch (error) {
       const f = error.constructor.constructor;
       console.log(f('return typeof process.binding')() === 'undefined' ? '' : 'ESCAPED');
     }`,
    ['allowed'],
  ),
  javascript(
    'change prototypes that the host uses',
    `Object.prototype.toJSON = () => 'x'; Object.prototype.end = 'exit'; Object.prototype.code = 0;
     Array.prototype[Symbol.iterator] = null; String.prototype.valueOf = null; throw new Error('denied');`,
  ),
  javascript(
    'read in front of the archive',
    `for (const at of [-1, -4096, NaN, 2 ** 60, 0.5]) try {
       if (require('fs').readSync(3, Buffer.alloc(8), 0, 8, at) > 0) console.log('ESCAPED');
     } catch {}`,
    ['allowed'],
  ),
  javascript(
    'expand what breaks the decompressor',
    `require('zlib').inflateRawSync(Buffer.alloc(1000).fill(255))`,
  ),
  javascript(
    'ask for a digest that loads something',
    `require('crypto').createHash('no-such-thing').digest('hex')`,
  ),
  javascript(
    'ask hosts when none may be asked',
    `console.log('ESCAPED', require('assay').request('https://127.0.0.1:{{port}}/').text)`,
  ),
  javascript(
    'hide a failure in a promise that nobody waits for',
    `async function check() { throw new Error('not allowed'); }\ncheck();`,
  ),
];
