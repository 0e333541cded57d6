// Which engines are guarded: those on other machines. An embedded one fails with this process or not at all, and what
// asks it would only pay for the guard.
import { EngineGuard, type GuardedSide, type GuardSettings } from '../adapters/resilience/engine-guard.ts';
import { guardAnnouncer } from '../adapters/resilience/guard-announcer.ts';
import { guardContent, guardReceiving, guardServing } from '../adapters/resilience/guard-content.ts';
import { guardRecords } from '../adapters/resilience/guard-records.ts';
import { guardSecretBox, guardSecretStore } from '../adapters/resilience/guard-secrets.ts';
import type { Config } from '../config/index.ts';
import type { RecordsEngine } from '../core/engine.ts';
import type { EventAnnouncer, SecretBox } from '../core/events/index.ts';
import { type Component, callsComponent, type EngineStatus, guardedComponent } from '../core/health/index.ts';
import type { SecretStore } from '../core/secrets.ts';
import type { ContentPorts } from './content.ts';

/** A port as requests and as jobs get it: each in a line of its own. */
export interface Sides<Port> {
  readonly requests: Port;
  readonly worker: Port;
}

export class Guards {
  readonly #guards: readonly EngineGuard[];
  readonly #records: EngineGuard | null;
  readonly #content: EngineGuard | null;
  readonly #secrets: EngineGuard | null;
  readonly #encryption: EngineGuard | null;
  readonly #announcements: EngineGuard | null;

  constructor({ engines, resilience }: Config) {
    const settings = guardSettings(resilience);
    const byItself = { ...settings, retries: { ...settings.retries, most: 0 } };
    const made: EngineGuard[] = [];
    const guard = (engine: string, isRemote: boolean, repeatsByItself: boolean) => {
      if (!isRemote) return null;
      const one = new EngineGuard(engine, repeatsByItself ? byItself : settings);
      made.push(one);
      return one;
    };
    this.#records = guard('records', engines.records !== 'sqlite', engines.records === 'dynamodb');
    this.#content = guard('content', engines.content !== 'filesystem', true);
    this.#secrets = guard('secrets', engines.secrets !== 'folder', true);
    this.#encryption = guard('encryption', engines.encryption !== 'key', true);
    this.#announcements = guard('announcements', engines.announce !== 'none', true);
    this.#guards = made;
  }

  /** Of the engines that are guarded. */
  statuses(): readonly EngineStatus[] {
    return this.#guards.map((guard) => guard.status());
  }

  /** The components of the engines for records and content, which are asked how they are, with what guards see. */
  watched(asked: { records: Component; content: Component }): { records: Component; content: Component } {
    const [records, content] = [this.#records, this.#content];
    return {
      records: records === null ? asked.records : guardedComponent(asked.records, () => records.status()),
      content: content === null ? asked.content : guardedComponent(asked.content, () => content.status()),
    };
  }

  /** Components of guarded engines that are not asked merely to see how they are: each question costs. */
  others(): Component[] {
    const about = [
      { guard: this.#secrets, id: 'secrets', title: 'Secrets', description: 'Keeps the keys that sign.' },
      { guard: this.#encryption, id: 'encryption', title: 'Encryption', description: 'Seals secrets.' },
      {
        guard: this.#announcements,
        id: 'announcements',
        title: 'Announcements',
        description: 'Passes events on.',
      },
    ];
    return about.flatMap(({ guard, ...told }) =>
      guard === null ? [] : [callsComponent({ ...told, logs: [] }, () => guard.status())],
    );
  }

  records(engine: RecordsEngine): Sides<RecordsEngine> {
    return sides(this.#records, engine, guardRecords);
  }

  content(ports: ContentPorts): Sides<ContentPorts> {
    return sides(this.#content, ports, ({ content, receiving, serving, ownContent }, side) => ({
      content: guardContent(content, side),
      receiving: guardReceiving(receiving, side),
      serving: guardServing(serving, side),
      ownContent,
    }));
  }

  /** Keys are read for requests; what the worker needs of them it has read already. */
  secretStore(secrets: SecretStore): SecretStore {
    return sides(this.#secrets, secrets, guardSecretStore).requests;
  }

  secretBox(box: SecretBox): Sides<SecretBox> {
    return sides(this.#encryption, box, guardSecretBox);
  }

  /** Only jobs announce events. */
  announcer(announcer: EventAnnouncer | null): EventAnnouncer | null {
    if (announcer === null) return null;
    return sides(this.#announcements, announcer, guardAnnouncer).worker;
  }
}

function sides<Port>(
  guard: EngineGuard | null,
  port: Port,
  guarded: (port: Port, side: GuardedSide) => Port,
): Sides<Port> {
  if (guard === null) return { requests: port, worker: port };
  return { requests: guarded(port, guard.requests), worker: guarded(port, guard.worker) };
}

function guardSettings(resilience: Config['resilience']): GuardSettings {
  const { readTimeoutMs, listTimeoutMs, commitTimeoutMs, beginTimeoutMs, bulkTimeoutMs } = resilience;
  const line = { waiting: resilience.waitingCalls, waitMs: resilience.waitMs };
  return {
    limitsMs: {
      read: readTimeoutMs,
      list: listTimeoutMs,
      commit: commitTimeoutMs,
      begin: beginTimeoutMs,
      // A queue may wait for a message for 20 s.
      poll: listTimeoutMs + 20_000,
      bulk: bulkTimeoutMs,
    },
    lines: {
      requests: { places: resilience.requestCalls, ...line },
      worker: { places: resilience.workerCalls, ...line },
    },
    breaker: {
      failures: resilience.breakerFailures,
      pauseMs: resilience.breakerPauseMs,
      longestPauseMs: resilience.breakerLongestPauseMs,
    },
    retries: {
      most: resilience.retries,
      delayMs: resilience.retryDelayMs,
      share: resilience.retryPercent / 100,
    },
  };
}
