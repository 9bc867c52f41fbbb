-- What is left of the redemptions of codes that have been over for long: how many came to what. Guild 0 counts every player
-- once; a guild, those who were on its roster then. The row of guild 0 says that this generation of the code is counted: what
-- there still is of its redemptions is in these numbers already.
CREATE TABLE tallies (
    code_key   TEXT NOT NULL,
    generation INTEGER NOT NULL,
    guild_id   INTEGER NOT NULL,
    granted    INTEGER NOT NULL DEFAULT 0,
    already    INTEGER NOT NULL DEFAULT 0,
    failed     INTEGER NOT NULL DEFAULT 0,
    gave_up    INTEGER NOT NULL DEFAULT 0,
    counted_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    deleted    INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (code_key, generation, guild_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tallied ON tallies (code_key, generation) WHERE guild_id = 0;

CREATE TRIGGER tallies_insert AFTER INSERT ON tallies
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('tallies', json_array(NEW.code_key, NEW.generation, NEW.guild_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER tallies_update AFTER UPDATE OF version ON tallies
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('tallies', json_array(NEW.code_key, NEW.generation, NEW.guild_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

-- What persons asked for is found by its code too: the other decided ones are by `redemptions_evidence`.
CREATE INDEX redemptions_answered ON redemptions (code_key, generation, finished_at, version)
WHERE outcome <> 'pending' AND priority = 1;
CREATE INDEX redemptions_deleted ON redemptions (version) WHERE deleted = 1;
