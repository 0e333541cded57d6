// Python that tries to get out.
import type { Attack } from './range.ts';

function python(tries: string, source: string, ends: Attack['ends'] = ['crashed']): Attack {
  return { language: 'python', tries, source, ends };
}

const reached = `
def report(found):
    print('ESCAPED', found)
`;

/** Ways to JavaScript, which has everything that Node.js has. */
const bridges: readonly Attack[] = [
  python('import the globals of JavaScript', `${reached}\nimport js\nreport(js.process.pid)`),
  python(
    'run JavaScript through Pyodide',
    `${reached}\nfrom pyodide.code import run_js\nreport(run_js('process.pid'))`,
  ),
  python(
    'make JavaScript functions through a converted value',
    `${reached}\nfrom pyodide.ffi import to_js\nreport(to_js([]).constructor.constructor('return process.pid')())`,
  ),
  python(
    'mount folders of the machine',
    `${reached}
import pyodide_js
pyodide_js.FS.mkdir('/host')
pyodide_js.FS.mount(pyodide_js.FS.filesystems.NODEFS, {'root': '/'}, '/host')
report(open('/host{{secret}}').read())`,
  ),
  python(
    'change prototypes of JavaScript',
    `${reached}
from pyodide.ffi import create_proxy, to_js
to_js({}).constructor.prototype.onAbort = create_proxy(report)
report('prototype')`,
  ),
  python(
    'look into the stack of JavaScript errors',
    `${reached}
from pyodide.ffi import JsException, to_js
try:
    to_js([]).constructor.constructor('(')
except JsException as error:
    report(error.constructor.prepareStackTrace)`,
  ),
  python('load packages', `${reached}\nimport micropip\nreport(micropip)`),
  python(
    'find the importer of JavaScript modules again',
    `import sys
for finder in sys.meta_path:
    found = getattr(finder, 'jsproxies', None)
    if found:
        print('ESCAPED', finder)`,
    ['allowed'],
  ),
  python(
    'find objects of JavaScript that the collector knows',
    `import gc, sys
found = [o for o in gc.get_objects() if type(o).__name__ in ('JsProxy', 'JsCallable', 'JsObject')]
for module in list(sys.modules.values()):
    found += [v for v in list(getattr(module, '__dict__', {}).values()) if type(v).__name__.startswith('JsProxy')]
for o in found:
    print('ESCAPED', o, o.constructor)`,
    ['allowed', 'crashed'],
  ),
  python(
    'reach what Pyodide keeps in its own modules',
    `import sys
for name in ('pyodide._package_loader', 'pyodide.http', 'pyodide.webloop', '_pyodide._importhook', 'pyodide._core'):
    try:
        __import__(name)
        print('ESCAPED', name)
    except ImportError:
        pass`,
    ['allowed'],
  ),
  python(
    'import a removed bridge after taking its place in sys.modules away',
    `${reached}\nimport sys\nfor name in ('js', '_pyodide_core', 'pyodide_js'):
    sys.modules.pop(name, None)
import js\nreport(js)`,
  ),
  python(
    'make the built-in bridge anew',
    `${reached}
import _imp, importlib.machinery, sys
sys.modules.pop('_pyodide_core', None)
core = _imp.create_builtin(importlib.machinery.ModuleSpec('_pyodide_core', None, origin='built-in'))
report(core.run_js if core else None) if getattr(core, 'run_js', None) else None`,
    ['allowed', 'crashed'],
  ),
  python(
    'load Pyodide again from its files',
    `${reached}
import importlib.util, sys
for name in [name for name in sys.modules if 'pyodide' in name]:
    del sys.modules[name]
import _pyodide._core_docs, pyodide.code
report(pyodide.code.run_js('process.pid'))`,
  ),
  python(
    'reach the frames of what runs it',
    `import sys
frame = sys._getframe()
while frame:
    for value in list(frame.f_globals.values()) + list(frame.f_locals.values()):
        if 'Js' in type(value).__name__:
            print('ESCAPED', value)
    frame = frame.f_back`,
    ['allowed'],
  ),
];

