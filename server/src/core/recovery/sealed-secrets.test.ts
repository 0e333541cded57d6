import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { openSecrets, sealSecrets } from './sealed-secrets.ts';

const secrets = { 'webhook-key': 'a key', 'session-keys.json': '{"keys":[]}' };
const passphrase = 'correct horse battery staple';

test('secrets open with the passphrase that sealed them, and with no other', () => {
  const sealed = sealSecrets(secrets, passphrase, randomness);
  assert.deepEqual(openSecrets(sealed, passphrase), secrets);
  assert.throws(() => openSecrets(sealed, `${passphrase}.`), { code: 'permission-denied' });
  assert.doesNotMatch(sealed, /a key|keys"/);
});

test('sealed secrets in which anything was changed do not open', () => {
  const sealed = JSON.parse(sealSecrets(secrets, passphrase, randomness)) as Record<string, string>;
  for (const part of ['salt', 'iv', 'tag', 'sealed']) {
    const bytes = Buffer.from(sealed[part] ?? '', 'base64');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    const changed = JSON.stringify({ ...sealed, [part]: bytes.toString('base64') });
    assert.throws(() => openSecrets(changed, passphrase), { code: 'permission-denied' }, part);
    const { [part]: _, ...without } = sealed;
    assert.throws(() => openSecrets(JSON.stringify(without), passphrase), { code: 'permission-denied' });
  }
  assert.throws(() => openSecrets('{', passphrase), { code: 'permission-denied' });
});
