-- Texts that are compared or put in order have the collation "C": that of their bytes, on every machine.
CREATE TABLE audit_entries (
  id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  operation TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C",
  user_name TEXT,
  token_id TEXT,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL,
  package_id TEXT COLLATE "C",
  version_id TEXT COLLATE "C",
  subject TEXT NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  reason TEXT,
  -- Entries are read from the newest on, often between two moments.
  PRIMARY KEY (at, id)
);

CREATE INDEX audit_entries_by_user ON audit_entries (user_id, at, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_entries_by_user_and_operation ON audit_entries (user_id, operation, at, id)
  WHERE user_id IS NOT NULL;
CREATE INDEX audit_entries_by_package ON audit_entries (package_id, at, id) WHERE package_id IS NOT NULL;
CREATE INDEX audit_entries_by_version ON audit_entries (version_id, at, id) WHERE version_id IS NOT NULL;
CREATE INDEX audit_entries_by_operation ON audit_entries (operation, at, id);
-- By far the most have succeeded, and are not in these.
CREATE INDEX audit_entries_denied ON audit_entries (at, id) WHERE outcome = 'denied';
CREATE INDEX audit_entries_failed ON audit_entries (at, id) WHERE outcome = 'failed';

-- Append-only: the trigger holds for every program that connects.
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries never change and are never removed';
END;
$$;

CREATE TRIGGER audit_entries_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

-- How often what succeeded on a day, so that counting does not read millions of entries. Kept by the database
-- itself: no entry is counted twice or not at all. An empty text stands for no user and for no package.
-- The counts are in no index, so that counting writes to none.
CREATE TABLE audit_days (
  user_id TEXT COLLATE "C" NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  operation TEXT COLLATE "C" NOT NULL,
  package_id TEXT COLLATE "C" NOT NULL,
  count BIGINT NOT NULL,
  size_bytes BIGINT NOT NULL,
  PRIMARY KEY (user_id, day, operation, package_id)
) WITH (fillfactor = 80);

CREATE INDEX audit_days_by_package ON audit_days (package_id, day, operation);
CREATE INDEX audit_days_by_day ON audit_days (day, operation);

-- In the order of the key, so that two who append many entries at once wait for each other and not in a circle.
CREATE FUNCTION count_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_days AS kept (user_id, day, operation, package_id, count, size_bytes)
  SELECT
    coalesce(user_id, ''),
    to_char(to_timestamp(at / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
    operation,
    coalesce(package_id, ''),
    count(*),
    -- Not taken for JSON: a text in it may have characters that JSON can write and PostgreSQL cannot keep.
    coalesce(sum(substring(subject FROM '"sizeBytes":(\d+)')::bigint), 0)
  FROM appended
  WHERE outcome = 'succeeded'
  GROUP BY 1, 2, 3, 4
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (user_id, day, operation, package_id)
  DO UPDATE SET count = kept.count + excluded.count, size_bytes = kept.size_bytes + excluded.size_bytes;
  RETURN NULL;
END;
$$;

CREATE TRIGGER audit_entries_are_counted AFTER INSERT ON audit_entries
  REFERENCING NEW TABLE AS appended
  FOR EACH STATEMENT EXECUTE FUNCTION count_audit_entries();
