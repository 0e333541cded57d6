// The commands of the one program. Each role's code is loaded when it is asked for, so that all of them start fast.

import { auditCommands } from './audit-commands.ts';
import {
  type Command,
  type CommandOption,
  findCommand,
  type Given,
  helpOf,
  helpOfAll,
  NotIntact,
  type Print,
  readGiven,
  UsageError,
} from './command.ts';
import { ConfigError, printConfig, readConfig } from './config/index.ts';
import { RegistryError, StorageError } from './core/errors.ts';
import { schemaName, worksWith } from './core/schema.ts';
import { argument, option } from './given.ts';
import { migrateEngineOptions } from './migrate-engine-options.ts';
import { recoveryCommands } from './recovery-commands.ts';
import type { CommandPorts } from './wiring/commands.ts';

const permissions: CommandOption = {
  type: 'string',
  value: '<list>',
  meaning: 'Some of upload, search, download, admin, separated by commas.',
};

export const commands: readonly Command[] = [
  {
    name: 'serve',
    summary: 'Runs the API and a worker in one process.',
    arguments: [],
    options: {},
    run: async (config) => (await import('./serve.ts')).serve(config),
  },
  {
    name: 'work',
    summary: 'Runs a worker without the API, beside a server on the same data.',
    arguments: [],
    options: {
      only: {
        type: 'string',
        value: 'validators',
        meaning: 'Runs validators for servers, and nothing else: without records, content or keys.',
      },
    },
    run: async (config, given) => {
      const only = option(given, 'only');
      if (only === undefined) return (await import('./work.ts')).work(config);
      if (only !== 'validators') throw new UsageError('assay work --only takes nothing but `validators`.');
      return (await import('./run-validators.ts')).runValidators(config);
    },
  },
  {
    name: 'migrate',
    summary: "Brings the database to this release's schema, then stops.",
    arguments: [],
    options: {},
    run: async (config, _given, print) => {
      const { done, schema } = await (await import('./wiring/commands.ts')).migrateOnly(config);
      for (const name of done) print(name);
      if (done.length === 0) print('Nothing to do.');
      print(`The schema is ${schemaName(schema.map(({ name }) => name))}: ${worksWith(schema)}.`);
    },
  },
  {
    name: 'migrate-engine',
    summary: 'Copies the whole registry to other engines, while it serves, and cuts it over.',
    arguments: [],
    options: migrateEngineOptions,
    run: async (config, given, print) =>
      (await import('./migrate-engine.ts')).migrateEngine(config, given, print),
  },
  {
    name: 'health',
    summary: 'Asks the server on this machine whether it is well: exits with 0, or with 1 and the reason.',
    arguments: [],
    options: {
      only: { type: 'string', value: 'validators', meaning: 'Asks what runs validators instead.' },
    },
    run: async (config, given, print) => {
      const only = option(given, 'only');
      if (only !== undefined && only !== 'validators') {
        throw new UsageError('assay health --only takes nothing but `validators`.');
      }
      const { checkHealth } = await import('./check-health.ts');
      await checkHealth(config, only ?? 'serve', print);
    },
  },
  {
    name: 'sandbox prepare',
    summary: 'Makes what Python validators start from, for ASSAY_SANDBOX_PREPARED_FOLDER of this release.',
    arguments: ['folder'],
    options: {},
    offline: true,
    run: async (_config, given, print) => {
      const { pythonSnapshot } = await import('./adapters/sandbox/python-snapshot.ts');
      print(await pythonSnapshot(argument(given, 'folder')));
    },
  },
  {
    name: 'config',
    summary: 'Prints the configuration in force, secrets hidden.',
    arguments: [],
    options: {},
    run: async (config, _given, print) => {
      for (const line of printConfig(config)) print(line);
    },
  },
  {
    name: 'user list',
    summary: 'Lists the users and what they may do.',
    arguments: [],
    options: {},
    run: withPorts(async (ports, _given, print) =>
      (await import('./admin/list-users.ts')).listUsers(ports, print),
    ),
  },
  {
    name: 'user add',
    summary: 'Adds a user and prints a one-time password.',
    arguments: ['name'],
    options: { permissions },
    run: withPorts(async (ports, given, print) =>
      (await import('./admin/add-user.ts')).addUser(
        ports,
        { name: argument(given, 'name'), permissions: option(given, 'permissions') },
        print,
      ),
    ),
  },
  {
    name: 'user set-permissions',
    summary: 'Sets all that a user may do.',
    arguments: ['name'],
    options: { permissions: { ...permissions, required: true } },
    run: withPorts(async (ports, given, print) =>
      (await import('./admin/set-permissions.ts')).setPermissions(
        ports,
        { name: argument(given, 'name'), permissions: option(given, 'permissions') ?? '' },
        print,
      ),
    ),
  },
  {
    name: 'user reset-password',
    summary: 'Gives a user a one-time password, which is printed, and ends their sessions.',
    arguments: ['name'],
    options: {},
    run: withPorts(async (ports, given, print) =>
      (await import('./admin/reset-password.ts')).resetPasswordOf(
        ports,
        { name: argument(given, 'name') },
        print,
      ),
    ),
  },
  {
    name: 'user delete',
    summary: 'Deletes a user and revokes their tokens; the name stays taken.',
    arguments: ['name'],
    options: {},
    run: withPorts(async (ports, given, print) =>
      (await import('./admin/delete-user.ts')).deleteUserByName(
        ports,
        { name: argument(given, 'name') },
        print,
      ),
    ),
  },
  {
    name: 'keys list',
    summary: 'Lists the keys that sign sessions, hallmarks, receipts and checkpoints.',
    arguments: [],
    options: {},
    run: withPorts(async (ports, _given, print) =>
      (await import('./admin/list-keys.ts')).listKeys(ports, print),
    ),
  },
  {
    name: 'keys rotate',
    summary: 'Signs with a new key; what the key before has signed stays good (sessions: for a while).',
    arguments: [],
    options: {
      for: { type: 'string', value: '<what>', meaning: 'sessions (when left out) or hallmarks.' },
    },
    run: async (config, given, print) => {
      const purpose = keyPurpose(option(given, 'for') ?? 'sessions');
      await withPorts(async (ports) =>
        (await import('./admin/rotate-keys.ts')).rotateKeys(ports, purpose, print),
      )(config, given, print);
    },
  },
  {
    name: 'verify',
    summary: 'Verifies that a hallmark or receipt is genuine and about the file, without a registry.',
    arguments: ['hallmark', 'file'],
    offline: true,
    options: {
      keys: {
        type: 'string',
        value: '<file or address>',
        meaning: 'The public keys to believe, of https://<registry>/.well-known/assay-keys.json.',
        required: true,
      },
      registry: {
        type: 'string',
        value: '<name>',
        meaning: 'The name of the registry that must have signed.',
      },
    },
    run: async (_config, given, print) => {
      const { verifyFile } = await import('./admin/verify-file.ts');
      const [statementPath, filePath] = [argument(given, 'hallmark'), argument(given, 'file')];
      const keys = option(given, 'keys') ?? '';
      await verifyFile({ statementPath, filePath, keys, registryName: option(given, 'registry') }, print);
    },
  },
  ...recoveryCommands,
  ...auditCommands,
];

