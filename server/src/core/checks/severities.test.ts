import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from './check.ts';
import { policyVersion, readSeverities, withSeverities } from './severities.ts';

const finding = { rule: 'pickle.unknown-global', severity: 'blocks', explanation: '' } as const;
const whole = { bytesLookedAt: 1, bytesInAll: 1 };

test('a rule that the policy lets only warn does not fail a check, and one that it lets block does', () => {
  const { severities, problems } = readSeverities('pickle.unknown-global=warns, install.script = blocks');
  assert.deepEqual(problems, []);
  assert.equal(conclude(withSeverities([finding], severities), whole, null).verdict, 'passed');
  const script = { rule: 'install.script', severity: 'warns', explanation: '' } as const;
  assert.equal(conclude(withSeverities([script], severities), whole, null).verdict, 'failed');
});

test('unknown rules and severities are refused, each by name', () => {
  const { problems } = readSeverities('pickle.no-such=warns,pickle.unknown-global=ignored,toString=warns');
  assert.equal(problems.length, 3);
  assert.match(problems.join(), /pickle\.no-such.*pickle\.unknown-global.*toString/);
});

test('verdicts by another policy are told apart, whatever the order it is written in', () => {
  const version = (text: string) => policyVersion(readSeverities(text).severities);
  assert.equal(version(''), null);
  assert.notEqual(version('install.script=blocks'), version('install.script=informs'));
  assert.equal(
    version('install.script=blocks,keras.lambda=warns'),
    version('keras.lambda=warns,install.script=blocks'),
  );
});
