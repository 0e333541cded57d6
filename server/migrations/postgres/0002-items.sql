CREATE TABLE items (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  category TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL
);

CREATE INDEX items_by_category ON items (category, id);
