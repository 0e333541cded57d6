import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readySnapshot } from './adapters/sandbox/python-snapshot.ts';
import { commands, run } from './command-line.ts';

async function ran(args: string[], environment: Record<string, string> = {}) {
  const [printed, complained]: [string[], string[]] = [[], []];
  const code = await run(args, environment, {
    log: (line: string) => printed.push(line),
    error: (line: string) => complained.push(line),
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

describe('the command line', () => {
  test('prints the configuration in force', async () => {
    const { code, printed } = await ran(['config'], { ASSAY_PORT: '9999' });
    assert.equal(code, 0);
    assert.match(printed, /^ASSAY_PORT=9999$/m);
  });

  test('answers --help with every command, and for a command with its own', async () => {
    const all = await ran(['--help']);
    assert.equal(all.code, 0);
    for (const { name } of commands) assert.ok(all.printed.includes(`  ${name}`), name);
    const one = await ran(['serve', '--help']);
    assert.match(one.printed, /^Usage: assay serve/);
  });

  test('does not guess: an unknown or missing command is refused with the list of commands', async () => {
    for (const args of [['srve'], []]) {
      const { code, printed, complained } = await ran(args);
      assert.equal(code, 2);
      assert.equal(printed, '');
      assert.match(complained, /Usage: assay/);
    }
  });

  test('names the option that it does not know', async () => {
    const { code, complained } = await ran(['config', '--colour']);
    assert.equal(code, 2);
    assert.equal(complained, "assay config: Unknown option '--colour'.");
  });

  test('rotates no key when it is not clear which', async () => {
    const { code, complained } = await ran(['keys', 'rotate', '--for', 'everything']);
    assert.equal(code, 2);
    assert.equal(complained, 'assay keys rotate --for takes sessions or hallmarks, not "everything".');
  });

  test('names the argument that is too much', async () => {
    const { code, complained } = await ran(['config', 'please']);
    assert.equal(code, 2);
    assert.equal(complained, 'assay config does not take "please".');
  });

  test('prepares the sandbox in a folder, without a configuration that can be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-prepared-'));
    const { code, printed } = await ran(['sandbox', 'prepare', folder], { ASSAY_PORT: 'http' });
    assert.equal(code, 0);
    assert.equal(printed, await readySnapshot(folder));
    await rm(folder, { recursive: true });
  });

  test('tells all problems of the configuration at once, and does nothing', async () => {
    const { code, printed, complained } = await ran(['config'], { ASSAY_PORT: 'http', ASSAY_PROT: '1' });
    assert.equal(code, 2);
    assert.equal(printed, '');
    assert.match(complained, /ASSAY_PORT must be a whole number from 0 to 65535, but is "http"/);
    assert.match(complained, /ASSAY_PROT is not known/);
  });
});

describe('the commands about users', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-commands-'));
  });
  after(() => rm(folder, { recursive: true }));
  const assay = (...args: string[]) => ran(args, { ASSAY_DATA: folder });

  test('add, list and change users, whose one-time password is told once', async () => {
    const added = await assay('user', 'add', 'ada', '--permissions', 'upload,search');
    assert.equal(added.code, 0, added.complained);
    assert.match(added.printed, /^ada may upload, search\.\nOne-time password.*: (\w{5}-){3}\w{5}$/);
    assert.match((await assay('user', 'list')).printed, /^ada +upload,search .*one-time password/);
    const changed = await assay('user', 'set-permissions', 'ada', '--permissions', 'admin');
    assert.equal(changed.printed, 'ada may admin.');
    assert.match((await assay('user', 'reset-password', 'ada')).printed, /^One-time password of ada/);
  });

  test('refuse with 1 and the reason what cannot be done', async () => {
    await assay('user', 'add', 'boss', '--permissions', 'admin');
    const refusals: readonly (readonly [string[], RegExp])[] = [
      [['user', 'add', 'BOSS'], /^The user name "BOSS" is taken/],
      [['user', 'add', 'carol', '--permissions', 'fly'], /^"fly" is not a permission/],
      [['user', 'reset-password', 'nobody'], /^There is no user "nobody"\.$/],
      [['user', 'delete', 'nobody'], /^There is no user "nobody"\.$/],
    ];
    for (const [args, why] of refusals) {
      const { code, complained } = await assay(...args);
      assert.equal(code, 1);
      assert.match(complained, why);
    }
  });

  test('a needed option is asked for', async () => {
    const { code, complained } = await assay('user', 'set-permissions', 'ada');
    assert.equal(code, 2);
    assert.equal(complained, 'assay user set-permissions needs --permissions <list>.');
  });

  test('a deleted user is not listed any more, and the name stays taken', async () => {
    await assay('user', 'add', 'dora');
    assert.equal((await assay('user', 'delete', 'dora')).code, 0);
    assert.doesNotMatch((await assay('user', 'list')).printed, /dora/);
    assert.equal((await assay('user', 'add', 'dora')).code, 1);
  });

  test('the keys of sessions are rotated', async () => {
    assert.match((await assay('keys', 'rotate')).printed, /^New sessions are signed with the key/);
  });
});
