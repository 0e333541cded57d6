-- Who sees a package and who may download it; the lists are JSON. What there was before is for everybody.
ALTER TABLE packages ADD COLUMN visibility TEXT NOT NULL DEFAULT 'everybody';
ALTER TABLE packages ADD COLUMN visible_to TEXT NOT NULL DEFAULT '[]';
ALTER TABLE packages ADD COLUMN sensitive INTEGER NOT NULL DEFAULT 0;
ALTER TABLE packages ADD COLUMN allowed_groups TEXT NOT NULL DEFAULT '[]';

-- Whom a package is shown to that not everybody sees, by its position; see adapters/sql/package-readers.ts.
CREATE TABLE package_readers (
  position INTEGER NOT NULL,
  reader TEXT NOT NULL,
  PRIMARY KEY (position, reader)
) STRICT, WITHOUT ROWID;

-- Who sees a package that comes to be with the upload, and who may download it, as JSON.
ALTER TABLE uploads ADD COLUMN access TEXT;
