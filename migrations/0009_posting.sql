-- What a message shows of its codes, and what a channel answers to posts.

-- What the message shows of the code: 'good', 'good until MILLISECONDS', 'expired', 'condemned STATUS', 'renewed'; 'unknown'
-- where an earlier attempt or another process sent it. NULL in what was posted before: there `corrected` alone tells.
ALTER TABLE posts ADD COLUMN shown TEXT;

DROP INDEX posts_uncorrected;
CREATE INDEX posts_shown ON posts (code_key, generation, shown, corrected)
WHERE message_id IS NOT NULL AND deleted = 0;
CREATE INDEX posts_not_renewed ON posts (code_key, generation)
WHERE message_id IS NOT NULL AND deleted = 0 AND shown IS NOT 'renewed';

-- A message's nonce says nothing of its place among others any more.
DROP INDEX posts_due;
CREATE INDEX posts_due ON posts (guild_id, planned_at, position, nonce) WHERE message_id IS NULL AND deleted = 0;

-- Of this file alone: posts that the channel refused in a row, since when, and what was said the last time.
ALTER TABLE guilds ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0 CHECK (refusals >= 0);
ALTER TABLE guilds ADD COLUMN refused_at INTEGER;
ALTER TABLE guilds ADD COLUMN refusal TEXT;
