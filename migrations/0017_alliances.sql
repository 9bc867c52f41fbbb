-- Several alliances in one server. What an alliance has (its player list, channel, roles, posts, batches) stands under `guild_id`,
-- as before: the first alliance of a server has the server's own id there, a later one has the id of the interaction that
-- added it. So everything written before is what the first alliance has.

-- The server it is in; NULL for its own id, which is the server's.
ALTER TABLE guilds ADD COLUMN server_id INTEGER;
-- NULL while nobody named it.
ALTER TABLE guilds ADD COLUMN name TEXT;
-- Its place in the order of the server's alliances; NULL is 0. Those with equal ranks go by `guild_id`.
ALTER TABLE guilds ADD COLUMN rank INTEGER CHECK (rank >= 0);
-- When somebody removed this one alliance. Its posts and batches stay as history. The row of a server's first alliance stays
-- the server's row.
ALTER TABLE guilds ADD COLUMN disbanded_at INTEGER;

CREATE INDEX guilds_by_server ON guilds (server_id) WHERE server_id IS NOT NULL;
-- A message's posts are found by its id: it may stand for several alliances.
CREATE INDEX posts_by_message ON posts (message_id) WHERE message_id IS NOT NULL;

-- Of this file alone: what is registered in the guild, as a hash. NULL: something, nobody knows what.
ALTER TABLE command_guilds ADD COLUMN registered TEXT;
