// Each kind of secret, and what looks much like it and is none. Nothing here stands as a whole in this file: it is put
// together when the test runs.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { ContentInspection, Ledger, secretsInspection } from '../../src/core/checks/index.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Always the same, and as random as a secret. */
function letters(length: number, of = alphabet, seed = 'a'): string {
  let text = '';
  for (let round = 0; text.length < length; round++) {
    for (const byte of createHash('sha256').update(`${seed}${round}`).digest()) text += of[byte % of.length];
  }
  return text.slice(0, length);
}

function withCheckDigits(prefix: string): string {
  const random = letters(30);
  let value = crc32(random);
  let check = '';
  for (let i = 0; i < 6; i++) {
    check = alphabet[value % 62] + check;
    value = Math.floor(value / 62);
  }
  return prefix + random + check;
}

async function found(content: string | Buffer, path = 'a.txt', pieceBytes = 1 << 20) {
  const bytes = Buffer.from(content);
  const inspection = new ContentInspection([secretsInspection()]);
  const file = inspection.file(path, bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) await file.push(bytes.subarray(at, at + pieceBytes));
  await file.end();
  const ledger = new Ledger('secrets');
  for (const part of inspection.parts()) ledger.absorb(part);
  assert.equal(ledger.incomplete, null);
  return ledger.findings.list();
}

async function rulesIn(content: string | Buffer, path?: string): Promise<string[]> {
  return (await found(content, path)).map(({ rule }) => rule);
}

const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = rsa
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' })
  .toString();
const base64 = letters(3_000, `${alphabet}+/`).replace(/.{64}/g, '$&\n');
const awsId = `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
const awsSecret = letters(40, `${alphabet}+/`);
const mark = (kind: string) => `-----BEGIN ${kind}-----`;

const secrets: Readonly<Record<string, readonly [content: string, rule: string, path?: string]>> = {
  'a key in PKCS #8': [pkcs8, 'secrets.private-key'],
  'a key in PKCS #1': [rsa.export({ type: 'pkcs1', format: 'pem' }).toString(), 'secrets.private-key'],
  'a key in base64': [`client-key-data: ${Buffer.from(pkcs8).toString('base64')}\n`, 'secrets.private-key'],
  'an encrypted key': [encrypted, 'secrets.encrypted-private-key'],
  'an encrypted key of OpenSSL’s own form': [
    `${mark('RSA PRIVATE KEY')}\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,081E2A4D\n\n${base64}`,
    'secrets.encrypted-private-key',
  ],
  'a key of OpenSSH': [`${mark('OPENSSH PRIVATE KEY')}\n${base64}`, 'secrets.private-key'],
  'a key of PGP': [`${mark('PGP PRIVATE KEY BLOCK')}\nVersion: GnuPG v2\n\n${base64}`, 'secrets.private-key'],
  'a key of PuTTY': [
    `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 2\nAAAA\nBBBB\nPrivate-Lines: 1\n${base64}`,
    'secrets.private-key',
  ],
  'a key in a string of a program': [JSON.stringify({ key: pkcs8 }), 'secrets.private-key'],
  'a key of a Google service account': [
    JSON.stringify(
      { type: 'service_account', project_id: 'p', private_key_id: 'i', private_key: pkcs8 },
      null,
      2,
    ),
    'secrets.cloud-key',
  ],
  'a key of AWS': [
    `aws_access_key_id = ${awsId}\naws_secret_access_key = ${awsSecret}\n`,
    'secrets.cloud-key',
  ],
  'the id of a key of AWS': [`id: ${awsId}\n`, 'secrets.possible'],
  'a key of Azure': [`AccountName=a;AccountKey=${letters(86, `${alphabet}+/`)}==;`, 'secrets.cloud-key'],
  'a signature of Azure': [
    `https://a.blob.core.windows.net/c?sv=2022-11-02&sp=r&sig=${letters(43)}%3D`,
    'secrets.cloud-key',
  ],
  'a GitHub token': [withCheckDigits('ghp_'), 'secrets.token'],
  'a GitHub token with wrong check digits': [`ghp_${letters(36, alphabet, 'b')}`, 'secrets.possible'],
  'a fine-grained GitHub token': [`github_pat_${letters(22)}_${letters(59)}`, 'secrets.token'],
  'a GitLab token': [`glpat-${letters(20)}`, 'secrets.token'],
  'an npm token': [`token=${withCheckDigits('npm_')}`, 'secrets.token'],
  'a PyPI token': [`pypi-AgEIcHlwaS5vcmc${letters(120)}`, 'secrets.token'],
  'a Slack token': [
    `xoxb-${letters(11, '0123456789')}-${letters(12, '0123456789', 'b')}-${letters(24)}`,
    'secrets.token',
  ],
  'a Slack web hook': [
    `https://hooks.slack.com/services/T${letters(10)}/B${letters(10)}/${letters(24)}`,
    'secrets.token',
  ],
  'a Stripe key': [`sk_live_${letters(24)}`, 'secrets.token'],
  'a Hugging Face token': [`hf_${letters(34, alphabet.slice(10))}`, 'secrets.token'],
  'an OpenAI key': [`"sk-${letters(20)}T3BlbkFJ${letters(20, alphabet, 'b')}"`, 'secrets.token'],
  'an Anthropic key': [`sk-ant-api03-${letters(93)}AA`, 'secrets.token'],
  'a SendGrid key': [`SG.${letters(22)}.${letters(43)}`, 'secrets.token'],
  'a Telegram token': [`${letters(9, '123456789')}:AA${letters(33)}`, 'secrets.token'],
  'a Twilio key': [`twilio = "SK${letters(32, '0123456789abcdef')}"`, 'secrets.token'],
  'a token in .npmrc': [`//npm.example.org/:_authToken=${letters(36)}\n`, 'secrets.password', '.npmrc'],
  'a password in .netrc': [
    `machine a.org login b password ${letters(12)}\n`,
    'secrets.password',
    'home/.netrc',
  ],
  'a password of a database': [`postgres://app:${letters(16)}@db1.corp.net:5432/x`, 'secrets.possible'],
  'a signed web token': [`eyJ${letters(33)}.eyJ${letters(80)}.${letters(43)}`, 'secrets.possible'],
};

