import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { randomness, someDigest, somePackage, someVersion } from '../../../test/support/samples.ts';
import { nobody, TestClock } from '../../../test/support/test-registry.ts';
import { MemorySecretStore } from '../../adapters/memory/secret-store.ts';
import { audited } from '../audit/index.ts';
import { type PublicKey, RegistryKeys, verifySignature } from '../signing/index.ts';
import { preAuthenticationEncoding, readEnvelope, signedEnvelope } from './envelope.ts';
import { issueHallmark } from './issue-hallmark.ts';
import { signReceipt } from './sign-receipt.ts';
import { hallmarkPredicate, receiptPredicate, stated, statementOn } from './statement.ts';
import { type VerificationFailure, verifyStatement } from './verify-statement.ts';

const digest = someDigest('tokenizer');
const clock = new TestClock();
const identity = { name: 'assay', url: null };
const [pkg, version] = [somePackage({ name: 'tokenizer' }), someVersion({ label: '1.2.3', digest })];
const checked = {
  verdict: 'passed',
  ruleSet: 'archive 1 (model)',
  checks: [],
  coverage: { complete: true, statement: '100 % of bytes.', ledger: { sha256: someDigest('ledger') } },
} as const;

let signer: RegistryKeys;
let keys: readonly PublicKey[];
let hallmark: string;

before(async () => {
  signer = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
  keys = await signer.publicKeys();
  hallmark = (await issued()).hallmark.envelope;
});

function issued(fields: Partial<Parameters<typeof issueHallmark>[1]> = {}) {
  const decision = { outcome: 'passed' } as const;
  const attested = { package: pkg, version, digest, occasion: 'published', decision, checked } as const;
  return issueHallmark({ clock, randomness, signer, identity }, { ...attested, ...fields });
}

const verify = (text: string, expected = { digest }, known = keys) =>
  verifyStatement({ verifySignature }, text, known, expected);

const refused = (text: string, code: VerificationFailure, expected = { digest }, known = keys) =>
  assert.rejects(verify(text, expected, known), { name: 'VerificationError', code });

/** The envelope with some of its fields changed. */
function changed(change: (envelope: ReturnType<typeof JSON.parse>) => void): string {
  const envelope = JSON.parse(hallmark);
  change(envelope);
  return JSON.stringify(envelope);
}

/** Signed with the registry's key, whatever it says. */
const signed = async (payload: object) => (await signedEnvelope(signer, payload)).text;

test('the bytes that are signed are those of the DSSE specification', () => {
  // The example of the specification's protocol document.
  const payload = Buffer.from('hello world');
  const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', payload);
  assert.equal(Buffer.from(encoded).toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  const multibyte = preAuthenticationEncoding('é', Buffer.from('ü'));
  assert.equal(Buffer.from(multibyte).toString(), 'DSSEv1 2 é 2 ü', 'lengths are of bytes');
});

describe('a hallmark', () => {
  test('verifies, says what it is about, and may be laid out over lines', async () => {
    const { statement, key } = await verify(hallmark);
    assert.equal(statement.subject[0].name, 'pkg:assay/model/tokenizer@1.2.3');
    assert.equal(key.keyId, keys[0]?.keyId);
    await verify(`${JSON.stringify(JSON.parse(hallmark), null, 2)}\r\n`);
  });

  test('is refused when any bit of it is changed', async () => {
    const bytes = Buffer.from(hallmark);
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const tampered = Buffer.from(bytes);
        tampered[at] = (tampered[at] ?? 0) ^ (1 << bit);
        await assert.rejects(
          verify(tampered.toString()),
          { name: 'VerificationError' },
          `bit ${bit} of byte ${at}`,
        );
      }
    }
  });

  test('is refused when anything is cut off or put in', async () => {
    for (let at = 0; at < hallmark.length; at += 7) {
      await assert.rejects(verify(hallmark.slice(0, at)), { name: 'VerificationError' }, `cut at ${at}`);
      const more = `${hallmark.slice(0, at)}A${hallmark.slice(at)}`;
      await assert.rejects(verify(more), { name: 'VerificationError' }, `more at ${at}`);
    }
  });

  test('is refused for another file, another registry, and with keys that it was not made with', async () => {
    await refused(hallmark, 'other-file', { digest: someDigest('another') });
    const expected = { digest, registryName: 'another' };
    await refused(hallmark, 'other-registry', expected);
    await verify(hallmark, { digest, registryName: 'assay' } as typeof expected);
    await refused(hallmark, 'unknown-key', { digest }, []);
    const other = await RegistryKeys.open({ clock, randomness, secrets: new MemorySecretStore() });
    const others = await other.publicKeys();
    await refused(hallmark, 'unknown-key', { digest }, others);
    // Even when a set of keys gives another key the id of the one that is wanted.
    const posing = others.map((key) => ({ ...key, keyId: keys[0]?.keyId ?? '' }));
    await refused(hallmark, 'bad-signature', { digest }, posing);
  });

  test('is good when it was made before its key retired, and refused when after', async () => {
    const [key] = keys;
    assert.ok(key);
    const retired = (seconds: number) => [
      { ...key, retiredAt: new Date(clock.now().getTime() + seconds * 1_000) },
    ];
    await verify(hallmark, { digest }, retired(0));
    await refused(hallmark, 'key-retired', { digest }, retired(-1));
  });

  test('stays below its size whatever the checks say, and verifies', async () => {
    // Each is written in six characters.
    const long = '\u0001'.repeat(20_000);
    const check = {
      check: long,
      rules: long,
      verdict: 'passed',
      findings: { blocks: 0, warns: 0, informs: 0 },
      bytesLookedAt: 1,
      bytesInAll: 1,
    } as const;
    const huge = {
      ...checked,
      ruleSet: long,
      checks: Array.from({ length: 500 }, () => check),
      coverage: { ...checked.coverage, statement: long },
    };
    const decision = { outcome: 'released', reason: long.slice(0, 1_000) } as const;
    const { envelope } = (await issued({ checked: huge, decision })).hallmark;
    assert.ok(Buffer.byteLength(envelope) <= 131_072, `${Buffer.byteLength(envelope)} bytes`);
    await verify(envelope);
  });
});

