-- Announcement channels, threads and forums, several roles, and samples.

-- 'text', 'announcement', 'thread' or 'forum'; NULL until it is known.
ALTER TABLE guilds ADD COLUMN channel_kind TEXT;
-- All mentioned roles as a JSON list; the first one is also the `mention_role`. NULL, or a list that begins with another role,
-- was left by a program that knew one role only: then `mention_role` alone counts.
ALTER TABLE guilds ADD COLUMN mention_roles TEXT;
-- The sample post that is to be taken back, if there is one. Its message is NULL until it was surely sent.
ALTER TABLE guilds ADD COLUMN sample_nonce TEXT;
ALTER TABLE guilds ADD COLUMN sample_channel_id INTEGER;
ALTER TABLE guilds ADD COLUMN sample_message_id INTEGER;
ALTER TABLE guilds ADD COLUMN sample_at INTEGER;

-- Whether the message is to be published: NULL (no), 'due', 'done', 'given_up'; how often it was refused, and when to try next.
ALTER TABLE posts ADD COLUMN publish TEXT;
ALTER TABLE posts ADD COLUMN publish_tries INTEGER;
ALTER TABLE posts ADD COLUMN publish_at INTEGER;

CREATE INDEX guilds_by_channel ON guilds (channel_id) WHERE channel_id IS NOT NULL;
CREATE INDEX guilds_sampled ON guilds (sample_at) WHERE sample_nonce IS NOT NULL;
CREATE INDEX posts_unpublished ON posts (publish_at, nonce) WHERE publish = 'due' AND deleted = 0;
