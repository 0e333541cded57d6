// Copies a whole registry from the engines of this configuration to those of another one.
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { type Given, type Print, UsageError } from './command.ts';
import { type Config, ConfigError, readConfig } from './config/index.ts';
import {
  abandonTransfer,
  beginTransfer,
  carryEverything,
  carryLeftovers,
  cutOver,
} from './core/transfer/index.ts';
import { isGiven, option, wholeNumber } from './given.ts';
import { openSide, openTransfer } from './wiring/transfer.ts';

export async function migrateEngine(config: Config, given: Given, print: Print): Promise<void> {
  const steps = ['cut-over', 'leftovers', 'abandon'].filter((step) => isGiven(given, step));
  if (steps.length > 1) throw new UsageError(`assay migrate-engine does one of --${steps.join(', --')}.`);
  if (isGiven(given, 'abandon')) return abandon(config, print);
  const to = option(given, 'to');
  if (to === undefined) throw new UsageError('assay migrate-engine needs --to <file>.');
  const settleMs = 1000 * wholeNumber(given, 'settle', { absent: 15, from: 0, to: 3600 });
  const parallel = wholeNumber(given, 'parallel', { absent: 4, from: 1, to: 64 });
  const journalPath = option(given, 'journal') ?? `${to}.journal`;
  const { opened: ports, close } = await openTransfer(config, await readTarget(to), {
    journalPath,
    parallel,
    tell: print,
  });
  try {
    if (isGiven(given, 'leftovers')) {
      print(`${await carryLeftovers(ports)} entries of the audit were left over and are carried.`);
      return;
    }
    const transfer = await beginTransfer(ports);
    if (!isGiven(given, 'cut-over')) {
      await carryEverything(ports, transfer);
      print('Carried. Repeat this as often as you like; --cut-over ends it.');
      return;
    }
    await cutOver(ports, transfer, { settleMs });
    print(transfer.movesRecords ? movedWords(to) : movedContentWords(to));
  } finally {
    await close();
  }
}

async function abandon(config: Config, print: Print): Promise<void> {
  const { opened, close } = await openSide(config);
  try {
    const wasForbidden = await abandonTransfer(opened);
    print(wasForbidden ? 'The registry may be written again.' : 'Nothing forbids writing the registry.');
  } finally {
    await close();
  }
}

function movedWords(to: string): string {
  return [
    'Both sides are the same, and the source stays read-only. Now:',
    `  1. start the registry with the variables in ${to}, and lead its clients there;`,
    '  2. stop the processes of the source;',
    `  3. assay migrate-engine --to ${to} --leftovers, for the audit of what was read there meanwhile.`,
    'To go back instead, as long as nothing was written to the new place: assay migrate-engine --abandon.',
  ].join('\n');
}

function movedContentWords(to: string): string {
  return [
    'The content is the same on both sides; the records are the same ones, and read-only. Now:',
    `  1. stop all processes, and start them with the variables in ${to};`,
    '  2. assay migrate-engine --abandon, which lets the registry be written again.',
  ].join('\n');
}

async function readTarget(path: string): Promise<Config> {
  try {
    return readConfig(parseEnv(await readFile(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map((problem) => `${path}: ${problem}`));
  }
}
