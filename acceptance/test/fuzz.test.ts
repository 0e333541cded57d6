// Thousands of malformed requests, made from the OpenAPI document: wrong types, missing and additional fields, numbers and
// texts that nobody expects, broken JSON, forms, encodings, headers, methods, paths and framing, and no HTTP at all; by
// anybody and by an administrator.
//
// FUZZ_REQUESTS (2,000) says how many, FUZZ_SEED (printed) which; FUZZ_ONLY sends a single one of them again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { unsafePackage } from '../src/bad-packages.ts';
import { ok, type Problem } from '../src/call.ts';
import { Chance } from '../src/crashes/chance.ts';
import { type ApiDocument, type Malformed, MalformedRequests } from '../src/fuzz/malformed-requests.ts';
import { type RawAnswer, sendRaw } from '../src/fuzz/raw-request.ts';
import { begin, decided, publish, upload } from '../src/packages.ts';
import { removeTemporaryFolders, startServer } from '../src/server-process.ts';
import { addGroup, addUser, enterAsAdministrator } from '../src/users.ts';

const count = Number(process.env.FUZZ_REQUESTS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);
const only = process.env.FUZZ_ONLY === undefined ? undefined : Number(process.env.FUZZ_ONLY);
const atOnce = 16;

const server = await startServer({
  ASSAY_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
  ASSAY_LOG_FORMAT: 'json',
  ASSAY_WEBHOOK_ALLOW_PRIVATE: 'true',
});
const admin = await enterAsAdministrator(server);
const ada = await addUser(admin, 'ada');
after(async () => {
  await server.stop();
  await removeTemporaryFolders();
});

test(`${count} malformed requests are answered, none of them by a failure`, async (t) => {
  t.diagnostic(`FUZZ_SEED=${seed}`);
  const document = await ok(server.api.get<ApiDocument>('/api/openapi.json'));
  const requests = new MalformedRequests(document, await idsOfThings(), admin.api.token ?? '');
  assert.ok(requests.operations.length > 60, `only ${requests.operations.length} operations`);

  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  let next = only ?? 0;
  const end = only === undefined ? count : only + 1;
  let memoryEarly = 0;
  const sending = async () => {
    while (next < end && wrong.length < 20) {
      const i = next++;
      if (i === Math.floor(count / 4)) memoryEarly = residentMebibytes(server.pid);
      const request = requests.next(new Chance(seed * 1_000_003 + i));
      const answer = await sendRaw(new URL(server.url), request).catch((error) =>
        assert.fail(`${i}, ${request.what}: ${error.message}`),
      );
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const complaint = complaintAbout(request, answer);
      if (complaint !== undefined) wrong.push(`${i}, ${request.what}: ${complaint}`);
      if (only !== undefined)
        t.diagnostic(`${request.bytes.subarray(0, 3_000)}\n\n${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sending));
  t.diagnostic(JSON.stringify(Object.fromEntries([...statuses].sort())));
  assert.deepEqual(wrong, []);
  assert.deepEqual(server.errors, []);

  const memory = residentMebibytes(server.pid);
  t.diagnostic(`${memoryEarly} MiB after a quarter of them, ${memory} MiB after all`);
  assert.ok(memory < memoryEarly + 150, `grew from ${memoryEarly} to ${memory} MiB`);

  // The administrator is still one, and everything works.
  await ok(admin.session.get('/api/users'));
  await publish(admin.api, { name: 'published-afterwards' });
  assert.equal((await server.api.get('/api/health')).status, 200);
});

/** Ids of things of every kind, so that requests get further than to the answer that there is no such thing. */
async function idsOfThings(): Promise<string[]> {
  const { packageId, versionId } = await publish(ada.api, { name: 'published' });
  const bad = await decided(ada.api, (await upload(ada.api, { name: 'bad' }, await unsafePackage())).id);
  const open = await begin(ada.api, { name: 'open' }, 20_000_000, { method: 'parts' });
  const group = await addGroup(admin, 'makers', [ada]);
  const item = { name: 'An item', description: 'One.', category: 'things' };
  const itemId = (await ok(ada.api.post<{ id: string }>('/items', item))).id;
  const webhook = { url: 'http://127.0.0.1:1/', kinds: ['version.published'] };
  const webhookId = (await ok(ada.session.post<{ id: string }>('/api/webhooks', webhook))).id;
  const { packageId: badPackageId, versionId: badVersionId } = bad;
  const ids = [packageId, versionId, badPackageId, badVersionId, open.id, group, itemId, webhookId, ada.id];
  return [...ids.filter((id) => id !== null), '1.0.0', 'README.md'];
}

/** What is wrong with the answer; undefined when nothing is. */
function complaintAbout({ isIncomplete, isHead, what }: Malformed, answer: RawAnswer): string | undefined {
  const { status, contentType, body } = answer;
  // Who goes away early, or wants a tunnel, may get no answer.
  if (status === 0) return isIncomplete || what.includes('CONNECT') ? undefined : 'no answer';
  if (status >= 500) return `${status} ${body.slice(0, 500)}`;
  if (status < 400 || isHead) return undefined;
  if (!contentType.startsWith('application/problem+json'))
    return `${status} as ${contentType}: ${body.slice(0, 500)}`;
  try {
    const problem: Partial<Problem> = JSON.parse(body);
    const isWhole = problem.status === status && Boolean(problem.code && problem.requestId && problem.detail);
    return isWhole ? undefined : `${status} with a problem that lacks something: ${body}`;
  } catch {
    return `${status} with a body that is no JSON: ${body.slice(0, 500)}`;
  }
}

/** What the process holds in memory now. */
function residentMebibytes(pid: number): number {
  const [, kibibytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}
