// A package of three gigabytes: uploaded in parts, checked, published and downloaded by ranges, in bounded memory.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ok } from '../src/call.ts';
import { HugePackage } from '../src/huge-package.ts';
import { begin, type Download, decided, sendPart, type Upload } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { enterAsAdministrator } from '../src/users.ts';

const mebibyte = 1024 * 1024;
const largestMemoryBytes = 600 * mebibyte;

// A file of zeros packs a thousand to one, which by default counts as a decompression bomb.
const server = await startServer({ ASSAY_CHECK_EXPANSION_RATIO: '2000' });
const { api } = await enterAsAdministrator(server);
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

test('three gigabytes come in, are checked and go out as they were, in bounded memory', async (t) => {
  const huge = new HugePackage(3_000_000_000);
  const startedAt = performance.now();
  const say = async (what: string) => {
    const memoryBytes = await largestMemoryOf(server.pid);
    const spent = `${Math.round(performance.now() - startedAt)} ms, ${Math.round(memoryBytes / mebibyte)} MiB of memory at most`;
    t.diagnostic(`${what} after ${spent}`);
    assert.ok(memoryBytes < largestMemoryBytes, spent);
  };

  const begun = await begin(api, { kind: 'model', name: 'huge' }, huge.sizeBytes, { digest: huge.digest });
  await sendInTwos(begun, huge);
  const { packageId } = await ok(api.post<Upload>(`/api/uploads/${begun.id}/complete`));
  await say(`${huge.sizeBytes} bytes acknowledged`);
  const { outcome } = await decided(api, begun.id, 300_000);
  await say('decided');
  assert.equal(outcome.state, 'published', outcome.reason ?? '');

  const files = await api.all<{ path: string }>(`/api/packages/${packageId}/files`);
  assert.deepEqual(files.map(({ path }) => path).sort(), [...huge.paths].sort());
  const { url, sizeBytes, digest } = await ok(api.get<Download>(`/api/packages/${packageId}/download`));
  assert.deepEqual([sizeBytes, digest], [huge.sizeBytes, huge.digest]);
  assert.equal(await digestByRanges(url, sizeBytes), huge.digest);
  await say('downloaded');

  const last = huge.paths.at(-2) ?? '';
  const headers = { range: 'bytes=0-7' };
  const file = await api.fetch('GET', `/api/packages/${packageId}/files/${last}`, { headers });
  assert.equal(file.status, 206);
  assert.equal(Buffer.from(await file.arrayBuffer()).readUInt32LE(), huge.paths.length - 2);
});

/** Two parts at a time. */
async function sendInTwos({ parts }: Upload, huge: HugePackage): Promise<void> {
  assert.ok(parts);
  const addresses = [...parts.addresses];
  assert.equal(addresses.length, parts.count);
  const sender = async () => {
    for (let next = addresses.shift(); next !== undefined; next = addresses.shift()) {
      const start = (next.partNumber - 1) * parts.sizeBytes;
      await ok(sendPart(next.url, huge.slice(start, start + parts.sizeBytes)), 200);
    }
  };
  await Promise.all([sender(), sender()]);
}

async function digestByRanges(url: string, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256');
  const step = 400 * mebibyte;
  for (let start = 0; start < sizeBytes; start += step) {
    const end = Math.min(start + step, sizeBytes);
    const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
    assert.equal(response.status, 206);
    for await (const chunk of response.body ?? []) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** The largest resident set that the process has ever had, where the system tells it (Linux). */
async function largestMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
