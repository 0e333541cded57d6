import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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

  test('names the argument that is too much', async () => {
    const { code, complained } = await ran(['config', 'please']);
    assert.equal(code, 2);
    assert.equal(complained, 'assay config does not take "please".');
  });

  test('tells all problems of the configuration at once, and does nothing', async () => {
    const { code, printed, complained } = await ran(['config'], { ASSAY_PORT: 'http', ASSAY_PROT: '1' });
    assert.equal(code, 2);
    assert.equal(printed, '');
    assert.match(complained, /ASSAY_PORT must be a whole number from 0 to 65535, but is "http"/);
    assert.match(complained, /ASSAY_PROT is not known/);
  });
});
