-- What the game said of a code in its generation, and when it is asked again.

-- When the game granted it first; NULL while it is untested.
ALTER TABLE codes ADD COLUMN good_at INTEGER;
-- Checks made since it became over for the first time in a while, and when the next one is due, if somebody still wants it.
ALTER TABLE codes ADD COLUMN checks INTEGER DEFAULT 0 CHECK (checks >= 0);
ALTER TABLE codes ADD COLUMN check_at INTEGER;

-- Of this file alone. Checks in a row that told nothing; the player for whom the game is being asked; until when its posts
-- wait for the first test.
ALTER TABLE codes ADD COLUMN unclear INTEGER NOT NULL DEFAULT 0 CHECK (unclear >= 0);
ALTER TABLE codes ADD COLUMN tester INTEGER;
ALTER TABLE codes ADD COLUMN hold_until INTEGER;

UPDATE codes SET good_at = first_seen_at
WHERE EXISTS (SELECT 1 FROM redemptions d WHERE d.code_key = codes.code_key AND d.generation = codes.generation
                  AND d.outcome IN ('granted', 'already'));

DROP INDEX codes_returned;
ALTER TABLE codes DROP COLUMN returned_at;

-- What was over before there were checks has no time yet, and is due.
CREATE INDEX codes_to_check ON codes (check_at) WHERE condemned IS NOT NULL AND listed = 1;
CREATE INDEX codes_tested ON codes (tester) WHERE tester IS NOT NULL;
CREATE INDEX codes_held ON codes (hold_until) WHERE hold_until IS NOT NULL;
CREATE INDEX guild_codes_added ON guild_codes (added_at) WHERE wanted = 1 AND deleted = 0;

-- What a person asked for decides for that person alone: it is no evidence about the code.
DROP INDEX redemptions_finished_by_code;
CREATE INDEX redemptions_evidence ON redemptions (code_key, generation, finished_at)
WHERE outcome <> 'pending' AND priority = 0;

-- Its posts are planned again when they wait no longer; and so are those of the codes that were seen together with it.
CREATE TRIGGER plan_held_code AFTER UPDATE OF hold_until ON codes
WHEN NEW.hold_until IS NOT OLD.hold_until BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
    SELECT NEW.code_key, 0, 0, NEW.hold_until WHERE NEW.hold_until > 0 ON CONFLICT DO NOTHING;
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
    SELECT code_key, 0, 0, 0 FROM codes
    WHERE OLD.hold_until IS NOT NULL AND first_seen_at = NEW.first_seen_at AND deleted = 0 AND condemned IS NULL
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
END;
