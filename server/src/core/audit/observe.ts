// Entries of reading operations and refusals are not worth a commit each: they are gathered and appended together.
import type { AuditEntry } from './audit-entry.ts';
import type { AuditLog } from './ports.ts';

export interface ObservingAudit {
  /** Takes the entry and returns at once; never throws. */
  observe(entry: AuditEntry): void;
  /** Resolves when everything observed before is appended, or given up. */
  flush(): Promise<void>;
}

export interface ObservingSettings {
  /** An entry waits at most this long, while the log answers. */
  readonly waitMs: number;
  /** While it does not, it is asked less and less often, but at least this often. */
  readonly longestWaitMs: number;
  /** Appended together at most; as many entries do not wait any longer. */
  readonly batch: number;
  /** Entries kept while the log does not answer; the oldest go first, and their number is told. */
  readonly maximumKept: number;
  /** What went wrong, for the program's log. */
  readonly report: (problem: string, cause?: unknown) => void;
  /** Counts what was lost, as it is. */
  readonly lost: (entries: number) => void;
}

/** A failed append is tried again with the next one: an entry has its id, so it is never there twice. */
export function observingAudit(
  { audit }: { audit: Pick<AuditLog, 'append'> },
  { waitMs, longestWaitMs, batch, maximumKept, report, lost }: ObservingSettings,
): ObservingAudit {
  let kept: AuditEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let appending: Promise<boolean> | undefined;
  let failuresInARow = 0;
  /** Lost and not reported yet: a flood of entries makes no flood of reports. */
  let unreported = 0;

  function observe(entry: AuditEntry): void {
    kept.push(entry);
    if (kept.length > maximumKept) dropOldest();
    if (kept.length === batch && failuresInARow === 0) void appendBatch();
    else appendSoon();
  }

  function dropOldest(): void {
    const dropped = kept.splice(0, batch).length;
    unreported += dropped;
    lost(dropped);
  }

  function appendSoon(): void {
    const soonMs = Math.min(waitMs * 2 ** failuresInARow, Math.max(waitMs, longestWaitMs));
    timer ??= setTimeout(() => void appendBatch(), soonMs).unref();
  }

  function reportLosses(): void {
    if (unreported === 0) return;
    report(`${unreported} observed audit entries were lost, because the audit log does not keep up.`);
    unreported = 0;
  }

  /** One at a time; false when the log did not take the batch. */
  function appendBatch(): Promise<boolean> {
    appending ??= append().then((appended) => {
      appending = undefined;
      if (appended && kept.length >= batch) void appendBatch();
      else if (kept.length > 0) appendSoon();
      return appended;
    });
    return appending;
  }

  async function append(): Promise<boolean> {
    clearTimeout(timer);
    timer = undefined;
    reportLosses();
    const entries = kept.slice(0, batch);
    try {
      await audit.append(entries);
      const appended = new Set(entries);
      kept = kept.filter((entry) => !appended.has(entry));
      failuresInARow = 0;
      return true;
    } catch (cause) {
      failuresInARow += 1;
      report(`${entries.length} observed audit entries could not be appended yet.`, cause);
      return false;
    }
  }

  async function flush(): Promise<void> {
    await appending;
    let failures = 0;
    while (kept.length > 0 && failures < 3) failures = (await appendBatch()) ? 0 : failures + 1;
    clearTimeout(timer);
    timer = undefined;
    if (kept.length === 0) return;
    lost(kept.length);
    report(`${kept.length} observed audit entries were lost while stopping.`);
  }

  return { observe, flush };
}
