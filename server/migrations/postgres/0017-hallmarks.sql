-- What the registry has signed about a version; only added to.
CREATE TABLE hallmarks (
  version_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  digest TEXT NOT NULL,
  key_id TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  -- The signed envelope, as it was made.
  envelope TEXT NOT NULL,
  PRIMARY KEY (version_id, id)
);
