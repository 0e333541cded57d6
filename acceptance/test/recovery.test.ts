// `assay backup`, `restore` and `drill` as an operator runs them, beside a registry that is in use.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Answer, ok, pause } from '../src/call.ts';
import {
  type Download,
  decided,
  digestOf,
  type Published,
  publish,
  smallPackage,
  upload,
} from '../src/packages.ts';
import {
  AssayProcess,
  type Exit,
  filesBelow,
  removeTemporaryFolders,
  ServerProcess,
  startServer,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, logIn, type User } from '../src/users.ts';

const scratch = await temporaryFolder();
const place = join(scratch, 'backups');
const key = join(scratch, 'key');
await writeFile(key, randomBytes(24).toString('base64'));

type Run = Exit & { readonly output: string; readonly complaints: string };

async function run(command: readonly string[], dataFolder: string, killedAfterMs?: number): Promise<Run> {
  const process = await AssayProcess.launch(command, dataFolder);
  const killing =
    killedAfterMs === undefined ? undefined : setTimeout(() => process.signal('SIGKILL'), killedAfterMs);
  const exit = await process.exit();
  clearTimeout(killing);
  return { ...exit, output: process.output, complaints: process.complaints };
}

async function succeeds(command: readonly string[], dataFolder: string): Promise<string> {
  const { code, output, complaints } = await run(command, dataFolder);
  assert.deepEqual([code, complaints], [0, ''], output);
  return output;
}

const newFolder = async () => join(await mkdtemp(join(scratch, 'data-')), 'data');
const backup = (...options: string[]) => ['backup', place, '--secrets-key', key, ...options];

interface Drilled {
  readonly rtoSeconds: number;
  readonly rpoSeconds: number;
  readonly objects: number;
  readonly downloaded: string | null;
  readonly problems: readonly string[];
}

async function drill(...options: string[]): Promise<Drilled & { code: number | null }> {
  const { code, output, complaints } = await run(['drill', place, '--json', ...options], await newFolder());
  assert.doesNotMatch(complaints, /^\s+at /m);
  return { code, ...JSON.parse(output) };
}

/** Publishes one package after the other until it is stopped; resolves with those that were published. */
function keepPublishing(user: User): () => Promise<Published[]> {
  let goesOn = true;
  const published: Published[] = [];
  const ended = (async () => {
    for (let i = 0; goesOn; i++) {
      // Some have the same content, and some are withdrawn again.
      const bytes = await smallPackage(`of the load, ${i % 3 === 0 ? 'again' : i}`);
      const one = await publish(user.api, { name: `load-${i}`, version: '1.0.0' }, bytes);
      if (i % 5 === 4) await ok(withdrawn(user, one));
      else published.push(one);
    }
  })();
  return async () => {
    goesOn = false;
    await ended;
    return published;
  };
}

function withdrawn(user: User, { packageId }: Published): Promise<Answer<unknown>> {
  return user.api.delete(`/api/packages/${packageId}`, { reason: 'It was only tried.' });
}

async function downloaded(user: User, { packageId }: Published): Promise<string> {
  const { url } = await ok(user.api.get<Download>(`/api/packages/${packageId}/download`));
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return digestOf(Buffer.from(await response.arrayBuffer()));
}

