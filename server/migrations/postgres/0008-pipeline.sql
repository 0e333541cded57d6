CREATE TABLE reports (
  version_id TEXT COLLATE "C" PRIMARY KEY,
  digest TEXT COLLATE "C" NOT NULL,
  verdict TEXT NOT NULL,
  -- JSON: the results of the checks.
  results TEXT NOT NULL,
  decided_at BIGINT NOT NULL
);

CREATE TABLE version_files (
  version_id TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  size_bytes BIGINT NOT NULL,
  stored_bytes BIGINT NOT NULL,
  method TEXT NOT NULL,
  data_offset BIGINT NOT NULL,
  crc32 BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (version_id, path)
);
