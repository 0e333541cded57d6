-- Findings of a rule in some content that reviewers take for false alarms.
CREATE TABLE false_alarms (
  digest TEXT COLLATE "C" NOT NULL,
  rule TEXT COLLATE "C" NOT NULL,
  reason TEXT NOT NULL,
  marked_by_id TEXT NOT NULL,
  marked_by_name TEXT NOT NULL,
  marked_at BIGINT NOT NULL,
  confirmed_by_id TEXT,
  confirmed_by_name TEXT,
  in_force BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (digest, rule)
);
