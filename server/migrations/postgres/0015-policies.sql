-- What the gate has decided by, as JSON; null of entries that tell of no decision.
ALTER TABLE audit_entries ADD COLUMN decision TEXT;

-- Every text of the administrators' policies that was ever in force; the newest one is.
CREATE TABLE policy_versions (
  number BIGINT PRIMARY KEY,
  text TEXT NOT NULL,
  digest TEXT NOT NULL,
  reason TEXT NOT NULL,
  author_id TEXT NOT NULL,
  author_name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
