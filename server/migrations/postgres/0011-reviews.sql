-- A version's case before the reviewers: since when, and the approval (JSON) of the first of two.
ALTER TABLE versions ADD COLUMN review_since BIGINT;
ALTER TABLE versions ADD COLUMN review_approval TEXT;
UPDATE versions SET review_since = COALESCE(decided_at, created_at) WHERE state IN ('quarantined', 'releasing');
