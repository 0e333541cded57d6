// What Python may ask of the machine it runs in. CPython here is a WebAssembly module, which reaches nothing but the
// functions that it imports; Emscripten and Pyodide hand it 2,700 of them, some of which run programs and JavaScript.
// Each is wrapped when the module is made; once the gate is closed, the few below go on, the other system calls are
// not there, and any other import ends the worker.

/** In-memory files, clocks, memory, and what CPython calls between instructions. */
const passable = new Set(
  `fd_close fd_read fd_write fd_seek fd_pread fd_pwrite fd_sync fd_fdstat_get
  __syscall_openat __syscall_fstat64 __syscall_stat64 __syscall_newfstatat __syscall_lstat64 __syscall_getcwd
  __syscall_getdents64 __syscall_faccessat __syscall_fcntl64 __syscall_mkdirat __syscall_unlinkat __syscall_rmdir
  __syscall_renameat __syscall_chdir __syscall_readlinkat __syscall_dup __syscall_dup3 __syscall_fadvise64
  __syscall_fdatasync __syscall_getuid32_js __syscall_umask_js __syscall_ioctl __syscall_poll _try_fcntl64
  clock_res_get clock_time_get random_get environ_get environ_sizes_get
  emscripten_resize_heap emscripten_get_heap_max emscripten_date_now emscripten_get_now
  _tzset_js _timegm_js _mktime_js _localtime_js _gmtime_js
  _PyEM_TrampolineCall_JS _Py_emscripten_runtime _Py_CheckEmscriptenSignals_Helper
  _emscripten_runtime_keepalive_clear emscripten_runtime_keepalive_push emscripten_runtime_keepalive_pop
  hiwire_invalid_ref_js Jsv_GetError_import JsvError_Check capture_stderr restore_stderr _maybe_poll_async
  __call_sighandler`.split(/\s+/),
);
const exits = new Set(['exit', 'proc_exit']);
const aborts = new Set(['_abort_js', '__assert_fail']);
/** errno ENOSYS, as Emscripten numbers them: there is no such call. */
const notThere = -52;

/** A function that the module imports, whatever its signature is. */
type Import = (this: unknown, ...given: number[]) => unknown;
type Imports = Record<string, Record<string, unknown>>;

/** What is used of it here; the types of Node.js do not know it. */
interface ModuleMaker {
  instantiate(source: unknown, imports?: Imports): unknown;
}

export interface GateEvents {
  exited(code: number): never;
  violated(name: string): never;
}

type Closed = 'not' | 'for exits' | 'for all';

export class WebAssemblyGate {
  readonly #heapBytes: number;
  readonly #events: GateEvents;
  #closed: Closed = 'not';

  constructor(heapBytes: number, events: GateEvents) {
    this.#heapBytes = heapBytes;
    this.#events = events;
  }

  /** Before any module is made. */
  install(): void {
    const { WebAssembly: maker } = globalThis as unknown as { WebAssembly: ModuleMaker };
    const instantiate = maker.instantiate.bind(maker);
    const wrapped = (source: unknown, imports: Imports = {}) => {
      for (const from of ['env', 'wasi_snapshot_preview1']) this.#wrapAll(imports[from] ?? {});
      return instantiate(source, imports);
    };
    Object.assign(maker, { instantiate: wrapped, instantiateStreaming: wrapped });
  }

  /** From now on; it is never opened again. `for exits`: only ending is noticed, everything else goes on. */
  close(how: Closed): void {
    this.#closed = how;
  }

  /** In place: Emscripten also looks functions up in this object later. */
  #wrapAll(imports: Record<string, unknown>): void {
    for (const [name, imported] of Object.entries(imports)) {
      if (typeof imported !== 'function') continue;
      imports[name] = Object.assign(this.#wrap(name, imported as Import), imported);
    }
  }

  #wrap(name: string, imported: Import): Import {
    const judge = this.#judge(name);
    const isEnd = exits.has(name) || aborts.has(name);
    const isClosed = () => this.#closed === 'for all' || (isEnd && this.#closed === 'for exits');
    return function passing(...given) {
      if (isClosed()) {
        const instead = judge(given);
        if (instead !== undefined) return instead;
      }
      return imported.apply(this, given);
    };
  }

  /** What is answered instead of the call; undefined: the call is made. */
  #judge(name: string): (given: readonly number[]) => number | undefined {
    const { exited, violated } = this.#events;
    if (exits.has(name)) return ([code = 1]) => exited(code);
    if (aborts.has(name)) return () => exited(134);
    // Whether Python may wait for JavaScript.
    if (name === 'can_run_sync_js') return () => 0;
    if (name === 'emscripten_resize_heap') {
      return ([bytes = 0]) => (bytes >>> 0 > this.#heapBytes ? 0 : undefined);
    }
    if (passable.has(name)) return () => undefined;
    return name.startsWith('__syscall_') ? () => notThere : () => violated(name);
  }
}