describe('the check of secrets', () => {
  for (const [what, [content, rule, path]] of Object.entries(secrets)) {
    test(`finds ${what}`, async () => {
      assert.deepEqual(await rulesIn(content, path), [rule]);
      const amongBytes = Buffer.concat([
        randomBytes(500),
        Buffer.from([0]),
        Buffer.from(content),
        Buffer.from([0]),
      ]);
      assert.deepEqual(await rulesIn(amongBytes, path), [rule]);
    });
  }

  const harmless: Readonly<Record<string, string>> = {
    'the key of AWS’s documents': `AKIA${'IOSFODNN7EXAMPLE'} and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
    'a token that is made up': `ghp_${'x'.repeat(36)} ghp_${'123456'.repeat(6)} hf_${'a'.repeat(34)}`,
    'a place for a key': `OPENAI_API_KEY=<your-key> //npm.example.org/:_authToken=$\{NPM_TOKEN}`,
    'a program that reads keys': `if (text.startsWith('${mark('RSA PRIVATE KEY')}')) { return parsePrivateKeyOfTheUser(text) }`,
    'the words for keys': `${mark('PRIVATE KEY')}\n...\n-----END PRIVATE KEY-----`,
    'a public key': generateKeyPairSync('ed25519')
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
    'an address without a password':
      'postgres://app@db1.corp.net/x https://a:b@example.org redis://localhost:6379/0',
    'a password on this machine': 'postgres://postgres:mysecretpassword@localhost:5432/test',
    'a part of a longer word': `x${withCheckDigits('ghp_')} ${withCheckDigits('npm_')}z`,
    'a digest': createHash('sha512').update('a').digest('hex'),
    'a long run of base64': letters(200_000, `${alphabet}+/`),
  };
  for (const [what, content] of Object.entries(harmless)) {
    test(`passes ${what}`, async () => assert.deepEqual(await rulesIn(content), []));
  }

  test('says where, once, wherever it lies, in pieces of any size', async () => {
    const token = withCheckDigits('ghp_');
    const mib = 1024 * 1024;
    for (const at of [
      0,
      5_000,
      mib - 9_000,
      mib - 8_192,
      mib - 1_030,
      mib - 20,
      mib,
      mib + 40,
      2 * mib - 41,
    ]) {
      for (const filler of [0, 0x20]) {
        const content = Buffer.alloc(2 * mib, filler);
        content.write(token, at);
        for (const pieceBytes of [4_000, mib]) {
          const offsets = (await found(content, 'a', pieceBytes)).map(({ offset }) => offset);
          assert.deepEqual(offsets, [at], `${at} in pieces of ${pieceBytes}`);
        }
      }
    }
  });

  test('finds a key whose lines lie on both sides of the end of a window', async () => {
    const mib = 1024 * 1024;
    for (const before of [1, 40, 300, 900, 1_100, 2_000]) {
      const content = Buffer.alloc(2 * mib, ' ');
      content.write(pkcs8, mib - before);
      const all = await found(content);
      assert.deepEqual(
        all.map(({ rule, offset }) => [rule, offset]),
        [['secrets.private-key', mib - before]],
      );
    }
  });

  test('shows no secret: four characters, and the length', async () => {
    for (const [content, , path] of Object.values(secrets)) {
      for (const { explanation } of await found(content, path)) {
        const shown = /: (\S*)… \([0-9]+ characters\)/.exec(explanation)?.[1] ?? '';
        assert.ok(shown.length <= 4);
        for (let at = 0; at + 12 <= content.length; at++) {
          const part = content.slice(at, at + 12);
          assert.ok(!explanation.includes(part) || /^[a-z .-]+$/i.test(part), part);
        }
      }
    }
  });
});
