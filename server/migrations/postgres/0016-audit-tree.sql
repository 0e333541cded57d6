-- The Merkle tree over the audit entries. Entries that are not in it yet wait, in the order in which they came; they are
-- noted by the database itself, so that none is forgotten, whoever appends it.
CREATE TABLE audit_waiting (
  position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  entry_id TEXT COLLATE "C" NOT NULL
);

-- Before those that are there are noted: none can come in between.
CREATE FUNCTION note_waiting_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_waiting (at, entry_id) SELECT at, id FROM appended ORDER BY at, id;
  RETURN NULL;
END;
$$;

CREATE TRIGGER audit_entries_wait AFTER INSERT ON audit_entries
  REFERENCING NEW TABLE AS appended
  FOR EACH STATEMENT EXECUTE FUNCTION note_waiting_audit_entries();

INSERT INTO audit_waiting (at, entry_id) SELECT at, id FROM audit_entries ORDER BY at, id;

-- One row. Whoever appends to the tree raises the size from what it was, or does nothing.
CREATE TABLE audit_tree (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  size BIGINT NOT NULL,
  keeper_id TEXT,
  keeper_until BIGINT
);

INSERT INTO audit_tree (id, size) VALUES (1, 0);

CREATE TABLE audit_leaves (
  leaf_index BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  entry_id TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX audit_leaves_by_entry ON audit_leaves (entry_id);

CREATE TABLE audit_tiles (
  level BIGINT NOT NULL,
  tile_index BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  PRIMARY KEY (level, tile_index)
);

CREATE TABLE audit_checkpoints (
  size BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  note TEXT NOT NULL
);

CREATE FUNCTION refuse_change_of_audit_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'leaves of the audit tree and checkpoints never change and are never removed';
END;
$$;

CREATE TRIGGER audit_leaves_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_leaves
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_tree();

CREATE TRIGGER audit_checkpoints_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_tree();
