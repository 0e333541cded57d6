import { DatabaseSync } from 'node:sqlite';
import type { BackedUpObject, ContentList } from '../../core/recovery/index.ts';

/** A list in a file of its own, made when there is none. What was put is in the file when it is closed. */
export function openContentList(path: string, { readOnly }: { readonly readOnly: boolean }): ContentList {
  const database = new DatabaseSync(path, { readOnly });
  if (!readOnly) {
    // One that is not closed belongs to a backup that is not finished, which is thrown away.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE');
    database.exec(`CREATE TABLE IF NOT EXISTS objects (
      area TEXT NOT NULL,
      path TEXT NOT NULL,
      digest TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      revision TEXT,
      PRIMARY KEY (area, path)
    ) STRICT, WITHOUT ROWID`);
    database.exec('CREATE INDEX IF NOT EXISTS objects_by_digest ON objects (digest, size_bytes)');
  }
  const finding = database.prepare('SELECT * FROM objects WHERE area = ? AND path = ?');
  const sizing = database.prepare('SELECT size_bytes FROM objects WHERE digest = ? LIMIT 1');
  const listing = database.prepare(
    'SELECT * FROM objects WHERE area = ? AND path > ? ORDER BY path LIMIT 1000',
  );
  const counting = database.prepare(
    'SELECT count(*) AS objects, coalesce(sum(size_bytes), 0) AS bytes FROM objects',
  );
  const putting = readOnly ? null : database.prepare('REPLACE INTO objects VALUES (?, ?, ?, ?, ?)');
  const close = () => {
    if (database.isOpen) database.close();
  };
  return {
    find({ area, path }) {
      const row = finding.get(area, path);
      return row === undefined ? null : objectOf(row);
    },
    sizeOf(digest) {
      const row = sizing.get(digest);
      return row === undefined ? null : Number(row.size_bytes);
    },
    put({ area, path, digest, sizeBytes, revision }) {
      putting?.run(area, path, digest, sizeBytes, revision);
    },
    *inArea(area) {
      for (let after = ''; ; ) {
        const rows = listing.all(area, after).map(objectOf);
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.path;
      }
    },
    totals() {
      const row = counting.get();
      return { objects: Number(row?.objects), objectBytes: Number(row?.bytes) };
    },
    close,
    [Symbol.dispose]: close,
  };
}

function objectOf(row: Readonly<Record<string, unknown>>): BackedUpObject {
  return {
    area: String(row.area) as BackedUpObject['area'],
    path: String(row.path),
    digest: String(row.digest),
    sizeBytes: Number(row.size_bytes),
    revision: row.revision === null ? null : String(row.revision),
  };
}
