// Of the table `contents`:
//
//   pk                      sk             what
//   report#<version id>     -              the verdict, and in how many parts the results lie
//   report#<version id>     part#<00 …>    compressed results: an item holds at most 400 KB
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { CheckResult } from '../../core/checks/index.ts';
import { StorageError } from '../../core/errors.ts';
import type { Report, ReportPut, ReportStore } from '../../core/pipeline/index.ts';
import type { ChangePlanners } from './change-planners.ts';
import type { DynamoDatabase } from './database.ts';
import { take } from './ranges.ts';
import { alone, type Key } from './tables.ts';
import { newTag } from './working-items.ts';

export interface HeadRow {
  readonly versionId: string;
  readonly digest: string;
  readonly verdict: Report['verdict'];
  readonly decidedAt: number;
  readonly parts: number;
  /** The same in the head and all parts of one report. */
  readonly report: string;
}

interface PartRow {
  readonly report: string;
  readonly results: Uint8Array;
}

const partBytes = 350_000;

/** A transaction takes 4 MB, of which other changes need some. */
const mostParts = 9;

const reportPartition = (versionId: string) => `report#${versionId}`;
export const headKey = (versionId: string): Key => ({
  table: 'contents',
  pk: reportPartition(versionId),
  sk: alone,
});
export const partKey = (versionId: string, part: number): Key => ({
  ...headKey(versionId),
  sk: `part#${String(part).padStart(2, '0')}`,
});

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export const reportPlanners: ChangePlanners<ReportPut> = {
  'report.put': {
    reads: ({ report }) => [headKey(report.versionId)],
    async plan(items, { report: { results, decidedAt, ...head } }) {
      const compressed = await compress(JSON.stringify(results));
      const parts = Math.ceil(compressed.length / partBytes);
      if (parts > mostParts) {
        const size = `${compressed.length} bytes compressed`;
        throw new StorageError('permanent', `The report of ${head.versionId} is too large: ${size}.`);
      }
      const before = await items.get<HeadRow>(headKey(head.versionId));
      const report = newTag();
      items.put(headKey(head.versionId), {
        ...head,
        decidedAt: decidedAt.getTime(),
        parts,
        report,
      } satisfies HeadRow);
      for (let part = 0; part < parts; part++) {
        const bytes = compressed.subarray(part * partBytes, (part + 1) * partBytes);
        items.put(partKey(head.versionId, part), { report, results: bytes } satisfies PartRow);
      }
      for (let part = parts; part < (before?.parts ?? 0); part++) items.delete(partKey(head.versionId, part));
    },
  },
};

export class DynamoReportStore implements ReportStore {
  readonly #database: DynamoDatabase;

  constructor(database: DynamoDatabase) {
    this.#database = database;
  }

  async find(versionId: string): Promise<Report | null> {
    const patience = this.#database.patience();
    for (;;) {
      const rows = this.#database.query<HeadRow | PartRow>({
        table: 'contents',
        partition: reportPartition(versionId),
      });
      const [head, ...parts] = await take(rows, mostParts + 1);
      if (head === undefined) return null;
      const ofOne = parts.filter(({ report }) => report === head.report) as readonly PartRow[];
      if ('parts' in head && ofOne.length === head.parts) return reportOf(head, ofOne);
      // It was replaced while it was being read.
      if (!(await patience.wait())) {
        throw new StorageError('transient', `DynamoDB: the report of ${versionId} lacks parts`);
      }
    }
  }
}

async function reportOf(
  { versionId, digest, verdict, decidedAt }: HeadRow,
  parts: readonly PartRow[],
): Promise<Report> {
  const text = await decompress(Buffer.concat(parts.map(({ results }) => results)));
  const results = JSON.parse(text.toString()) as readonly CheckResult[];
  return { versionId, digest, verdict, results, decidedAt: new Date(decidedAt) };
}
