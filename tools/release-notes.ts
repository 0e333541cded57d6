// `npm run release-notes -- 1.2.0`: what the changelog says about a release, for its page. Fails where the program says
// to be another, or where the changelog has nothing.
import { readFileSync } from 'node:fs';
import serverPackage from '../server/package.json' with { type: 'json' };

/** The text below `## [version] - date`, without the heading; null when there is none or it is empty. */
export function notesOf(changelog: string, version: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  const notes = section?.slice(section.indexOf('\n')).trim();
  return notes === undefined || notes === '' ? null : notes;
}

if (import.meta.main) {
  const [version = ''] = process.argv.slice(2);
  if (version !== serverPackage.version) {
    throw new Error(`the tag is for ${version || 'no version'}, the program says ${serverPackage.version}`);
  }
  const notes = notesOf(readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8'), version);
  if (notes === null) throw new Error(`CHANGELOG.md has nothing about ${version}`);
  console.log(notes);
}
