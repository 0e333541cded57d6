// The kernel's filter over system calls, as a program for its packet-filter machine (seccomp(2), bpf(4)): what a worker
// that has started still needs may go on; what would start, connect or reach something ends the process; the rest
// fails with EPERM.

export type Architecture = 'x64' | 'arm64';

/** Numbers of system calls by architecture; null where it has no such call. */
type Calls = Readonly<Record<string, readonly [x64: number | null, arm64: number | null]>>;

/** What the loop of V8 and libuv needs, and reading from and writing to what is open already. */
export const allowedCalls: Calls = {
  read: [0, 63],
  write: [1, 64],
  pread64: [17, 67],
  writev: [20, 66],
  close: [3, 57],
  fstat: [5, 80],
  lseek: [8, 62],
  mmap: [9, 222],
  mprotect: [10, 226],
  munmap: [11, 215],
  brk: [12, 214],
  mremap: [25, 216],
  madvise: [28, 233],
  pkey_mprotect: [329, 288],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  rt_sigreturn: [15, 139],
  sigaltstack: [131, 132],
  sched_yield: [24, 124],
  sched_getaffinity: [204, 123],
  sched_getparam: [143, 121],
  sched_getscheduler: [145, 120],
  getcpu: [309, 168],
  futex: [202, 98],
  set_robust_list: [273, 99],
  rseq: [334, 293],
  membarrier: [324, 283],
  clock_gettime: [228, 113],
  clock_getres: [229, 114],
  clock_nanosleep: [230, 115],
  nanosleep: [35, 101],
  gettimeofday: [96, 169],
  getpid: [39, 172],
  gettid: [186, 178],
  getrusage: [98, 165],
  getrandom: [318, 278],
  poll: [7, null],
  ppoll: [271, 73],
  epoll_ctl: [233, 21],
  epoll_wait: [232, null],
  epoll_pwait: [281, 22],
  epoll_pwait2: [441, 441],
  restart_syscall: [219, 128],
  exit: [60, 93],
  exit_group: [231, 94],
};

/** What only an attacker asks for. Everything else that is not allowed fails, so that a library may go on without it. */
export const deadlyCalls: Calls = {
  execve: [59, 221],
  execveat: [322, 281],
  fork: [57, null],
  vfork: [58, null],
  socket: [41, 198],
  socketpair: [53, 199],
  connect: [42, 203],
  bind: [49, 200],
  kill: [62, 129],
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_open: [434, 434],
  io_uring_setup: [425, 425],
  bpf: [321, 280],
  mount: [165, 40],
  unshare: [272, 97],
  setns: [308, 268],
};

const tgkill = { x64: 234, arm64: 131 };
const auditArchitecture = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
/** Calls of the x32 interface have this bit, and would pass by the numbers above. */
const x32Bit = 0x4000_0000;

// Where struct seccomp_data has what is looked at.
const atNumber = 0;
const atArchitecture = 4;
const atFirstArgument = 16;

const load = 0x20;
const jumpIfEqual = 0x15;
const jumpIfNotBelow = 0x35;
const answer = 0x06;

export const verdicts = {
  allow: 0x7fff_0000,
  refuse: 0x0005_0001, // errno EPERM
  endProcess: 0x8000_0000,
} as const;

/** The filter for a process of this id; it may signal itself, which is how a program aborts, and nobody else. */
export function seccompFilter(architecture: Architecture, processId: number): Buffer {
  const program: Buffer[] = [];
  const step = (code: number, value: number, ifTrue = 0, ifFalse = 0) => {
    const instruction = Buffer.alloc(8);
    instruction.writeUInt16LE(code, 0);
    instruction.writeUInt8(ifTrue, 2);
    instruction.writeUInt8(ifFalse, 3);
    instruction.writeUInt32LE(value, 4);
    program.push(instruction);
  };
  const answerFor = (call: number, verdict: number) => {
    step(jumpIfEqual, call, 0, 1);
    step(answer, verdict);
  };
  step(load, atArchitecture);
  step(jumpIfEqual, auditArchitecture[architecture], 1, 0);
  step(answer, verdicts.endProcess);
  step(load, atNumber);
  if (architecture === 'x64') {
    step(jumpIfNotBelow, x32Bit, 0, 1);
    step(answer, verdicts.endProcess);
  }
  for (const call of numbersOf(allowedCalls, architecture)) answerFor(call, verdicts.allow);
  for (const call of numbersOf(deadlyCalls, architecture)) answerFor(call, verdicts.endProcess);
  step(jumpIfEqual, tgkill[architecture], 0, 3);
  step(load, atFirstArgument);
  step(jumpIfEqual, processId, 0, 1);
  step(answer, verdicts.allow);
  step(answer, verdicts.refuse);
  return Buffer.concat(program);
}

export function numbersOf(calls: Calls, architecture: Architecture): readonly number[] {
  const column = architecture === 'x64' ? 0 : 1;
  return Object.values(calls).flatMap((numbers) => numbers[column] ?? []);
}
