//! Codes that somebody chose in a menu. They are kept for as long as a form may stay open, and in this file only.
//!
//! The id is a hash of the codes. The same choice is therefore one row, however often it is made and by whom. An id
//! that was issued under another file never stands for other codes: it is either known here or unknown.

use jiff::{SignedDuration, Timestamp};
use md5::{Digest, Md5};
use rusqlite::{OptionalExtension, params};

use crate::domain::codes::code::Code;
use crate::store::handles::Codes;
use crate::store::kernel::{Millis, StoreError, Tx};

/// Longer than anybody leaves a form open.
const KEEP_FOR: SignedDuration = SignedDuration::from_hours(24);
const MAX_CHOICES: u32 = 1000;

/// Deletes choices that are too old or dated in the future (a clock was set back), and the oldest beyond the maximum.
fn forget(tx: &Tx<'_>) -> rusqlite::Result<()> {
    let oldest = tx.now().checked_sub(KEEP_FOR).unwrap_or(Timestamp::MIN);
    let newest = tx.now().checked_add(KEEP_FOR).unwrap_or(Timestamp::MAX);
    tx.execute(
        "DELETE FROM choices WHERE made_at NOT BETWEEN ?1 AND ?2
            OR choice_id IN (SELECT choice_id FROM choices ORDER BY made_at DESC, choice_id LIMIT -1 OFFSET ?3)",
        params![Millis(oldest), Millis(newest), MAX_CHOICES],
    )
    .map(drop)
}

impl Codes {
    /// Keeps a choice for a while. Returns its id of 32 letters and digits.
    ///
    /// # Errors
    /// Returns an error if the write fails; the choice is not kept then.
    pub async fn keep_choice(&self, codes: &[Code]) -> Result<String, StoreError> {
        let text = codes.iter().map(Code::as_str).collect::<Vec<_>>().join(" ");
        let id: String = Md5::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = id.clone();
        self.write_local(move |tx| {
            tx.execute(
                "INSERT INTO choices (choice_id, codes, made_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET made_at = excluded.made_at",
                params![kept, text, Millis(tx.now())],
            )?;
            Ok(forget(tx)?)
        })
        .await?;
        Ok(id)
    }

    /// Returns `None` for a choice that is no longer kept.
    pub async fn choice(&self, id: String) -> Result<Option<Vec<Code>>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT codes, made_at FROM choices WHERE choice_id = ?1")?;
            let found: Option<(String, Millis)> =
                statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let kept = found.filter(|(_, made_at)| now.duration_since(made_at.0).abs() <= KEEP_FOR);
            Ok(kept.and_then(|(codes, _)| codes.split(' ').map(|code| Code::parse(code).ok()).collect()))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::runtime::clock::Clock;
    use crate::store::StateKind;
    use crate::store::Store;

    fn codes(number: usize) -> Vec<Code> {
        (0..10).map(|code| Code::parse(&format!("Long-code_{number:010}_{code:010}")).unwrap()).collect()
    }

    fn count(path: &std::path::Path) -> u32 {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.query_row("SELECT count(*) FROM choices", [], |row| row.get(0)).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn choices_outlive_the_process_and_are_bounded_in_age_and_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let clock = Clock::simulated("2026-11-20T12:00:00Z".parse().unwrap());
        let store = Store::open(&path, StateKind::Bot, clock).unwrap();
        let first = store.codes().keep_choice(&codes(0)).await.unwrap();
        assert_eq!(first.len(), 32);
        drop(store);
        let store = Store::open(&path, StateKind::Bot, clock).unwrap();
        assert_eq!(store.codes().choice(first.clone()).await.unwrap(), Some(codes(0)));
        assert_eq!(store.codes().choice("0".repeat(32)).await.unwrap(), None);
        // Choosing the same codes again keeps the id and resets the age.
        tokio::time::advance(Duration::from_secs(23 * 3600)).await;
        assert_eq!(store.codes().keep_choice(&codes(0)).await.unwrap(), first);
        tokio::time::advance(Duration::from_secs(23 * 3600)).await;
        assert_eq!(store.codes().choice(first.clone()).await.unwrap(), Some(codes(0)));
        tokio::time::advance(Duration::from_secs(2 * 3600)).await;
        assert_eq!(store.codes().choice(first).await.unwrap(), None);
        let mut ids = Vec::new();
        for number in 1..=1005 {
            ids.push(store.codes().keep_choice(&codes(number)).await.unwrap());
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert_eq!(count(&path), 1000);
        assert_eq!(store.codes().choice(ids[4].clone()).await.unwrap(), None);
        assert_eq!(store.codes().choice(ids[5].clone()).await.unwrap(), Some(codes(6)));
        assert_eq!(store.codes().choice(ids[1004].clone()).await.unwrap(), Some(codes(1005)));
    }
}
