-- What the game said about a player's id and state: `domain/redeeming/state_search`. All of it is NULL for players who
-- were here before; they are looked at when the game refuses their state.

-- How the check stands.
ALTER TABLE players ADD COLUMN state_check TEXT;
-- The state on file that this is about; NULL if there was none.
ALTER TABLE players ADD COLUMN checked_state INTEGER;
-- Since when it stands so; NULL until the first look at a state that was corrected.
ALTER TABLE players ADD COLUMN checked_at INTEGER;
-- The states that the game refused in this search, as numbers with commas between them.
ALTER TABLE players ADD COLUMN tried_states TEXT;
-- A state that the game confirmed, until the control.
ALTER TABLE players ADD COLUMN candidate_state INTEGER;
-- The answers in this check that showed nothing.
ALTER TABLE players ADD COLUMN unclear_replies INTEGER;
-- Not asked about before this time.
ALTER TABLE players ADD COLUMN ask_at INTEGER;
-- The day of the latest question of a search, in days since 1970 (UTC), and how many there were on it.
ALTER TABLE players ADD COLUMN search_day INTEGER;
ALTER TABLE players ADD COLUMN day_calls INTEGER;

CREATE INDEX players_to_check ON players (state_check, checked_at)
WHERE state_check IN ('unchecked', 'searching', 'not_found') AND deleted = 0;
CREATE INDEX players_searched ON players (search_day) WHERE search_day IS NOT NULL;

-- A state that somebody corrected is checked, whichever way it came. Whoever knows that it is right sets `checked_state` with it.
CREATE TRIGGER players_state_changed AFTER UPDATE OF state ON players
WHEN NEW.state IS NOT OLD.state AND NEW.checked_state IS NOT NEW.state BEGIN
    UPDATE players SET state_check = 'unchecked', checked_state = NEW.state, tried_states = NULL, candidate_state = NULL,
        unclear_replies = 0, ask_at = NULL, checked_at = NULL
    WHERE player_id = NEW.player_id;
END;
