// Validators of sensitive packages: scripts that run at every download, in the sandbox of a real server.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ok, type Page, refused } from '../src/call.ts';
import { type Download, publish, zipOf } from '../src/packages.ts';
import { removeTemporaryFolders, root, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator, type User } from '../src/users.ts';

interface Validator {
  readonly number: number;
  readonly source: string | null;
  readonly runs: boolean;
}

interface DownloadRecord {
  readonly user: { readonly name: string } | null;
  readonly version: string | null;
  readonly path: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly validator: {
    readonly version: number;
    readonly cause: string;
    readonly diagnostics?: string;
  } | null;
}

interface Health {
  readonly components: readonly { readonly id: string; readonly issues: readonly { summary: string }[] }[];
}

const server = await startServer({
  ASSAY_SANDBOX_CPU_SECONDS: '1',
  ASSAY_SESSION_USES: '1000000',
});
const admin = await enterAsAdministrator(server);
const [ada, bob, eve] = [
  await addUser(admin, 'ada'),
  await addUser(admin, 'bob', ['search', 'download']),
  await addUser(admin, 'eve', ['search', 'download']),
];
const group = await addGroup(admin, 'clinic', [bob]);
const card = JSON.stringify({ consent: 'given', owner: 'bob' });
const bytes = await zipOf({ 'README.md': '# Scans\n', 'card.json': card }, ['card.json']);
const { packageId: id } = await publish(ada.api, { name: 'scans' }, bytes);
await ok(ada.api.patch(`/api/packages/${id}`, { sensitive: true, allowedGroups: [group] }), 200);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const path = `/api/packages/${id}/validator`;
const register = (source: string, language = 'python') =>
  ok(ada.api.put<Validator>(path, { language, source }), 200);
const download = ({ session }: User) => session.get<Download>(`/api/packages/${id}/download`);
const history = (query: Record<string, string> = {}) =>
  ada.api.all<DownloadRecord>(`/api/packages/${id}/downloads`, query);

/** Why validators are not run on this machine; null when they are. */
async function whyNotRun(): Promise<string | null> {
  const answer = await ada.api.put<{ detail?: string }>(path, { language: 'python', source: 'pass' });
  if (answer.status === 200) return null;
  const { components } = await ok(
    admin.session.get<Health>('/health/components', { includeTimeline: false, windowMinutes: 5 }),
  );
  const runner = components.find((component) => component.id === 'validators');
  return runner?.issues.map(({ summary }) => summary).join(' ') || `${answer.status} ${answer.text}`;
}

const missing = await whyNotRun();

