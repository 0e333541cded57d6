// A server that is killed again and again, and started again on the same data. Clients tell it which moments they
// have reached, so that it can be killed just then.
import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../call.ts';
import { AssayProcess, type Environment, type ServerProcess, startServer } from '../server-process.ts';

/**
 * `sending`: half of a body is sent; `completing`: a completion is asked for; `completed`: it is answered, and the
 * check begins; `changing`: a change of a version is asked for; `storing`: the server moves content.
 */
export type Moment = 'sending' | 'completing' | 'completed' | 'changing' | 'storing';

export class CrashingServer {
  readonly dataFolder: string;
  readonly #environment: Environment;
  #server: ServerProcess;
  #up = Promise.withResolvers<ServerProcess>();
  #awaited: { readonly moment: Moment; readonly reached: () => void } | undefined;
  #killed = Promise.withResolvers<void>();
  readonly #underWay = new Map<string, number>();
  /** Counts the processes. */
  generation = 1;
  /** What was logged as an error, or written to standard error, by any of the processes. */
  readonly errors: unknown[] = [];

  static async start(environment: Environment): Promise<CrashingServer> {
    return new CrashingServer(await startServer(environment));
  }

  private constructor(server: ServerProcess) {
    this.#server = server;
    this.dataFolder = server.dataFolder;
    this.#environment = server.environment;
    this.#up.resolve(server);
  }

  /** The process that runs, or the next one as soon as it is ready. */
  running(): Promise<ServerProcess> {
    return this.#up.promise;
  }

  /** Counts what is being asked for, to know what a kill has hit. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const count = (change: number) => this.#underWay.set(what, (this.#underWay.get(what) ?? 0) + change);
    count(1);
    try {
      return await work();
    } finally {
      count(-1);
    }
  }

  /** What is being asked for at this moment. */
  get underWay(): string[] {
    return [...this.#underWay].filter(([, count]) => count > 0).map(([what]) => what);
  }

  /** A client is there. When that was waited for, resolves when the server is dead. */
  reach(moment: Moment): Promise<void> {
    if (this.#awaited?.moment !== moment) return Promise.resolve();
    this.#awaited.reached();
    return this.#killed.promise;
  }

  /** Resolves when somebody reaches the moment; false when nobody does in time. */
  async reached(moment: Moment, timeoutMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#awaited = { moment, reached: () => resolve(true) };
    const timer = setTimeout(resolve, timeoutMs, false);
    const watcher =
      moment === 'storing'
        ? watch(join(this.dataFolder, 'content', '.temporary'), () => this.reach('storing'))
        : undefined;
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      watcher?.close();
    }
  }

  async kill(): Promise<void> {
    this.generation++;
    this.#up = Promise.withResolvers();
    await this.#server.kill();
    this.errors.push(...this.#server.errors);
    this.#awaited = undefined;
    this.#killed.resolve();
    this.#killed = Promise.withResolvers();
  }

  /** Starts a process that dies before, or just when, it is ready. Nobody but itself notices. */
  async failToStart(afterMs: number): Promise<void> {
    const starting = await AssayProcess.launch(['serve'], this.dataFolder, this.#environment);
    await pause(afterMs);
    assert.ok(starting.isRunning, `it has ended by itself: ${starting.complaints}${starting.output}`);
    starting.signal('SIGKILL');
    await starting.exit();
    this.errors.push(...starting.errors);
  }

  async startAgain(environment: Environment = {}): Promise<ServerProcess> {
    this.#server = await this.#server.again({ ...this.#environment, ...environment });
    this.#up.resolve(this.#server);
    return this.#server;
  }

  /** In an orderly way. */
  async stop(): Promise<void> {
    this.generation++;
    this.#up = Promise.withResolvers();
    await this.#server.stop();
  }
}
