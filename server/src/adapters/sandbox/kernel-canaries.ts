// Whether the kernel confines processes here: tried with processes that use all of Node.js to get out.
import { fileURLToPath } from 'node:url';
import { frame, type KernelCanary } from './frames.ts';
import { WorkerProcess } from './worker-process.ts';
import { canaryProgram } from './worker-programs.ts';

const tried = { read: 'read files', openSocket: 'open sockets', start: 'start programs' } as const;
const cpuSeconds = 5;
const dataBytes = 256 * 1024 ** 2;

/** What a confined process can do and must not, or why none can be confined; null when the kernel holds. */
export async function kernelProblem(startMs: number, signal?: AbortSignal): Promise<string | null> {
  const file = fileURLToPath(import.meta.url);
  for (const [tries, what] of Object.entries(tried) as [keyof typeof tried, string][]) {
    if (signal?.aborted) return 'It was not tried to the end whether the kernel confines processes.';
    try {
      if (await getsOut({ tries, file, cpuSeconds, dataBytes }, startMs)) {
        return `A process that the kernel confines can ${what}.`;
      }
    } catch (error) {
      return `The kernel does not confine processes: ${error instanceof Error ? error.message : error}`;
    }
  }
  return null;
}

/** Rejects when the process cannot be confined. */
export async function getsOut(canary: KernelCanary, startMs: number): Promise<boolean> {
  const worker = new WorkerProcess(canaryProgram(canary), startMs);
  try {
    await worker.ready;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => resolve(true), startMs);
    worker.listen((kind, payload) => {
      if (kind === frame.end) resolve(JSON.parse(payload.toString()).code === 0);
    });
    worker.ended.then(() => resolve(false));
    worker.send(Buffer.alloc(0));
    return await promise.finally(() => clearTimeout(late));
  } finally {
    await worker.end();
  }
}
