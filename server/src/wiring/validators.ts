import { join } from 'node:path';
import type { Logger } from 'pino';
import { openSandbox } from '../adapters/sandbox/sandbox.ts';
import type { SandboxSettings } from '../adapters/sandbox/settings.ts';
import { isPublicAddress } from '../adapters/webhook-delivery/public-addresses.ts';
import type { Config } from '../config/index.ts';
import type { Telemetry } from '../core/health/index.ts';
import type { ValidatorRunner } from '../core/validators/index.ts';

/** What validators run in, and what tells how each run ended. */
export function openValidators(
  config: Config,
  { telemetry, logger }: { telemetry: Pick<Telemetry, 'validatorEnded'>; logger: Logger },
  opening: AsyncDisposableStack,
) {
  const sandbox = opening.use(openSandbox(sandboxSettings(config, logger)));
  return {
    validatorLimits: { sourceBytes: config.validators.sourceBytes },
    validatorRunner: measured(sandbox, telemetry),
    validatorArchives: null,
  };
}

export function sandboxSettings({ sandbox, storage }: Config, logger: Logger): SandboxSettings {
  return {
    cacheFolder: join(storage.dataFolder, 'cache'),
    limits: sandbox,
    pool: sandbox,
    requireKernelLayer: sandbox.kernelLayer === 'required',
    reach:
      sandbox.auditHosts.length === 0
        ? null
        : {
            hosts: sandbox.auditHosts,
            timeoutMs: sandbox.requestMs,
            bodyBytes: sandbox.requestBytes,
            requests: sandbox.requests,
            isAllowedAddress: isPublicAddress,
            log: (request) => logger.info(request, 'a validator asked a host'),
          },
    report: (problem, cause) => logger.warn({ err: cause }, problem),
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
