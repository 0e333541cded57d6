// What no source may contain or be called, beyond its imports. Each rule is a pattern or a small function over one
// file; Biome's formatting (one indentation, functions closed at the column where they began) is relied on.
import { lineOf, type SourceTree, withoutComments } from './source-tree.ts';

interface ForbiddenPattern {
  readonly pattern: RegExp;
  readonly why: string;
  readonly where: (path: string) => boolean;
}

const isTest = (path: string) => path.endsWith('.test.ts') || path.startsWith('server/test/');
const isServerSource = (path: string) => path.startsWith('server/src/') && !isTest(path);
const isCore = (path: string) => path.startsWith('server/src/core/') && !isTest(path);

const forbidden: readonly ForbiddenPattern[] = [
  {
    pattern: /\bprocess\s*\.\s*env\b|\benv\b.*\bfrom 'node:process'/g,
    why: 'the environment is read in main.ts only',
    where: (path) => isServerSource(path) && path !== 'server/src/main.ts',
  },
  {
    pattern: /\bNODE_ENV\b/g,
    why: 'nothing depends on NODE_ENV',
    where: (path) => !path.startsWith('server/test/architecture'),
  },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)/g,
    why: 'time comes into core through the port Clock',
    where: isCore,
  },
  {
    pattern: /\bMath\.random\b|\brandom(?:UUID|UUIDv7|Bytes|Int|Fill|FillSync)\b|\bgetRandomValues\b/g,
    why: 'chance comes into core through the port Randomness',
    where: isCore,
  },
  {
    pattern: /\bfetch\(|\bconsole\.|\bprocess\./g,
    why: 'core does not touch the world',
    where: isCore,
  },
  {
    pattern:
      /^\s*(?:export )?(?:abstract )?(?:class|interface|type) \w*(?:Impl|Manager|Helper|Base|Utils?)\b/gm,
    why: 'the name says nothing; name what it does',
    where: () => true,
  },
  {
    pattern: /^\s*(?:export )?(?:abstract )?(?:class|interface|type) (?:Base|Abstract)[A-Z]\w*/gm,
    why: 'the name says nothing; name what it does',
    where: () => true,
  },
  {
    pattern: /^\s*(?:export )?(?:interface|type) I[A-Z][a-z]\w*/gm,
    why: 'a port is called by its role, without a prefix',
    where: () => true,
  },
];

const forbiddenNames = new Set(['util', 'utils', 'common', 'helper', 'helpers', 'types', 'misc']);
const maximumFileLines = 400;
const maximumFunctionLines = 60;

export function sourceViolations(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) => [
    ...forbiddenIn(path, text),
    ...nameViolations(path),
    ...lengthViolations(path, text),
  ]);
}

function forbiddenIn(path: string, text: string): string[] {
  const code = withoutComments(text);
  return forbidden
    .filter(({ where }) => where(path))
    .flatMap(({ pattern, why }) =>
      [...code.matchAll(pattern)].map(
        (match) => `${path}:${lineOf(code, match.index)} has ${match[0].trim()}: ${why}`,
      ),
    );
}

function nameViolations(path: string): string[] {
  const names = path.split('/').map((name) => name.replace(/(\.test|\.d)?\.(ts|tsx|mts)$/, ''));
  return [
    ...names
      .filter((name) => forbiddenNames.has(name))
      .map((name) => `${path}: the name ${name} says nothing`),
    ...names
      .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
      .map((name) => `${path}: ${name} is not in kebab-case`),
  ];
}

/** Longer ones say so and why: a file in its first comment, a function in the comment above it. */
function lengthViolations(path: string, text: string): string[] {
  const lines = text.split('\n');
  const violations: string[] = [];
  if (lines.length - 1 > maximumFileLines && !/^(\/\/[^\n]*\n)*\/\/[^\n]*400 lines/.test(text)) {
    violations.push(`${path} has ${lines.length - 1} lines; its first comment must say why over 400 lines`);
  }
  if (isTest(path)) return violations;
  for (const [start] of lines.entries()) {
    const length = functionLength(lines.slice(start));
    const above = lines.slice(Math.max(0, start - 8), start).join('\n');
    if (length > maximumFunctionLines && !above.includes('60 lines')) {
      violations.push(
        `${path}:${start + 1} has a function of ${length} lines; a comment must say why over 60 lines`,
      );
    }
  }
  return violations;
}

/** The number of lines of the function or method that begins with the first of `lines`; 0 when none does. */
function functionLength(lines: readonly string[]): number {
  const begins =
    /^(?<indent>\s*)(?:export )?(?:async )?function\b/.exec(lines[0] ?? '') ??
    /^(?<indent> {2})(?:async |static |get |set |\*)*#?(?!(?:if|for|while|switch|return|await|catch)\b)\w+\(/.exec(
      lines[0] ?? '',
    );
  const indent = begins?.groups?.indent;
  if (indent === undefined) return 0;
  // A signature of several lines ends where a line begins with its closing parenthesis; a call ends there too.
  const signature = lines[0]?.endsWith('(') ? lines.find((line) => line.startsWith(`${indent})`)) : lines[0];
  if (!signature?.endsWith('{') || signature.includes('=>')) return 0;
  return lines.indexOf(`${indent}}`) + 1;
}