describe('an envelope is refused', () => {
  test('with more than one signature, or none', async () => {
    const more = (envelope: { signatures: object[] }) => envelope.signatures.push(...envelope.signatures);
    await refused(changed(more), 'not-an-envelope');
    await refused(
      changed((envelope) => {
        envelope.signatures = [];
      }),
      'not-an-envelope',
    );
  });

  test('with a name that is there twice, wherever', async () => {
    const { payload } = JSON.parse(hallmark);
    for (const [once, twice] of [
      ['{"payload"', `{"payload":"${payload}","payload"`],
      ['"payloadType"', '"payloadType":"text/plain","payloadType"'],
      ['{"keyid"', '{"keyid":"another","keyid"'],
      ['"signatures"', '"signatures":[],"signatures"'],
    ] as const) {
      const text = hallmark.replace(once, twice);
      assert.notEqual(text, hallmark);
      await refused(text, 'not-an-envelope');
    }
  });

  test('with fields that nobody has signed', async () => {
    await refused(
      changed((envelope) => {
        envelope.note = 'Believe me.';
      }),
      'not-an-envelope',
    );
    await refused(
      changed((envelope) => {
        envelope.signatures[0].cert = 'x';
      }),
      'not-an-envelope',
    );
  });

  test('of another type, or with a signature made for another type', async () => {
    await refused(
      changed((envelope) => {
        envelope.payloadType = 'application/json';
      }),
      'not-an-envelope',
    );
    const { payload = new Uint8Array() } = readEnvelope(hallmark) ?? {};
    for (const bytes of [payload, preAuthenticationEncoding('application/json', payload)]) {
      const { signature } = await signer.sign(bytes);
      const text = changed((envelope) => {
        envelope.signatures[0].sig = Buffer.from(signature).toString('base64');
      });
      await refused(text, 'bad-signature');
    }
  });

  test('that is no envelope at all', async () => {
    for (const text of ['', 'null', '[]', '{}', '"x"', '{"payload":1,"payloadType":"","signatures":[{}]}']) {
      await refused(text, 'not-an-envelope');
    }
  });
});

describe('what is signed is refused', () => {
  const statement = (predicateType: string, fields = {}) =>
    statementOn(pkg, '1.2.3', digest, {
      predicateType,
      predicate: { ...stated(identity, pkg, version, clock.now()), ...fields },
    });

  test('when it is no statement of ours', async () => {
    const good = statement(hallmarkPredicate);
    await verify(await signed(good));
    for (const odd of [
      {},
      [],
      { ...good, _type: 'https://in-toto.io/Statement/v0.1' },
      { ...good, predicateType: 'https://slsa.dev/provenance/v1' },
      { ...good, subject: [] },
      { ...good, subject: [...good.subject, ...good.subject] },
      { ...good, subject: [{ name: 'x', digest: { sha256: digest.toUpperCase() } }] },
      { ...good, subject: [{ name: 'x', digest: { sha512: digest } }] },
      statement(hallmarkPredicate, { issuedAt: 'yesterday' }),
      statement(receiptPredicate, { registry: null }),
    ]) {
      await refused(await signed(odd), 'not-a-statement');
    }
  });

  test('when a name is in it twice', async () => {
    const { payload = new Uint8Array() } = readEnvelope(hallmark) ?? {};
    const text = Buffer.from(payload)
      .toString()
      .replace('"verdict":"passed"', '"verdict":"failed","verdict":"passed"');
    const bytes = Buffer.from(text);
    const type = 'application/vnd.in-toto+json';
    const { keyId, signature } = await signer.sign(preAuthenticationEncoding(type, bytes));
    const signatures = [{ keyid: keyId, sig: Buffer.from(signature).toString('base64') }];
    const envelope = { payload: bytes.toString('base64'), payloadType: type, signatures };
    await refused(JSON.stringify(envelope), 'not-a-statement');
  });
});

test('a receipt verifies, and says who downloaded what, and where that is on record', async () => {
  const { entry } = audited({ clock, randomness }, nobody, 'version.download', {});
  const receipt = await signReceipt(
    { signer, identity },
    { package: pkg, version, digest, reason: 'Published.', policies: ['published'], entry },
  );
  const { statement } = await verify(receipt);
  assert.equal(statement.predicateType, receiptPredicate);
  assert.deepEqual(statement.predicate, {
    registry: identity,
    package: { id: pkg.id, kind: pkg.kind, name: 'tokenizer' },
    version: { id: version.id, label: '1.2.3', sizeBytes: version.sizeBytes },
    issuedAt: clock.now().toISOString(),
    downloader: null,
    decision: { allowed: true, reason: 'Published.', policies: ['published'] },
    auditEntryId: entry.id,
  });
});
