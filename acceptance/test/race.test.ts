// What happens at the same time: reading a version while it is being checked, a download while its version is
// deleted, and two who want the same.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Answer, type Api, ok, type Page, pause, waitFor } from '../src/call.ts';
import { storedZip } from '../src/many-files.ts';
import {
  begin,
  type Download,
  decided,
  digestOf,
  type Package,
  publish,
  sendForm,
  smallPackage,
  type Upload,
  type Version,
} from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator, type User } from '../src/users.ts';

const server = await startServer({
  ASSAY_CHECK_THREADS: '1',
  ASSAY_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
});
const admin = await enterAsAdministrator(server);
const publisher = await addUser(admin, 'publisher');
const rival = await addUser(admin, 'rival');
const reader = await addUser(admin, 'reader', ['search', 'download']);
const groupId = await addGroup(admin, 'makers', [publisher, rival]);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

/** Answers that must come while a version is being checked. */
const wanted = 3_000;
/** Every one is checked for a second or more; when they do not suffice the machine is far too fast for this test. */
const atMostVersions = 12;

/** What nobody may be told of: the id of each is known, as if it had been guessed. */
interface Secret {
  readonly packageId: string;
  readonly versionId: string;
  readonly uploadId: string;
  readonly digest: string;
  readonly name: string;
  readonly version: string;
  /** A word that stands in its files and descriptions, and nowhere else. */
  readonly word: string;
}

describe('a version that is being checked', () => {
  test('of a new package is not there, by any route, for anybody', async (t) => {
    let names = 0;
    await isNotThere(t, () => ({ name: `new-${++names}`, version: '1.0.0' }));
  });

  test('of a package that is published changes no answer about it', async (t) => {
    const { packageId } = await publish(publisher.api, { name: 'published-before' });
    let minor = 0;
    await isNotThere(t, () => ({ name: 'published-before', version: `1.${++minor}.0`, packageId }));
  });
});

const unused = {
  packageId: '00000000-0000-7000-8000-000000000001',
  versionId: '00000000-0000-7000-8000-000000000002',
};

async function isNotThere(
  t: { diagnostic(message: string): void },
  naming: () => { name: string; version: string; packageId?: string },
): Promise<void> {
  const signed = await addressOfAnother();
  const stream = follow(rival.api);
  let answered = 0;
  let versions = 0;
  while (answered < wanted) {
    assert.ok(++versions <= atMostVersions, `only ${answered} answers came while versions were checked`);
    const word = freshWord();
    const named = naming();
    const bytes = manyFiles(word);
    const { id: uploadId, form } = await begin(publisher.api, named, bytes.length);
    if (form !== undefined) await ok(sendForm(form, bytes), 204);
    // What is answered before there is a version is all that may be answered before it is decided.
    const without: Secret = { ...unused, ...named, uploadId, digest: digestOf(bytes), word };
    const before = await askAll(without, signed);
    const { packageId, versionId } = await ok(
      publisher.api.post<Upload>(`/api/uploads/${uploadId}/complete`),
    );
    const secret = { ...without, packageId: packageId ?? '', versionId: versionId ?? '' };
    for (;;) {
      const answers = await askAll(secret, signed);
      if ((await stateOf(uploadId)) !== 'pending') break;
      for (const [i, answer] of answers.entries()) requireNothingTold(answer, secret, before[i], without);
      answered += answers.length;
    }
    await isThere(uploadId, secret, bytes);
    for (const id of [secret.uploadId, secret.versionId, word]) {
      assert.ok(!stream.told.includes(id), 'events of others are told');
    }
  }
  stream.close();
  t.diagnostic(`${answered} answers while ${versions} versions were checked`);
}

interface Asked {
  readonly what: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
  /** It counts what was asked, too. */
  readonly grows: boolean;
  readonly byMaintainer: boolean;
}

