import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import { packageKey, type ServingStore } from '../core/content/index.ts';
import type { Telemetry } from '../core/health/index.ts';
import type { ArchiveAddresses, ValidatorRunner } from '../core/validators/index.ts';
import { type FeatureSwitches, switchedRunner } from './features.ts';
import { longestRunMs, openRunner } from './sandbox.ts';

/** What validators run in, and what tells how each run ended; and how to have it ready before the first. */
export function openValidators(
  config: Config,
  ports: {
    readonly telemetry: Pick<Telemetry, 'validatorEnded'>;
    readonly serving: ServingStore;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly features: FeatureSwitches;
  },
  opening: AsyncDisposableStack,
) {
  const { runner, elsewhere, warmUp, close } = openRunner(config, ports.features, ports.logger);
  opening.defer(close);
  const validation = {
    validatorLimits: { sourceBytes: config.validators.sourceBytes },
    validatorRunner: measured(switchedRunner(ports.features, runner), ports.telemetry),
    validatorArchives: elsewhere ? archiveAddresses(config, ports) : null,
  };
  // Where they are switched off nothing is tried for them.
  return { validation, warmUp: async () => (ports.features.isOn('validators') ? await warmUp() : undefined) };
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

/** As those of downloads, which nobody but the runner sees. */
function archiveAddresses(
  { sandbox }: Config,
  { serving, clock }: { serving: ServingStore; clock: Clock },
): ArchiveAddresses {
  return {
    addressOf({ id: versionId, fileName, contentType }, digest) {
      const served = { digest, fileName, contentType, versionId };
      const expiresAt = new Date(clock.now().getTime() + longestRunMs(sandbox));
      return serving.addressContent(packageKey(digest), served, expiresAt);
    },
  };
}