/** Native calls: everything that Emscripten would do for C. */
const native: readonly Attack[] = [
  python(
    'run JavaScript through the C library',
    `import ctypes\nctypes.CDLL(None).emscripten_run_script(b"require('fs').writeFileSync('{{marker}}','')")`,
  ),
  python(
    'run programs through the C library',
    `import ctypes\nctypes.CDLL(None).system(b'touch {{marker}}')`,
  ),
  python(
    'forge references to objects of JavaScript',
    `import ctypes
words = (ctypes.c_uint32 * 12).from_address(id([]))
for forged in range(1, 60):
    words[2] = forged
print('ESCAPED')`,
  ),
  python(
    'load a WebAssembly module of its own',
    `import ctypes
open('/tmp/x.so', 'wb').write(bytes([0, 97, 115, 109, 1, 0, 0, 0]))
ctypes.CDLL('/tmp/x.so')
print('ESCAPED')`,
  ),
  python(
    'read memory that is not its own',
    `import ctypes\nctypes.string_at(0xfffffff0, 100)\nprint('ESCAPED')`,
  ),
  python('call an address', `import ctypes\nctypes.CFUNCTYPE(ctypes.c_int)(1234567)()\nprint('ESCAPED')`),
  python(
    'make the removed module for native calls anew',
    `import _imp, importlib.machinery, sys
sys.modules.pop('_ctypes', None)
spec = importlib.machinery.ModuleSpec('_ctypes', None, origin='built-in')
native = _imp.create_builtin(spec)
if native is not None:
    _imp.exec_builtin(native)
    sys.modules['_ctypes'] = native
    sys.modules.pop('ctypes', None)
    import ctypes
    ctypes.CDLL(None).system(b'touch {{marker}}')
    print('ESCAPED')`,
    ['allowed', 'crashed'],
  ),
  python(
    'load an extension module from a file',
    `import _imp, importlib.machinery
open('/tmp/evil.so', 'wb').write(bytes([0, 97, 115, 109, 1, 0, 0, 0]))
spec = importlib.machinery.ModuleSpec('evil', importlib.machinery.ExtensionFileLoader('evil', '/tmp/evil.so'))
spec.origin = '/tmp/evil.so'
_imp.create_dynamic(spec)
print('ESCAPED')`,
  ),
  python(
    'run bytecode that breaks the interpreter',
    `def f(): pass
code = bytes([100, 255] * 40 + [83, 0] * 8)
exec(f.__code__.replace(co_code=code, co_stacksize=1))
for op in range(1, 250):
    try:
        exec(f.__code__.replace(co_code=bytes([op, 200] * 20), co_stacksize=1))
    except BaseException:
        pass`,
    ['crashed', 'allowed', 'timed-out', 'denied'],
  ),
];

/** Programs, processes and signals. */
const processes: readonly Attack[] = [
  python('run a command', `import os\nos.system('touch {{marker}}')\nprint('ESCAPED')`),
  python('run a program', `import subprocess\nprint('ESCAPED', subprocess.run(['touch', '{{marker}}']))`),
  python('fork', `import os\nos.fork()\nprint('ESCAPED')`),
  python(
    'spawn',
    `import os\nos.posix_spawn('/usr/bin/touch', ['touch', '{{marker}}'], {})\nprint('ESCAPED')`,
  ),
  python('become another program', `import os\nos.execv('/usr/bin/touch', ['touch', '{{marker}}'])`),
  python('open a pipe to a program', `import os\nprint('ESCAPED', os.popen('cat {{secret}}').read())`),
  python('signal the registry', `import os\nos.kill(os.getppid(), 9)\nprint('ESCAPED')`),
  python('start a thread', `import threading\nthreading.Thread(target=print).start()\nprint('ESCAPED')`),
  python(
    'use several processes',
    `import multiprocessing\nmultiprocessing.Process(target=print).start()\nprint('ESCAPED')`,
  ),
];

