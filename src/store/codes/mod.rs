//! Codes, as derived from the feeds' listings and the game's answers.

mod choices;
mod guild_codes;

pub use guild_codes::{AddedCode, FoundCode};

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::codes::code::{Code, CodeKey, NAMED};
use crate::domain::codes::listing::KnownCode;
use crate::store::handles::{Codes, Reports};
use crate::store::kernel::{Millis, StoreError, Tx};

pub(in crate::store) fn known_code(row: &Row<'_>) -> rusqlite::Result<KnownCode> {
    let millis = |column| row.get::<_, Option<Millis>>(column).map(|time| time.map(|Millis(time)| time));
    Ok(KnownCode {
        code: row.get("code")?,
        generation: row.get("generation")?,
        rewards: row.get("rewards")?,
        expires_at: millis("expires_at")?,
        source: row.get("source")?,
        listed: row.get("listed")?,
        ended_at: millis("ended_at")?,
        invalidated: row.get("condemned")?,
        invalidated_at: millis("condemned_at")?,
    })
}

/// Selects the columns that [`known_code`] reads, for every code. The caller may append a condition.
pub(in crate::store) const ALL: &str = "SELECT code, generation, rewards, expires_at, source, listed, ended_at, condemned, condemned_at FROM codes WHERE deleted = 0";

fn known_codes(connection: &Connection) -> Result<BTreeMap<CodeKey, KnownCode>, StoreError> {
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map([], known_code)?;
    let known: Result<Vec<KnownCode>, _> = rows.collect();
    Ok(known?.into_iter().map(|code| (code.code.key(), code)).collect())
}

impl Reports {
    /// All codes ever seen.
    pub async fn known_codes(&self) -> Result<BTreeMap<CodeKey, KnownCode>, StoreError> {
        self.read(known_codes).await
    }

    /// When a code was first seen. For a code that a person typed earlier, this is when a feed first listed it.
    pub async fn first_seen(&self, key: CodeKey) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT first_seen_at FROM codes WHERE code_key = ?1 AND deleted = 0";
            let found = connection.prepare_cached(sql)?.query_row([key], |row| row.get::<_, Millis>(0)).optional()?;
            Ok(found.map(|Millis(at)| at))
        })
        .await
    }
}

impl Codes {
    /// Adds a code that somebody named, unless it is known already. Returns its generation.
    pub async fn add_code(&self, code: Code) -> Result<u32, StoreError> {
        self.write(move |tx| {
            let generation = "SELECT generation FROM codes WHERE code_key = ?1 AND deleted = 0";
            let known = tx.statement(generation)?.query_row([code.key()], |row| row.get(0)).optional()?;
            if let Some(generation) = known {
                return Ok(generation);
            }
            insert(tx, &code, None, None, NAMED, false)?;
            Ok(1)
        })
        .await
    }
}

pub(in crate::store) fn insert(
    tx: &Tx<'_>,
    code: &Code,
    rewards: Option<&str>,
    expires_at: Option<Millis>,
    source: &str,
    listed: bool,
) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO codes (code_key, code, rewards, expires_at, source, first_seen_at, listed, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![code.key(), code, rewards, expires_at, source, Millis(tx.now()), listed, tx.version()],
    )
}
