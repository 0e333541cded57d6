-- Who sees a package and who may download it; the lists are JSON. What there was before is for everybody.
ALTER TABLE packages ADD COLUMN visibility TEXT COLLATE "C" NOT NULL DEFAULT 'everybody';
ALTER TABLE packages ADD COLUMN visible_to TEXT NOT NULL DEFAULT '[]';
ALTER TABLE packages ADD COLUMN sensitive BIGINT NOT NULL DEFAULT 0;
ALTER TABLE packages ADD COLUMN allowed_groups TEXT NOT NULL DEFAULT '[]';

-- Whom a package is shown to that not everybody sees, by its position; see adapters/sql/package-readers.ts.
CREATE TABLE package_readers (
  position BIGINT NOT NULL,
  reader TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (position, reader)
);

-- Who sees a package that comes to be with the upload, and who may download it, as JSON.
ALTER TABLE uploads ADD COLUMN access TEXT;

-- As `find_packages`, and only packages that are shown to one of the readers. They are asked for one after the other, newest
-- first, until enough are found: OFFSET 0 keeps the question from being put to every hit.
CREATE FUNCTION find_packages_shown(asked text, below bigint, wanted integer, readers text[]) RETURNS SETOF bigint
  LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
DECLARE
  segment bigint := (SELECT least(position, below - 1) / 4096 FROM package_search ORDER BY position DESC LIMIT 1);
  segments_at_once integer := 1;
  missing integer := wanted;
  found_here integer;
BEGIN
  WHILE segment >= 0 AND missing > 0 LOOP
    RETURN QUERY
      WITH hits AS MATERIALIZED (
        SELECT position FROM package_search
        WHERE terms @@ (
          SELECT string_agg(replace(asked, '@', nth || '.'), ' | ')::tsquery
          FROM generate_series(greatest(segment - segments_at_once + 1, 0), segment) AS nth
        )
      )
      SELECT newest.position
      FROM (SELECT position FROM hits WHERE position < below ORDER BY position DESC OFFSET 0) AS newest
      WHERE COALESCE(
        (SELECT bool_or(r.reader = ANY (readers)) FROM package_readers r WHERE r.position = newest.position), TRUE
      )
      ORDER BY newest.position DESC LIMIT missing;
    GET DIAGNOSTICS found_here = ROW_COUNT;
    missing := missing - found_here;
    segment := segment - segments_at_once;
    segments_at_once := least(segments_at_once * 4, 16);
  END LOOP;
END;
$$;