const network: readonly Attack[] = [
  python(
    'connect to a port of this machine',
    `import socket\nsocket.create_connection(('127.0.0.1', {{port}}), 2).sendall(b'x')`,
  ),
  python(
    'open a raw socket',
    `import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW)\nprint('ESCAPED')`,
    ['crashed'],
  ),
  python(
    'fetch an address',
    `import urllib.request\nprint('ESCAPED', urllib.request.urlopen('http://127.0.0.1:{{port}}/').read())`,
  ),
  python(
    'fetch through the browser’s way',
    `from pyodide.http import open_url\nopen_url('http://127.0.0.1:{{port}}/')`,
  ),
  python(
    'fetch without waiting',
    `import asyncio
async def go():
    from pyodide.http import pyfetch
    await pyfetch('http://127.0.0.1:{{port}}/')
asyncio.run(go())`,
  ),
  python(
    'connect without waiting',
    `import socket
s = socket.socket()
s.setblocking(False)
try:
    s.connect(('127.0.0.1', {{port}}))
except BlockingIOError:
    pass
s.send(b'x')`,
  ),
  python('resolve names', `import socket\nprint('ESCAPED', socket.getaddrinfo('localhost', 80))`),
  python(
    'ask hosts when none may be asked',
    `import assay\nprint('ESCAPED', assay.request('https://127.0.0.1:{{port}}/').text)`,
  ),
];

const files: readonly Attack[] = [
  python('read a file of this machine', `print(open('{{secret}}').read())`),
  python('read a file by a way around', `print(open('/input/../../../..{{secret}}').read())`),
  python('write a file of this machine', `open('{{marker}}', 'w').write('x')`),
  python(
    'list folders of this machine',
    `import os
found = set(os.listdir('/')) - {'dev', 'home', 'input', 'lib', 'proc', 'tmp', 'etc', 'usr', 'var'}
print('ESCAPED' if found or os.path.exists('/proc/version') else '')`,
    ['allowed'],
  ),
  python(
    'see the environment of this machine',
    `import os
print('ESCAPED' if any(name in os.environ for name in ('SHELL', 'HOSTNAME', 'UV_USE_IO_URING')) else '')`,
    ['allowed'],
  ),
  python(
    'read what the registry sends to it',
    `import os
for fd in range(3, 40):
    try:
        data = os.read(fd, 100)
    except OSError:
        continue
    print('ESCAPED', fd, data)`,
    ['allowed'],
  ),
  python('write to the archive', `open('/input/package.zip', 'r+b').write(b'x')\nprint('ESCAPED')`),
  python('cut the archive off', `import os\nos.truncate('/input/package.zip', 0)\nprint('ESCAPED')`),
  python(
    'link to files of this machine',
    `import os\nos.symlink('{{secret}}', '/tmp/s')\nprint(open('/tmp/s').read())`,
  ),
  python(
    'read in front of the archive',
    `import os\nos.pread(os.open('/input/package.zip', 0), 10, -4096)\nprint('ESCAPED')`,
  ),
  python(
    'read behind the archive',
    `import os
fd = os.open('/input/package.zip', 0)
for at in (2**31, 2**53, 2**62):
    print('ESCAPED' if os.pread(fd, 10, at) else '')`,
    ['allowed', 'crashed'],
  ),
  python(
    'map the archive',
    `import mmap\nmmap.mmap(open('/input/package.zip', 'rb').fileno(), 0)\nprint('ESCAPED')`,
  ),
  python('read the terminal', `print('ESCAPED' if open('/dev/tty').read(1) else '')`, ['allowed', 'crashed']),
  python('ask for input', `print('ESCAPED', input())`),
];

export const pythonAttacks = [...bridges, ...native, ...processes, ...network, ...files];