/** Opens the records for the time of a command; a server may run on them meanwhile. */
function withPorts(run: (ports: CommandPorts, given: Given, print: Print) => Promise<void>): Command['run'] {
  return async (config, given, print) => {
    const { ports, close } = await (await import('./wiring/commands.ts')).wireCommands(config);
    try {
      await run(ports, given, print);
    } finally {
      await close();
    }
  };
}

/** A value that `readGiven` has made sure of. */
const keyPurposes = ['sessions', 'hallmarks'] as const;

function keyPurpose(given: string): (typeof keyPurposes)[number] {
  const purpose = keyPurposes.find((one) => one === given);
  if (purpose !== undefined) return purpose;
  throw new UsageError(
    `assay keys rotate --for takes ${keyPurposes.join(' or ')}, not ${JSON.stringify(given)}.`,
  );
}

/** Where a command's lines go: results to `log`, complaints to `error`. */
export type Output = Pick<Console, 'log' | 'error'>;

/** Runs the command that the arguments name. Resolves with the exit code. */
export async function run(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: Output = console,
): Promise<number> {
  try {
    return await dispatch(args, environment, output);
  } catch (error) {
    output.error(messageOf(error));
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof NotIntact || (error instanceof Error && error.name === 'VerificationError')) return 3;
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}

async function dispatch(args: readonly string[], environment: NodeJS.ProcessEnv, output: Output) {
  const found = findCommand(commands, args);
  const wantsHelp = args.includes('--help') || args.includes('-h') || args[0] === 'help';
  if (wantsHelp) {
    output.log(found === undefined ? helpOfAll(commands) : helpOf(found.command));
    return 0;
  }
  if (found === undefined) {
    const asked = args.length > 0 ? `There is no command ${JSON.stringify(args.join(' '))}.\n\n` : '';
    throw new UsageError(asked + helpOfAll(commands));
  }
  const given = readGiven(found.command, found.rest);
  const config = readConfig(found.command.offline === true ? {} : environment);
  await found.command.run(config, given, (line) => output.log(line));
  return 0;
}

/** By name, as above: their code is loaded by the commands that throw them. */
const refusals: ReadonlySet<string> = new Set(['VerificationError', 'KeySetError', 'NotWell']);

/** What a person can act on; of what nobody expected, the stack as well. */
function messageOf(error: unknown): string {
  if (error instanceof RegistryError) return error.detail;
  if (!(error instanceof Error)) return String(error);
  // A refusal of the operating system (port in use, folder not writable) says it all in its message.
  const isExpected =
    error instanceof StorageError ||
    error instanceof UsageError ||
    error instanceof NotIntact ||
    error instanceof ConfigError ||
    refusals.has(error.name) ||
    'syscall' in error;
  return isExpected ? error.message : (error.stack ?? error.message);
}
