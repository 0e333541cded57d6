// What the kernel keeps this process from, from now on and for good: it needs no privilege, so it works in any
// container that lets a process confine itself. Done last, when everything that a worker needs has been loaded.
import { readFileSync } from 'node:fs';
import koffi, { type LibraryHandle } from 'koffi';
import { type Architecture, seccompFilter } from './seccomp-filter.ts';

export interface KernelLimits {
  /** Of processor time from now on. */
  readonly cpuSeconds: number;
  /** Of memory beyond what the process has now. */
  readonly dataBytes: number;
}

/** Where it says how much memory the process has: read before nothing can be opened any more. */
const statusFile = '/proc/self/status';

// From <sys/resource.h>, <sys/prctl.h> and <linux/seccomp.h>.
const resource = { cpu: 0, fileSize: 1, data: 2, core: 4, processes: 6, openFiles: 7 };
const option = { parentDeathSignal: 1, dumpable: 4, noNewPrivileges: 38 };
const sigkill = 9;
const setModeFilter = 1;
const allThreads = 1;
const seccompNumber = { x64: 317, arm64: 277 };
/** Nobody: the user and group without files of its own. */
const nobody = 65_534;

/** Throws when any of it cannot be had: then no script may run. */
export function lockKernel(limits: KernelLimits): void {
  const architecture = process.arch;
  if (!isKnown(architecture)) throw new Error(`no filter is known for ${architecture}`);
  const library = koffi.load(null);
  limitResources(library, limits);
  if (process.getuid?.() === 0) becomeNobody(library);
  const prctl = library.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
  // After the change of user, which clears the first two.
  demand(prctl(option.parentDeathSignal, sigkill, 0, 0, 0), 'prctl(PR_SET_PDEATHSIG)');
  demand(prctl(option.dumpable, 0, 0, 0, 0), 'prctl(PR_SET_DUMPABLE)');
  demand(prctl(option.noNewPrivileges, 1, 0, 0, 0), 'prctl(PR_SET_NO_NEW_PRIVS)');
  const filter = seccompFilter(architecture, process.pid);
  const Program = koffi.struct({ length: 'uint16_t', instructions: 'void *' });
  const program = koffi.alloc(Program, 1);
  koffi.encode(program, Program, { length: filter.length / 8, instructions: filter });
  const syscall = library.func('long syscall(long, unsigned long, unsigned long, void *)');
  demand(syscall(seccompNumber[architecture], setModeFilter, allThreads, program), 'seccomp');
}

function limitResources(library: LibraryHandle, { cpuSeconds, dataBytes }: KernelLimits): void {
  const setrlimit = library.func('int setrlimit(int, void *)');
  const limit = (what: number, soft: number, hard = soft) => {
    const values = BigUint64Array.of(BigInt(soft), BigInt(hard));
    demand(setrlimit(what, Buffer.from(values.buffer)), `setrlimit(${what})`);
  };
  const { user, system } = process.cpuUsage();
  const cpuLimit = Math.ceil((user + system) / 1e6) + cpuSeconds;
  // The signal of the soft limit tells the parent what has happened; the hard one ends what has survived it.
  limit(resource.cpu, cpuLimit, cpuLimit + 1);
  limit(resource.data, presentDataBytes() + dataBytes);
  limit(resource.fileSize, 0);
  limit(resource.core, 0);
  limit(resource.openFiles, 0);
  limit(resource.processes, 0);
}

function presentDataBytes(): number {
  const found = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(statusFile, 'utf8'));
  if (found === null) throw new Error(`${statusFile} does not tell VmData`);
  return Number(found[1]) * 1024;
}

/** Through the C library, which does it for all threads at once. */
function becomeNobody(library: LibraryHandle): void {
  demand(library.func('int setgroups(size_t, void *)')(0, null), 'setgroups');
  demand(library.func('int setresgid(int, int, int)')(nobody, nobody, nobody), 'setresgid');
  demand(library.func('int setresuid(int, int, int)')(nobody, nobody, nobody), 'setresuid');
}

function demand(result: number, call: string): void {
  if (result !== 0) throw new Error(`${call} failed with ${result}`);
}

function isKnown(architecture: string): architecture is Architecture {
  return architecture === 'x64' || architecture === 'arm64';
}
