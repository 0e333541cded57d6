import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { RemoteRunner } from '../adapters/sandbox/remote-runner.ts';
import { openSandbox, type Sandbox } from '../adapters/sandbox/sandbox.ts';
import type { SandboxSettings } from '../adapters/sandbox/settings.ts';
import { isPublicAddress } from '../adapters/webhook-delivery/public-addresses.ts';
import type { Config } from '../config/index.ts';
import type { ValidatorRunner } from '../core/validators/index.ts';
import type { FeatureSwitches } from './features.ts';

type Log = Pick<Logger, 'info' | 'warn'>;

export interface OpenedRunner {
  readonly runner: ValidatorRunner;
  /** Whether tasks need addresses of their archives, because they are read by another process. */
  readonly elsewhere: boolean;
  /** Does what the first script would wait for, where one is expected. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}

/** Where the validators of a server run: in another process if one is named, else in processes of its own. */
export function openRunner(config: Config, features: FeatureSwitches, log: Log): OpenedRunner {
  const { sandbox } = config;
  if (sandbox.runnerUrl === '') {
    const runner = openLocalSandbox(config, features, log);
    const warmUp = () => runner.prepareIfExpected();
    return { runner, elsewhere: false, warmUp, close: async () => runner[Symbol.asyncDispose]() };
  }
  const runner = new RemoteRunner({
    url: sandbox.runnerUrl,
    secret: sandbox.runnerSecret,
    timeoutMs: longestRunMs(sandbox),
    report: reportTo(log),
  });
  return { runner, elsewhere: true, warmUp: async () => {}, close: async () => {} };
}

/** Of a run elsewhere: it may wait for a turn as long as it may run. */
export function longestRunMs({ wallMs, startMs }: Config['sandbox']): number {
  return 2 * wallMs + startMs;
}

export function openLocalSandbox(config: Config, features: FeatureSwitches, log: Log): Sandbox {
  return openSandbox(sandboxSettings(config, features, log));
}

function sandboxSettings({ sandbox, storage }: Config, features: FeatureSwitches, log: Log): SandboxSettings {
  const hosts = sandbox.auditHosts.map((host) => host.toLowerCase());
  return {
    preparedFolder: sandbox.preparedFolder === '' ? null : resolve(sandbox.preparedFolder),
    cacheFolder: resolve(join(storage.dataFolder, 'cache')),
    limits: sandbox,
    pool: sandbox,
    requireKernelLayer: sandbox.kernelLayer === 'required',
    reach:
      hosts.length === 0
        ? null
        : {
            get hosts() {
              return features.isOn('validatorRequests') ? hosts : [];
            },
            timeoutMs: sandbox.requestMs,
            bodyBytes: sandbox.requestBytes,
            requests: sandbox.requests,
            isAllowedAddress: isPublicAddress,
            log: (request) => log.info({ request }, 'a validator asked a host outside'),
          },
    report: reportTo(log),
  };
}

function reportTo(log: Log): SandboxSettings['report'] {
  return (problem, cause) => log.warn({ err: cause }, problem);
}
