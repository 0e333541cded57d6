import { DatabaseSync } from 'node:sqlite';
import { type ContentKey, printKey } from '../../core/content/index.ts';
import type { CarriedContent, TransferJournal } from '../../core/transfer/index.ts';

/**
 * A journal in a file, made when there is none. What a crash takes back of it is found out again; whoever loses the
 * file loses time only.
 */
export function openTransferJournal(path: string): TransferJournal & { close(): void } {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(`CREATE TABLE IF NOT EXISTS carried (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    source_revision TEXT NOT NULL,
    target_revision TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`);
  const finding = database.prepare('SELECT * FROM carried WHERE key = ?');
  const remembering = database.prepare('REPLACE INTO carried VALUES (?, ?, ?, ?, ?)');
  return {
    find(key) {
      const row = finding.get(printKey(key));
      if (row === undefined) return null;
      return {
        digest: String(row.digest),
        sizeBytes: Number(row.size_bytes),
        sourceRevision: String(row.source_revision),
        targetRevision: String(row.target_revision),
      };
    },
    remember(key: ContentKey, { digest, sizeBytes, sourceRevision, targetRevision }: CarriedContent) {
      remembering.run(printKey(key), digest, sizeBytes, sourceRevision, targetRevision);
    },
    close: () => database.close(),
  };
}