describe('a registry that is in use', () => {
  let server: ServerProcess;
  let admin: User;
  let user: User;
  let stop: () => Promise<Published[]>;
  const first: Published[] = [];

  before(async () => {
    server = await startServer();
    admin = await enterAsAdministrator(server);
    user = await addUser(admin, 'publisher', ['upload', 'search', 'download']);
    for (const name of ['one', 'two', 'three'])
      first.push(await publish(user.api, { name, version: '1.0.0' }));
    stop = keepPublishing(user);
  });
  after(async () => {
    await server.stop();
    await removeTemporaryFolders();
  });

  test('is backed up while it is published to, although backups are killed again and again', async () => {
    for (const afterMs of [400, 900, 1_400]) await run(backup(), server.dataFolder, afterMs);
    const output = await succeeds(backup(), server.dataFolder);
    assert.match(output, /^Backup \S+: as of \S+, \d+ objects, \d+ bytes\.$/m);
    const whole = await readdir(join(place, 'backups'));
    for (const id of whole) {
      assert.ok(await readFile(join(place, 'backups', id, 'manifest.json')), `${id} was left unfinished`);
    }
  });

  test('refuses a second backup into the same folder at the same time', async () => {
    const both = await Promise.all([run(backup(), server.dataFolder), run(backup(), server.dataFolder)]);
    const codes = both.map(({ code }) => code);
    assert.ok(codes.includes(0), both.map(({ complaints }) => complaints).join());
    for (const { code, complaints } of both.filter((one) => one.code !== 0)) {
      assert.equal(code, 1);
      assert.match(complaints, /Another backup is being taken/);
    }
  });

  test('comes back elsewhere with everything that was there: packages, users, tokens, sessions', async () => {
    const untilNow = await stop();
    await succeeds(backup(), server.dataFolder);
    const restored = await newFolder();
    const restore = ['restore', place, '--secrets-key', key];
    const begun = await AssayProcess.launch(restore, restored);
    await begun.printed(/^user: /m);
    begun.signal('SIGKILL');
    // Nothing starts on what is half of a registry; begun again, it ends.
    if ((await begun.exit()).code !== 0) {
      assert.match((await run(['user', 'list'], restored)).complaints, /not complete/);
      await succeeds(restore, restored);
    }
    const other = await ServerProcess.start(restored, { ASSAY_WORKER_POLL_MS: '20' });
    try {
      const there = { ...user, api: other.api.as(user.api.token) };
      for (const one of [...first, ...untilNow]) assert.equal(await downloaded(there, one), one.digest);
      await logIn(other.api, 'admin', admin.password);
      const signing = (api: typeof server.api) => ok(api.get('/.well-known/assay-keys.json'));
      assert.deepEqual(await signing(other.api), await signing(server.api));
      await publish(there.api, { name: 'after-the-restore' });
    } finally {
      await other.stop();
    }
    const { code, complaints } = await run(['restore', place], restored);
    assert.equal(code, 1);
    assert.match(complaints, /not empty/);
  });

  test('passes a drill, which tells how long restoring takes and how much would be lost', async (t) => {
    const told = await drill('--secrets-key', key);
    assert.deepEqual([told.code, told.problems], [0, []]);
    assert.ok(told.objects >= 3 && told.downloaded !== null);
    t.diagnostic(`RTO ${told.rtoSeconds} s, RPO ${told.rpoSeconds} s`);
    const late = await drill('--rpo', '1', '--rto', '100000');
    assert.equal(late.code, 1);
    assert.match(late.problems.join(), /RPO is .* more than 1 s/);
    const readable = await run(['drill', place], await newFolder());
    assert.match(readable.output, /^RTO: [\d.]+ s .*\n^RPO: [\d.]+ s /m);
  });

  test('is restored as it was at an earlier time', async () => {
    const restored = await newFolder();
    const at = new Date().toISOString();
    await pause(10);
    const later = await publish(user.api, { name: 'later' });
    await succeeds(backup(), server.dataFolder);
    await succeeds(['restore', place, '--secrets-key', key, '--until', at], restored);
    const other = await ServerProcess.start(restored);
    try {
      const there = other.api.as(user.api.token);
      const answer: Answer<unknown> = await there.get(`/api/packages/${later.packageId}`);
      assert.equal(answer.status, 404);
      await ok(there.get(`/api/packages/${first[0]?.packageId}`));
    } finally {
      await other.stop();
    }
    const before = await run(['restore', place, '--until', '2020-01-01T00:00:00Z'], await newFolder());
    assert.equal(before.code, 1);
    assert.match(before.complaints, /no backup of 2020/);
  });

  test('keeps as many backups as it is told, and no object that none of them names', async () => {
    const doomed = await publish(user.api, { name: 'doomed' });
    await succeeds(backup(), server.dataFolder);
    await ok(withdrawn(user, doomed));
    const objects = async () => [...(await filesBelow(join(place, 'content'))).keys()];
    assert.ok((await objects()).some((path) => path.endsWith(doomed.digest)));
    // Its content is removed by a job: the last of these has neither its record nor its bytes.
    for (let i = 0; i < 20 && (await objects()).some((path) => path.endsWith(doomed.digest)); i++) {
      await succeeds(backup('--keep', '1'), server.dataFolder);
    }
    assert.equal((await readdir(join(place, 'backups'))).length, 1);
    assert.ok(!(await objects()).some((path) => path.endsWith(doomed.digest)));
    assert.deepEqual((await drill()).problems, []);
  });

  test('is not restored with secrets that another key has sealed', async () => {
    const other = join(scratch, 'other-key');
    await writeFile(other, randomBytes(24).toString('base64'));
    const { code, complaints } = await run(['restore', place, '--secrets-key', other], await newFolder());
    assert.equal(code, 1);
    assert.match(complaints, /do not open with this key/);
  });

  test('whose backup has a flipped byte, lacks an object or has damaged records, fails the drill', async () => {
    const [victim, lost] = await Promise.all([
      publish(user.api, { name: 'victim' }),
      publish(user.api, { name: 'lost' }),
    ]);
    await succeeds(backup(), server.dataFolder);
    const fileOf = (digest: string) =>
      join(place, 'content/packages/sha256', digest.slice(0, 2), digest.slice(2, 4), digest);
    const flipped = await readFile(fileOf(victim.digest));
    flipped.writeUInt8(flipped.readUInt8(40) ^ 1, 40);
    await chmod(fileOf(victim.digest), 0o600);
    await writeFile(fileOf(victim.digest), flipped);
    await rm(fileOf(lost.digest));
    const { code, problems } = await drill();
    assert.equal(code, 1);
    assert.ok(
      problems.some((problem) => problem.includes(victim.digest)),
      problems.join('\n'),
    );
    assert.ok(
      problems.some((problem) => problem.includes(lost.digest)),
      problems.join('\n'),
    );

    const restored = await newFolder();
    assert.equal((await run(['restore', place], restored)).code, 1);
    const refusing = await run(['user', 'list'], restored);
    assert.equal(refusing.code, 1, 'what is not whole is not served');
    await rm(fileOf(victim.digest));
    await succeeds(backup(), server.dataFolder);
    assert.deepEqual((await drill()).problems, [], 'the next backup brings them again');

    const newest = (await readdir(join(place, 'backups'))).sort().at(-1) ?? '';
    await truncate(join(place, 'backups', newest, 'records.db'), 8_192);
    const broken = await run(['drill', place], await newFolder());
    assert.equal(broken.code, 1);
    assert.match(broken.complaints, /records .* damaged/);
  });

  test('has uploads that were not decided when it was backed up decided where it is restored', async () => {
    const { id } = await upload(user.api, { name: 'under-way' }, await smallPackage('under way'));
    await succeeds(backup(), server.dataFolder);
    const restored = await newFolder();
    await succeeds(['restore', place, '--secrets-key', key], restored);
    const other = await ServerProcess.start(restored, { ASSAY_WORKER_POLL_MS: '20' });
    try {
      const { outcome } = await decided(other.api.as(user.api.token), id);
      assert.equal(outcome.state, 'published');
    } finally {
      await other.stop();
    }
  });
});
