-- Messages after a batch and before a code's end: what was sent, and who wants them.

-- Whether the linked people for whom a code failed are mentioned after a batch; NULL is no.
ALTER TABLE guilds ADD COLUMN mention_failed INTEGER CHECK (mention_failed IN (0, 1));
-- Whether a day before a code ends, the channel is reminded of who does not have it; NULL is yes.
ALTER TABLE guilds ADD COLUMN remind INTEGER CHECK (remind IN (0, 1));

-- Whether the batch's message has the button that tries failed players again; NULL is no.
ALTER TABLE runs ADD COLUMN offers_retry INTEGER CHECK (offers_retry IN (0, 1));
CREATE INDEX runs_offering ON runs (code_key, generation) WHERE offers_retry = 1 AND deleted = 0;
CREATE INDEX guilds_mentioning ON guilds (guild_id) WHERE mention_failed = 1;

-- Messages that are sent at most once for a code in a channel, besides its post: as with posts, the intent is stored first.
CREATE TABLE notices (
    guild_id     INTEGER NOT NULL REFERENCES guilds (guild_id),
    code_key     TEXT NOT NULL REFERENCES codes (code_key),
    generation   INTEGER NOT NULL,
    -- 'failed' mentions people for whom the code failed, 'reminder' says that it ends.
    kind         TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    channel_id   INTEGER,
    -- When an attempt with an unknown result was made.
    attempted_at INTEGER,
    message_id   INTEGER,
    -- When it was sent, or found to be for nobody.
    ended_at     INTEGER,
    version      INTEGER NOT NULL,
    deleted      INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (guild_id, code_key, generation, kind)
) STRICT, WITHOUT ROWID;
