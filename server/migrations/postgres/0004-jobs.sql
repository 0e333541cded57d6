-- Rows come and go all the time, so what is left of them is cleared away early.
CREATE TABLE jobs (
  id TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  payload TEXT NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
  run_at BIGINT NOT NULL,
  -- When somebody may take it: run_at while it waits, the end of the lease while it runs.
  due_at BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  lease_id TEXT COLLATE "C",
  failed_at BIGINT,
  failure TEXT
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

CREATE INDEX jobs_due ON jobs (due_at) WHERE state <> 'dead';
CREATE INDEX jobs_dead ON jobs (failed_at, id) WHERE state = 'dead';
