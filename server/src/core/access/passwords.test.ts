import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomness } from '../../../test/support/samples.ts';
import { oneTimePassword, Passwords } from './passwords.ts';

const cheap = { memoryKiB: 64, passes: 1, lanes: 1 };

test('a hash carries OWASP’s parameters and a salt of its own', async () => {
  const passwords = new Passwords(randomness);
  const [one, other] = [await passwords.hash('fjord7Quilt!'), await passwords.hash('fjord7Quilt!')];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one, other);
  assert.equal(passwords.isStale(one), false);
});

test('only the password of a hash is right, and none without a hash', async () => {
  const passwords = new Passwords(randomness, cheap);
  const phc = await passwords.hash('fjord7Quilt!');
  assert.equal(await passwords.verify('fjord7Quilt!', phc), true);
  assert.equal(await passwords.verify('fjord7quilt!', phc), false);
  assert.equal(await passwords.verify('', phc), false);
  assert.equal(await passwords.verify('fjord7Quilt!', null), false);
});

test('the same characters in another encoding are the same password', async () => {
  const passwords = new Passwords(randomness, cheap);
  const phc = await passwords.hash('schneegl\u00f6ckchen');
  assert.equal(await passwords.verify('schneeglo\u0308ckchen', phc), true);
});

test('a hash of other parameters still verifies, and is stale', async () => {
  const phc = await new Passwords(randomness, cheap).hash('fjord7Quilt!');
  const dearer = new Passwords(randomness, { ...cheap, passes: 2 });
  assert.equal(await dearer.verify('fjord7Quilt!', phc), true);
  assert.equal(dearer.isStale(phc), true);
});

test('an unknown user costs as much as a wrong password', async () => {
  const passwords = new Passwords(randomness, { memoryKiB: 8_192, passes: 2, lanes: 1 });
  const phc = await passwords.hash('fjord7Quilt!');
  const durations = { known: [] as number[], unknown: [] as number[] };
  for (let i = 0; i < 15; i += 1) {
    for (const kind of ['known', 'unknown'] as const) {
      const started = performance.now();
      await passwords.verify('wrong', kind === 'known' ? phc : null);
      durations[kind].push(performance.now() - started);
    }
  }
  const fastest = (kind: 'known' | 'unknown') => Math.min(...durations[kind]);
  const ratio = fastest('known') / fastest('unknown');
  assert.ok(ratio > 0.5 && ratio < 2, `ratio ${ratio}`);
});

test('when too many wait the next is told to come back, and the others are served', async () => {
  const passwords = new Passwords(randomness, cheap);
  const phc = await passwords.hash('fjord7Quilt!');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 120 }, () => passwords.verify('fjord7Quilt!', phc)),
  );
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.deepEqual(new Set(refused.map((outcome) => outcome.reason.code)), new Set(['unavailable']));
  assert.equal(refused.length, 120 - 102);
  assert.equal(await passwords.verify('fjord7Quilt!', phc), true);
});

test('a one-time password has four groups of five characters that cannot be mistaken', () => {
  assert.match(oneTimePassword(randomness), /^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
});
