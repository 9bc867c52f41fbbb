-- The answers of a check that the game knows no player with this id; `unclear_replies` counts those that show nothing.
ALTER TABLE players ADD COLUMN nobody_replies INTEGER;

DROP TRIGGER players_state_changed;
CREATE TRIGGER players_state_changed AFTER UPDATE OF state ON players
WHEN NEW.state IS NOT OLD.state AND NEW.checked_state IS NOT NEW.state BEGIN
    UPDATE players SET state_check = 'unchecked', checked_state = NEW.state, tried_states = NULL, candidate_state = NULL,
        unclear_replies = 0, nobody_replies = 0, ask_at = NULL, checked_at = NULL
    WHERE player_id = NEW.player_id;
END;

-- An older version set these ID channels. Another instance reads them from here on, too.
UPDATE guilds SET id_channel_since = id_channel_seen, version = version + 1
WHERE id_channel IS NOT NULL AND coalesce(id_channel_since, 0) = 0 AND id_channel_seen > 0;
