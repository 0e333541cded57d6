// `assay backup`, `restore`, `drill` and `fail-over`: what it takes to have a registry again that was lost.
import { readFile } from 'node:fs/promises';
import { type Command, type CommandOption, type Given, UsageError } from './command.ts';
import { argument, isGiven, option, wholeNumber } from './given.ts';

const secretsKey: CommandOption = {
  type: 'string',
  value: '<file>',
  meaning:
    'A file with at least 16 characters, kept elsewhere, that the secrets are sealed with. Without it they are left out.',
};
const parallel: CommandOption = {
  type: 'string',
  value: '<number>',
  meaning: 'Objects of content that are copied at the same time; 4 unless given.',
};
const until: CommandOption = {
  type: 'string',
  value: '<time>',
  meaning:
    'Takes the newest backup of this time or before (2026-01-31T12:00:00Z); the newest of all unless given.',
};

export const recoveryCommands: readonly Command[] = [
  {
    name: 'backup',
    summary: 'Takes a backup of the whole registry into a folder, while it serves.',
    arguments: ['folder'],
    options: {
      keep: {
        type: 'string',
        value: '<number>',
        meaning: 'Older backups beyond so many are removed; all stay unless given.',
      },
      'secrets-key': secretsKey,
      'pause-limit': {
        type: 'string',
        value: '<seconds>',
        meaning: 'On DynamoDB: how long the registry may be read-only at the end; 120 unless given.',
      },
      parallel,
    },
    run: async (config, given, print) =>
      (await import('./backup.ts')).backUp(
        config,
        {
          folder: argument(given, 'folder'),
          keep: wholeNumber(given, 'keep', { absent: null, from: 1, to: 100_000 }),
          passphrase: await passphraseIn(given),
          pauseLimitMs: 1000 * wholeNumber(given, 'pause-limit', { absent: 120, from: 10, to: 3_600 }),
          parallel: parallelIn(given),
        },
        print,
      ),
  },
  {
    name: 'restore',
    summary: 'Restores a backup into empty engines.',
    arguments: ['folder'],
    options: {
      to: {
        type: 'string',
        value: '<data folder>',
        meaning: 'Instead of the engines of the configuration, an embedded registry in this folder.',
      },
      until,
      'secrets-key': secretsKey,
      'despite-damage': {
        type: 'boolean',
        value: '',
        meaning: 'Lets the registry be used although something of it is damaged or missing.',
      },
      parallel,
    },
    run: async (config, given, print) =>
      (await import('./restore.ts')).restore(
        config,
        {
          folder: argument(given, 'folder'),
          to: option(given, 'to') ?? null,
          until: moment(given, 'until'),
          passphrase: await passphraseIn(given),
          despiteDamage: isGiven(given, 'despite-damage'),
          parallel: parallelIn(given),
        },
        print,
      ),
  },
  {
    name: 'drill',
    summary:
      'Restores the newest backup into a scratch place, looks at all of it, and tells how long that took.',
    arguments: ['folder'],
    options: {
      'secrets-key': secretsKey,
      sample: {
        type: 'string',
        value: '<percent>',
        meaning: 'Looks at so much of the content only; 100 unless given.',
      },
      rto: { type: 'string', value: '<seconds>', meaning: 'Fails when restoring takes longer.' },
      rpo: { type: 'string', value: '<seconds>', meaning: 'Fails when the newest backup is older.' },
      json: { type: 'boolean', value: '', meaning: 'Prints one JSON object instead of lines for people.' },
      parallel,
    },
    run: async (_config, given, print) =>
      (await import('./drill.ts')).drill(
        {
          folder: argument(given, 'folder'),
          passphrase: await passphraseIn(given),
          samplePercent: wholeNumber(given, 'sample', { absent: 100, from: 1, to: 100 }),
          rtoLimitSeconds: wholeNumber(given, 'rto', { absent: null, from: 1, to: 10_000_000 }),
          rpoLimitSeconds: wholeNumber(given, 'rpo', { absent: null, from: 1, to: 10_000_000 }),
          json: isGiven(given, 'json'),
          parallel: parallelIn(given),
        },
        print,
      ),
  },
  {
    name: 'fail-over',
    summary: 'On AWS: a registry that is set up in two regions runs in the other one from now on; and back.',
    arguments: ['cluster'],
    options: {
      from: { type: 'string', value: '<region>', meaning: 'The region that it runs in; stopped first.' },
      'from-is-lost': {
        type: 'boolean',
        value: '',
        meaning: 'Instead of --from: the region does not answer, and you know that nothing runs there.',
      },
      to: { type: 'string', value: '<region>', meaning: 'The region that takes over.', required: true },
      least: {
        type: 'string',
        value: '<number>',
        meaning: 'Tasks of each service at least; 2 unless given.',
      },
      most: { type: 'string', value: '<number>', meaning: 'Tasks of each service at most; 10 unless given.' },
      wait: {
        type: 'string',
        value: '<seconds>',
        meaning: 'How long tasks may take to end, and to start; 900 unless given.',
      },
    },
    run: async (config, given, print) => {
      const from = option(given, 'from') ?? null;
      if ((from === null) !== isGiven(given, 'from-is-lost')) {
        throw new UsageError('assay fail-over needs either --from <region> or --from-is-lost.');
      }
      await (await import('./fail-over.ts')).failOverTo(
        config,
        {
          cluster: argument(given, 'cluster'),
          from,
          to: option(given, 'to') ?? '',
          least: wholeNumber(given, 'least', { absent: 2, from: 1, to: 1_000 }),
          most: wholeNumber(given, 'most', { absent: 10, from: 1, to: 1_000 }),
          waitMs: 1000 * wholeNumber(given, 'wait', { absent: 900, from: 1, to: 86_400 }),
        },
        print,
      );
    },
  },
];

function parallelIn(given: Given): number {
  return wholeNumber(given, 'parallel', { absent: 4, from: 1, to: 64 });
}

function moment(given: Given, name: string): Date | null {
  const said = option(given, name);
  if (said === undefined) return null;
  const time = new Date(said);
  if (!Number.isNaN(time.getTime()) && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(said)) return time;
  throw new UsageError(`--${name} must be a time as 2026-01-31T12:00:00Z, but is ${JSON.stringify(said)}.`);
}

async function passphraseIn(given: Given): Promise<string | null> {
  const file = option(given, 'secrets-key');
  if (file === undefined) return null;
  const passphrase = (await readFile(file, 'utf8')).trim();
  if (passphrase.length >= 16) return passphrase;
  throw new UsageError(`${file} must have at least 16 characters.`);
}
