// docs/errors: a page per error code and a list of them, drawn from the catalogue.
import { type ErrorCode, errorCatalogue } from '../server/src/core/errors.ts';
import { statusOfCode } from '../server/src/http/problem.ts';
import { markdownTable } from './markdown-table.ts';

/** File name in docs/errors → text. */
export function errorPages(): Map<string, string> {
  const codes = Object.keys(errorCatalogue).sort() as ErrorCode[];
  return new Map([
    ['README.md', listOf(codes)],
    ...codes.map((code): [string, string] => [`${code}.md`, pageOf(code)]),
  ]);
}

function listOf(codes: readonly ErrorCode[]): string {
  const rows = codes.map((code) => [
    `[\`${code}\`](${code}.md)`,
    String(statusOfCode(code)),
    errorCatalogue[code].title,
  ]);
  return `# Errors

Every error that a caller can get, by its code. A problem document carries the code, a detail that names the value and the limit
or remedy, and the id of the request, by which an administrator finds it in the log.

${markdownTable(['code', 'status', 'title'], rows)}
`;
}

function pageOf(code: ErrorCode): string {
  const { title, remedy } = errorCatalogue[code];
  return `# ${code}

**${title}.** Status ${statusOfCode(code)}.

${remedy}
`;
}
