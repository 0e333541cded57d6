// Rules of YARA as they lie in files, and what is wrong with them, by file and line.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compile, type YaraX } from '@litko/yara-x';

/** Plain data: read once, so that every thread compiles the same. */
export interface YaraRules {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** They find nothing but text: where none of `longText` bytes is, nobody needs to look. */
  readonly isAboutText: boolean;
}

/** A rule that does not compile, or a folder that cannot be read; `message` is for whoever wrote the rules. */
export class YaraRuleError extends Error {
  override readonly name = 'YaraRuleError';
}

const ruleFile = /\.yara?$/i;
/** Matches of one pattern in one window; what more there are would only take memory. */
const keptMatches = 1_000;

/** Every `.yar` and `.yara` file in the folder, not below it, in the order of their names. */
export function readYaraRules(folder: string, isAboutText = false): YaraRules {
  const files = filesIn(folder).map((name) => ({
    name: join(folder, name),
    text: readFileSync(join(folder, name), 'utf8'),
  }));
  if (files.length === 0) throw new YaraRuleError(`There are no YARA rules (*.yar, *.yara) in ${folder}.`);
  return { files, isAboutText };
}

/** Tells one state of the rules from another. Where they lie does not change what they find. */
export function digestOf(sets: readonly YaraRules[]): string {
  const hash = createHash('sha256');
  for (const { files } of sets) {
    for (const { name, text } of files) hash.update(JSON.stringify([basename(name), text]));
  }
  return hash.digest('hex').slice(0, 12);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => ruleFile.test(name))
      .sort();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new YaraRuleError(`The folder of YARA rules cannot be read: ${why}`);
  }
}

/** All files together, so that rules may refer to those of other files. Throws a `YaraRuleError`. */
export function compileYaraRules({ files }: YaraRules): YaraX {
  try {
    const scanner = compile(files.map(({ text }) => `${text}\n`).join(''), {
      enableIncludes: false,
      relaxedReSyntax: true,
    });
    scanner.setMaxMatchesPerPattern(keptMatches);
    return scanner;
  } catch (cause) {
    throw new YaraRuleError(explain(files, cause instanceof Error ? cause.message : String(cause)));
  }
}

/** The compiler counts lines through all files; a person wants the file, and the line in it. */
function explain(files: YaraRules['files'], message: string): string {
  const [, line, column] = /--> line:(\d+):(\d+)/.exec(message) ?? [];
  const what = /error(?:\[\w+\])?: ([^\n]*)/.exec(message)?.[1] ?? message;
  let before = 0;
  for (const { name, text } of files) {
    const lines = `${text}\n`.split('\n').length - 1;
    if (line !== undefined && Number(line) <= before + lines)
      return `A YARA rule is wrong: ${name}:${Number(line) - before}:${column}: ${what}`;
    before += lines;
  }
  return `A YARA rule is wrong: ${what}`;
}
