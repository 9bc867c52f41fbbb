-- Whether the player's name is that of the game profile: such a name follows the profile, and one that a person gave stays. NULL
-- is no.
ALTER TABLE players ADD COLUMN name_from_game INTEGER;
