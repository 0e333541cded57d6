-- What was concluded about content, by which rules; only added to.
CREATE TABLE verdicts (
  digest TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  rule_set TEXT NOT NULL,
  verdict TEXT NOT NULL,
  -- JSON: what each check concluded, in short.
  checks TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  PRIMARY KEY (digest, id)
);

CREATE INDEX versions_by_digest ON versions (digest, id) WHERE digest IS NOT NULL;
-- What is checked again when the rules change.
CREATE INDEX versions_readable ON versions (state, id) WHERE state IN ('published', 'yanked');
