-- Findings of a rule in some content that reviewers take for false alarms.
CREATE TABLE false_alarms (
  digest TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  marked_by_id TEXT NOT NULL,
  marked_by_name TEXT NOT NULL,
  marked_at INTEGER NOT NULL,
  confirmed_by_id TEXT,
  confirmed_by_name TEXT,
  in_force INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (digest, rule)
) STRICT, WITHOUT ROWID;
