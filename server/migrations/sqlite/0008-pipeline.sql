CREATE TABLE reports (
  version_id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  verdict TEXT NOT NULL,
  -- JSON: the results of the checks.
  results TEXT NOT NULL,
  decided_at INTEGER NOT NULL
) STRICT;

CREATE TABLE version_files (
  version_id TEXT NOT NULL,
  path TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL,
  method TEXT NOT NULL,
  data_offset INTEGER NOT NULL,
  crc32 INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (version_id, path)
) STRICT, WITHOUT ROWID;
