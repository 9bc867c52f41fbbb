//! Checks as shown in Discord and in the summaries.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::ToSql;

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::AllianceId;
use crate::store::handles::{Codes, RedemptionQueue, Reports};
use crate::store::kernel::{Millis, StoreError};

use super::asking::{UNDER_WAY, ask_now};
use super::{CheckStart, millis};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverCode {
    pub code: Code,
    pub over: OverReason,
    /// When the next check is due.
    pub check_at: Option<Timestamp>,
}

impl RedemptionQueue {
    /// Notes that an engine works on this file, so that new codes are tested before they are posted.
    pub fn announce_engine(&self) {
        self.0.inner.has_engine.store(true, Ordering::Relaxed);
    }
}

impl Codes {
    /// Checks a code that is over at once, for somebody who believes that it is good. The tester is a player of the
    /// guild's own roster, if one has a known state.
    ///
    /// # Errors
    /// Returns an error if the write fails; the game is not asked then.
    pub async fn check_now(&self, guild: AllianceId, key: CodeKey) -> Result<CheckStart, StoreError> {
        self.write(move |tx| Ok(ask_now(tx, &key, guild)?)).await
    }

    pub async fn is_checking(&self, key: CodeKey) -> Result<bool, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT 1 FROM codes c WHERE c.code_key = ?1 AND {UNDER_WAY}");
            Ok(connection.prepare_cached(&sql)?.exists([key])?)
        })
        .await
    }

    /// The codes that a guild would have if they were not over, latest first, at most `limit`.
    pub async fn over_codes(
        &self,
        guild: AllianceId,
        code: Option<CodeKey>,
        limit: u32,
    ) -> Result<Vec<OverCode>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT c.code, c.condemned, c.check_at FROM codes c
                 WHERE c.deleted = 0 AND c.condemned IS NOT NULL AND (?2 IS NULL OR c.code_key = ?2)
                   AND coalesce((SELECT k.wanted FROM guild_codes k WHERE k.guild_id = ?1 AND k.code_key = c.code_key
                                 AND k.deleted = 0), c.listed) = 1
                 ORDER BY c.condemned_at DESC, c.code_key LIMIT ?3",
            )?;
            let values: [&dyn ToSql; 3] = [&guild, &code, &limit];
            let rows = statement.query_map(values, |row| {
                let check_at = millis(row, 2)?.filter(|at| *at > now);
                Ok(OverCode { code: row.get(0)?, over: OverReason::Invalidated(row.get(1)?), check_at })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

impl Reports {
    /// Counts the codes whose first test is under way, and the codes whose check is under way or due.
    pub async fn open_checks(&self) -> Result<u32, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let sql = format!(
                "SELECT count(*) FROM codes c WHERE c.deleted = 0
                   AND ((c.hold_until > ?1 AND c.condemned IS NULL)
                        OR (c.condemned IS NOT NULL AND (c.listed = 1 AND coalesce(c.check_at, 0) <= ?1 OR {UNDER_WAY})))"
            );
            Ok(connection.prepare_cached(&sql)?.query_row([Millis(now)], |row| row.get(0))?)
        })
        .await
    }
}
