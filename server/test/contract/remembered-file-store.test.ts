import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RememberedFile } from '../../src/core/checks/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someDigest, someRememberedFile } from '../support/samples.ts';

const noon = new Date('2026-01-31T12:00:00Z');
const later = new Date('2026-01-31T13:00:00Z');
const [one, other] = [someDigest('one'), someDigest('other')];

describeOnEveryEngine('RememberedFileStore', (engine) => {
  const find = async (hints: readonly string[], ruleSet = 'rules', at = noon) => {
    const found = await engine().rememberedFiles.find(hints, { ruleSet, at });
    return [...found].sort((a, b) => (a.hint < b.hint ? -1 : 1));
  };
  const put = (...files: RememberedFile[]) => engine().rememberedFiles.put(files);

  test('what was found in a file is remembered as it was, and nothing of others is told', async () => {
    const findings = [
      {
        rule: 'pickle.dangerous-global',
        severity: 'blocks',
        path: 'a b.pkl!/x',
        offset: 7,
        explanation: '’🦊',
      },
    ] as const;
    const part = { kept: findings, counts: { 'pickle.dangerous-global': 21 } };
    const ledger = {
      check: 'formats' as const,
      findings: part,
      bytesInAll: 9,
      bytesMissed: 0,
      gaps: [],
      rules: ['YARA 1'],
    };
    const found = { ledgers: [ledger], findings: part, expandedBytes: 2 ** 40, entries: 3 } as const;
    const file = someRememberedFile({ hint: one, found });
    await put(file, someRememberedFile({ hint: other }));
    assert.deepEqual(await find([one, one, someDigest('unknown')]), [file]);
    assert.deepEqual(await find([]), []);
  });

  test('what was found by other rules is not told', async () => {
    await put(someRememberedFile({ hint: one, ruleSet: 'others' }));
    assert.deepEqual(await find([one]), []);
  });

  test('a file takes the place of what was remembered for its hint', async () => {
    const before = someRememberedFile({ hint: one, ruleSet: 'before' });
    const after = someRememberedFile({ hint: one, digest: someDigest('after') });
    await put(before);
    await put(someRememberedFile({ hint: one, digest: someDigest('between') }), after);
    assert.deepEqual(await find([one]), [after]);
    assert.deepEqual(await find([one], 'before'), []);
  });

  test('nothing is told from its end on, and forgetting leaves what has not ended', async () => {
    const short = someRememberedFile({ hint: one, until: later });
    const long = someRememberedFile({ hint: other, until: new Date(later.getTime() + 1) });
    await put(short, long);
    assert.deepEqual((await find([one, other])).length, 2);
    assert.deepEqual(await find([one, other], 'rules', later), [long]);
    await engine().rememberedFiles.forget(later);
    assert.deepEqual(await find([one, other], 'rules', later), [long]);
  });

  test('a thousand files are put and found at once', async () => {
    const files = Array.from({ length: 1_001 }, (_, i) =>
      someRememberedFile({ hint: someDigest(`file ${i}`) }),
    );
    await put(...files);
    const found = await find(files.map(({ hint }) => hint));
    assert.deepEqual(
      found,
      files.sort((a, b) => (a.hint < b.hint ? -1 : 1)),
    );
  });

  test('several who put the same files at once all succeed', async () => {
    const files = Array.from({ length: 200 }, (_, i) =>
      someRememberedFile({ hint: someDigest(`file ${i}`) }),
    );
    await Promise.all([put(...files), put(...files.toReversed()), put(...files)]);
    assert.equal((await find(files.map(({ hint }) => hint))).length, files.length);
  });
});
