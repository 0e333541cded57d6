CREATE TABLE uploads (
  id TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL,
  user_name TEXT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  package_name TEXT NOT NULL,
  label TEXT COLLATE "C" NOT NULL,
  file_name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size_bytes BIGINT,
  declared_digest TEXT,
  -- JSON: method, and for parts their handle, size and count.
  receiving TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  package_id TEXT COLLATE "C",
  version_id TEXT COLLATE "C",
  revision BIGINT NOT NULL
);

CREATE INDEX uploads_by_user ON uploads (user_id, id);
CREATE INDEX uploads_by_state ON uploads (user_id, state, id);
-- By far the most are completed, and are not in it.
CREATE INDEX uploads_unfinished ON uploads (state, id) WHERE state <> 'completed';
