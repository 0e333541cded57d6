// Attacks that others have written, where the folder of them lies beside the checkout. None needs to fail in a certain
// way: it must reach nothing, and end.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { AttackRange, noSandbox } from './range.ts';

const folder = new URL('../../../../shared/reference/sandbox-attacks/', import.meta.url);
const skip =
  noSandbox || (existsSync(folder) ? false : 'the folder shared/reference/sandbox-attacks is not there');
const scripts = skip === false ? readdirSync(folder) : [];

describe('the attack', { concurrency: 2, skip }, () => {
  let range: AttackRange;
  before(async () => {
    range = await AttackRange.open();
  });
  after(async () => range[Symbol.asyncDispose]());

  for (const name of scripts) {
    test(`${name} reaches nothing`, async () => {
      await range.withstands({
        tries: name,
        language: name.endsWith('.js') ? 'javascript' : 'python',
        source: readFileSync(new URL(name, folder), 'utf8')
          .replaceAll('45999', '{{port}}')
          .replaceAll('/tmp/escaped', '{{marker}}'),
        ends: ['allowed', 'denied', 'crashed', 'timed-out', 'too-much-output'],
      });
    });
  }
});
