-- The messages of the ID channel before this one are not read: the channel was set then. Unlike `id_channel_seen`, it goes
-- wherever the server's settings go.
ALTER TABLE guilds ADD COLUMN id_channel_since INTEGER;
