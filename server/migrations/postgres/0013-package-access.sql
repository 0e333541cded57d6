-- Who sees a package and who may download it; the lists are JSON. What there was before is for everybody.
ALTER TABLE packages ADD COLUMN visibility TEXT COLLATE "C" NOT NULL DEFAULT 'everybody';
ALTER TABLE packages ADD COLUMN visible_to TEXT NOT NULL DEFAULT '[]';
ALTER TABLE packages ADD COLUMN sensitive BIGINT NOT NULL DEFAULT 0;
ALTER TABLE packages ADD COLUMN allowed_groups TEXT NOT NULL DEFAULT '[]';

-- The same of a package that is yet to come, as JSON.
ALTER TABLE uploads ADD COLUMN access TEXT;
