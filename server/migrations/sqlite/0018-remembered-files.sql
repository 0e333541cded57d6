-- What was found in files, for those that come again.
CREATE TABLE remembered_files (
  hint TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  rule_set TEXT NOT NULL,
  found TEXT NOT NULL,
  remembered_at INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX remembered_files_until ON remembered_files (until);
