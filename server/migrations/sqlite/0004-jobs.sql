CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
  run_at INTEGER NOT NULL,
  -- When somebody may take it: run_at while it waits, the end of the lease while it runs.
  due_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  lease_id TEXT,
  failed_at INTEGER,
  failure TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_due ON jobs (due_at) WHERE state <> 'dead';
CREATE INDEX jobs_dead ON jobs (failed_at, id) WHERE state = 'dead';
