// Writes the documents that are drawn from the code: `npm run docs`. With --check, writes nothing and fails with
// the names of those that are not fresh.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import serverPackage from '../server/package.json' with { type: 'json' };
import { routes } from '../server/src/http/app.ts';
import { openapiDocument } from '../server/src/http/openapi.ts';
import { checksPage } from './checks-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorPages } from './error-pages.ts';
import { featuresPage } from './features-page.ts';
import { operationsPage } from './operations-page.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Path from the root of the repository → text. */
export async function generatedDocuments(): Promise<ReadonlyMap<string, string>> {
  const openapi = await openapiDocument(routes, serverPackage.version);
  return new Map([
    ['docs/checks.md', checksPage()],
    ['docs/configuration.md', configurationPage()],
    ['docs/features.md', featuresPage()],
    ['docs/operations.md', operationsPage()],
    ['docs/openapi.snapshot.json', `${JSON.stringify(openapi, null, 2)}\n`],
    ...[...errorPages()].map(([file, text]) => [`docs/errors/${file}`, text] as const),
  ]);
}

/** A folder that holds nothing else. */
const generatedFolder = 'docs/errors/';

/** Documents whose file has another text or is not there, and files that are no document any more. */
export function staleDocuments(documents: ReadonlyMap<string, string>, folder = root): string[] {
  const changed = [...documents.keys()].filter((path) => textOf(folder + path) !== documents.get(path));
  const files = globSync(`${generatedFolder}*`, { cwd: folder });
  return [...changed, ...files.filter((path) => !documents.has(path))];
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
      const text = documents.get(path);
      if (text === undefined) {
        rmSync(root + path);
      } else {
        mkdirSync(dirname(root + path), { recursive: true });
        writeFileSync(root + path, text);
      }
    }
    console.log(stale.length === 0 ? 'Everything is fresh.' : `Brought up to date:\n  ${stale.join('\n  ')}`);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
