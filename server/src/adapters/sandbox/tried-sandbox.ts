import type {
  RunnerHealth,
  SyntaxVerdict,
  ValidatorLanguage,
  ValidatorOutcome,
  ValidatorRunner,
  ValidatorTask,
} from '../../core/validators/index.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * A sandbox whose health is that of a service: not ready before it has been tried out, since whoever has scripts to run
 * can go elsewhere until then. In a server of its own there is nowhere else to go, and the first script waits.
 */
export class TriedSandbox implements ValidatorRunner {
  readonly #sandbox: Sandbox;
  #isReady = false;
  #problems: readonly string[] = ['It is being tried out whether scripts are confined here.'];

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** Tries it out; again when it has failed, though not at once. What was found is its health from then on. */
  async tryOut(): Promise<RunnerHealth> {
    const { ready, problems } = await this.#sandbox.prepare();
    this.#isReady = ready;
    this.#problems = problems;
    return await this.health();
  }

  async health(): Promise<RunnerHealth> {
    const health = await this.#sandbox.health();
    return this.#isReady ? health : { ...health, ready: false, problems: this.#problems };
  }

  checkSyntax(language: ValidatorLanguage, source: string, signal?: AbortSignal): Promise<SyntaxVerdict> {
    return this.#sandbox.checkSyntax(language, source, signal);
  }

  run(task: ValidatorTask, signal?: AbortSignal): Promise<ValidatorOutcome> {
    return this.#sandbox.run(task, signal);
  }
}
