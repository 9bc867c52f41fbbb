-- Reports count a code's outcomes from the index alone: a row is looked up for none of its redemptions, however many players
-- there are.
DROP INDEX redemptions_evidence;
CREATE INDEX redemptions_evidence ON redemptions (code_key, generation, finished_at, version, outcome, deleted)
WHERE outcome <> 'pending' AND priority = 0;
DROP INDEX redemptions_answered;
CREATE INDEX redemptions_answered ON redemptions (code_key, generation, finished_at, version, outcome, deleted)
WHERE outcome <> 'pending' AND priority = 1;

-- Since when a source is read: what it listed at that time is no news.
CREATE INDEX listings_first ON listings (source, first_seen_at) WHERE deleted = 0;
