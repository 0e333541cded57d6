import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AuditTree, type ExportRange, exportTree } from '../core/audit/index.ts';

/** Writes the audit log, with what it takes to verify it, into a file that is not there yet. */
export async function exportAudit(
  ports: { readonly auditTree: AuditTree },
  { file, ...range }: ExportRange & { readonly file: string },
  print: (line: string) => void,
): Promise<void> {
  const lines = await exportTree(ports, range);
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600, highWaterMark: 1024 * 1024 });
  let written = false;
  output.once('open', () => {
    written = true;
  });
  try {
    await pipeline(Readable.from(lines, { objectMode: false, highWaterMark: 1024 * 1024 }), output);
  } catch (error) {
    // Half an export would only be taken for one that somebody has cut off.
    if (written) await rm(file, { force: true });
    throw error;
  }
  print(`The audit log is in ${file}. assay audit verify ${file} --keys <file> verifies it anywhere.`);
}
