import type { Report, ReportPut, ReportStore } from '../../core/pipeline/index.ts';
import { mapRecords } from './kept-records.ts';
import type { MemoryAppliers } from './memory-engine.ts';

export class MemoryReportStore implements ReportStore {
  readonly #reports = new Map<string, Report>();
  readonly kept = mapRecords(this.#reports, ({ versionId }) => versionId);

  readonly appliers: MemoryAppliers<ReportPut> = {
    'report.put': ({ report }) => {
      const before = this.#reports.get(report.versionId);
      this.#reports.set(report.versionId, report);
      return () =>
        before === undefined
          ? this.#reports.delete(report.versionId)
          : this.#reports.set(report.versionId, before);
    },
  };

  async find(versionId: string): Promise<Report | null> {
    return this.#reports.get(versionId) ?? null;
  }
}
