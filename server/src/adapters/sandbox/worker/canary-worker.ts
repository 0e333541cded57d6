// A process that confines itself by the kernel only and then tries, with all that Node.js has, what the arguments name.
// It says how that ended, if it still can.
import { spawnSync } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { frame, type KernelCanary } from '../frames.ts';
import { lockKernel } from './kernel-lock.ts';
import { finish, receive, send } from './parent-pipe.ts';

const { tries, file, cpuSeconds, dataBytes } = JSON.parse(process.argv[2] ?? '') as KernelCanary;

const attempts: Readonly<Record<KernelCanary['tries'], () => unknown>> = {
  read: () => openSync(file, 'r'),
  write: () => writeFileSync(file, 'out'),
  openSocket: () => {
    // Where Node.js is asked for no address, it opens the socket at once.
    if (createServer().listen(0).address() === null) throw new Error('no socket');
  },
  start: () => {
    const { error } = spawnSync('/bin/sh', ['-c', `echo out > ${file}`]);
    if (error !== undefined) throw error;
  },
  signal: () => process.kill(process.ppid, 0),
  takeMemory: () => Array.from({ length: 64 }, () => Buffer.alloc(dataBytes / 16, 1)),
};

lockKernel({ cpuSeconds, dataBytes });
send(frame.ready);
receive();
try {
  attempts[tries]();
} catch {
  finish({ end: 'exit', code: 1 });
}
finish({ end: 'exit', code: 0 });