/** Every route that could tell of the version, by everybody who must not be told. */
function askAll(secret: Secret, signed: URL): Promise<Asked[]> {
  const { packageId, versionId, uploadId, digest, name, version, word } = secret;
  const ofVersion = [
    `/api/packages/${packageId}/versions/${version}`,
    `/api/packages/${packageId}/download?version=${version}`,
    `/api/packages/${packageId}/download?version=${version}&redirect=true`,
    `/api/packages/${packageId}/files?version=${version}`,
    `/api/packages/${packageId}/files/README.md?version=${version}`,
    `/api/packages/${packageId}/files/secret.js?version=${version}`,
    `/api/packages/${packageId}/files/secret.js`,
    `/api/packages/${versionId}`,
    `/api/quarantine/${versionId}`,
    `/api/quarantine`,
    `/api/packages/search?q=${word}`,
  ];
  const ofPackage = [
    `/api/packages/${packageId}`,
    `/api/packages/${packageId}/versions`,
    `/api/packages/${packageId}/versions?range=^${version}`,
    `/api/packages/${packageId}/files`,
    `/api/packages?name=${name}`,
    `/api/packages?owner=${publisher.id}`,
    '/api/packages?state=hidden',
    `/api/packages/search?q=${name}&version=${version}`,
    '/api/uploads',
    `/api/uploads?user=${publisher.id}`,
    `/api/uploads/${uploadId}`,
    '/api/history/uploads',
    `/api/history/uploads?user=${publisher.id}`,
    `/api/history/downloads?package=${packageId}`,
    `/api/history/daily?package=${packageId}`,
    `/api/audit?package=${packageId}`,
    `/api/audit?version=${versionId}`,
    `/api/events?after=${uploadId}`,
    '/health/components',
    '/metrics',
  ];
  const strangers: Record<string, Api> = { anonymous: server.api, reader: reader.api, rival: rival.api };
  const everybody: Record<string, Api> = { ...strangers, publisher: publisher.api, admin: admin.api };
  const addresses = [
    `/content/packages/${digest}`,
    `/content/packages/${digest}${signed.search}`,
    `/content/packages/${digest}${signed.search.replace(/version=[^&]+/, `version=${versionId}`)}`,
    `${signed.pathname}${signed.search.replace(/version=[^&]+/, `version=${versionId}`)}`,
  ];
  return Promise.all([
    ...Object.entries(everybody).flatMap(([who, api]) => ofVersion.map((path) => ask(who, api, 'GET', path))),
    ...Object.entries(strangers).flatMap(([who, api]) => ofPackage.map((path) => ask(who, api, 'GET', path))),
    ...addresses.flatMap((path) => ['GET', 'HEAD'].map((method) => ask('address', server.api, method, path))),
  ]);
}

async function ask(who: string, api: Api, method: string, path: string): Promise<Asked> {
  const { status, text } = await api.call(method, path);
  const grows = /^\/(metrics|health|api\/history\/downloads|api\/history\/daily)/.test(path);
  return {
    what: `${who}: ${method} ${path}`,
    path,
    status,
    text,
    grows,
    byMaintainer: api === publisher.api || api === admin.api,
  };
}

function requireNothingTold(answer: Asked, secret: Secret, before: Asked | undefined, without: Secret): void {
  const { what, path, text, status } = answer;
  const { word, versionId, uploadId, digest } = secret;
  for (const told of [word, versionId, uploadId, digest]) {
    assert.ok(path.includes(told) || !text.includes(told), `${what} tells ${told}: ${text}`);
  }
  assert.equal(status, before?.status, what);
  // Who maintains a package may know its name, which refusals tell.
  if (answer.grows || (answer.byMaintainer && status === 404)) return;
  assert.equal(neutral(text, secret), neutral(before?.text ?? '', without), what);
}

/** Without what differs from answer to answer, and without the ids that were asked with. */
function neutral(text: string, { packageId, versionId }: Pick<Secret, 'packageId' | 'versionId'>): string {
  return text
    .replace(/"requestId":"[^"]+"/, '')
    .replaceAll(unused.packageId, '(package)')
    .replaceAll(packageId, '(package)')
    .replaceAll(versionId, '(version)');
}

