-- Times are milliseconds since 1970 (UTC). Every record that both stores keep has a `version` from the hybrid logical
-- clock and a `deleted` flag: rows are never removed, so that a deletion can be told from a record never seen.

-- Of this file alone; not replicated: what the file is for, and the newest version given.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value ANY NOT NULL
) STRICT;

CREATE TABLE guilds (
    guild_id    INTEGER PRIMARY KEY,
    channel_id  INTEGER,
    auto_redeem INTEGER NOT NULL DEFAULT 0 CHECK (auto_redeem IN (0, 1)),
    -- The channel was set and not yet told what is active.
    digest_due  INTEGER NOT NULL DEFAULT 0 CHECK (digest_due IN (0, 1)),
    version     INTEGER NOT NULL,
    deleted     INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

CREATE TABLE players (
    player_id     INTEGER PRIMARY KEY CHECK (player_id BETWEEN 1 AND 999999999999),
    nickname      TEXT NOT NULL,
    state         INTEGER CHECK (state >= 1),
    furnace_level INTEGER CHECK (furnace_level >= 0),
    -- When the game's player endpoint last told us all this.
    profile_at    INTEGER,
    version       INTEGER NOT NULL,
    deleted       INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

CREATE TABLE rosters (
    guild_id  INTEGER NOT NULL REFERENCES guilds (guild_id),
    player_id INTEGER NOT NULL REFERENCES players (player_id),
    added_at  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    deleted   INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (guild_id, player_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX rosters_by_player ON rosters (player_id, guild_id);

CREATE TABLE codes (
    code_key      TEXT PRIMARY KEY NOT NULL,
    code          TEXT NOT NULL,
    -- Counts how often the code became valid again; posts and redemptions belong to (code, generation).
    generation    INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
    rewards       TEXT,
    expires_at    INTEGER,
    source        TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    -- Whether a feed lists it now.
    listed        INTEGER NOT NULL CHECK (listed IN (0, 1)),
    -- The status by which the game condemned this generation, and when.
    condemned     TEXT,
    condemned_at  INTEGER,
    version       INTEGER NOT NULL,
    deleted       INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT, WITHOUT ROWID;

-- One code announced in one guild. The posts of one message share its nonce.
CREATE TABLE posts (
    guild_id        INTEGER NOT NULL REFERENCES guilds (guild_id),
    code_key        TEXT NOT NULL REFERENCES codes (code_key),
    generation      INTEGER NOT NULL,
    nonce           TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('new', 'digest', 'more')),
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
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (guild_id, code_key, generation)
) STRICT, WITHOUT ROWID;

CREATE INDEX posts_due ON posts (guild_id, planned_at, nonce, position) WHERE message_id IS NULL AND deleted = 0;
CREATE INDEX posts_by_nonce ON posts (nonce);

-- One player and one code: the unit of work and its outcome.
CREATE TABLE redemptions (
    player_id       INTEGER NOT NULL REFERENCES players (player_id),
    code_key        TEXT NOT NULL REFERENCES codes (code_key),
    generation      INTEGER NOT NULL,
    outcome         TEXT NOT NULL CHECK (outcome IN ('pending', 'gave_up', 'failed', 'already', 'granted')),
    -- The status of the latest try.
    status          TEXT,
    -- Counts the claims; a claim's result is taken only with its number.
    claim           INTEGER NOT NULL DEFAULT 0,
    -- The process that holds the claim. A claim of any other process is void: that process is dead.
    claimed_by      INTEGER,
    calls           INTEGER NOT NULL DEFAULT 0,
    unknown         INTEGER NOT NULL DEFAULT 0,
    temporary       INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER,
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (player_id, code_key, generation)
) STRICT, WITHOUT ROWID;

CREATE INDEX redemptions_due ON redemptions (next_attempt_at) WHERE outcome = 'pending' AND deleted = 0;
CREATE INDEX redemptions_pending_by_code ON redemptions (code_key, generation) WHERE outcome = 'pending' AND deleted = 0;
CREATE INDEX redemptions_finished_by_code ON redemptions (code_key, generation, finished_at) WHERE outcome <> 'pending';

-- The redemptions that one code started for one guild: what a progress message shows.
CREATE TABLE runs (
    guild_id    INTEGER NOT NULL REFERENCES guilds (guild_id),
    code_key    TEXT NOT NULL REFERENCES codes (code_key),
    generation  INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    version     INTEGER NOT NULL,
    deleted     INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (guild_id, code_key, generation)
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_open ON runs (code_key, generation) WHERE finished_at IS NULL AND deleted = 0;
