// The same registry on several sets of engines: what it does on each, and what is promised of one alone.
//
//   npm run bench -- engines
//   ENGINES=load,kill npm run bench -- engines      some of: load, units, search, kill
import { type Engines, type Installation, install, startEngines } from './engines/installations.ts';
import { measureKills } from './engines/kill.ts';
import { runLoad } from './engines/load.ts';
import { measurePostgresSearch } from './engines/postgres-search.ts';
import { measureRequestUnits } from './engines/request-units.ts';
import { median } from './measure.ts';
import type { Row } from './tables.ts';

const rounds = 5;

const figures: Readonly<Record<string, () => Promise<Row[]>>> = {
  load: measureLoad,
  units: measureRequestUnits,
  search: () => measurePostgresSearch(),
  kill: measureKills,
};

export async function measureEngines(): Promise<Row[]> {
  const asked = (process.env.ENGINES ?? Object.keys(figures).join()).split(',');
  const servers = await startEngines();
  for (const reason of servers.missing) console.error(`  not started: ${reason}`);
  const rows: Row[] = [];
  try {
    for (const [name, measure] of Object.entries(figures)) {
      if (!asked.includes(name)) continue;
      // What a machine cannot do must not hide the rest.
      await measure().then(
        (some) => rows.push(...some),
        (error) => console.error(`  ${name} could not be measured:`, error),
      );
    }
    return rows;
  } finally {
    await servers.stop();
  }
}

/** All sets of engines in turn, so that what else the machine does hits them all; the first round does not count. */
async function measureLoad(): Promise<Row[]> {
  const sets: Engines[] = ['embedded', 'postgres-s3', 'dynamodb-s3-sqs'];
  const registries = new Map<Engines, Installation>();
  const speeds = new Map<Engines, number[]>(sets.map((engines) => [engines, []]));
  try {
    for (const engines of sets) registries.set(engines, await install(engines));
    for (let round = 0; round <= rounds; round++) {
      for (const [engines, { client }] of registries) {
        const speed = await runLoad(client);
        if (round > 0) speeds.get(engines)?.push(speed);
      }
    }
  } finally {
    for (const registry of registries.values()) await registry.stop();
  }
  const of = (engines: Engines) => median(speeds.get(engines) ?? []);
  for (const engines of sets) {
    const all = (speeds.get(engines) ?? []).map((speed) => speed.toFixed(1));
    console.error(
      `  ${engines}: ${of(engines).toFixed(1)} publications and downloads a second (${all.join(', ')})`,
    );
  }
  const theirs = of('embedded');
  return [
    {
      figure: 'load on PostgreSQL and S3, two API processes ÷ embedded (1/s)',
      ours: of('postgres-s3'),
      theirs,
      target: '≥ 0.5',
    },
    {
      figure: 'load on DynamoDB Local, S3 and SQS, two API processes ÷ embedded (1/s)',
      ours: of('dynamodb-s3-sqs'),
      theirs,
      target: '≥ 0',
    },
  ];
}
