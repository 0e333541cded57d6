// The process in which one JavaScript validator runs, in an engine that is itself a WebAssembly module (QuickJS): the
// script sees the functions that are handed to it, and nothing else of the process.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import variant from '@jitl/quickjs-ng-wasmfile-release-sync';
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core';
import { frame, type WorkerSettings, type WorkerTask } from '../frames.ts';
import { type JavaScriptRuntime, startJavaScript } from './javascript-runtime.ts';
import { finish, RemoteArchive, receive, sendText } from './parent-pipe.ts';
import { askOutside, confine } from './process-end.ts';

const largestWholeBytes = 64 * 1024 * 1024;

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const prelude = readFileSync(new URL('run-validator.js', import.meta.url), 'utf8');
// Its types describe the form of CommonJS, which is not the one that is loaded.
const engine = variant as unknown as QuickJSSyncVariant;
const runtime = await startJavaScript(engine, settings.memoryBytes);
loadWhatIsUsedLater();
confine(settings);

const task = JSON.parse(receive().toString()) as WorkerTask;
try {
  if (task.compileOnly) compileOnly(runtime, task.source);
  else runTask(runtime, task);
} catch (error) {
  finish({ end: 'crash', what: String(error).slice(0, 200) });
}

function compileOnly(within: JavaScriptRuntime, source: string): never {
  const problem = within.compile(source);
  if (problem !== null) sendText(frame.output, Buffer.from(problem));
  finish({ end: 'exit', code: problem === null ? 0 : 1 });
}

function runTask(within: JavaScriptRuntime, about: WorkerTask): never {
  const archive = new RemoteArchive(about.sizeBytes);
  const goOn = within.prepare(prelude, about, {
    output: (text: string) => sendText(frame.output, Buffer.from(text)),
    errors: (text: string) => sendText(frame.errors, Buffer.from(text)),
    exit: (code: number) => finish({ end: 'exit', code: code === 0 ? 0 : code & 255 || 1 }),
    fail: () => finish({ end: 'exception' }),
    read: (position: number, length: number) => {
      if (!Number.isSafeInteger(position) || position < 0) throw new Error('EINVAL: invalid position');
      const wanted = Math.min(Number(length) || 0, largestWholeBytes, about.sizeBytes - position);
      const target = Buffer.alloc(Math.max(0, wanted));
      return target.subarray(0, archive.read(target, position));
    },
    inflate: (packed: Uint8Array) => inflateRawSync(packed, { maxOutputLength: largestWholeBytes }),
    hash: (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex'),
    encode: (text: string) => Buffer.from(text),
    decode: (bytes: Uint8Array, encoding: string) =>
      Buffer.from(bytes).toString(encoding === 'latin1' || encoding === 'base64' ? encoding : 'utf8'),
    request: (asked: string) => {
      if (!about.reach) throw new Error('There is no host that validators may ask.');
      return askOutside(asked).toString();
    },
  });
  const failed = within.run(about.source, goOn);
  sendText(frame.errors, Buffer.from(failed));
  finish({ end: 'exception' });
}

/** After the lock nothing can be loaded any more. */
function loadWhatIsUsedLater(): void {
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) createHash(algorithm).update('').digest();
  inflateRawSync(deflateRawSync(''));
}
