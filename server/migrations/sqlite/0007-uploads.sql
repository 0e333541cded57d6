CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  package_name TEXT NOT NULL,
  label TEXT NOT NULL,
  file_name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size_bytes INTEGER,
  declared_digest TEXT,
  -- JSON: method, and for parts their handle, size and count.
  receiving TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  package_id TEXT,
  version_id TEXT,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX uploads_by_user ON uploads (user_id, id);
CREATE INDEX uploads_by_state ON uploads (user_id, state, id);
-- By far the most are completed, and are not in it.
CREATE INDEX uploads_unfinished ON uploads (state, id) WHERE state <> 'completed';
