import type { Verdict } from '../../core/checks/index.ts';
import type { Report, ReportPut, ReportStore } from '../../core/pipeline/index.ts';
import type { ChangeAppliers } from './change-appliers.ts';
import type { SqlDatabase } from './sql-database.ts';

interface ReportRow {
  version_id: string;
  digest: string;
  verdict: string;
  /** JSON. */
  results: string;
  decided_at: number;
}

export interface ReportTables {
  reports: ReportRow;
}

export const reportChanges: ChangeAppliers<ReportPut> = {
  'report.put': (write, { report }) => {
    const row = reportRowOf(report);
    return write
      .insertInto('reports')
      .values(row)
      .onConflict((conflict) => conflict.column('version_id').doUpdateSet(row))
      .execute();
  },
};

export class SqlReportStore implements ReportStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async find(versionId: string): Promise<Report | null> {
    const row = await this.#database.read
      .selectFrom('reports')
      .selectAll()
      .where('version_id', '=', versionId)
      .executeTakeFirst();
    return row === undefined ? null : reportOf(row);
  }
}

export function reportRowOf(report: Report): ReportRow {
  return {
    version_id: report.versionId,
    digest: report.digest,
    verdict: report.verdict,
    results: JSON.stringify(report.results),
    decided_at: report.decidedAt.getTime(),
  };
}

export function reportOf(row: ReportRow): Report {
  return {
    versionId: row.version_id,
    digest: row.digest,
    verdict: row.verdict as Verdict,
    results: JSON.parse(row.results),
    decidedAt: new Date(row.decided_at),
  };
}
