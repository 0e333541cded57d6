-- The Merkle tree over the audit entries. Entries that are not in it yet wait, in the order in which they came; they are
-- noted by the database itself, so that none is forgotten, whoever appends it.
CREATE TABLE audit_waiting (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  entry_id TEXT NOT NULL
) STRICT;

INSERT INTO audit_waiting (at, entry_id) SELECT at, id FROM audit_entries ORDER BY at, id;

CREATE TRIGGER audit_entries_wait AFTER INSERT ON audit_entries
BEGIN INSERT INTO audit_waiting (at, entry_id) VALUES (NEW.at, NEW.id); END;

-- One row. Whoever appends to the tree raises the size from what it was, or does nothing.
CREATE TABLE audit_tree (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,
  keeper_id TEXT,
  keeper_until INTEGER
) STRICT;

INSERT INTO audit_tree (id, size) VALUES (1, 0);

CREATE TABLE audit_leaves (
  leaf_index INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  entry_id TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX audit_leaves_by_entry ON audit_leaves (entry_id);

CREATE TABLE audit_tiles (
  level INTEGER NOT NULL,
  tile_index INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, tile_index)
) STRICT;

CREATE TABLE audit_checkpoints (
  size INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_leaves_never_change BEFORE UPDATE ON audit_leaves
BEGIN SELECT RAISE(ABORT, 'leaves of the audit tree never change'); END;

CREATE TRIGGER audit_leaves_never_go BEFORE DELETE ON audit_leaves
BEGIN SELECT RAISE(ABORT, 'leaves of the audit tree are never removed'); END;

CREATE TRIGGER audit_checkpoints_never_change BEFORE UPDATE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints never change'); END;

CREATE TRIGGER audit_checkpoints_never_go BEFORE DELETE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'checkpoints are never removed'); END;