describe('a validator', { skip: missing ?? false }, () => {
  before(async () => void (await ok(ada.api.delete(path), 204)));

  test('is not needed: without one the allowed groups decide, and strangers are refused', async () => {
    assert.match((await ok(download(bob))).url, /^http/);
    await refused(download(eve), 403, 'permission-denied');
  });

  for (const [language, source] of [
    [
      'python',
      `import sys
package, uploader, downloader, archive = sys.argv[1:]
if downloader != "bob":
    print(f"{package} by {uploader} is only for bob, not for {downloader}.")
    sys.exit(1)`,
    ],
    [
      'javascript',
      `const [name, uploader, downloader] = process.argv.slice(2);
if (downloader !== 'bob') {
  console.log(name + ' by ' + uploader + ' is only for bob, not for ' + downloader + '.');
  process.exit(1);
}`,
    ],
  ] as const) {
    test(`in ${language} lets one user download, and tells another why not`, async () => {
      const { runs } = await register(source, language);
      assert.equal(runs, true);
      const { url, reason } = await ok(download(bob));
      assert.match(reason, /The validator of the package allows it\.$/);
      assert.ok(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes));
      const { detail } = await refused(download(ada), 403, 'validator-denied');
      assert.equal(detail, 'scans by ada is only for bob, not for ada.');
    });
  }

  test('reads the archive and the groups, for downloads and for single files', async () => {
    await register(`
import json, zipfile
def validate(ctx):
    with zipfile.ZipFile(ctx.archive) as archive:
        card = json.loads(archive.read("card.json"))
    told = f"{ctx.package} {ctx.version} {ctx.metadata['kind']} {','.join(ctx.groups)} {card['consent']}"
    return {"allowed": ctx.user == card["owner"], "message": told}
`);
    const file = (user: User) => user.session.get(`/api/packages/${id}/files/README.md`);
    assert.equal((await file(bob)).text, '# Scans\n');
    const { detail } = await refused(file(ada), 403, 'validator-denied');
    assert.equal(detail, 'scans 1.0.0 code  given');
    await ok(download(bob));
  });

  test('that does not end, breaks off, floods or says nothing clear never lets anything out', async () => {
    const bad = {
      'timed-out': 'while True:\n    pass',
      crashed: 'raise RuntimeError("for the owner only")',
      'too-much-output': 'while True:\n    print("x" * 1000)',
      denied: 'def validate(ctx):\n    return 1',
    };
    for (const [cause, source] of Object.entries(bad)) {
      const { number } = await register(source);
      const { detail } = await refused(download(bob), 403, 'validator-denied');
      assert.doesNotMatch(detail, /owner only|\/|node|\d{3}/, cause);
      const [record] = await history();
      assert.deepEqual(
        [record?.user?.name, record?.outcome, record?.validator?.version],
        ['bob', 'denied', number],
      );
      assert.equal(record?.validator?.cause, cause);
      if (cause === 'crashed') assert.match(record.validator.diagnostics ?? '', /for the owner only/);
    }
  });

  test('that cannot be compiled is refused with its line, and what was in force stays', async () => {
    const { number } = await register('import sys\nsys.exit(0)');
    for (const [language, source] of [
      ['python', 'x = 1\ndef validate(ctx)\n    return True'],
      ['javascript', 'const x = 1;\nfunction validate(ctx { return true; }'],
    ]) {
      const { detail } = await refused(ada.api.put(path, { language, source }), 400, 'validator-invalid');
      assert.match(detail, /2/, detail);
    }
    assert.equal((await ok(ada.api.get<Validator>(path))).number, number);
    await ok(download(bob));
  });

  test('is seen by who maintains the package, version by version, and by nobody else', async () => {
    const { items } = await ok(ada.api.get<Page<Validator>>(`${path}/versions`, { limit: 200 }));
    const last = items[0]?.number ?? 0;
    assert.deepEqual(
      items.map(({ number }) => number),
      Array.from({ length: last }, (_, i) => last - i),
    );
    assert.equal((await ok(admin.api.get<Validator>(`${path}/versions/1`))).source, 'pass');
    for (const tail of ['', '/versions', '/versions/1']) {
      await refused(bob.api.get(path + tail), 404, 'not-found');
    }
    await refused(bob.api.get(`/api/packages/${id}/downloads`), 404, 'not-found');
  });

  test('runs as in the handbook, whose examples all compile', async () => {
    const page = await readFile(join(root, 'docs/validators.md'), 'utf8');
    const examples = [...page.matchAll(/^```(python|javascript)\n([\s\S]*?)^```$/gm)];
    assert.equal(examples.length, 4);
    const said: string[] = [];
    for (const [, language = '', source = ''] of examples) {
      await register(source, language);
      const { status, body } = await bob.session.get<{ detail?: string }>(`/api/packages/${id}/download`);
      said.push(`${status} ${body.detail ?? ''}`);
    }
    assert.deepEqual(said, [
      '403 scans 1.0.0 is for clinical staff.',
      '200 ',
      '403 scans is only for ada.',
      '403 scans is only for ada.',
    ]);
  });

  test('leaves everything in the history of the package: who, what, whether and why', async () => {
    const all = await history();
    const eves = await history({ user: eve.id });
    assert.deepEqual(
      eves.map(({ outcome, version, validator }) => [outcome, version, validator]),
      [['denied', '1.0.0', null]],
    );
    const files = all.filter(({ path: file }) => file !== null);
    assert.deepEqual(
      files.map(({ user, path: file, outcome }) => [user?.name, file, outcome]),
      [
        ['ada', 'README.md', 'denied'],
        ['bob', 'README.md', 'succeeded'],
      ],
    );
    const denied = await history({ outcome: 'denied' });
    assert.equal(denied.length, all.filter(({ outcome }) => outcome === 'denied').length);
    assert.ok(denied.every(({ reason }) => reason !== null && reason !== ''));
    const seen = await server.api.call<string>('GET', '/metrics');
    assert.match(seen.text, /assay_validator_seconds_count\{cause="timed-out"\} 1/);
  });
});
