// The client of this repository, run as the program of somebody else: interrupted, and gone on with.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ok, waitFor } from '../src/call.ts';
import { digestOf, type Upload, zipOf } from '../src/packages.ts';
import { removeTemporaryFolders, root, startServer, temporaryFolder } from '../src/server-process.ts';
import { addUser, enterAsAdministrator } from '../src/users.ts';

const mebibyte = 1024 * 1024;
const server = await startServer();
const ada = await addUser(await enterAsAdministrator(server), 'ada');
const folder = await temporaryFolder();
const file = join(folder, 'package.zip');
const bytes = await zipOf({ 'weights.bin': randomBytes(60 * mebibyte) }, ['weights.bin']);
await writeFile(file, bytes);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

const at = (path: string) => JSON.stringify(pathToFileURL(join(root, path)).href);

/** Runs a program that has the client in its hands as `client`. */
async function run(body: string, { killAt }: { killAt?: RegExp } = {}): Promise<string> {
  const program = join(folder, `program-${randomBytes(4).toString('hex')}.mjs`);
  await writeFile(
    program,
    `import { openAsBlob } from 'node:fs';
     import { AssayClient, uploadPackage, waitForOutcome } from ${at('client/src/index.ts')};
     import { downloadToFile } from ${at('client/src/node.ts')};
     const client = new AssayClient({ url: ${JSON.stringify(server.url)}, token: process.env.TOKEN });
     const file = await openAsBlob(${JSON.stringify(file)});
     ${body}`,
  );
  const env = { ...process.env, TOKEN: ada.api.token };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], { env });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    if (killAt?.test(output)) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (killAt === undefined) assert.equal(code, 0, output);
  return output;
}

const options = `kind: 'model', name: 'carried', version: '1.0.0', file, fileName: 'package.zip', method: 'parts'`;

test('an upload whose program was killed goes on with the parts that are missing', async () => {
  const told = `onProgress: (sent, { id }) => console.log(JSON.stringify({ sent, id }))`;
  const output = await run(`await uploadPackage(client, { ${options}, concurrency: 1, ${told} });`, {
    killAt: /"sent":[1-9]/,
  });
  const { id } = JSON.parse(output.split('\n')[0] ?? '');
  const before = await ok(ada.api.get<Upload>(`/api/uploads/${id}`));
  assert.equal(before.state, 'open');
  const arrived = before.parts?.received.length ?? 0;
  assert.ok(arrived >= 1 && arrived < (before.parts?.count ?? 0), `${arrived} parts have arrived`);

  const rest = await run(
    `const first = [];
     await uploadPackage(client, { ${options}, resume: '${id}', onProgress: (sent) => first.push(sent) });
     const { outcome } = await waitForOutcome(client, '${id}');
     console.log(JSON.stringify({ parts: first.length - 1, state: outcome.state, digest: outcome.digest }));`,
  );
  const count = before.parts?.count ?? 0;
  assert.deepEqual(JSON.parse(rest), { parts: count - arrived, state: 'published', digest: digestOf(bytes) });
});

/** To stand in a program: whether an address serves content, the registry's own or one of S3. */
const isContent = "((url) => ['/content/', 'X-Amz-Signature'].some((part) => String(url).includes(part)))";

/** To stand in a program: content stops coming after 20 MiB, which is told. */
const stall = `
  const fetchAll = fetch;
  let left = ${20 * mebibyte};
  globalThis.fetch = async (url, options) => {
    const response = await fetchAll(url, options);
    if (!${isContent}(url)) return response;
    const stalling = new TransformStream({
      transform(chunk, controller) {
        left -= chunk.length;
        if (left > 0) return controller.enqueue(chunk);
        console.log('stalled');
        setTimeout(() => {}, 60_000);
        return new Promise(() => {});
      },
    });
    return new Response(response.body.pipeThrough(stalling), response);
  };`;

test('a download whose program was killed goes on where it was, and appears only when it is whole', async () => {
  const { packageId } = await waitFor('the published package', async () => {
    const [upload] = await ada.api.all<Upload>('/api/uploads', { state: 'completed' });
    return upload?.packageId ? { packageId: upload.packageId } : undefined;
  });
  const target = join(folder, 'downloaded.zip');
  const download = `downloadToFile(client, { packageId: '${packageId}', path: ${JSON.stringify(target)} })`;
  await run(`${stall} await ${download};`, { killAt: /stalled/ });
  const partial = `${target}.${digestOf(bytes).slice(0, 16)}.part`;
  const { size } = await stat(partial);
  assert.ok(size > 0 && size < bytes.length, `${size} bytes have arrived`);
  await assert.rejects(stat(target), { code: 'ENOENT' });

  const ranges = `const fetchAll = fetch;
    globalThis.fetch = (url, options) => {
      if (${isContent}(url)) console.log(new Headers(options.headers).get('range'));
      return fetchAll(url, options);
    };`;
  assert.equal(await run(`${ranges} await ${download};`), `bytes=${size}-\n`);
  assert.equal(digestOf(await readFile(target)), digestOf(bytes));
  await assert.rejects(stat(partial), { code: 'ENOENT' });
});
