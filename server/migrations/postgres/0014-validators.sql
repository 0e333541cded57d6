-- What the validators of packages have been. The last one is in force; without a source the package has none from then on.
CREATE TABLE validator_versions (
  package_id TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  language TEXT,
  source TEXT,
  digest TEXT,
  made_by_id TEXT NOT NULL,
  made_by_name TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (package_id, number)
);
