// Features that can be switched off: what stands in for each of them then.
import type { Logger } from 'pino';
import { AskedSwitches } from '../adapters/appconfig/asked-switches.ts';
import { type Config, type FeatureName, featureNames } from '../config/index.ts';
import type { AccessSettings } from '../core/access/index.ts';
import type { FileMemory } from '../core/checks/index.ts';
import { StorageError } from '../core/errors.ts';
import type { WebhookSender } from '../core/events/index.ts';
import type { ValidatorRunner } from '../core/validators/index.ts';

/** Asked each time that it matters: it may change while the program runs. */
export interface FeatureSwitches {
  isOn(name: FeatureName): boolean;
}

/** As the configuration says, and the document that it names. */
export async function openFeatures(
  { features }: Pick<Config, 'features'>,
  logger: Pick<Logger, 'warn'>,
  opening: AsyncDisposableStack,
): Promise<FeatureSwitches> {
  if (features.url === '') return { isOn: (name) => features[name] };
  const initial = Object.fromEntries(featureNames.map((name) => [name, features[name]]));
  const { url, refreshMs, timeoutMs } = features;
  const switches = await AskedSwitches.start({
    url,
    refreshMs,
    timeoutMs,
    initial: initial as Record<FeatureName, boolean>,
    report: (what, cause) => logger.warn({ err: cause }, what),
  });
  opening.defer(() => switches.stop());
  return switches;
}

export function switchedRunner(switches: FeatureSwitches, runner: ValidatorRunner): ValidatorRunner {
  const isOff = () => !switches.isOn('validators');
  const why = 'Validators are switched off in this registry for now.';
  return {
    checkSyntax: (language, source, signal) => runner.checkSyntax(language, source, signal),
    run: async (task, signal) =>
      isOff()
        ? { allowed: false, message: why, cause: 'unavailable', elapsedMs: 0 }
        : runner.run(task, signal),
    health: async () => {
      const health = await runner.health();
      return isOff() ? { ...health, ready: false, problems: [why, ...health.problems] } : health;
    },
  };
}

export function switchedMemory(switches: FeatureSwitches, memory: FileMemory): FileMemory {
  const isOn = () => switches.isOn('rememberedFiles');
  return {
    basis: memory.basis,
    recall: async (hints, ruleSet) => (isOn() ? memory.recall(hints, ruleSet) : []),
    remember: async (files, ruleSet) => {
      if (isOn()) await memory.remember(files, ruleSet);
    },
  };
}

/** Off, a delivery is postponed as by an engine that is away: that counts as no attempt. */
export function switchedSender(switches: FeatureSwitches, sender: WebhookSender): WebhookSender {
  return {
    whyRefused: (url) => sender.whyRefused(url),
    async post(url, headers, body) {
      if (switches.isOn('webhooks')) return sender.post(url, headers, body);
      throw new StorageError('transient', 'Webhooks are switched off in this registry for now.', undefined, {
        transience: 'unreached',
      });
    },
  };
}

export function switchedAccess<A extends Pick<AccessSettings, 'openRegistration'>>(
  switches: FeatureSwitches,
  access: A,
): A {
  return {
    ...access,
    get openRegistration() {
      return access.openRegistration && switches.isOn('registration');
    },
  };
}
