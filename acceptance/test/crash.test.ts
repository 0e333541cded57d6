// The server is killed with SIGKILL at random points of upload, completion, checking and promotion, and started again
// on the same data, while users go on uploading, withdrawing and downloading. After each restart no acknowledged
// upload is lost and nothing is half visible; at the end no orphaned file is left.
//
// CRASH_ROUNDS (25) says how often, CRASH_SEED (printed) which choices are made.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, waitFor } from '../src/call.ts';
import { requireAuditOf } from '../src/crashes/audit-trail.ts';
import { Chance } from '../src/crashes/chance.ts';
import { CrashingServer, type Moment } from '../src/crashes/crashing-server.ts';
import { Curator } from '../src/crashes/curator.ts';
import { Ledger } from '../src/crashes/ledger.ts';
import { Reader } from '../src/crashes/look.ts';
import { jobsLeft, phasesOfWorker, requireNoOrphans, requireSoundRecords } from '../src/crashes/remains.ts';
import { Uploader } from '../src/crashes/uploader.ts';
import { removeTemporaryFolders } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const rounds = Number(process.env.CRASH_ROUNDS ?? 25);
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const leaseMs = 1_000;
const uploadLifetimeMs = 15_000;
const environment = {
  ASSAY_WORKER_LEASE_MS: String(leaseMs),
  ASSAY_WORKER_POLL_MS: '20',
  ASSAY_SWEEP_EVERY_MS: '1000',
  ASSAY_SWEEP_GRACE_MS: '2000',
  ASSAY_UPLOAD_LIFETIME_MS: String(uploadLifetimeMs),
  ASSAY_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_LOG_FORMAT: 'json',
};

/** Each of these is to be hit. */
const phases = ['upload', 'completion', 'check', 'promotion'];

// Several times what it takes, for machines that do other things besides.
const options = { timeout: 120_000 + rounds * 10_000 };

test(`${rounds} crashes lose nothing that was acknowledged, and leave nothing behind`, options, async (t) => {
  const chance = new Chance(seed);
  t.diagnostic(`CRASH_SEED=${seed}`);
  const server = await CrashingServer.start(environment);
  const admin = await enterAsAdministrator(await server.running());
  const reader = await addUser(admin, 'reader', ['search', 'download']);
  const ledger = new Ledger();
  const uploaders = await Promise.all(
    ['ada', 'berta', 'clara'].map(async (name) => {
      const people = { user: await addUser(admin, name), reviewer: admin };
      return new Uploader(server, people, ledger, new Chance(chance.between(0, 2 ** 31)));
    }),
  );
  const load = startLoad(uploaders);
  const look = new Reader(ledger, chance);
  const hits = new Map<string, number>();

  const oneRound = async () => {
    await look.look((await server.running()).api.as(reader.api.token));
    for (const phase of await crash(server, chance)) hits.set(phase, (hits.get(phase) ?? 0) + 1);
    await server.startAgain();
  };
  let current = Promise.resolve();

  t.after(async () => {
    load.abandon();
    await Promise.allSettled([current]);
    await server.kill();
    if (t.passed) return removeTemporaryFolders();
    t.diagnostic(`data folder: ${server.dataFolder}`);
    for (const error of server.errors) t.diagnostic(JSON.stringify(error));
  });

  const missed = () => phases.filter((phase) => !hits.has(phase));
  // Where a crash hits is a matter of luck, so there may be more than were asked for.
  for (let round = 1; round <= rounds || (missed().length > 0 && round <= 3 * rounds); round++) {
    current = oneRound();
    await Promise.race([load.failed, current]);
  }
  await load.end();
  await look.look((await server.running()).api.as(reader.api.token));
  t.diagnostic(summary(hits, ledger));

  await requireAuditOf((await server.running()).api.as(admin.api.token), ledger);
  await settled(server);
  await requireNoOrphans(server.dataFolder, ledger);
  await requireSoundRecords(server.dataFolder);
  assert.deepEqual(server.errors, []);
  assert.deepEqual(missed(), [], 'phases that no crash has hit');
});

/** Uploaders at work until they are told to end, or one of them finds something wrong. */
function startLoad(uploaders: readonly Uploader[]) {
  let ending = false;
  const work = uploaders.map(async (uploader) => {
    while (!ending) {
      await uploader.publishOne();
      // Two cores are also to do what is being tested.
      await pause(100);
    }
  });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  for (const one of work) one.catch(reject);
  failed.catch(() => {});
  return {
    failed,
    abandon() {
      ending = true;
    },
    async end() {
      ending = true;
      await Promise.all(work);
    },
  };
}

/** Kills the server at a random point. Resolves with what it hit. */
async function crash(server: CrashingServer, chance: Chance): Promise<string[]> {
  const how = chance.pick({
    sending: 20,
    completing: 15,
    completed: 25,
    storing: 20,
    changing: 10,
    anytime: 5,
    starting: 5,
  });
  if (how === 'anytime' || how === 'starting') await pause(chance.between(0, 600));
  else await server.reached(how satisfies Moment, 3_000);
  await pause(chance.between(0, { completed: 120, completing: 15, changing: 30 }[how as string] ?? 5));
  const hit = server.underWay;
  const diedAt = Date.now();
  await server.kill();
  hit.push(...(await phasesOfWorker(server.dataFolder, diedAt, leaseMs)));
  if (how === 'starting') {
    await server.failToStart(chance.between(100, 1_200));
    hit.push('start');
  }
  return hit.length === 0 ? ['nothing'] : hit;
}

/** Waits until the expiries and all jobs are over, sweeps, and stops the server. */
async function settled(server: CrashingServer): Promise<void> {
  await pause(uploadLifetimeMs);
  await allDone(server, ['sweep-content']);
  await server.stop();
  // The last sweep leaves nothing out because it is young.
  const last = await server.startAgain({ ASSAY_SWEEP_GRACE_MS: '0', ASSAY_SWEEP_EVERY_MS: '604800000' });
  await last.printed(/"kind":"sweep-content"[^\n]*"outcome":"finished"/);
  await allDone(server, []);
  await server.stop();
}

/** All but jobs of these kinds, which come again and again. */
async function allDone({ dataFolder }: CrashingServer, except: readonly string[]): Promise<void> {
  const left = () => jobsLeft(dataFolder).filter(({ kind }) => !except.includes(String(kind)));
  const isDone = () => left().length === 0;
  await waitFor('all jobs to be done', isDone, { pollMs: 200 }).catch(() => assert.deepEqual(left(), []));
}

function summary(hits: ReadonlyMap<string, number>, ledger: Ledger): string {
  const told = [...hits].sort(([, one], [, other]) => other - one);
  return [
    `kills by what they hit: ${told.map(([phase, count]) => `${phase} ${count}`).join(', ')}`,
    `uploads begun ${ledger.begun.size}, aborted ${ledger.aborted.size}, completed ${ledger.entries.length}`,
    `versions published ${ledger.count('published', 'yanked')}, quarantined ${ledger.count('quarantined')}, ` +
      `rejected ${ledger.count('rejected')}, deleted ${ledger.count('deleted')}, given up ${Curator.gaveUp}`,
  ].join('; ');
}
