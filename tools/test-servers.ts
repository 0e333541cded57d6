// Servers that tests use beside the program itself: started once for a whole run, in parallel, and told to the test
// processes by environment variables. A test file that is run alone starts what it needs through the same starter.
//
// A server is a file in tools/test-servers/ that exports a `TestServer`, and an entry in `all`. What cannot be
// started tells why, naming the Debian package or program that is missing; tests skip with that reason.

export interface TestServer {
  /** The variables that tell where it is; when the first is set already, it runs and is not started again. */
  readonly variables: readonly [string, ...string[]];
  /** Starts it on free ports of the loopback interface, empty. Rejects with `ServerMissing` when it cannot be had. */
  start(): Promise<StartedServer>;
}

export interface StartedServer {
  /** Values of `variables`. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The machine does not have what it takes: the message says what, and how to get it. */
export class ServerMissing extends Error {
  override readonly name = 'ServerMissing';
}

const stopLimitMs = 10_000;

/** Loaded when a run begins, so that a part of the suite that needs none of them loads nothing. */
const all: Readonly<Record<string, () => Promise<TestServer>>> = {
  ceph: async () => (await import('./test-servers/ceph.ts')).ceph,
  dynamodb: async () => (await import('./test-servers/dynamodb.ts')).dynamodb,
  postgres: async () => (await import('./test-servers/postgres.ts')).postgres,
  moto: async () => (await import('./test-servers/moto.ts')).moto,
};

/** Starts all of them; `stop` ends those that were started. A server that is missing is left out, with its reason. */
export async function startTestServers(): Promise<StartedServer & { readonly missing: readonly string[] }> {
  const missing: string[] = [];
  const started = await Promise.all(
    Object.entries(all).map(async ([name, load]) => {
      try {
        const server = await load();
        return process.env[server.variables[0]] === undefined ? await server.start() : undefined;
      } catch (error) {
        // Whatever keeps it from starting: who allows no skipped test is told.
        missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    }),
  );
  const running = started.filter((server) => server !== undefined);
  return {
    environment: Object.assign({}, ...running.map(({ environment }) => environment)),
    missing,
    async stop() {
      // One that does not end keeps nobody: it has nothing that anybody needs.
      const late = AbortSignal.timeout(stopLimitMs);
      const patience = new Promise((resolve) => late.addEventListener('abort', resolve));
      const alive = setInterval(() => {}, stopLimitMs);
      await Promise.race([patience, Promise.all(running.map((server) => server.stop()))]);
      clearInterval(alive);
    },
  };
}
