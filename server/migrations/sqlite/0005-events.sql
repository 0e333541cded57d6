-- `position` is the order of the commits: SQLite has one writer at a time, and AUTOINCREMENT uses no number twice.
CREATE TABLE events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  user_id TEXT NOT NULL,
  upload_id TEXT,
  package_id TEXT,
  version_id TEXT,
  data TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_user ON events (user_id, position);

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  url TEXT NOT NULL,
  kinds TEXT NOT NULL,
  active INTEGER NOT NULL,
  switched_off_because TEXT,
  sealed_secret TEXT NOT NULL,
  dead_in_a_row INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX webhooks_by_user ON webhooks (user_id, id);

-- A delivery's id begins with its event's, so ids sort by the time of the event.
CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  event_kind TEXT NOT NULL,
  state TEXT NOT NULL,
  round INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  attempts TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
