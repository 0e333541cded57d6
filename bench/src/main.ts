// Measures what the registry must reach, each figure beside what it is compared with.
//
//   npm run bench                      every figure
//   npm run bench -- search start      some of them
import { measureArchiveCheck } from './archive-check.ts';
import { measureAuditTree } from './audit-tree.ts';
import { measureChecks } from './checks.ts';
import { measureDownload } from './download.ts';
import { measureEngines } from './engines.ts';
import { measureGate } from './gate.ts';
import { measureKeyedRead } from './keyed-read.ts';
import { measureMemory } from './memory.ts';
import { measurePickle } from './pickle.ts';
import { measureSandbox } from './sandbox.ts';
import { measureSearch } from './search.ts';
import { measureSecondVersion } from './second-version.ts';
import { measureStart } from './start.ts';
import { type Row, tableOf } from './tables.ts';
import { measureUpload } from './upload.ts';

const figures: Readonly<Record<string, () => Promise<Row[]>>> = {
  download: measureDownload,
  upload: measureUpload,
  archive: measureArchiveCheck,
  pickle: measurePickle,
  checks: measureChecks,
  'second-version': measureSecondVersion,
  memory: measureMemory,
  'keyed-read': measureKeyedRead,
  gate: measureGate,
  'audit-tree': measureAuditTree,
  sandbox: measureSandbox,
  search: measureSearch,
  start: measureStart,
  engines: measureEngines,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => figures[name] === undefined);
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(figures).join(', ')}.`);
} else {
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(figures)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.error(`${name} …`);
    try {
      rows.push(...(await measure()));
    } catch (error) {
      // A figure that cannot be measured here must not hide the others.
      console.error(`${name} could not be measured:`, error);
    }
  }
  console.log(`\n${tableOf(rows)}`);
}