/** Once it is decided, everybody who may read gets it, by the same routes. */
async function isThere(uploadId: string, secret: Secret, bytes: Buffer): Promise<void> {
  const { packageId, version, word } = secret;
  assert.equal((await decided(publisher.api, uploadId)).outcome.state, 'published');
  const read = await ok(reader.api.get<Version>(`/api/packages/${packageId}/versions/${version}`));
  assert.equal(read.digest, secret.digest);
  const { items } = await ok(reader.api.get<Page<Package>>('/api/packages/search', { q: word }));
  assert.deepEqual(
    items.map(({ id }) => id),
    [packageId],
  );
  const file = await ok(reader.api.get<string>(`/api/packages/${packageId}/files/secret.js`, { version }));
  assert.ok(file.includes(word));
  const { url } = await ok(reader.api.get<Download>(`/api/packages/${packageId}/download`, { version }));
  assert.ok(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes));
}

async function stateOf(uploadId: string): Promise<string | undefined> {
  return (await ok(publisher.api.get<Upload>(`/api/uploads/${uploadId}`))).outcome?.state;
}

/** The signed address of a version that is published. */
async function addressOfAnother(): Promise<URL> {
  const { packageId } = await publish(rival.api, { name: `another-${freshWord()}` });
  return new URL((await ok(reader.api.get<Download>(`/api/packages/${packageId}/download`))).url);
}

/** Everything that is told to somebody as events, from the first one on. */
function follow(api: Api): { readonly told: string; close(): void } {
  const aborter = new AbortController();
  const stream = { told: '', close: () => aborter.abort() };
  const reading = async () => {
    const response = await fetch(new URL('/api/events?after=beginning', api.url), {
      headers: { authorization: `Bearer ${api.token}` },
      signal: aborter.signal,
    });
    for await (const chunk of response.body ?? []) stream.told += Buffer.from(chunk).toString();
  };
  reading().catch((error) => {
    if (!aborter.signal.aborted) throw error;
  });
  return stream;
}

let words = 0;
const freshWord = () => `zanzibar${++words}`;

/** So many files that checking them takes a while. */
function manyFiles(word: string): Buffer {
  const small = Array.from({ length: 20_000 }, (_, i) => [`data/${i % 100}/${i}.txt`, `${i}`] as const);
  return storedZip([
    ['README.md', `# All about ${word}\n\nIt is ${word}.\n`],
    ['package.json', JSON.stringify({ name: word, description: word, license: 'MIT' })],
    ['secret.js', `export const word = '${word}';\n`],
    ...small,
  ]);
}

test('an address that was given out is good for nothing as soon as the version is deleted', async () => {
  for (let round = 0; round < 10; round++) {
    const { packageId, bytes } = await publish(publisher.api, { name: `deleted-${round}` });
    const { url } = await ok(reader.api.get<Download>(`/api/packages/${packageId}/download`));
    let isDeleted = false;
    const after: number[] = [];
    const reading = async () => {
      while (after.length < 20) {
        const wasDeleted = isDeleted;
        const response = await fetch(url);
        const got = Buffer.from(await response.arrayBuffer());
        if (response.status === 200) assert.ok(got.equals(bytes));
        else assert.ok(!got.includes('PK'), 'part of it was sent');
        if (wasDeleted) after.push(response.status);
      }
    };
    const readers = [reading(), reading(), reading()];
    await ok(
      publisher.api.delete(`/api/packages/${packageId}/versions/1.0.0`, { reason: 'withdrawn for good' }),
    );
    isDeleted = true;
    await Promise.all(readers);
    assert.deepEqual([...new Set(after)], [404], `round ${round}`);
  }
});

const rounds = 100;
const small = await smallPackage('races');

