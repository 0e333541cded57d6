// Scripts that try to get out, or to take more than they may, with all layers in force. Each goes through the whole sandbox.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { endlessScripts, greedyScripts } from './exhausting-scripts.ts';
import { javascriptAttacks } from './javascript-attacks.ts';
import { pythonAttacks } from './python-attacks.ts';
import { AttackRange, noSandbox } from './range.ts';

const attacks = [...pythonAttacks, ...javascriptAttacks, ...greedyScripts, ...endlessScripts];

describe('a script', { concurrency: 2, skip: noSandbox }, () => {
  let range: AttackRange;
  const descriptors = openDescriptors();
  before(async () => {
    range = await AttackRange.open();
    assert.deepEqual((await range.sandbox.prepare()).problems, []);
  });

  for (const attack of attacks) {
    test(`in ${attack.language} cannot ${attack.tries}`, async () => {
      await range.withstands(attack);
    });
  }

  after(async () => {
    const { running, waiting } = await range.sandbox.health();
    assert.deepEqual({ running, waiting }, { running: 0, waiting: 0 });
    await range[Symbol.asyncDispose]();
    assert.deepEqual(await childProcesses(), [], 'a process is left');
    assert.deepEqual(openDescriptors(), descriptors, 'a descriptor is left');
  });
});

/** What is open beyond what this process had before; those of the event loop itself come and go. */
function openDescriptors(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return /^(socket|pipe):/.test(target) ? [target] : [];
    } catch {
      return [];
    }
  });
}

async function childProcesses(): Promise<string[]> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children.split(' ').filter((id) => id !== '');
}
