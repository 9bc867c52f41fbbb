-- What is sent to MongoDB, and what a newer program may write there. The triggers that fill the outbox are made from the kinds of
-- records at each start (`src/store/schema/triggers.rs`), not here.

-- The round of writes in which it was sent; NULL while it was not. It leaves the outbox once it is known that the round was
-- written while this instance led.
ALTER TABLE outbox ADD COLUMN round INTEGER;
-- 0 for erasures, 1 for what is acted on, 2 for the bulk: sent in this order.
ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 1;

DROP INDEX outbox_by_version;
CREATE INDEX outbox_unsent ON outbox (urgency, version) WHERE round IS NULL;
CREATE INDEX outbox_sent ON outbox (round) WHERE round IS NOT NULL;

-- Records come from the replica: they keep their versions.
INSERT INTO meta (key, value) VALUES ('merging', 0);

-- The tables with words that a newer program may add to: such a record is kept as it is, so no CHECK names the words.

CREATE TABLE new_posts (
    guild_id        INTEGER NOT NULL REFERENCES guilds (guild_id),
    code_key        TEXT NOT NULL REFERENCES codes (code_key),
    generation      INTEGER NOT NULL,
    nonce           TEXT NOT NULL,
    kind            TEXT NOT NULL,
    -- The order of the codes in the message, and of the messages of one announcement.
    position        INTEGER NOT NULL,
    total           INTEGER NOT NULL,
    planned_at      INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- Set before Discord is called, cleared when it refused: an attempt whose end nobody knows.
    attempted_at    INTEGER,
    next_attempt_at INTEGER NOT NULL,
    message_id      INTEGER,
    posted_at       INTEGER,
    -- The channel of the message, which may not be the guild's channel any more.
    channel_id      INTEGER,
    -- The codes in the message that it says are over have this set: it need not be edited for them again.
    corrected       INTEGER DEFAULT 0 CHECK (corrected IN (0, 1)),
    -- What the message shows of the code: see `domain/channel.rs`. NULL in what was posted before that was noted.
    shown           TEXT,
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (guild_id, code_key, generation)
) STRICT, WITHOUT ROWID;

INSERT INTO new_posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, attempts, attempted_at,
                       next_attempt_at, message_id, posted_at, channel_id, corrected, shown, version, deleted)
SELECT guild_id, code_key, generation, nonce, kind, position, total, planned_at, attempts, attempted_at,
       next_attempt_at, message_id, posted_at, channel_id, corrected, shown, version, deleted FROM posts;
DROP TABLE posts;
ALTER TABLE new_posts RENAME TO posts;

CREATE INDEX posts_by_attempt ON posts (next_attempt_at);
CREATE INDEX posts_by_nonce ON posts (nonce);
CREATE INDEX posts_due ON posts (guild_id, planned_at, position, nonce) WHERE message_id IS NULL AND deleted = 0;
CREATE INDEX posts_waiting ON posts (code_key, guild_id) WHERE message_id IS NULL AND deleted = 0;
CREATE INDEX posts_shown ON posts (code_key, generation, shown, corrected)
WHERE message_id IS NOT NULL AND deleted = 0;
CREATE INDEX posts_not_renewed ON posts (code_key, generation)
WHERE message_id IS NOT NULL AND deleted = 0 AND shown IS NOT 'renewed';

-- A post that another instance took back.
CREATE TRIGGER plan_changed_post AFTER UPDATE ON posts
WHEN NEW.deleted = 1 AND OLD.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, NEW.guild_id, 0, 0)
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
END;

CREATE TABLE new_redemptions (
    player_id       INTEGER NOT NULL REFERENCES players (player_id),
    code_key        TEXT NOT NULL REFERENCES codes (code_key),
    generation      INTEGER NOT NULL,
    outcome         TEXT NOT NULL,
    -- The status of the latest try.
    status          TEXT,
    -- Counts the claims; a claim's result is taken only with its number.
    claim           INTEGER NOT NULL DEFAULT 0,
    calls           INTEGER NOT NULL DEFAULT 0,
    unknown         INTEGER NOT NULL DEFAULT 0,
    temporary       INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    -- Counts how often a person asked to try again what had failed: a later round beats an earlier one's failure.
    round           INTEGER DEFAULT 0 CHECK (round >= 0),
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    -- Of this file alone from here on. The process that holds the claim. A claim of any other process is void: that process
    -- is dead.
    claimed_by      INTEGER,
    -- 1 where a person asked for this very redemption, 0 where a run did.
    priority        INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (0, 1)),
    -- The guild with whose players it waits for its turn: of the player's guilds the one with the smallest roster; 0 for a
    -- player on no roster. NULL until somebody looks it up.
    queue           INTEGER,
    -- The replica has it, whatever it is worth.
    shared          INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
    PRIMARY KEY (player_id, code_key, generation)
) STRICT, WITHOUT ROWID;