describe(`of two who want the same at the same time, ${rounds} times`, () => {
  test('one gets the new name; the other is told that it is taken', async () => {
    await inRounds(rounds, async (round) => {
      const named = { name: `wanted-${round}` };
      const uploads = await Promise.all([publisher, rival].map((user) => sent(user, named)));
      const answers = await Promise.all([
        complete(publisher, uploads[0] ?? ''),
        complete(rival, uploads[1] ?? ''),
      ]);
      assert.deepEqual(answers.map(outcomeOf).sort(), ['200', '409 name-taken'], `round ${round}`);
      const winner = answers[0]?.status === 200 ? publisher : rival;
      await giveUp(winner === publisher ? rival : publisher, uploads[winner === publisher ? 1 : 0] ?? '');
      const { items } = await ok(admin.api.get<Page<Package>>('/api/packages', named));
      assert.deepEqual(
        items.map(({ owner }) => owner.id),
        [winner.id],
      );
    });
  });

  test('one gets the label; the other is told that it exists', async () => {
    const { packageId } = await publish(publisher.api, { name: 'shared' });
    await ok(publisher.api.patch(`/api/packages/${packageId}`, { groupId }));
    await inRounds(rounds, async (round) => {
      const named = { name: 'shared', version: `2.${round}.0` };
      const uploads = await Promise.all([publisher, rival].map((user) => sent(user, named)));
      const answers = await Promise.all([
        complete(publisher, uploads[0] ?? ''),
        complete(rival, uploads[1] ?? ''),
      ]);
      assert.deepEqual(answers.map(outcomeOf).sort(), ['200', '409 version-exists'], `round ${round}`);
      if (answers[0]?.status !== 200) await giveUp(publisher, uploads[0] ?? '');
      else await giveUp(rival, uploads[1] ?? '');
    });
    const labels = async () =>
      (await reader.api.all<Version>(`/api/packages/${packageId}/versions`)).map(({ version }) => version);
    await waitFor('all of them to be published', async () => (await labels()).length === rounds + 1);
    assert.equal(new Set(await labels()).size, rounds + 1);
  });

  test('completing an upload twice makes one version, and both are told the same', async () => {
    await inRounds(rounds / 2, async (round) => {
      const id = await sent(publisher, { name: `twice-${round}` });
      const [one, other] = await Promise.all([complete(publisher, id), complete(publisher, id)]);
      assert.deepEqual([one.status, other.status], [200, 200], `${one.text} ${other.text}`);
      assert.equal(one.body.versionId, other.body.versionId);
    });
  });

  test('an upload is either completed or aborted, and who came too late is told so', async (t) => {
    const won = { completed: 0, aborted: 0 };
    await inRounds(rounds, async (round) => {
      const name = `either-${round}`;
      const id = await sent(publisher, { name });
      const answers = await Promise.all([
        complete(publisher, id),
        // Completing takes longer: begun at the same time it would nearly never win.
        pause(round % 10).then(() => publisher.api.delete<Upload>(`/api/uploads/${id}`)),
      ]);
      assert.deepEqual(answers.map(outcomeOf).sort(), ['200', '409 upload-closed'], `round ${round}`);
      const { state, versionId } = await ok(publisher.api.get<Upload>(`/api/uploads/${id}`));
      assert.ok(state === 'completed' || state === 'aborted', state);
      won[state]++;
      assert.equal(versionId !== null, state === 'completed');
      const { items } = await ok(admin.api.get<Page<Package>>('/api/packages', { name }));
      assert.equal(items.length, state === 'completed' ? 1 : 0);
      if (state === 'completed') assert.equal((await decided(publisher.api, id)).outcome.state, 'published');
    });
    t.diagnostic(JSON.stringify(won));
  });
});

/** Some at the same time, which makes for more different courses of events, and is quicker. */
async function inRounds(count: number, once: (round: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => once(first + i)));
  }
}

/** An upload whose bytes have all arrived. */
async function sent({ api }: User, named: { name: string; version?: string }): Promise<string> {
  const { id, form } = await begin(api, named, small.length);
  if (form !== undefined) await ok(sendForm(form, small), 204);
  return id;
}

/** Few may be open at the same time. */
async function giveUp({ api }: User, uploadId: string): Promise<void> {
  await ok(api.delete(`/api/uploads/${uploadId}`));
}

function complete({ api }: User, uploadId: string): Promise<Answer<Upload>> {
  return api.post<Upload>(`/api/uploads/${uploadId}/complete`);
}

function outcomeOf({ status, body }: Answer<unknown>): string {
  return status < 400 ? String(status) : `${status} ${(body as { code: string }).code}`;
}
