// Writes the documents that are drawn from the code: `npm run docs`. With --check, writes nothing and fails with
// the names of those that are not fresh.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { configurationPage } from './configuration-page.ts';
import { operationsPage } from './operations-page.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Path from the root of the repository → text. */
export async function generatedDocuments(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/configuration.md', configurationPage()],
    ['docs/operations.md', operationsPage()],
  ]);
}

/** Of the documents, those whose file has another text, or is not there. */
export function staleDocuments(documents: ReadonlyMap<string, string>, folder = root): string[] {
  return [...documents.keys()].filter((path) => textOf(folder + path) !== documents.get(path));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { check: { type: 'boolean', default: false } } });
  const documents = await generatedDocuments();
  const stale = staleDocuments(documents);
  if (values.check && stale.length > 0) {
    console.error(`Not fresh; run \`npm run docs\` and review what changed:\n  ${stale.join('\n  ')}`);
    process.exitCode = 1;
  } else if (!values.check) {
    for (const path of stale) {
      mkdirSync(dirname(root + path), { recursive: true });
      writeFileSync(root + path, documents.get(path) ?? '');
    }
    console.log(stale.length === 0 ? 'Everything is fresh.' : `Written:\n  ${stale.join('\n  ')}`);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
