-- The number of the oldest schema whose programs still work after a migration; null: only those that know it do.
ALTER TABLE schema_migrations ADD COLUMN works_from TEXT;
