// A registry whose rules change: what is out already is judged again, in the background.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ok, waitFor } from '../src/call.ts';
import { ownAddresses } from '../src/engines.ts';
import { type Download, type Published, publish, zipOf } from '../src/packages.ts';
import {
  removeTemporaryFolders,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../src/server-process.ts';
import { addUser, enterAsAdministrator, type User } from '../src/users.ts';

after(removeTemporaryFolders);

interface Reach {
  readonly package: { readonly name: string };
  readonly readers: readonly { readonly user: { readonly name: string }; readonly downloads: number }[];
}

interface Checked {
  readonly checks: readonly {
    readonly check: string;
    readonly rules: string;
    readonly remembered?: { readonly bytes: number };
  }[];
}

const malwareRules = (checks: Checked['checks']) =>
  checks.find(({ check }) => check === 'malware')?.rules ?? assert.fail('nothing looked for malware');

/** A server with published packages, each of which somebody has downloaded by an address that is still good. */
async function registryWith(packages: Readonly<Record<string, Buffer>>) {
  const server = await startServer();
  const admin = await enterAsAdministrator(server);
  const ada = await addUser(admin, 'ada');
  const reader = await addUser(admin, 'reader', ['search', 'download']);
  const published: Record<string, Published & { url: string; rules: string }> = {};
  for (const [name, bytes] of Object.entries(packages)) {
    const version = await publish(ada.api, { name }, bytes);
    const { url } = await ok(reader.api.get<Download>(`/api/packages/${version.packageId}/download`));
    assert.equal((await fetch(url)).status, 200);
    const { checks } = await ok(reader.api.get<Checked>(`/api/packages/${version.packageId}/checks`));
    published[name] = { ...version, url, rules: malwareRules(checks) };
  }
  await server.stop();
  return { server, admin, reader, published };
}

const on = (server: ServerProcess, user: User) => ({ api: server.api.as(user.api.token) });

/** The address as the server gives it that has taken the place of the one before. */
const moved = (url: string, server: ServerProcess) => {
  const { pathname, search } = new URL(url);
  return new URL(pathname + search, server.url);
};

describe('when the rules change', { skip: ownAddresses }, () => {
  test('for malware, every package that has a file which is known now ends, and its readers are told', async (t) => {
    const mark = ['nobody', 'minds', 'this', 'yet'].join('-');
    const shared = Buffer.concat([randomBytes(20_000), Buffer.from(mark)]);
    const { server, admin, reader, published } = await registryWith({
      first: await zipOf({ 'README.md': '# First\n', 'weights.bin': shared }),
      second: await zipOf({ 'README.md': '# Second\n', 'in/a/folder/weights.bin': shared }),
      clean: await zipOf({ 'README.md': '# Clean\n', 'weights.bin': randomBytes(20_000) }),
    });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'own.yar'), `rule Minded { strings: $a = "${mark}" condition: $a }\n`);
    const stricter = await server.again({ ...server.environment, ASSAY_YARA_RULES: folder });
    t.after(() => stricter.stop());
    const [asAdmin, asReader] = [on(stricter, admin), on(stricter, reader)];
    for (const name of ['first', 'second']) {
      const { packageId, versionId, url } = published[name] ?? assert.fail();
      await waitFor(`the end of ${name}`, async () => {
        const { status } = await asReader.api.get(`/api/packages/${packageId}/download`);
        return status === 404;
      });
      await waitFor(`the end of an address of ${name}`, async () => !(await fetch(moved(url, stricter))).ok);
      const reached = await asAdmin.api.all<Reach>(`/api/quarantine/${versionId}/blast-radius`);
      assert.deepEqual(
        reached.map(({ package: { name }, readers }) => [name, readers.map(({ user }) => user.name)]),
        [[name, ['reader']]],
      );
    }
    const { packageId, url, rules } = published.clean ?? assert.fail();
    await waitFor('the new check of what is clean', async () => {
      const { checks } = await ok(asReader.api.get<Checked>(`/api/packages/${packageId}/checks`));
      return malwareRules(checks) !== rules;
    });
    assert.equal((await fetch(moved(url, stricter))).status, 200);
  });

  test('of which block, what was only mentioned ends', async (t) => {
    const { server, reader, published } = await registryWith({
      bare: await zipOf({ 'weights.bin': randomBytes(5_000) }),
    });
    const stricter = await server.again({
      ...server.environment,
      ASSAY_CHECK_RULES: 'structure.readme-missing=blocks',
    });
    t.after(() => stricter.stop());
    const { packageId, url } = published.bare ?? assert.fail();
    const { api } = on(stricter, reader);
    await waitFor(
      'its end',
      async () => (await api.get(`/api/packages/${packageId}/download`)).status === 404,
    );
    await waitFor('the end of its address', async () => !(await fetch(moved(url, stricter))).ok);
  });
});

test('a file that was looked at in another package is not looked at again, and the report says so', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const { api } = await addUser(await enterAsAdministrator(server), 'ada');
  const weights = randomBytes(50_000);
  const reports: Checked[] = [];
  for (const name of ['one', 'other']) {
    const bytes = await zipOf({ 'README.md': `# ${name}\n`, [`${name}/weights.bin`]: weights });
    const { packageId } = await publish(api, { name }, bytes);
    reports.push(await ok(api.get<Checked>(`/api/packages/${packageId}/checks`)));
  }
  const remembered = reports.map(({ checks }) =>
    checks.map(({ check, remembered }) => [check, remembered?.bytes ?? 0]),
  );
  const none = [
    ['archive', 0],
    ['structure', 0],
    ['formats', 0],
    ['malware', 0],
    ['secrets', 0],
  ];
  assert.deepEqual(remembered[0], none);
  assert.deepEqual(
    remembered[1],
    none.map(([check], i) => [check, i < 2 ? 0 : weights.length]),
  );
});
