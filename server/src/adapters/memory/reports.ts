import type { Report, ReportPut, ReportStore } from '../../core/pipeline/index.ts';
import type { MemoryAppliers } from './memory-engine.ts';

export class MemoryReportStore implements ReportStore {
  readonly #reports = new Map<string, Report>();

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
