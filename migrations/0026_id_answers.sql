-- Messages in ID channels whose final reaction waits for the check of the player that they name. In this file only: another
-- instance reads what follows the last message that it answered, and asks the game itself.
CREATE TABLE id_answers (
    channel_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    player_id  INTEGER NOT NULL,
    PRIMARY KEY (channel_id, message_id)
) STRICT, WITHOUT ROWID;

-- Who is erased is erased here, too.
CREATE TRIGGER id_answers_erased AFTER DELETE ON links BEGIN
    DELETE FROM id_answers WHERE user_id = OLD.user_id AND player_id = OLD.player_id;
END;
