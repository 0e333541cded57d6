// Whether a registry works, seen from outside: `npm run smoke -- https://registry.example.org`. With SMOKE_TOKEN, a
// personal token with `upload` and `download`, a package is published and fetched as well; it is deleted afterwards.
//
//   --release <version>   the release that must answer
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Api, ok, patiently, waitFor } from '../acceptance/src/call.ts';
import { type Download, digestOf, publish } from '../acceptance/src/packages.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { release: { type: 'string' } },
});
const [url] = positionals;
if (url === undefined) throw new Error('Usage: npm run smoke -- <address> [--release <version>]');
const token = process.env.SMOKE_TOKEN;
const api = new Api(url, token === '' ? undefined : token);

await waitFor(
  `an answer of ${url}`,
  async () => (await api.get('/health').catch(() => null))?.status === 200,
  { timeoutMs: 120_000 },
);
const { status, components } = await ok(
  patiently(() => api.get<{ status: string; components: Record<string, string> }>('/api/health')),
);
assert.equal(status, 'ok', `the registry is ${status}: ${JSON.stringify(components)}`);
console.log(`${url} is ${status}.`);

const { info } = await ok(api.get<{ info: { version: string } }>('/api/openapi.json'));
if (values.release !== undefined) assert.equal(info.version, values.release, 'another release answers');

if (api.token !== undefined) {
  const published = await publish(api, { name: `smoke-${randomBytes(6).toString('hex')}` });
  const { url: address } = await ok(api.get<Download>(`/api/packages/${published.packageId}/download`));
  const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
  assert.equal(digestOf(bytes), published.digest, 'what was downloaded is not what was published');
  await ok(api.delete(`/api/packages/${published.packageId}`, { reason: 'It was a smoke test.' }));
  console.log('A package was published, fetched and deleted.');
}
