// What workers of both languages do around their scripts.
import { Buffer } from 'node:buffer';
import { frame, type WorkerSettings } from '../frames.ts';
import { lockKernel } from './kernel-lock.ts';
import { receive, send } from './parent-pipe.ts';

/** The exit code with which run-validator.py and run-validator.js say that the script broke off. */
export const failureCode = 512;

/** When all that is needed is loaded: nothing can be loaded any more. Then says that the worker waits for its task. */
export function confine({ kernelLayer, cpuSeconds, memoryBytes }: WorkerSettings): void {
  discardProcessMembers();
  if (kernelLayer) lockKernel({ cpuSeconds, dataBytes: memoryBytes * 2 });
  send(frame.ready);
}

/** Ways from JavaScript to native code and to other processes. Nothing of what runs here needs them any more. */
function discardProcessMembers(): void {
  for (const name of ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'kill', 'mainModule']) {
    Reflect.deleteProperty(process, name);
  }
}

/** The registry's answer to a request to a host outside; both JSON. */
export function askOutside(request: string): Buffer {
  send(frame.request, Buffer.from(request));
  return receive();
}
