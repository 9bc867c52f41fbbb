-- Of this file alone; not replicated: whose turn it is, and how fast the game was asked lately.

-- 1 where a person asked for this very redemption, 0 where a run did.
ALTER TABLE redemptions ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (0, 1));
-- The guild with whose players it waits for its turn: of the player's guilds the one with the smallest roster; 0 for a
-- player on no roster. NULL until somebody looks it up.
ALTER TABLE redemptions ADD COLUMN queue INTEGER;

CREATE INDEX redemptions_asked ON redemptions (next_attempt_at)
WHERE outcome = 'pending' AND deleted = 0 AND priority = 1;
-- First tries apart from later ones.
CREATE INDEX redemptions_queue ON redemptions (queue, code_key, generation, (calls > 0), next_attempt_at)
WHERE outcome = 'pending' AND deleted = 0;

-- When the game is to be asked about a code that a feed lists again though it was over; NULL where it is not.
ALTER TABLE codes ADD COLUMN returned_at INTEGER;

CREATE INDEX codes_returned ON codes (returned_at) WHERE returned_at IS NOT NULL;

-- The calls of the last windows, so that a restart does not double the budget.
CREATE TABLE paced_calls (
    call_id  INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    -- When its answer, or the lack of one, came.
    ended_at INTEGER
) STRICT;

CREATE INDEX paced_calls_by_time ON paced_calls (begun_at);

-- What is of this file alone has no version, and its change is no business of the second store.
DROP TRIGGER redemptions_update;
CREATE TRIGGER redemptions_update AFTER UPDATE OF version ON redemptions
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('redemptions', json_array(NEW.player_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

DROP TRIGGER codes_update;
CREATE TRIGGER codes_update AFTER UPDATE OF version ON codes
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('codes', json_array(NEW.code_key), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;
