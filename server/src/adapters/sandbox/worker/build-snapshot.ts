// Starts Python once, with the modules that validators mostly use, and writes its memory to the file that the
// arguments name. Runs nothing of anybody else.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { loadPyodide } from 'pyodide';
import { leaveOutTrampoline, pythonEnvironment } from './python-runtime.ts';
import { sealSnapshot } from './snapshot-file.ts';

const modules = `argparse ast base64 bz2 collections configparser csv dataclasses datetime decimal enum fnmatch gzip
  hashlib html io itertools json logging lzma math pathlib pickletools random re shutil statistics string struct sys
  tarfile tempfile textwrap tomllib traceback types typing unicodedata urllib.parse xml.etree.ElementTree zipfile`;

leaveOutTrampoline();
const pyodide = await loadPyodide({ _makeSnapshot: true, env: pythonEnvironment });
pyodide.runPython(`import ${modules.split(/\s+/).join(', ')}`);
const file = openSync(process.argv[2] ?? '', 'wx', 0o600);
for (const part of sealSnapshot(pyodide.makeMemorySnapshot())) {
  for (let written = 0; written < part.length; ) written += writeSync(file, part, written);
}
fsyncSync(file);
closeSync(file);
