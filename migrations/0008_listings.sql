-- What each source says of each code. `codes` holds what follows from all of it.
CREATE TABLE listings (
    code_key      TEXT NOT NULL REFERENCES codes (code_key),
    source        TEXT NOT NULL,
    -- The source's spelling.
    code          TEXT NOT NULL,
    -- Lapsed: active when the source was last heard, which was too long ago, or which nobody asks any more.
    standing      TEXT NOT NULL CHECK (standing IN ('active', 'inactive', 'gone', 'lapsed')),
    -- Since when it stands so.
    since         INTEGER NOT NULL,
    -- Since when the source has called it active, or last did; NULL if it never did.
    active_since  INTEGER,
    rewards       TEXT,
    expires_at    INTEGER,
    first_seen_at INTEGER NOT NULL,
    -- Not moved at every poll: within a day of the truth.
    last_seen_at  INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    deleted       INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    PRIMARY KEY (code_key, source)
) STRICT, WITHOUT ROWID;

-- A poll looks at what is listed, not at all that ever was.
CREATE INDEX listings_present ON listings (source, last_seen_at) WHERE standing IN ('active', 'inactive') AND deleted = 0;
-- Since when a code is over by the feeds' word; NULL where it is not, where its time ran out by itself, or where nobody knows.
ALTER TABLE codes ADD COLUMN ended_at INTEGER;

CREATE INDEX codes_listed ON codes (code_key) WHERE listed = 1 AND deleted = 0;

CREATE TRIGGER listings_insert AFTER INSERT ON listings
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('listings', json_array(NEW.code_key, NEW.source), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER listings_update AFTER UPDATE ON listings
WHEN (SELECT value FROM meta WHERE key = 'replicated') = 1 BEGIN
    INSERT INTO outbox (kind, key, version)
    VALUES ('listings', json_array(NEW.code_key, NEW.source), NEW.version)
    ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version;
END;
