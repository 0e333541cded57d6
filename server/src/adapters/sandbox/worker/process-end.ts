// What workers of both languages do around their scripts.
import { Buffer } from 'node:buffer';
import { frame } from '../frames.ts';
import { receive, send } from './parent-pipe.ts';

/** The exit code with which run-validator.py and run-validator.js say that the script broke off. */
export const failureCode = 512;

/** Ways from JavaScript to native code and to other processes. Nothing of what runs here needs them any more. */
export function discardProcessMembers(): void {
  for (const name of ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'kill', 'mainModule']) {
    Reflect.deleteProperty(process, name);
  }
}

/** The registry's answer to a request to a host outside; both JSON. */
export function askOutside(request: string): Buffer {
  send(frame.request, Buffer.from(request));
  return receive();
}
