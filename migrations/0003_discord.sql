-- What the Discord surface keeps: whom to mention, why a server is paused, where messages stand, a run's message, what
-- people linked, which codes a server added or removed for itself.

ALTER TABLE guilds ADD COLUMN mention_role INTEGER;
-- Why nothing is posted there until somebody acts, and when it is tried again all the same; NULL for not before it is fixed.
ALTER TABLE guilds ADD COLUMN paused TEXT;
ALTER TABLE guilds ADD COLUMN resume_at INTEGER;

-- The channel of the message, which may not be the guild's channel any more.
ALTER TABLE posts ADD COLUMN channel_id INTEGER;
-- The codes in the message that it says are over have this set: it need not be edited for them again.
ALTER TABLE posts ADD COLUMN corrected INTEGER DEFAULT 0 CHECK (corrected IN (0, 1));

CREATE INDEX posts_uncorrected ON posts (code_key, generation)
WHERE message_id IS NOT NULL AND deleted = 0 AND corrected IS NOT 1;

-- The run's message, sent and found again like a post.
ALTER TABLE runs ADD COLUMN nonce TEXT;
ALTER TABLE runs ADD COLUMN channel_id INTEGER;
ALTER TABLE runs ADD COLUMN attempted_at INTEGER;
ALTER TABLE runs ADD COLUMN message_id INTEGER;
-- Its message shows how it ended.
ALTER TABLE runs ADD COLUMN summarised INTEGER DEFAULT 0 CHECK (summarised IN (0, 1));

UPDATE runs SET summarised = 1 WHERE finished_at IS NOT NULL;

CREATE INDEX runs_untold ON runs (started_at) WHERE deleted = 0 AND summarised IS NOT 1;

-- Counts how often a person asked to try again what had failed: a later round beats an earlier one's failure.
ALTER TABLE redemptions ADD COLUMN round INTEGER DEFAULT 0 CHECK (round >= 0);

-- The game accounts that a Discord user redeems for.
CREATE TABLE links (
    user_id   INTEGER NOT NULL,
    player_id INTEGER NOT NULL REFERENCES players (player_id),
    linked_at INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    deleted   INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (user_id, player_id)
) STRICT, WITHOUT ROWID;

-- A code that a guild added for itself, or removed though a feed lists it.
CREATE TABLE guild_codes (
    guild_id INTEGER NOT NULL REFERENCES guilds (guild_id),
    code_key TEXT NOT NULL REFERENCES codes (code_key),
    wanted   INTEGER NOT NULL CHECK (wanted IN (0, 1)),
    added_at INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    deleted  INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (guild_id, code_key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER links_insert AFTER INSERT ON links
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('links', json_array(NEW.user_id, NEW.player_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER links_update AFTER UPDATE ON links
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('links', json_array(NEW.user_id, NEW.player_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER guild_codes_insert AFTER INSERT ON guild_codes
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('guild_codes', json_array(NEW.guild_id, NEW.code_key), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER guild_codes_update AFTER UPDATE ON guild_codes
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('guild_codes', json_array(NEW.guild_id, NEW.code_key), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;
