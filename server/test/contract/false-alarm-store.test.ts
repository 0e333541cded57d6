import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FalseAlarm } from '../../src/core/pipeline/index.ts';
import { describeOnEveryEngine } from '../support/engines.ts';
import { someDigest, someFalseAlarm } from '../support/samples.ts';

const [digest, other] = [someDigest('one'), someDigest('other')];

describeOnEveryEngine('FalseAlarmStore', (engine) => {
  const put = async (...alarms: FalseAlarm[]) => {
    for (const alarm of alarms) await engine().commit([{ change: 'false-alarm.put', alarm }]);
  };

  test('marks of a content are listed by rule as they were, and those of no other', async () => {
    const confirmed = someFalseAlarm({
      digest,
      rule: 'pickle.unknown-global',
      reason: "It's ’fine’ 🦊",
      confirmedBy: { userId: 'u3', userName: 'Will' },
    });
    const waiting = someFalseAlarm({ digest, rule: 'malware.known', inForce: false });
    await put(confirmed, waiting, someFalseAlarm({ digest: other }));
    assert.deepEqual(await engine().falseAlarms.list(digest), [waiting, confirmed]);
    assert.deepEqual(await engine().falseAlarms.list(someDigest('unknown')), []);
  });

  test('a later mark of the same rule takes the place of the earlier one', async () => {
    const kept = someFalseAlarm({ digest, rule: 'malware.known' });
    const later = someFalseAlarm({ digest, inForce: false, expiresAt: new Date('2026-02-02T00:00:00Z') });
    await put(kept, someFalseAlarm({ digest }), later);
    assert.deepEqual(await engine().falseAlarms.list(digest), [later, kept]);
  });
});
