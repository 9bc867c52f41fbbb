-- Who may manage, how members join, and what members are told.

-- A role whose members may manage the bot: in one alliance, or in the whole server with alliance 0.
CREATE TABLE access_roles (
    server_id   INTEGER NOT NULL REFERENCES guilds (guild_id),
    alliance_id INTEGER NOT NULL,
    role_id     INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    deleted     INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (server_id, alliance_id, role_id)
) STRICT, WITHOUT ROWID;

-- What a member chose: results by direct message, and how far they were told.
CREATE TABLE people (
    user_id         INTEGER PRIMARY KEY,
    results         INTEGER DEFAULT 0 CHECK (results IN (0, 1)),
    -- Results that became known before this time are told, or need not be.
    told_until      INTEGER,
    -- The message that is being sent: the time up to which it tells, and when it was first tried.
    telling_until   INTEGER,
    attempted_at    INTEGER,
    -- Discord refused a direct message, and the member has not been told yet.
    closed          INTEGER DEFAULT 0 CHECK (closed IN (0, 1)),
    -- The language that Discord showed the member at that time.
    language        TEXT,
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

-- Who may be told something is found by what ended lately.
CREATE INDEX redemptions_ended ON redemptions (finished_at, player_id) WHERE outcome <> 'pending';
CREATE INDEX people_told ON people (user_id) WHERE results = 1 AND deleted = 0;

-- What happens after /link: off, ask, auto. Of a server's own row.
ALTER TABLE guilds ADD COLUMN join_mode TEXT;
-- The channel in which people type their ids, and whether the bot has welcomed the server (not for servers that it was in before).
ALTER TABLE guilds ADD COLUMN id_channel INTEGER;
ALTER TABLE guilds ADD COLUMN welcomed_at INTEGER;
-- The last message of the ID channel that was answered. Of this file alone: reading a message again changes nothing.
ALTER TABLE guilds ADD COLUMN id_channel_seen INTEGER;

CREATE INDEX guilds_id_channel ON guilds (id_channel) WHERE id_channel IS NOT NULL;

-- The member's name in the server, for players without one.
ALTER TABLE links ADD COLUMN display_name TEXT;
