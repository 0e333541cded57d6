-- Append-only: the triggers hold for every program that opens the file.
CREATE TABLE audit_entries (
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  operation TEXT NOT NULL,
  user_id TEXT,
  user_name TEXT,
  token_id TEXT,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL,
  package_id TEXT,
  version_id TEXT,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  -- Entries are read from the newest on, often between two moments.
  PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_entries_by_user ON audit_entries (user_id, at, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_entries_by_user_and_operation ON audit_entries (user_id, operation, at, id)
  WHERE user_id IS NOT NULL;
CREATE INDEX audit_entries_by_package ON audit_entries (package_id, at, id) WHERE package_id IS NOT NULL;
CREATE INDEX audit_entries_by_version ON audit_entries (version_id, at, id) WHERE version_id IS NOT NULL;
CREATE INDEX audit_entries_by_operation ON audit_entries (operation, at, id);
-- By far the most have succeeded, and are not in these.
CREATE INDEX audit_entries_denied ON audit_entries (at, id) WHERE outcome = 'denied';
CREATE INDEX audit_entries_failed ON audit_entries (at, id) WHERE outcome = 'failed';

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END;

CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;

-- How often what succeeded on a day, so that counting does not read millions of entries. Kept by the database
-- itself: no entry is counted twice or not at all. An empty text stands for no user and for no package.
CREATE TABLE audit_days (
  user_id TEXT NOT NULL,
  day TEXT NOT NULL,
  operation TEXT NOT NULL,
  package_id TEXT NOT NULL,
  count INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (user_id, day, operation, package_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_days_by_package ON audit_days (package_id, day, operation, count, size_bytes);
CREATE INDEX audit_days_by_day ON audit_days (day, operation, count, size_bytes);

CREATE TRIGGER audit_entries_are_counted AFTER INSERT ON audit_entries WHEN NEW.outcome = 'succeeded'
BEGIN
  INSERT INTO audit_days (user_id, day, operation, package_id, count, size_bytes)
  VALUES (
    coalesce(NEW.user_id, ''),
    date(NEW.at / 1000, 'unixepoch'),
    NEW.operation,
    coalesce(NEW.package_id, ''),
    1,
    coalesce(json_extract(NEW.subject, '$.sizeBytes'), 0)
  )
  ON CONFLICT DO UPDATE SET count = count + 1, size_bytes = size_bytes + excluded.size_bytes;
END;
