-- At most one row: what is to be known about all of these records while they are moved to other engines.
CREATE TABLE registry_marks (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state TEXT NOT NULL,
  transfer_id TEXT NOT NULL,
  since INTEGER NOT NULL
) STRICT;