INSERT INTO new_redemptions (player_id, code_key, generation, outcome, status, claim, calls, unknown, temporary, next_attempt_at,
                             created_at, finished_at, round, version, deleted, claimed_by, priority, queue, shared)
SELECT player_id, code_key, generation, outcome, status, claim, calls, unknown, temporary, next_attempt_at,
       created_at, finished_at, round, version, deleted, claimed_by, priority, queue,
       (SELECT value FROM meta WHERE key = 'replicated') FROM redemptions;
DROP TABLE redemptions;
ALTER TABLE new_redemptions RENAME TO redemptions;

CREATE INDEX redemptions_due ON redemptions (next_attempt_at) WHERE outcome = 'pending' AND deleted = 0;
CREATE INDEX redemptions_asked ON redemptions (next_attempt_at)
WHERE outcome = 'pending' AND deleted = 0 AND priority = 1;
CREATE INDEX redemptions_pending_by_code ON redemptions (code_key, generation, next_attempt_at)
WHERE outcome = 'pending' AND deleted = 0;
CREATE INDEX redemptions_queue ON redemptions (queue, code_key, generation, (calls > 0), next_attempt_at)
WHERE outcome = 'pending' AND deleted = 0;
CREATE INDEX redemptions_evidence ON redemptions (code_key, generation, finished_at, version)
WHERE outcome <> 'pending' AND priority = 0;
CREATE INDEX redemptions_answered ON redemptions (code_key, generation, finished_at, version)
WHERE outcome <> 'pending' AND priority = 1;
CREATE INDEX redemptions_deleted ON redemptions (version) WHERE deleted = 1;

-- One that is dropped may be wanted by another guild's roster; one that is due again may need a run.
CREATE TRIGGER plan_changed_redemption AFTER UPDATE OF outcome, deleted ON redemptions
WHEN (NEW.deleted <> OLD.deleted OR (NEW.outcome = 'pending' AND OLD.outcome <> 'pending'))
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key IN ('', NEW.code_key) AND guild_id = 0 AND player_id = 0 AND due_at = 0
                    AND has_posts = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, 0, NEW.player_id, 0) ON CONFLICT DO NOTHING;
END;

CREATE TABLE new_listings (
    code_key      TEXT NOT NULL REFERENCES codes (code_key),
    source        TEXT NOT NULL,
    -- The source's spelling.
    code          TEXT NOT NULL,
    -- Lapsed: active when the source was last heard, which was too long ago, or which nobody asks any more.
    standing      TEXT NOT NULL,
    -- Since when it stands so.
    since         INTEGER NOT NULL,
    -- Since when the source has called it active, or last did; NULL if it never did.
    active_since  INTEGER,
    rewards       TEXT,
    expires_at    INTEGER,
    first_seen_at INTEGER NOT NULL,
    -- Not moved at every poll: within a day of the truth.
    last_seen_at  INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    deleted       INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (code_key, source)
) STRICT, WITHOUT ROWID;

INSERT INTO new_listings (code_key, source, code, standing, since, active_since, rewards, expires_at, first_seen_at, last_seen_at,
                          version, deleted)
SELECT code_key, source, code, standing, since, active_since, rewards, expires_at, first_seen_at, last_seen_at,
       version, deleted FROM listings;
DROP TABLE listings;
ALTER TABLE new_listings RENAME TO listings;

-- A poll looks at what is listed, not at all that ever was.
CREATE INDEX listings_present ON listings (source, last_seen_at) WHERE standing IN ('active', 'inactive') AND deleted = 0;
