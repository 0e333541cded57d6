// The engines of a registry, each behind a proxy that brings about faults on the way there and back. Clients that send
// bytes to S3 and get them from there go through its proxy, too.
import { FaultProxy, type Faults } from '../../../tools/fault-proxy.ts';
import { pause } from '../call.ts';
import type { Chance } from '../crashes/chance.ts';
import type { Environment } from '../server-process.ts';

/** Variables that tell where an engine is, as an address or as a host and a port. */
const engines = {
  records: [['AWS_ENDPOINT_URL_DYNAMODB'], ['ASSAY_POSTGRES_HOST', 'ASSAY_POSTGRES_PORT']],
  content: [['ASSAY_S3_ENDPOINT']],
  queue: [['AWS_ENDPOINT_URL_SQS', 'ASSAY_SQS_JOBS_URL']],
  secrets: [['AWS_ENDPOINT_URL_SECRETS_MANAGER']],
  encryption: [['AWS_ENDPOINT_URL_KMS']],
} as const;

export type EngineName = keyof typeof engines;

export class EnginesInTrouble {
  readonly #proxies: ReadonlyMap<EngineName, FaultProxy>;
  /** Leads to the engines through the proxies, over the environment that leads there straight. */
  readonly environment: Environment;

  static async of(straight: Environment): Promise<EnginesInTrouble> {
    const proxies = new Map<EngineName, FaultProxy>();
    const environment: Record<string, string> = {};
    for (const [name, ways] of Object.entries(engines) as [EngineName, readonly (readonly string[])[]][]) {
      const variables = ways.find(([variable = '']) => straight[variable] !== undefined);
      if (variables === undefined) continue;
      const [told = '', other = ''] = variables.map((variable) => straight[variable] ?? '');
      const isAddress = told.startsWith('http');
      const target = isAddress ? new URL(told) : { hostname: told, port: other };
      const proxy = await FaultProxy.to(target.hostname, Number(target.port));
      proxies.set(name, proxy);
      for (const variable of variables) {
        environment[variable] = through(proxy, straight[variable] ?? '');
      }
    }
    return new EnginesInTrouble(proxies, environment);
  }

  private constructor(proxies: ReadonlyMap<EngineName, FaultProxy>, environment: Environment) {
    this.#proxies = proxies;
    this.environment = environment;
  }

  get names(): EngineName[] {
    return [...this.#proxies.keys()];
  }

  async bring(name: EngineName, faults: Faults): Promise<void> {
    await this.#proxies.get(name)?.bring(faults);
  }

  async heal(): Promise<void> {
    for (const proxy of this.#proxies.values()) await proxy.heal();
  }

  async close(): Promise<void> {
    for (const proxy of this.#proxies.values()) await proxy.close();
  }

  /** One trouble after the other, with some peace between. Resolves with what there was, once told to end. */
  startTroubles(chance: Chance): { end(): Promise<ReadonlyMap<string, number>> } {
    let isOver = false;
    const had = new Map<string, number>();
    const troubles = (async () => {
      while (!isOver) {
        const [name] = chance.some(this.names, 1);
        if (name === undefined) return;
        const trouble = someTrouble(chance, name);
        const told = `${name} ${trouble.what}`;
        had.set(told, (had.get(told) ?? 0) + 1);
        await this.bring(name, trouble.faults);
        await pause(trouble.ms);
        await this.bring(name, {});
        await pause(chance.between(100, 800));
      }
    })();
    return {
      end: async () => {
        isOver = true;
        await troubles;
        return had;
      },
    };
  }
}

/** A port, a host, or an address at the proxy. */
function through(proxy: FaultProxy, told: string): string {
  if (/^\d+$/.test(told)) return `${proxy.port}`;
  if (!told.startsWith('http')) return '127.0.0.1';
  const address = new URL(told);
  address.host = `127.0.0.1:${proxy.port}`;
  return told.endsWith('/') ? address.href : address.href.replace(/\/$/, '');
}

interface Trouble {
  readonly what: string;
  readonly faults: Faults;
  readonly ms: number;
}

/**
 * Other bytes come from S3 only. What comes from there is told by its digest; a connection to a database without TLS has
 * nothing to tell a changed value by, so there nothing could be promised.
 */
function someTrouble(chance: Chance, name: EngineName): Trouble {
  const what = chance.pick({
    delay: 20,
    refuse: 15,
    stall: 15,
    'cut answers': 20,
    'cut requests': 20,
    corrupt: name === 'content' ? 10 : 0,
  });
  const troubles: Record<string, () => Faults> = {
    delay: () => ({ delayMs: chance.between(10, 300) }),
    refuse: () => ({ refuse: true }),
    stall: () => ({ stall: true }),
    'cut answers': () => ({ cutAnswersAfter: chance.between(0, 4_000) }),
    'cut requests': () => ({ cutRequestsAfter: chance.between(0, 4_000) }),
    corrupt: () => ({ corrupt: (answer) => oneByteChanged(chance, answer) }),
  };
  const isLong = chance.happens(0.15);
  const ms = isLong ? chance.between(2_000, 5_000) : chance.between(50, 700);
  return { what, faults: troubles[what]?.() ?? {}, ms };
}

/** In every other piece. */
function oneByteChanged(chance: Chance, answer: Buffer): Buffer {
  if (chance.happens(0.5)) return answer;
  const changed = Buffer.from(answer);
  const at = chance.between(0, changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << chance.between(0, 8));
  return changed;
}
