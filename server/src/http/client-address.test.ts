import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { httpSettings, testRegistry } from '../../test/support/test-registry.ts';
import { readConfig } from '../config/index.ts';
import { buildApp } from './app.ts';

/** From which addresses requests with these headers came, as the log tells. */
async function addressesOf(trustedProxies: readonly string[], sent: readonly Record<string, string>[]) {
  const lines: { readonly msg: string; readonly address: string }[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const { registry } = await testRegistry();
  const settings = { ...httpSettings, trustedProxies, clientAddressHeader: 'x-client-address' };
  const app = await buildApp(registry, settings, logger);
  try {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    for (const headers of sent) await (await fetch(`${url}/health`, { headers })).text();
  } finally {
    await app.close();
  }
  return lines.filter(({ msg }) => msg === 'request').map(({ address }) => address);
}

const behindTwo = { 'x-forwarded-for': '203.0.113.7, 127.0.0.1', 'x-client-address': '198.51.100.1' };

test('a trusted proxy says in its own header where a request came from', async () => {
  assert.deepEqual(
    await addressesOf(
      ['127.0.0.1'],
      [behindTwo, { 'x-client-address': '2001:db8::1' }, { 'x-forwarded-for': '203.0.113.7' }],
    ),
    ['198.51.100.1', '2001:db8::1', '203.0.113.7'],
  );
});

test('what is no address in that header counts for the proxy, not for what clients may have sent', async () => {
  const noAddresses = ['somewhere', '198.51.100.1:40000', '198.51.100.1, 198.51.100.2', ''];
  const sent = noAddresses.map((given) => ({ 'x-forwarded-for': '203.0.113.7', 'x-client-address': given }));
  assert.deepEqual(
    await addressesOf(['127.0.0.1'], sent),
    sent.map(() => '127.0.0.1'),
  );
});

test('nobody else is believed', async () => {
  assert.deepEqual(await addressesOf(['192.0.2.0/24'], [behindTwo]), ['127.0.0.1']);
});

test('the header is refused where no proxy is trusted', () => {
  assert.throws(
    () => readConfig({ ASSAY_CLIENT_ADDRESS_HEADER: 'x-client-address' }),
    /ASSAY_TRUSTED_PROXIES must name the proxies/,
  );
});
