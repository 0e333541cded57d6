// Entries of reading operations and refusals are not worth a commit each: they are gathered and appended together.
import type { AuditEntry } from './audit-entry.ts';
import type { AuditLog } from './ports.ts';

export interface ObservingAudit {
  /** Takes the entry and returns at once; never throws. */
  observe(entry: AuditEntry): void;
  /**
   * Null while the log keeps up. Otherwise resolves when it has answered once more: whoever is about to do something that
   * is observed waits for it, so that entries are not lost because there are too many.
   */
  behind(): Promise<unknown> | null;
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
  /** With so many entries kept the log is behind. A process that is killed loses no more than these and a batch. */
  readonly behindAt: number;
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
  settings: ObservingSettings,
): ObservingAudit {
  const gathered = new GatheredEntries(audit, settings);
  return {
    observe: (entry) => gathered.add(entry),
    behind: () => gathered.behind(),
    flush: () => gathered.flush(),
  };
}

class GatheredEntries {
  readonly #audit: Pick<AuditLog, 'append'>;
  readonly #settings: ObservingSettings;
  #kept: AuditEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #appending: Promise<boolean> | undefined;
  #failuresInARow = 0;
  /** Lost and not reported yet: a flood of entries makes no flood of reports. */
  #unreported = 0;

  constructor(audit: Pick<AuditLog, 'append'>, settings: ObservingSettings) {
    this.#audit = audit;
    this.#settings = settings;
  }

  add(entry: AuditEntry): void {
    this.#kept.push(entry);
    if (this.#kept.length > this.#settings.maximumKept) this.#dropOldest();
    if (this.#kept.length === this.#settings.batch && this.#failuresInARow === 0) void this.#appendBatch();
    else this.#appendSoon();
  }

  async flush(): Promise<void> {
    await this.#appending;
    let failures = 0;
    while (this.#kept.length > 0 && failures < 3) failures = (await this.#appendBatch()) ? 0 : failures + 1;
    this.#stopTimer();
    if (this.#kept.length === 0) return;
    this.#settings.lost(this.#kept.length);
    this.#settings.report(`${this.#kept.length} observed audit entries were lost while stopping.`);
  }

  /** Of a log that refuses what it is given nobody waits for more than one answer. */
  behind(): Promise<unknown> | null {
    return this.#kept.length < this.#settings.behindAt ? null : (this.#appending ?? null);
  }

  #dropOldest(): void {
    const dropped = this.#kept.splice(0, this.#settings.batch).length;
    this.#unreported += dropped;
    this.#settings.lost(dropped);
  }

  #appendSoon(): void {
    if (this.#timer !== undefined) return;
    const { waitMs, longestWaitMs } = this.#settings;
    const soonMs = Math.min(waitMs * 2 ** this.#failuresInARow, Math.max(waitMs, longestWaitMs));
    this.#timer = setTimeout(() => void this.#appendBatch(), soonMs).unref();
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One at a time; false when the log did not take the batch. */
  #appendBatch(): Promise<boolean> {
    this.#appending ??= this.#append().then((appended) => {
      this.#appending = undefined;
      if (appended && this.#kept.length >= this.#settings.batch) void this.#appendBatch();
      else if (this.#kept.length > 0) this.#appendSoon();
      return appended;
    });
    return this.#appending;
  }

  async #append(): Promise<boolean> {
    this.#stopTimer();
    this.#reportLosses();
    const entries = this.#kept.slice(0, this.#settings.batch);
    try {
      await this.#audit.append(entries);
      const appended = new Set(entries);
      this.#kept = this.#kept.filter((entry) => !appended.has(entry));
      this.#failuresInARow = 0;
      return true;
    } catch (cause) {
      this.#failuresInARow += 1;
      this.#settings.report(`${entries.length} observed audit entries could not be appended yet.`, cause);
      return false;
    }
  }

  #reportLosses(): void {
    if (this.#unreported === 0) return;
    const lost = `${this.#unreported} observed audit entries were lost`;
    this.#settings.report(`${lost}, because the audit log does not keep up.`);
    this.#unreported = 0;
  }
}
