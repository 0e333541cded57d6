// KMS that is away: only what needs it to seal or open a secret waits for it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { FaultProxy } from '../../../tools/fault-proxy.ts';
import { openKms } from '../../src/adapters/kms/open-kms.ts';
import { EngineGuard } from '../../src/adapters/resilience/engine-guard.ts';
import { guardSecretBox } from '../../src/adapters/resilience/guard-secrets.ts';
import { callsComponent } from '../../src/core/health/index.ts';
import { guardSettings } from '../support/guard-settings.ts';
import { awsSettings, skip } from '../support/moto-server.ts';
import { testApp } from '../support/test-app.ts';
import { testRegistry } from '../support/test-registry.ts';

describe('KMS that is away', { skip }, () => {
  for (const faults of [{ refuse: true }, { stall: true }]) {
    test(`keeps webhooks from being made, nothing else, until it is back (${Object.keys(faults)})`, async () => {
      const { hostname, port } = new URL(awsSettings.endpoint);
      const proxy = await FaultProxy.to(hostname, Number(port));
      const { KeyMetadata } = await new KMSClient(awsSettings).send(new CreateKeyCommand({}));
      const aws = { ...awsSettings, endpoint: `http://127.0.0.1:${proxy.port}`, maxAttempts: 1 };
      const key = { kmsKey: KeyMetadata?.KeyId ?? '', lifetimeMs: 0, uses: 1 };
      const limitsMs = { ...guardSettings.limitsMs, read: 2_000 };
      const breaker = { failures: 1, pauseMs: 10, longestPauseMs: 20 };
      const guard = new EngineGuard('encryption', { ...guardSettings, limitsMs, breaker });
      const secretBox = guardSecretBox(openKms(aws, key).secretBox, guard.requests);
      const test = await testRegistry({}, { secretBox });
      const app = await testApp(test);
      const { headers } = await test.signIn('ada', ['search']);
      const payload = { url: 'https://example.com/hook', kinds: ['version.published'] };
      const make = () => app.inject({ method: 'POST', url: '/api/webhooks', headers, payload });

      await proxy.bring(faults);
      const away = await make();
      assert.equal(away.statusCode, 503, away.body);
      assert.ok(Number(away.headers['retry-after']) >= 1);
      for (const url of ['/api/webhooks', '/api/packages/search?q=a', '/api/auth/me', '/api/health']) {
        assert.notEqual((await app.inject({ url, headers })).statusCode, 503, url);
      }
      assert.equal(guard.status().breaker, 'open');
      const about = { id: 'encryption', title: 'Encryption', description: '', logs: [] };
      const seen = await callsComponent(about, () => guard.status()).observe(new Date(0), 5);
      assert.equal(seen.status, 'critical');
      assert.match(seen.issues[0]?.summary ?? '', /^No answer since .* may try again at/);

      await proxy.heal();
      await new Promise((resolve) => setTimeout(resolve, 30));
      const back = await make();
      assert.equal(back.statusCode, 201, back.body);
      assert.equal(guard.status().breaker, 'closed');
      await app.close();
      await proxy.close();
    });
  }
});
