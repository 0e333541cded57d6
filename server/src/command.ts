// What a command of the one program looks like, and how its arguments are read.
import { parseArgs } from 'node:util';
import type { Config } from './config/index.ts';

export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help: `<list>`; empty for a boolean. */
  readonly value: string;
  readonly meaning: string;
  readonly required?: boolean;
}

export interface Given {
  /** By the names of the command's arguments; all there. */
  readonly arguments: Readonly<Record<string, string>>;
  /** By the names of the command's options, those that were given. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export type Print = (line: string) => void;

export interface Command {
  /** One word or two: `serve`, `user add`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** True: it needs no configuration, and works where there is none, or none that can be read. */
  readonly offline?: boolean;
  /** Resolves when it is done, or, for a role that goes on, when it has started. */
  readonly run: (config: Config, given: Given, print: Print) => Promise<void>;
}

/** What was to be verified was changed; the message says what and where. */
export class NotIntact extends Error {
  override readonly name = 'NotIntact';
}

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command that `args` begin with, and what is left of them. Undefined when there is none. */
export function findCommand(
  commands: readonly Command[],
  args: readonly string[],
): { command: Command; rest: string[] } | undefined {
  for (const words of [2, 1]) {
    const command = commands.find(({ name }) => name === args.slice(0, words).join(' '));
    if (command !== undefined) return { command, rest: args.slice(words) };
  }
  return undefined;
}

/** The arguments and options in `rest`. Throws a `UsageError` that names what is missing, unknown or too much. */
export function readGiven(command: Command, rest: readonly string[]): Given {
  const { values, positionals } = parsed(command, rest);
  const missing = command.arguments[positionals.length];
  if (missing !== undefined) throw new UsageError(`assay ${command.name} needs <${missing}>.`);
  const surplus = positionals[command.arguments.length];
  if (surplus !== undefined) {
    throw new UsageError(`assay ${command.name} does not take ${JSON.stringify(surplus)}.`);
  }
  for (const [name, { required, value }] of Object.entries(command.options)) {
    if (required && values[name] === undefined) {
      throw new UsageError(`assay ${command.name} needs --${name} ${value}.`);
    }
  }
  const named = command.arguments.map((name, index) => [name, positionals[index] ?? '']);
  return { arguments: Object.fromEntries(named), options: values };
}

function parsed(command: Command, rest: readonly string[]) {
  const options = Object.entries(command.options).map(([name, { type }]) => [name, { type }] as const);
  try {
    return parseArgs({ args: [...rest], allowPositionals: true, options: Object.fromEntries(options) });
  } catch (error) {
    // node:util explains at length how to pass a value that looks like an option; the first sentence is the reason.
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new UsageError(`assay ${command.name}: ${reason.replace(/\.?$/, '.')}`);
  }
}

export function helpOf(command: Command): string {
  const args = command.arguments.map((name) => ` <${name}>`).join('');
  const options = Object.entries(command.options);
  const shown = options.map(([name, { value, meaning }]) => [`--${name} ${value}`.trim(), meaning] as const);
  return [
    `Usage: assay ${command.name}${args}${options.length > 0 ? ' [options]' : ''}`,
    '',
    command.summary,
    ...(shown.length > 0 ? ['', ...columns(shown)] : []),
  ].join('\n');
}

export function helpOfAll(commands: readonly Command[]): string {
  const shown = commands.map((command) => {
    const args = command.arguments.map((name) => ` <${name}>`).join('');
    return [`${command.name}${args}`, command.summary] as const;
  });
  return [
    'Usage: assay <command> [options]',
    '',
    ...columns(shown),
    '',
    'assay <command> --help tells the options of one. Everything is configured by environment variables',
    '(docs/configuration.md). Exit codes: 0 done, 1 failed, 2 not understood or badly configured, 3 what was to be',
    'verified was changed.',
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 3;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
