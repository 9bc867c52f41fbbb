-- Of this file alone; not replicated: what is to be planned. Whoever changes what a plan depends on leaves an entry here, in the
-- transaction of the change, through these triggers. A plan works the entries off, so it costs what changed and not what there is.

CREATE TABLE plan_queue (
    entry        INTEGER PRIMARY KEY,
    -- '' for every code, 0 for every guild, 0 for every player of the rosters.
    code_key     TEXT NOT NULL,
    guild_id     INTEGER NOT NULL,
    player_id    INTEGER NOT NULL,
    -- Not to be planned before; 0 for at once.
    due_at       INTEGER NOT NULL,
    -- Its posts are planned, and its redemptions as far as this place on the rosters.
    has_posts    INTEGER NOT NULL DEFAULT 0 CHECK (has_posts IN (0, 1)),
    after_guild  INTEGER NOT NULL DEFAULT -9223372036854775808,
    after_player INTEGER NOT NULL DEFAULT 0,
    UNIQUE (code_key, guild_id, player_id, due_at)
) STRICT;

CREATE INDEX plan_queue_due ON plan_queue (due_at);

-- What waits for longer than any rule allows is found by these; what is due for longest of each code by the second.
CREATE INDEX posts_by_attempt ON posts (next_attempt_at);
DROP INDEX redemptions_pending_by_code;
CREATE INDEX redemptions_pending_by_code ON redemptions (code_key, generation, next_attempt_at)
WHERE outcome = 'pending' AND deleted = 0;

CREATE INDEX posts_waiting ON posts (code_key, guild_id) WHERE message_id IS NULL AND deleted = 0;
CREATE INDEX runs_by_code ON runs (code_key, generation);
CREATE INDEX codes_open ON codes (code_key) WHERE deleted = 0 AND condemned IS NULL;

-- An entry for everything covers whatever else changes before it is begun.

CREATE TRIGGER plan_new_code AFTER INSERT ON codes
WHEN NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, 0, 0, 0)
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
    SELECT NEW.code_key, 0, 0, NEW.expires_at WHERE NEW.expires_at > 0 ON CONFLICT DO NOTHING;
END;

-- Whoever adds a column that decides whether a code is active names it here.
CREATE TRIGGER plan_changed_code AFTER UPDATE ON codes
WHEN (NEW.generation, NEW.listed, NEW.deleted) <> (OLD.generation, OLD.listed, OLD.deleted)
    OR NEW.condemned IS NOT OLD.condemned OR NEW.expires_at IS NOT OLD.expires_at BEGIN
    DELETE FROM plan_queue WHERE code_key = NEW.code_key AND guild_id = 0 AND player_id = 0 AND due_at = OLD.expires_at;
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, 0, 0, 0)
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
    SELECT NEW.code_key, 0, 0, NEW.expires_at WHERE NEW.expires_at > 0 ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER plan_new_guild AFTER INSERT ON guilds
WHEN NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', NEW.guild_id, 0, 0) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER plan_changed_guild AFTER UPDATE ON guilds
WHEN (NEW.channel_id IS NOT OLD.channel_id OR (NEW.auto_redeem, NEW.deleted) <> (OLD.auto_redeem, OLD.deleted))
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', NEW.guild_id, 0, 0) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER plan_new_guild_code AFTER INSERT ON guild_codes
WHEN NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, NEW.guild_id, 0, 0)
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
END;

CREATE TRIGGER plan_changed_guild_code AFTER UPDATE ON guild_codes
WHEN (NEW.wanted, NEW.deleted) <> (OLD.wanted, OLD.deleted)
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, NEW.guild_id, 0, 0)
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
END;

CREATE TRIGGER plan_new_member AFTER INSERT ON rosters
WHEN NEW.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id IN (0, NEW.guild_id) AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', NEW.guild_id, NEW.player_id, 0) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER plan_changed_member AFTER UPDATE ON rosters
WHEN NEW.deleted = 0 AND OLD.deleted = 1
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id IN (0, NEW.guild_id) AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', NEW.guild_id, NEW.player_id, 0) ON CONFLICT DO NOTHING;
END;

-- A post that another instance took back.
CREATE TRIGGER plan_changed_post AFTER UPDATE ON posts
WHEN NEW.deleted = 1 AND OLD.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, NEW.guild_id, 0, 0)
    ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0;
END;

-- One that is dropped may be wanted by another guild's roster; one that is due again may need a run.
CREATE TRIGGER plan_changed_redemption AFTER UPDATE OF outcome, deleted ON redemptions
WHEN (NEW.deleted <> OLD.deleted OR (NEW.outcome = 'pending' AND OLD.outcome <> 'pending'))
    AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key IN ('', NEW.code_key) AND guild_id = 0 AND player_id = 0 AND due_at = 0
                    AND has_posts = 0) BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (NEW.code_key, 0, NEW.player_id, 0) ON CONFLICT DO NOTHING;
END;

-- What there is to tell a new channel is known after the first poll.
CREATE TRIGGER plan_first_poll AFTER UPDATE ON meta
WHEN NEW.key = 'polled' AND NEW.value <> OLD.value BEGIN
    INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', 0, 0, 0) ON CONFLICT DO NOTHING;
END;
