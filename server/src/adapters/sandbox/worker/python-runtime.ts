// CPython as Pyodide brings it: what is needed of its inside, which has no types and may change with every release; so
// its version is fixed (server/package.json), and the tests of the sandbox try everything that is relied on.
import { Buffer } from 'node:buffer';
import { constants, readFileSync } from 'node:fs';
import { loadPyodide, type PyodideInterface } from 'pyodide';
import { openSnapshot } from './snapshot-file.ts';

interface FileNode {
  usedBytes: number;
  mode: number;
  node_ops: { getattr: unknown };
  stream_ops: StreamOperations;
}

interface StreamOperations {
  llseek?: unknown;
  read?(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write?(stream: Stream, buffer: Uint8Array, offset: number, length: number, position?: number): number;
}

interface Stream {
  readonly node: FileNode;
}

interface Inside {
  _module: {
    HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _PyRun_SimpleString(address: number): number;
  };
  FS: {
    ErrnoError: new (errno: number) => Error;
    filesystems: { MEMFS: { ops_table: { file: { stream: StreamOperations } } } };
    lookupPath(path: string): { node: FileNode };
    mkdirTree(path: string): void;
    writeFile(path: string, content: string): void;
  };
}

/** errno ENOSPC, as Emscripten numbers them. */
const noSpace = 51;
const readOnlyFile = 0o100444;

const withoutBridges = `
import sys
sys.meta_path = [finder for finder in sys.meta_path if type(finder).__name__ != 'JsFinder']
for name in [name for name in sys.modules if 'pyodide' in name or name == 'js']:
    del sys.modules[name]
for name in ('ctypes', '_ctypes', 'js', 'pyodide_js', 'pyodide', '_pyodide', '_pyodide_core'):
    sys.modules[name] = None
`;

/** From the snapshot's file, or from scratch when null. */
export async function startPython(snapshot: string | null): Promise<PythonRuntime> {
  // Pyodide asks for the constants of files when it starts, in a way that --permission refuses.
  Object.assign(process, { binding: () => ({ fs: constants }) });
  if (snapshot === null) leaveOutTrampoline();
  const pyodide = await loadPyodide({
    env: pythonEnvironment,
    ...(snapshot === null ? {} : { _loadSnapshot: openSnapshot(readFileSync(snapshot)) }),
  });
  return new PythonRuntime(pyodide);
}

/** A seed of hashes that is the same always: a snapshot has been made with one. */
export const pythonEnvironment = { HOME: '/tmp', PYTHONHASHSEED: '0' };

/**
 * Pyodide puts a trampoline of its own into the table of functions, but for the browser that this name stands for; with
 * it, a module whose imports are wrapped does not go on from a snapshot.
 */
export function leaveOutTrampoline(): void {
  const value = { userAgent: 'iPhone', platform: '', maxTouchPoints: 0 };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}

export class PythonRuntime {
  readonly #pyodide: PyodideInterface;
  readonly #inside: Inside;

  constructor(pyodide: PyodideInterface) {
    this.#pyodide = pyodide;
    this.#inside = pyodide as unknown as Inside;
  }

  writeTo(output: (text: Uint8Array) => void, errors: (text: Uint8Array) => void): void {
    const sink = (to: (text: Uint8Array) => void) => ({
      write: (bytes: Uint8Array) => {
        to(bytes);
        return bytes.length;
      },
      isatty: false,
    });
    this.#pyodide.setStdout(sink(output));
    this.#pyodide.setStderr(sink(errors));
    this.#pyodide.setStdin({ error: true });
  }

  /** What leads from Python to JavaScript and to native calls. */
  removeBridges(): void {
    this.#pyodide.runPython(withoutBridges);
  }

  /** Files that scripts write lie in memory. */
  limitFiles(maximumBytes: number): void {
    const { MEMFS } = this.#inside.FS.filesystems;
    const { ErrnoError } = this.#inside.FS;
    const operations = MEMFS.ops_table.file.stream;
    const write = operations.write?.bind(operations);
    let grown = 0;
    operations.write = (stream, buffer, offset, length, position = 0) => {
      grown += Math.max(0, position + length - stream.node.usedBytes);
      if (grown > maximumBytes) throw new ErrnoError(noSpace);
      return write?.(stream, buffer, offset, length, position) ?? 0;
    };
  }

  placeFile(path: string, content: string): void {
    this.#inside.FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    this.#inside.FS.writeFile(path, content);
  }

  /** A file whose content `read` brings when it is read. */
  placeReadOnly(
    path: string,
    sizeBytes: number,
    read: (target: Uint8Array, position: number) => number,
  ): void {
    const node = this.#placeNode(path);
    node.usedBytes = sizeBytes;
    node.mode = readOnlyFile;
    node.node_ops = { getattr: node.node_ops.getattr };
    node.stream_ops = {
      llseek: node.stream_ops.llseek,
      read: (_stream, buffer, offset, length, position) =>
        read(bytesOf(buffer).subarray(offset, offset + length), position),
    };
  }

  /** A file that is written to and then read from. */
  placeDevice(
    path: string,
    device: { write(bytes: Uint8Array): void; read(target: Uint8Array): number },
  ): void {
    const node = this.#placeNode(path);
    node.node_ops = { getattr: node.node_ops.getattr };
    node.stream_ops = {
      read: (_stream, buffer, offset, length) =>
        device.read(bytesOf(buffer).subarray(offset, offset + length)),
      write: (_stream, buffer, offset, length) => {
        device.write(bytesOf(buffer).subarray(offset, offset + length));
        return length;
      },
    };
  }

  /** By an entry of the module that takes nothing but a text. */
  execute(program: string): void {
    const { _module: module } = this.#inside;
    const text = Buffer.from(`${program}\0`);
    const address = module._malloc(text.length);
    module.HEAPU8.set(text, address);
    module._PyRun_SimpleString(address);
  }

  #placeNode(path: string): FileNode {
    this.placeFile(path, '');
    return this.#inside.FS.lookupPath(path).node;
  }
}

/** Emscripten hands over its whole memory, as signed bytes. */
function bytesOf(memory: Uint8Array): Uint8Array {
  return new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
}
