// The source files of the repository as the architecture rules look at them: path → text, and what each imports.
import { globSync, readFileSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path from the root of the repository, `/` between segments → text. A test may make one up. */
export type SourceTree = ReadonlyMap<string, string>;

export interface Import {
  readonly line: number;
  /** What stands in the source: `node:fs`, `kysely`, `../errors.ts`. */
  readonly specifier: string;
  /** Where it leads inside the repository; null for packages and Node's own modules. */
  readonly target: string | null;
}

export const workspaces = ['server', 'client', 'cli', 'web', 'acceptance', 'bench'] as const;

export function readSourceTree(): SourceTree {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const files = globSync(`{${workspaces.join(',')},tools}/**/*.{ts,tsx,mts}`, {
    cwd: root,
    exclude: (path) => path.split(sep).some((part) => part === 'node_modules' || part === 'dist'),
  });
  return new Map(files.sort().map((file) => [file.split(sep).join('/'), readFileSync(root + file, 'utf8')]));
}

/** The text without comments that begin a line, line numbers kept. Comments behind code stay: rather one too many. */
export function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replaceAll(/[^\n]/g, ' ');
  return text.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, blank).replaceAll(/^[ \t]*\/\/.*$/gm, blank);
}

const importForms = [
  // import … from '…', export … from '…', import type … from '…'
  /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(?<specifier>[^'"]+)\1/gm,
  // import '…'
  /^[ \t]*import\s*(['"])(?<specifier>[^'"]+)\1/gm,
  // import('…') as an expression and as a type, require('…'), import.meta.resolve('…')
  /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(['"`])(?<specifier>[^'"`]+)\1/g,
  // new URL('….ts', import.meta.url): the entry of a thread or of a process
  /\bnew\s+URL\(\s*(['"`])(?<specifier>[^'"`]+\.[cm]?[jt]sx?)\1\s*,\s*import\.meta\.url/g,
];

/** Everything the file imports, in whatever form. */
export function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text);
  return importForms.flatMap((form) =>
    [...code.matchAll(form)].map((match) => {
      const specifier = match.groups?.specifier ?? '';
      return { line: lineOf(code, match.index), specifier, target: targetOf(path, specifier) };
    }),
  );
}

/** Lines of `import(…)` whose argument is not a plain text: nobody can tell what they import. */
export function unreadableImports(text: string): number[] {
  const code = withoutComments(text);
  return [...code.matchAll(/\b(?:import|require)\s*\(\s*(?!['"`][^'"`$]+['"`])/g)]
    .filter((match) => !/\b(?:function|async)\s+$/.test(code.slice(0, match.index)))
    .map((match) => lineOf(code, match.index));
}

export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

function targetOf(path: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  const workspace = /^@assay\/(?<name>[^/]+)/.exec(specifier)?.groups?.name;
  return workspace === undefined ? null : `${workspace}/`;
}
