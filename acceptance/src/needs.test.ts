import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsProgram } from './needs.ts';

test('a program that is there is found with its path and skips nothing', () => {
  const needed = needsProgram('sh', 'unzip');
  assert.equal(needed.skip, false);
  assert.match(needed.path, /\/sh$/);
});

test('a program that is missing skips with the command that would bring it', () => {
  assert.deepEqual(needsProgram('no-such-program', 'unzip'), {
    skip: 'needs no-such-program: apt-get install unzip',
    path: 'no-such-program',
  });
});

test('a package that continuous integration does not install is refused', () => {
  assert.throws(() => needsProgram('sh', 'no-such-package'), /tools\/debian-packages\.txt/);
});
