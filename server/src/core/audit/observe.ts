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
  /** An entry waits at most this long. */
  readonly waitMs: number;
  /** Appended together at most; as many entries do not wait any longer. */
  readonly batch: number;
  /** Entries kept while the log does not answer; the oldest go first, and their number is told. */
  readonly maximumKept: number;
  /** What went wrong, for the program's log. */
  readonly report: (problem: string, cause?: unknown) => void;
}

/** A failed append is tried again with the next one: an entry has its id, so it is never there twice. */
export function observingAudit(
  { audit }: { audit: Pick<AuditLog, 'append'> },
  { waitMs, batch, maximumKept, report }: ObservingSettings,
): ObservingAudit {
  let kept: AuditEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let appending: Promise<boolean> | undefined;

  function observe(entry: AuditEntry): void {
    kept.push(entry);
    if (kept.length > maximumKept) dropOldest();
    if (kept.length === batch) void appendBatch();
    else timer ??= setTimeout(() => void appendBatch(), waitMs).unref();
  }

  function dropOldest(): void {
    const dropped = kept.splice(0, batch);
    report(`${dropped.length} observed audit entries were lost, because the audit log does not keep up.`);
  }

  /** One at a time; false when the log did not take the batch. */
  function appendBatch(): Promise<boolean> {
    appending ??= append().then((appended) => {
      appending = undefined;
      if (appended && kept.length >= batch) void appendBatch();
      else if (kept.length > 0) timer ??= setTimeout(() => void appendBatch(), waitMs).unref();
      return appended;
    });
    return appending;
  }

  async function append(): Promise<boolean> {
    clearTimeout(timer);
    timer = undefined;
    const entries = kept.slice(0, batch);
    try {
      await audit.append(entries);
      const appended = new Set(entries);
      kept = kept.filter((entry) => !appended.has(entry));
      return true;
    } catch (cause) {
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
    if (kept.length > 0) report(`${kept.length} observed audit entries were lost while stopping.`);
  }

  return { observe, flush };
}
