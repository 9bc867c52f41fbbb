-- What the second store lacks: one row per changed record, written in the transaction of the change by these triggers, so
-- that no change can be forgotten. Nothing is written while there is no second store (meta 'replicated').
CREATE TABLE outbox (
    kind    TEXT NOT NULL,
    -- The natural key as a JSON array.
    key     TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_version ON outbox (version);

INSERT INTO meta (key, value) VALUES ('replicated', 0);

CREATE TRIGGER guilds_insert AFTER INSERT ON guilds
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('guilds', json_array(NEW.guild_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER guilds_update AFTER UPDATE ON guilds
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('guilds', json_array(NEW.guild_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER players_insert AFTER INSERT ON players
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('players', json_array(NEW.player_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER players_update AFTER UPDATE ON players
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('players', json_array(NEW.player_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER codes_insert AFTER INSERT ON codes
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('codes', json_array(NEW.code_key), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER codes_update AFTER UPDATE ON codes
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('codes', json_array(NEW.code_key), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER rosters_insert AFTER INSERT ON rosters
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('rosters', json_array(NEW.guild_id, NEW.player_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER rosters_update AFTER UPDATE ON rosters
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('rosters', json_array(NEW.guild_id, NEW.player_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER posts_insert AFTER INSERT ON posts
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('posts', json_array(NEW.guild_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER posts_update AFTER UPDATE ON posts
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('posts', json_array(NEW.guild_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER redemptions_insert AFTER INSERT ON redemptions
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('redemptions', json_array(NEW.player_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER redemptions_update AFTER UPDATE ON redemptions
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('redemptions', json_array(NEW.player_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER runs_insert AFTER INSERT ON runs
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('runs', json_array(NEW.guild_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER runs_update AFTER UPDATE ON runs
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('runs', json_array(NEW.guild_id, NEW.code_key, NEW.generation), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

