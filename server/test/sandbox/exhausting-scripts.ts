// Scripts that try to take more than they may: time, memory, output.
import type { Attack } from './range.ts';

type Ends = Attack['ends'];

function python(tries: string, source: string, ends: Ends = ['crashed']): Attack {
  return { language: 'python', tries, source, ends };
}

function javascript(tries: string, source: string, ends: Ends = ['crashed']): Attack {
  return { language: 'javascript', tries, source, ends };
}

/** Those that take the whole of their processor time. */
export const endlessScripts: readonly Attack[] = [
  python('loop for ever', 'while True: pass', ['timed-out']),
  python('sleep for ever', 'import time\ntime.sleep(10**6)', ['timed-out', 'crashed']),
  python('compute a number without end', 'x = 10 ** (10 ** 8)\nprint(len(str(x)))', ['timed-out', 'crashed']),
  python('backtrack for ever', "import re\nre.match('(a+)+$', 'a' * 60 + 'b')", ['timed-out']),
  javascript('loop for ever', 'while (true) {}', ['timed-out']),
  javascript('backtrack for ever', "/(a+)+$/.test('a'.repeat(60) + 'b')", ['timed-out']),
  javascript('queue promises for ever', '(function again() { Promise.resolve().then(again); })()', [
    'timed-out',
  ]),
  javascript('set timers for ever', '(function again() { setTimeout(again, 0); })()', ['timed-out']),
];

export const greedyScripts: readonly Attack[] = [
  python('make a text that is too large', "x = 'a' * 10**9"),
  python('fill the heap', "l = []\nwhile True: l.append('x' * 1000000)"),
  python(
    'fill the heap of JavaScript',
    "from pyodide.ffi import to_js\nk = []\nwhile True: k.append(to_js(b'x' * 10_000_000))",
  ),
  python(
    'fill the files',
    "i = 0\nwhile True:\n    i += 1\n    open(f'/tmp/f{i}', 'wb').write(b'x' * 1_000_000)",
  ),
  python(
    'make a file with a hole',
    "f = open('/tmp/hole', 'wb')\nf.seek(2**31 - 2)\nf.write(b'x')\nf.flush()",
  ),
  python('make files without end', "i = 0\nwhile True:\n    i += 1\n    open(f'/tmp/{i}', 'wb').close()", [
    'crashed',
    'timed-out',
  ]),
  python('open files without end', "k = []\nwhile True: k.append(open('/input/package.zip', 'rb'))", [
    'crashed',
    'timed-out',
  ]),
  python('recurse without end', 'import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)'),
  python('nest without end', "eval('(' * 100000 + ')' * 100000)", ['crashed', 'too-much-output']),
  python(
    'expand what was compressed',
    'import zlib\nd = zlib.compress(bytes(10**6))\nk = []\nwhile True: k.append(zlib.decompress(d))',
  ),
  python('write without end', "while True: print('x' * 100000)", ['too-much-output']),
  python('complain without end', "import sys\nwhile True: sys.stderr.write('x' * 100000)", [
    'too-much-output',
  ]),
  python('write without end, byte by byte', "import os\nwhile True: os.write(1, b'x')", [
    'too-much-output',
    'timed-out',
  ]),
  python('crash on purpose', 'import faulthandler\nfaulthandler._sigsegv()', ['crashed', 'denied']),
  python('abort', 'import os\nos.abort()', ['crashed', 'denied']),
  javascript('fill the heap', "const a = []; while (true) a.push('x'.repeat(1e6) + a.length)"),
  javascript('fill array buffers', 'const a = []; while (true) a.push(new Uint8Array(50e6).fill(1))'),
  javascript('recurse without end', '(function f() { f(); })()'),
  javascript('write without end', "for (;;) console.log('x'.repeat(1e5))", ['too-much-output']),
  javascript('write one text that is too large', "console.log('x'.repeat(2e7))", ['too-much-output']),
  javascript('make a number without end', 'let x = 2n; for (;;) x **= 2n', ['crashed', 'timed-out']),
  javascript(
    'ask for a range that is too large',
    "const b = Buffer.alloc(10); require('fs').readSync(3, b, 0, 1e12, 0); console.log(require('fs').readSync(3, b, 0, -5, 0))",
    ['allowed', 'crashed'],
  ),
];
