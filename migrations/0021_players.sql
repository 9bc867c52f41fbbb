-- What somebody was shown and may confirm or undo with a button: a roster's replacement, a removal. Kept for a while, and in
-- this file only.
CREATE TABLE drafts (
    draft_id TEXT PRIMARY KEY NOT NULL,
    guild_id INTEGER NOT NULL,
    -- JSON: see `store/drafts`.
    content  TEXT NOT NULL,
    made_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX drafts_by_time ON drafts (made_at);
