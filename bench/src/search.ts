// How long a search takes, asked over HTTP, with 1,000,000 versions and with 10,000.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssayClient } from '../../client/src/index.ts';
import { filledDatabase } from './filled-registry.ts';
import { percentile } from './measure.ts';
import { administratorToken, type Running, startAssay } from './servers.ts';
import type { Row } from './tables.ts';
import { randomFrom, someNameWord, someWord, stemsByRank } from './words.ts';

type Question = Parameters<AssayClient['searchPackages']>[0];

const stem = (random: () => number, from: number, to: number) =>
  stemsByRank[from + Math.floor(random() * (to - from))] ?? '';

/** Every kind of question is asked equally often. */
const questions: Readonly<Record<string, (random: () => number) => Question>> = {
  'one word, as often asked as it occurs': (random) => ({ q: someWord(random) }),
  'one of the 50 most common words': (random) => ({ q: stem(random, 0, 50) }),
  'a rare word': (random) => ({ q: stem(random, 6_000, 12_000) }),
  'two words of names': (random) => ({ q: `${someNameWord(random)} ${someNameWord(random)}` }),
  'two common words': (random) => ({ q: `${stem(random, 0, 60)} ${stem(random, 0, 60)}` }),
  'a common and a rare word': (random) => ({ q: `${stem(random, 0, 60)} ${stem(random, 3_000, 12_000)}` }),
  'three words': (random) => ({ q: `${someWord(random)} ${someWord(random)} ${someWord(random)}` }),
  'the first letter of a word': (random) => ({ q: someNameWord(random).slice(0, 1) }),
  'the first three letters': (random) => ({ q: someNameWord(random).slice(0, 3) }),
  'all but the last letter of a word': (random) => ({ q: someNameWord(random).slice(0, -1) }),
  'a word and the beginning of another': (random) => ({
    q: `${someNameWord(random)} ${someNameWord(random).slice(0, 3)}`,
  }),
  'a word that does not occur': (random) => ({ q: `qq${someWord(random)}` }),
  'a word, of the rarest kind': (random) => ({ q: someNameWord(random), kind: 'dataset' }),
  'a word, in a wide range of versions': (random) => ({ q: someNameWord(random), version: '^1.0.0' }),
  'a word, in a narrow range of versions': (random) => ({ q: someNameWord(random), version: '~2.3.0' }),
  'no word': () => ({ q: '' }),
};

const askedOfEach = 40;

export async function measureSearch(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-search-'));
  const servers: Running[] = [];
  try {
    const clients: AssayClient[] = [];
    for (const versions of [1_000_000, 10_000]) {
      const data = join(folder, String(versions));
      await cp(await filledDatabase(versions), join(data, 'registry.db'));
      const server = await startAssay(data, { ASSAY_LOG_LEVEL: 'warn' });
      servers.push(server);
      clients.push((await administratorToken(server)).client);
    }
    const [many, few] = clients;
    if (many === undefined || few === undefined) return [];
    return await compared(many, few);
  } finally {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  }
}

async function compared(many: AssayClient, few: AssayClient): Promise<Row[]> {
  const taken = await askEverything({ many, few });
  tellKinds(taken);
  const p95 = (times: Times) => percentile([...times.values()].flat(), 0.95);
  const ours = p95(taken.many);
  return [
    { figure: 'search p95 with 1,000,000 versions (ms)', ours, theirs: null, target: '≤ 30' },
    { figure: 'the same ÷ with 10,000 versions (ms)', ours, theirs: p95(taken.few), target: '≤ 3' },
  ];
}

/** What searches of each kind took, in ms. */
export type Times = Map<string, number[]>;

/** Asks every registry the same questions, in turn; the first ten of each kind do not count. */
export async function askEverything<Which extends string>(
  clients: Readonly<Record<Which, AssayClient>>,
): Promise<Record<Which, Times>> {
  const each = Object.entries(clients) as [Which, AssayClient][];
  const taken = Object.fromEntries(each.map(([which]) => [which, new Map()])) as Record<Which, Times>;
  const random = randomFrom(99);
  for (let nth = -10; nth < askedOfEach; nth++) {
    for (const [kind, ask] of Object.entries(questions)) {
      const question = ask(random);
      for (const [which, client] of each) {
        const startedAt = performance.now();
        await client.searchPackages({ limit: 20, ...question });
        const ms = performance.now() - startedAt;
        if (nth < 0) continue;
        const times = taken[which];
        times.set(kind, [...(times.get(kind) ?? []), ms]);
      }
    }
  }
  return taken;
}

function tellKinds(taken: { many: Times; few: Times }): void {
  console.error('  search, in ms: p50 and p95 with 1,000,000 versions; with 10,000');
  for (const [kind, many] of taken.many) {
    const few = taken.few.get(kind) ?? [];
    const told = [percentile(many, 0.5), percentile(many, 0.95), percentile(few, 0.5), percentile(few, 0.95)];
    console.error(`  ${kind.padEnd(40)} ${told.map((ms) => ms.toFixed(1).padStart(6)).join(' ')}`);
  }
}
