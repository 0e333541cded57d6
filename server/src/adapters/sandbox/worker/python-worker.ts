// The process in which one Python validator runs. It starts CPython, confines itself, waits for its task, and is
// killed when that has ended.
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { archivePath, frame, type WorkerSettings, type WorkerTask } from '../frames.ts';
import { finish, RemoteArchive, receive, sendText } from './parent-pipe.ts';
import { askOutside, confine, failureCode } from './process-end.ts';
import { type PythonRuntime, startPython } from './python-runtime.ts';
import { WebAssemblyGate } from './webassembly-gate.ts';

const taskPath = '/input/task.json';
const reachPath = '/input/outside';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const gate = new WebAssemblyGate(settings.memoryBytes, {
  exited: (code) => finish(code === failureCode ? { end: 'exception' } : { end: 'exit', code }),
  violated: (name) => finish({ end: 'violation', what: name }),
});
gate.install();
const program = readFileSync(new URL('run-validator.py', import.meta.url), 'utf8');
const python = await startPython(settings.snapshot);
python.writeTo(
  (text) => sendText(frame.output, text),
  (text) => sendText(frame.errors, text),
);
if (settings.webAssemblyLayer) python.removeBridges();
python.limitFiles(settings.fileBytes);
confine(settings);

const task = JSON.parse(receive().toString()) as WorkerTask;
placeInput(python, task);
gate.close(settings.webAssemblyLayer ? 'for all' : 'for exits');
try {
  python.execute(program);
  finish({ end: 'exception' });
} catch (error) {
  finish({ end: 'crash', what: String(error).slice(0, 200) });
}

function placeInput(into: PythonRuntime, { sizeBytes, reach, ...rest }: WorkerTask): void {
  const archive = new RemoteArchive(sizeBytes);
  into.placeFile(taskPath, JSON.stringify(rest));
  into.placeReadOnly(archivePath, sizeBytes, (target, position) => archive.read(target, position));
  if (!reach) return;
  let answer: Uint8Array = Buffer.alloc(0);
  into.placeDevice(reachPath, {
    write: (asked) => {
      answer = askOutside(Buffer.from(asked).toString());
    },
    read: (target) => {
      const part = answer.subarray(0, target.length);
      target.set(part);
      answer = answer.subarray(part.length);
      return part.length;
    },
  });
}
