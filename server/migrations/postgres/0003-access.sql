-- A deleted user's row stays, with the name, so that nobody else can take it.
CREATE TABLE users (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  permissions TEXT NOT NULL,
  must_change_password BIGINT NOT NULL,
  session_generation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);

-- One row. Whoever takes away the permission `admin` changes it too, and so waits for others who do the same.
CREATE TABLE administrators (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  count BIGINT NOT NULL
);
INSERT INTO administrators (one, count) VALUES (1, 0);

CREATE TABLE groups (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL UNIQUE,
  description TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- The user's name and the group's never change, so both are kept here too.
CREATE TABLE group_members (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
  group_id TEXT COLLATE "C" NOT NULL REFERENCES groups (id),
  user_name TEXT NOT NULL,
  group_name TEXT NOT NULL,
  PRIMARY KEY (user_id, group_id)
);
CREATE INDEX group_members_by_group ON group_members (group_id, user_id);

-- Every use writes to the row, where it lies: there is room for that, and no index has what changes.
CREATE TABLE sessions (
  id TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
  generation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  uses_left BIGINT NOT NULL CHECK (uses_left >= 0)
) WITH (fillfactor = 70);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE personal_tokens (
  id TEXT COLLATE "C" PRIMARY KEY,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  text_hash TEXT COLLATE "C" NOT NULL UNIQUE,
  permissions TEXT NOT NULL,
  package_patterns TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX personal_tokens_by_user ON personal_tokens (user_id, id);
CREATE INDEX personal_tokens_by_expiry ON personal_tokens (expires_at);

CREATE TABLE login_attempts (
  key TEXT COLLATE "C" PRIMARY KEY,
  failures BIGINT NOT NULL,
  wait_until BIGINT NOT NULL,
  forget_at BIGINT NOT NULL
);
CREATE INDEX login_attempts_by_forgetting ON login_attempts (forget_at);
