// Hallmarks and receipts: what the registry signs, verified without it, by its own command and by somebody else's program.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { unsafePackage } from '../src/bad-packages.ts';
import { ok, refused, waitFor } from '../src/call.ts';
import { needsProgram } from '../src/needs.ts';
import { type Download, decided, digestOf, type Published, publish, upload } from '../src/packages.ts';
import { AssayProcess, removeTemporaryFolders, startServer, temporaryFolder } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

interface Keys {
  readonly keys: readonly { readonly kid: string; readonly x: string; readonly retired?: number }[];
}

const server = await startServer({ ASSAY_REGISTRY_NAME: 'acceptance' });
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
const folder = await temporaryFolder();
const elsewhere = await temporaryFolder();
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const readKeys = () => ok(server.api.as(undefined).get<Keys>('/.well-known/assay-keys.json'));
const hallmarkOf = ({ packageId }: Pick<Published, 'packageId'>, version = '1.0.0') =>
  ok(ada.api.get<Envelope>(`/api/packages/${packageId}/versions/${version}/hallmark`));
const payloadOf = ({ payload }: Envelope) => JSON.parse(Buffer.from(payload, 'base64').toString());

async function save(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return path;
}

/** Runs a command of the program; `verify` where there is no registry. */
async function run(command: readonly string[], data = elsewhere) {
  const process = await AssayProcess.launch(command, data);
  const { code } = await process.exit();
  return { code, output: process.output, complaints: process.complaints };
}

const verify = (statement: string, file: string, keys: string) =>
  run(['verify', statement, file, '--keys', keys, '--registry', 'acceptance']);

