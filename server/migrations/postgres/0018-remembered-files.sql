-- What was found in files, for those that come again.
CREATE TABLE remembered_files (
  hint TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  rule_set TEXT NOT NULL,
  found TEXT NOT NULL,
  remembered_at BIGINT NOT NULL,
  until BIGINT NOT NULL
);

CREATE INDEX remembered_files_until ON remembered_files (until);
