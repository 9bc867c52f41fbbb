-- What waits for longer than any rule allows is found without a look at all codes.
CREATE INDEX codes_by_check ON codes (check_at) WHERE condemned IS NOT NULL;

-- The latest answers about a code are read in their order: what was decided at one moment is not sorted at each look.
DROP INDEX redemptions_evidence;
CREATE INDEX redemptions_evidence ON redemptions (code_key, generation, finished_at, version)
WHERE outcome <> 'pending' AND priority = 0;