describe('a hallmark', () => {
  let published: Published;
  let [hallmark, file, keys] = ['', '', ''];
  before(async () => {
    published = await publish(ada.api, { name: 'attested' });
    const { url } = await ok(ada.api.get<Download>(`/api/packages/${published.packageId}/download`));
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    assert.equal(digestOf(bytes), published.digest);
    file = await save('attested.zip', bytes);
    hallmark = await save('attested.json', await hallmarkOf(published));
    keys = await save('keys.json', await readKeys());
  });

  test('is there as soon as the version is, and verifies for the downloaded file where there is no registry', async () => {
    const { code, output, complaints } = await verify(hallmark, file, keys);
    assert.deepEqual([code, complaints], [0, ''], complaints);
    assert.match(output, /^Good: a hallmark of the registry acceptance/);
    assert.ok(output.includes(published.digest));
    const { predicate } = payloadOf(await hallmarkOf(published));
    assert.deepEqual([predicate.verdict, predicate.decision.outcome], ['passed', 'passed']);
    const checks = predicate.checks.map(({ check }: { check: string }) => check);
    assert.ok(checks.includes('archive'), checks.join());
  });

  test('verifies with the keys of the running registry', async () => {
    const { code, complaints } = await verify(hallmark, file, `${server.url}/.well-known/assay-keys.json`);
    assert.deepEqual([code, complaints], [0, '']);
  });

  test('does not verify for another file, with a byte changed, or with keys of another registry', async () => {
    const changed = Buffer.from(published.bytes);
    changed[100] = (changed[100] ?? 0) ^ 1;
    const envelope = await hallmarkOf(published);
    const forged = Buffer.from(envelope.payload, 'base64').toString().replace('attested', 'trojaned');
    const cases = [
      [hallmark, await save('changed.zip', changed), keys],
      [await save('forged.json', { ...envelope, payload: btoa(forged) }), file, keys],
      [hallmark, file, await save('no-keys.json', { keys: [] })],
    ] as const;
    for (const [statement, about, from] of cases) {
      const { code, output, complaints } = await verify(statement, about, from);
      assert.deepEqual([code, output], [3, ''], complaints);
      assert.ok(complaints.length > 0);
    }
  });

  const openssl = needsProgram('openssl', 'openssl');
  test('verifies with OpenSSL, by the rules of DSSE alone', { skip: openssl.skip }, async () => {
    const { payload, payloadType, signatures } = await hallmarkOf(published);
    const [{ keyid, sig } = { keyid: '', sig: '' }] = signatures;
    const body = Buffer.from(payload, 'base64');
    const before = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
    const signed = await save('signed', Buffer.concat([Buffer.from(before), body]));
    const signature = await save('signature', Buffer.from(sig, 'base64'));
    const { x = '' } = (await readKeys()).keys.find(({ kid }) => kid === keyid) ?? {};
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(x, 'base64url')]);
    const key = await save('key.der', der);
    const { stdout } = await promisify(execFile)(openssl.path, [
      ...['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', key],
      ...['-rawin', '-in', signed, '-sigfile', signature],
    ]);
    assert.match(stdout, /Signature Verified Successfully/);
  });

  test('of a version that a reviewer released says so, and what had been found', async () => {
    const { id } = await upload(ada.api, { name: 'released' }, await unsafePackage());
    const { packageId, versionId, outcome } = await decided(ada.api, id);
    assert.equal(outcome.state, 'quarantined');
    await refused(ada.api.get(`/api/packages/${packageId}/versions/1.0.0/hallmark`), 404, 'not-found');
    const reason = 'Made to be refused.';
    await ok(admin.api.post(`/api/quarantine/${versionId}/release`, { reason }));
    await waitFor('the release', async () => (await decided(ada.api, id)).outcome.state === 'published');
    const { predicate } = payloadOf(await hallmarkOf({ packageId: packageId ?? '' }));
    assert.deepEqual([predicate.verdict, predicate.decision], ['failed', { outcome: 'released', reason }]);
  });

  test('stays good when keys are rotated; new ones are signed with the new key, without a restart', async () => {
    const [before] = (await readKeys()).keys;
    const rotated = await run(['keys', 'rotate', '--for', 'hallmarks'], server.dataFolder);
    assert.equal(rotated.code, 0, rotated.complaints);
    const after = await waitFor('the new key', async () => {
      const { keys: all } = await readKeys();
      return all.length === 2 && all;
    });
    assert.equal(after[0]?.kid, before?.kid);
    assert.ok(after[0]?.retired !== undefined && after[1]?.retired === undefined);
    const listed = await run(['keys', 'list'], server.dataFolder);
    for (const { kid } of after) assert.ok(listed.output.includes(kid), listed.output);
    let next = 0;
    const signed = await waitFor('a version signed with it', async () => {
      const made = await publish(ada.api, { name: 'rotated', version: `1.0.${next++}` });
      const envelope = await hallmarkOf(made, `1.0.${next - 1}`);
      return envelope.signatures[0]?.keyid === after[1]?.kid && { made, envelope };
    });
    const newer = await save('newer-keys.json', await readKeys());
    assert.equal((await verify(hallmark, file, newer)).code, 0);
    const [statement, about] = [
      await save('new.json', signed.envelope),
      await save('new.zip', signed.made.bytes),
    ];
    assert.equal((await verify(statement, about, newer)).code, 0);
    assert.match((await verify(statement, about, keys)).complaints, /not among the keys/);
  });
});

test('a download brings a receipt along, which verifies and names the entry that is on record', async () => {
  const { packageId, bytes } = await publish(ada.api, { name: 'received' });
  const path = `/api/packages/${packageId}/download`;
  const { receipt } = await ok(ada.api.get<{ receipt: Envelope }>(path, { receipt: true }));
  const keys = await save('receipt-keys.json', await readKeys());
  const [statement, file] = [await save('receipt.json', receipt), await save('received.zip', bytes)];
  const { code, output, complaints } = await verify(statement, file, keys);
  assert.equal(code, 0, complaints);
  assert.match(output, /^Good: a receipt of the registry acceptance/);
  const { auditEntryId, downloader } = payloadOf(receipt).predicate;
  assert.equal(downloader.userName, 'ada');
  const entries = await waitFor('the entry', async () => {
    const { items } = await ok(
      admin.api.get<{ items: { id: string; operation: string }[] }>('/api/audit', { packageId }),
    );
    return items.some(({ id }) => id === auditEntryId) && items;
  });
  assert.equal(entries.find(({ id }) => id === auditEntryId)?.operation, 'version.download');
});
