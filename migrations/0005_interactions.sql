-- Of this file alone; not replicated: what commands and menus need until they come back.

-- Guilds that have commands registered for themselves, so that these can be taken away.
CREATE TABLE command_guilds (guild_id INTEGER PRIMARY KEY) STRICT;

-- Codes that were chosen in a menu, for the form that asks who chose them. The id is made of the codes.
CREATE TABLE choices (
    choice_id TEXT PRIMARY KEY NOT NULL,
    codes     TEXT NOT NULL,
    made_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX choices_by_time ON choices (made_at);
