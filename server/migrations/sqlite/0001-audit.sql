-- Append-only: the triggers hold for every program that opens the file.
CREATE TABLE audit_entries (
  id TEXT PRIMARY KEY,
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
  reason TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_entries_by_user ON audit_entries (user_id, id);
CREATE INDEX audit_entries_by_package ON audit_entries (package_id, id);
CREATE INDEX audit_entries_by_version ON audit_entries (version_id, id);

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries never change'); END;

CREATE TRIGGER audit_entries_never_go BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
