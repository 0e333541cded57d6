// Between a registry and its engines there are faults: delays, refusals, silence, cut connections, other bytes. The main
// flow goes on over all of them with clients that try again; nothing that was acknowledged is lost, nothing is half
// there, and no process is restarted. Then each engine is away for a while.
//
// FAULT_ROUNDS (3) says how often three users go through everything, FAULT_SEED (printed) which choices are made.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type Answer, ok, type Problem, waitFor } from '../src/call.ts';
import { Chance } from '../src/crashes/chance.ts';
import { enginesName, installationOf } from '../src/engines.ts';
import { type EngineName, EnginesInTrouble } from '../src/faults/engines-in-trouble.ts';
import { type Acknowledged, goThrough, requireHidden, requireRead } from '../src/faults/publisher.ts';
import { TirelessClient } from '../src/faults/tireless-client.ts';
import { type Download, type Package, publish, type Upload } from '../src/packages.ts';
import {
  type LogLine,
  removeTemporaryFolders,
  ServerProcess,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../src/users.ts';

const rounds = Number(process.env.FAULT_ROUNDS ?? 3);
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
const skip = enginesName === 'embedded' ? 'embedded engines have no network before them' : false;

const settings = {
  ASSAY_WORKER_POLL_MS: '50',
  ASSAY_WORKER_LEASE_MS: '3000',
  ASSAY_SWEEP_EVERY_MS: '1000',
  ASSAY_SWEEP_GRACE_MS: '2000',
  ASSAY_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_ENGINE_READ_TIMEOUT_MS: '1500',
  ASSAY_ENGINE_BREAKER_PAUSE_MS: '200',
  ASSAY_ENGINE_BREAKER_LONGEST_PAUSE_MS: '1000',
  ASSAY_LOG_FORMAT: 'json',
};

/** It is still the first process, and nothing has gone wrong in it but what its engines did. */
async function requireOrderlyEnd(server: ServerProcess): Promise<void> {
  server.signal('SIGTERM');
  assert.deepEqual(await server.exit(), { code: 0, signal: null });
  assert.equal(server.complaints, '');
  const isOfEngines = ({ err }: LogLine) =>
    (err as { failure?: string } | undefined)?.failure === 'transient';
  const errors = server.log.filter(({ level }) => level === 'error' || level === 'fatal');
  assert.deepEqual(
    errors.filter((line) => !isOfEngines(line)),
    [],
  );
}

describe('a registry whose engines are in trouble', { skip }, () => {
  let engines: EnginesInTrouble;
  let server: ServerProcess;
  let admin: User;
  let users: User[];
  let reader: User;

  before(async () => {
    const data = join(await temporaryFolder(), 'data');
    engines = await EnginesInTrouble.of((await installationOf(data)).environment);
    server = await ServerProcess.start(data, { ...settings, ...engines.environment });
    admin = await enterAsAdministrator(server);
    users = await Promise.all(['ada', 'berta', 'clara'].map((name) => addUser(admin, name)));
    reader = await addUser(admin, 'reader', ['search', 'download']);
  });

  after(async () => {
    await engines.heal();
    try {
      await requireOrderlyEnd(server);
    } finally {
      await engines.close();
      await removeTemporaryFolders();
    }
  });

  const clientOf = ({ api }: User) => new TirelessClient(server.url, api.token ?? '');

  test('loses nothing that it has acknowledged, shows nothing by halves, and leaves nothing behind', async (t) => {
    t.diagnostic(`FAULT_SEED=${seed}`);
    const chance = new Chance(seed);
    const troubles = engines.startTroubles(new Chance(chance.between(0, 2 ** 31)));
    const reviewer = clientOf(admin);
    const histories = users.map(async (user) => {
      const [own, choices] = [clientOf(user), new Chance(chance.between(0, 2 ** 31))];
      const acknowledged: Acknowledged[] = [];
      for (let round = 0; round < rounds; round++) {
        const people = { owner: own, reviewer, reader: clientOf(reader) };
        acknowledged.push(await goThrough(people, choices, `${user.name}-${round}`));
      }
      return acknowledged;
    });
    const settled = await Promise.allSettled(histories);
    const had = await troubles.end();
    t.diagnostic([...had].map(([what, count]) => `${what} ${count}`).join(', '));
    const all = settled.flatMap((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
    const misjudged = all.filter(({ isMisjudged }) => isMisjudged);
    t.diagnostic(`of ${all.length} packages ${misjudged.length} came to the checks as other bytes`);
    if (!had.has('content corrupt')) assert.deepEqual(misjudged, []);
    await requireAllThere(all);
    await requireNothingElse(all);
  });

  async function requireAllThere(all: readonly Acknowledged[]): Promise<void> {
    for (const one of all) {
      if (one.state !== 'published') {
        await requireHidden(clientOf(reader), one.packageId);
        continue;
      }
      await requireRead(clientOf(reader), one);
      await waitFor(`${one.name} to be found`, async () => {
        const found = await ok(admin.api.get<{ items: Package[] }>('/api/packages/search', { q: one.name }));
        return found.items.some(({ id }) => id === one.packageId);
      });
    }
    await requireAudit(all);
  }

  /** Each step is told exactly once, however often it was asked for. */
  async function requireAudit(all: readonly Acknowledged[]): Promise<void> {
    interface AuditEntry {
      readonly subject: { readonly versionId?: string; readonly id?: string; readonly packageId?: string };
    }
    const told = async (operation: string) =>
      admin.api.all<AuditEntry>('/api/audit', { operation, outcome: 'succeeded', limit: 200 });
    const count = (entries: readonly AuditEntry[], wanted: string) =>
      entries.filter(({ subject }) => Object.values(subject).includes(wanted)).length;
    const [completions, decisions, deletions] = [
      await told('upload.complete'),
      await told('version.decide'),
      await told('package.delete'),
    ];
    for (const { name, uploadId, versionId, packageId, state, isReleased } of all) {
      assert.equal(count(completions, uploadId), 1, `upload.complete of ${name}`);
      assert.equal(count(decisions, versionId), isReleased ? 2 : 1, `version.decide of ${name}`);
      assert.equal(count(deletions, packageId), state === 'deleted' ? 1 : 0, `package.delete of ${name}`);
    }
  }

  /** Uploads that were begun without an answer are aborted; then only what versions need is stored. */
  async function requireNothingElse(all: readonly Acknowledged[]): Promise<void> {
    for (const { api } of users) {
      for (const { id } of await api.all<Upload>('/api/uploads', { state: 'open' })) {
        await ok(api.delete(`/api/uploads/${id}`));
      }
    }
    const listed = await admin.api.all<Package>('/api/packages', { limit: 200 });
    const published = all.filter(({ state }) => state === 'published');
    assert.deepEqual(listed.map(({ id }) => id).sort(), published.map(({ packageId }) => packageId).sort());
    const quarantined = all.filter(({ state }) => state === 'quarantined');
    const expected = [
      ...published.flatMap(({ digest }) => [
        `packages/sha256/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`,
        `packages/seals/${digest}`,
      ]),
      ...quarantined.map(({ versionId }) => `quarantine/${versionId}`),
    ].sort();
    let stored: string[] = [];
    await waitFor('nothing else to be stored', async () => {
      stored = (await server.stored()).sort();
      return isDeepStrictEqual(stored, expected);
    }).catch(() => assert.deepEqual(stored, expected));
    const dead = await admin.api.all<unknown>('/api/jobs/dead');
    assert.deepEqual(dead, []);
  }

  /** Asks for everything at once, so that whatever is stuck holds up nothing else. */
  async function answers(asked: Readonly<Record<string, () => Promise<Answer<unknown>>>>) {
    const given = await Promise.all(
      Object.entries(asked).map(async ([what, ask]) => [what, await ask()] as const),
    );
    for (const [what, { status, headers, body, text }] of given) {
      if (status !== 503) continue;
      assert.equal((body as Problem).code, 'unavailable', `${what}: ${text}`);
      assert.ok(Number(headers.get('retry-after')) >= 1, `${what}: ${text}`);
    }
    return Object.fromEntries(given.map(([what, { status }]) => [what, status]));
  }

  /** What users ask for, and what is answered when all is well. */
  async function questions() {
    const [ada] = users;
    assert.ok(ada);
    const name = `asked-for-${Math.random().toString(36).slice(2)}`;
    const { packageId } = await publish(ada.api, { name });
    const { url } = await ok(ada.api.get<Download>(`/api/packages/${packageId}/download`));
    const path = `/api/packages/${packageId}`;
    const asked = {
      process: () => server.api.get('/health'),
      documentation: () => server.api.get('/api/openapi.json'),
      login: () => server.api.post('/api/auth/login', { name: ada.name, password: ada.password }),
      package: () => ada.api.get(path),
      versions: () => ada.api.get(`${path}/versions`),
      search: () => ada.api.get('/api/packages/search', { q: name }),
      audit: () => admin.api.get('/api/audit'),
      download: () => ada.api.get(`${path}/download`),
      file: () => ada.api.get(`${path}/files/README.md`),
      'address handed out': async () => {
        const response = await fetch(url).catch(() => null);
        await response?.body?.cancel();
        return { status: response?.status ?? 0, headers: new Headers(), body: null, text: '' };
      },
    };
    const well = Object.fromEntries(Object.keys(asked).map((what) => [what, 200]));
    return { asked, well, ada };
  }

  const lost = { login: 503, package: 503, versions: 503, search: 503, audit: 503 };
  const without: Partial<Record<EngineName, Readonly<Record<string, number>>>> = {
    records: { ...lost, download: 503, file: 503 },
    content: { download: 503, file: 503, 'address handed out': 0 },
    ...(enginesName === 'dynamodb-s3-sqs' && { queue: {}, secrets: {}, encryption: {} }),
  };

  for (const [name, differences] of Object.entries(without) as [EngineName, Record<string, number>][]) {
    for (const how of ['refuse', 'stall'] as const) {
      test(`without ${name} (${how}) answers 503 where it is needed and goes on elsewhere, then as before`, async (t) => {
        assert.ok(engines.names.includes(name));
        const { asked, well, ada } = await questions();
        assert.deepEqual(await answers(asked), well);
        // Nobody waits for bytes from an address while nothing passes.
        const { 'address handed out': address, ...others } = asked;
        const isLeftOut = how === 'stall' && name === 'content';
        t.after(() => engines.heal());
        await engines.bring(name, { [how]: true });
        const expected = { ...well, ...differences };
        if (isLeftOut) delete expected['address handed out'];
        assert.deepEqual(
          await answers(isLeftOut ? others : { ...others, 'address handed out': address }),
          expected,
        );
        // Asked now and then, not for every question.
        const isReady = async () => (await server.api.get('/api/health')).status === 200;
        if (name === 'records') await waitFor('the registry not to be ready', async () => !(await isReady()));
        else assert.ok(await isReady());
        if (name === 'queue') await publish(ada.api, { name: `without-a-queue-${how}` });
        await engines.heal();
        await waitFor('the registry to be ready', isReady);
        await waitFor('everything to be answered', async () =>
          Object.values(await answers(asked)).every((status) => status === 200),
        );
        await publish(ada.api, { name: `after-${name}-${how}` });
      });
    }
  }
});
