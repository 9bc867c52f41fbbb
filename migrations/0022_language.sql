-- The language of a server's posts and progress messages, once somebody has chosen one. Of a server's own row.
ALTER TABLE guilds ADD COLUMN language TEXT;

-- Of this file alone: the locale of each server that Discord tells of, which counts until somebody chooses a language.
CREATE TABLE guild_locales (
    guild_id INTEGER PRIMARY KEY,
    locale   TEXT NOT NULL
) STRICT;
