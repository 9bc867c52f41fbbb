-- Erasures: records that are gone from both stores and must not come back (`domain/erasure`); and guilds that removed the bot.

-- What was erased, as a hash of what it was, and when: records of it up to this version are gone.
CREATE TABLE erasures (
    mark      TEXT PRIMARY KEY NOT NULL,
    erased_at INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    deleted   INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX erasures_by_age ON erasures (erased_at);

CREATE TRIGGER erasures_insert AFTER INSERT ON erasures
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('erasures', json_array(NEW.mark), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER erasures_update AFTER UPDATE ON erasures
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('erasures', json_array(NEW.mark), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

-- Up to this version the replica must not have the record. NULL where nothing was erased. A record that came again
-- meanwhile is sent after the old one is gone.
ALTER TABLE outbox ADD COLUMN erased INTEGER;

-- When the bot was removed from the guild; NULL while it is in it.
ALTER TABLE guilds ADD COLUMN removed_at INTEGER;
-- Of this file alone: the opening of the file in which Discord said so. What was removed, as another session knows, may be
-- back by now.
ALTER TABLE guilds ADD COLUMN removal_seen_by INTEGER;

DROP TRIGGER guilds_update;
CREATE TRIGGER guilds_update AFTER UPDATE OF version ON guilds
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('guilds', json_array(NEW.guild_id), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

-- Who else has a player is asked for each that may be erased.
CREATE INDEX links_by_player ON links (player_id);

-- A guild that is back is planned for.
DROP TRIGGER plan_changed_guild;
CREATE TRIGGER plan_changed_guild AFTER UPDATE ON guilds
WHEN (NEW.channel_id IS NOT OLD.channel_id OR NEW.removed_at IS NOT OLD.removed_at
      OR (NEW.auto_redeem, NEW.deleted) <> (OLD.auto_redeem, OLD.deleted))
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', NEW.guild_id, 0, 0) ON CONFLICT DO NOTHING;
END;
