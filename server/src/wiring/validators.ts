import type { Config } from '../config/index.ts';
import { StorageError } from '../core/errors.ts';
import type { Telemetry } from '../core/health/index.ts';
import type { ValidatorRunner } from '../core/validators/index.ts';

/** What validators run in, and tells how each run ended. */
export function openValidators(config: Config, telemetry: Pick<Telemetry, 'validatorEnded'>) {
  return {
    validatorLimits: { sourceBytes: config.validators.sourceBytes },
    validatorRunner: measured(nobody, telemetry),
    validatorArchives: null,
  };
}

function measured(runner: ValidatorRunner, telemetry: Pick<Telemetry, 'validatorEnded'>): ValidatorRunner {
  return {
    checkSyntax: (language, source, signal) => runner.checkSyntax(language, source, signal),
    health: () => runner.health(),
    async run(task, signal) {
      const outcome = await runner.run(task, signal);
      telemetry.validatorEnded(outcome.cause, outcome.elapsedMs / 1000);
      return outcome;
    },
  };
}

/** Runs nothing: whoever registers a validator is told to come again, and so is whoever wants what one guards. */
const nobody: ValidatorRunner = {
  async checkSyntax() {
    throw new StorageError('transient', 'Nothing here runs validators.');
  },
  async run() {
    return { allowed: false, message: '', cause: 'unavailable', elapsedMs: 0 };
  },
  async health() {
    return { ready: false, problems: ['Nothing here runs validators.'], running: 0, waiting: 0 };
  },
};
