CREATE TABLE packages (
  -- Ties the package to its row in package_search; newer packages have higher ones.
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  group_id TEXT,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  latest_version_id TEXT,
  latest_label TEXT,
  revision INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX packages_by_name ON packages (kind, name_key);
CREATE INDEX packages_by_state ON packages (state, id);
CREATE INDEX packages_by_kind ON packages (kind, id);
CREATE INDEX packages_by_owner ON packages (owner_id, id);
CREATE INDEX packages_by_group ON packages (group_id, id) WHERE group_id IS NOT NULL;

CREATE TABLE versions (
  id TEXT PRIMARY KEY,
  package_id TEXT NOT NULL,
  label TEXT NOT NULL,
  -- Sorts as the labels do; see version-label.ts.
  order_key TEXT NOT NULL,
  state TEXT NOT NULL,
  upload_id TEXT NOT NULL,
  file_name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  digest TEXT,
  declared_digest TEXT,
  uploader_id TEXT NOT NULL,
  uploader_name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  decided_at INTEGER,
  published_at INTEGER,
  reason TEXT,
  license TEXT NOT NULL,
  summary TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A rejected version leaves its label free.
CREATE UNIQUE INDEX versions_by_label ON versions (package_id, label) WHERE state <> 'rejected';
CREATE INDEX versions_by_order ON versions (package_id, order_key, id);
-- What waits for somebody; published versions, by far the most, are not in it.
CREATE INDEX versions_waiting ON versions (state, id)
  WHERE state IN ('pending', 'quarantined', 'releasing', 'rejected');

-- One row a package: terms, not texts; see adapters/sql/package-search-terms.ts. The texts are not kept. What begins
-- with a term's first 2 to 10 characters has a list of its own; longer ones are gathered from the few terms they begin.
CREATE VIRTUAL TABLE package_search USING fts5 (
  terms, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '2 3 4 5 6 7 8 9 10'
);
-- Small pages let a search that wants few rows of a common word pass over the others.
INSERT INTO package_search (package_search, rank) VALUES ('pgsz', 512);

-- The words of a README, which are indexed again when the package's other texts change.
CREATE TABLE package_readmes (
  position INTEGER PRIMARY KEY,
  words TEXT NOT NULL
) STRICT;

CREATE TABLE content_holds (
  digest TEXT NOT NULL,
  version_id TEXT NOT NULL,
  PRIMARY KEY (digest, version_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE content_removals (
  digest TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
