//! What the writes know of the second store: whether it keeps up, and how far it is.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::domain::record::Kind;

use super::schema::Trouble;
use super::{Lag, Store, StoreError};

/// The longest that a write waits for the second store: with what it takes to write the file, two seconds at most.
const WAIT: Duration = Duration::from_millis(1500);

/// Records per page.
const PAGE: u32 = 1000;

/// How the second store is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Second {
    /// It keeps up: a write waits until it has it too.
    pub is_up: bool,
    /// The latest commit that it has.
    pub has: u64,
}

impl Store {
    /// The latest commit. What is read afterwards has it.
    #[must_use]
    pub fn latest_commit(&self) -> u64 {
        self.inner.commits.load(Ordering::SeqCst)
    }

    /// The second store has everything up to this commit and keeps up: from now on a write waits for it.
    pub fn second_store_has(&self, commit: u64) {
        self.inner.second.send_modify(|second| *second = Second { is_up: true, has: second.has.max(commit) });
    }

    /// The second store does not answer, or lacks something: writes do not wait for it, what it lacks stays in the outbox.
    pub fn second_store_is_down(&self) {
        self.inner.second.send_modify(|second| second.is_up = false);
    }

    /// Whether a write waited for too long since this was last asked.
    #[must_use]
    pub fn take_was_slow(&self) -> bool {
        self.inner.was_slow.swap(false, Ordering::SeqCst)
    }

    /// Whether the state is kept in a second store too.
    #[must_use]
    pub fn is_replicated(&self) -> bool {
        self.inner.is_replicated.load(Ordering::SeqCst)
    }

    /// Whether the second store keeps up.
    #[must_use]
    pub fn is_second_store_up(&self) -> bool {
        self.inner.second.borrow().is_up
    }

    /// What is wrong with keeping the state in two stores, if anything: for the health line.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn second_store_trouble(&self) -> Result<Option<String>, StoreError> {
        if !self.inner.is_replicated.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let mut troubles = Vec::new();
        if self.is_in_memory() {
            troubles.push("the state file cannot be used".to_owned());
        }
        if !self.is_second_store_up() {
            let Lag { records, since } = self.lag().await?;
            let age = since.map(|since| self.inner.clock.now().duration_since(since).as_secs());
            let oldest = age.map(|age| format!(", the oldest for {age} s")).unwrap_or_default();
            troubles.push(format!("MongoDB does not answer and lacks {records} changes{oldest}"));
        }
        Ok((!troubles.is_empty()).then(|| troubles.join(", and ")))
    }

    /// Returns when the second store has this commit, or does not keep up.
    pub(super) async fn wait_for_second_store(&self, commit: u64) {
        let mut second = self.inner.second.subscribe();
        let has_it = second.wait_for(|second| !second.is_up || second.has >= commit);
        if tokio::time::timeout(WAIT, has_it).await.is_err() {
            // The replicator finds out why; until it is in step again nobody waits.
            if self.is_second_store_up() {
                self.inner.was_slow.store(true, Ordering::SeqCst);
                tracing::warn!("MongoDB does not answer: it took more than {} s to take a change", WAIT.as_secs_f32());
            }
            self.second_store_is_down();
        }
    }

    /// Whether this process may act on what it has written.
    pub(super) fn may_act(&self) -> Result<(), StoreError> {
        if self.inner.tenure.may_act() { Ok(()) } else { Err(StoreError::NotActive) }
    }

    /// Whether this instance may write to the second store: it has the lease, or needs none.
    #[must_use]
    pub fn has_lease(&self) -> bool {
        self.inner.tenure.term().is_some()
    }

    /// Returns when every write is done that was begun before, though nobody waits for it any more.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write_local(|_| Ok(())).await
    }

    /// Notes in the working copy whether another instance acts or has acted since both were in step: then it must not be
    /// acted on before it was brought in step again, also after a crash.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_behind(&self, is_behind: bool) -> Result<(), StoreError> {
        if self.is_behind().await? == is_behind {
            return Ok(());
        }
        self.write_local(move |tx| {
            let sql =
                "INSERT INTO meta (key, value) VALUES ('behind', ?1) ON CONFLICT DO UPDATE SET value = excluded.value";
            tx.execute(sql, [is_behind])?;
            Ok(())
        })
        .await
    }

    /// Whether another instance acts or has acted since both were in step.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn is_behind(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'behind' AND value = 1)";
            Ok(connection.query_row(sql, [], |row| row.get(0))?)
        })
        .await
    }

    /// Whether there is no record at all.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        for kind in Kind::ALL {
            if !self.page(kind, None, 1).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes over what another working copy has, of whatever age.
    ///
    /// # Errors
    /// When one cannot be read or the other not be written.
    pub async fn take_over(&self, other: &Self) -> Result<(), StoreError> {
        for kind in Kind::ALL {
            let mut after = None;
            loop {
                let page = other.page(kind, after.take(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key());
                self.merge(page).await?;
            }
        }
        Ok(())
    }

    /// Returns when the working copy can be used no longer, with the reason: its file cannot be read or written, or is not
    /// what we wrote any more.
    pub async fn broken(&self) -> String {
        self.inner.broken.cancelled().await;
        self.inner.why_broken.get().map(|why| why.reason.clone()).unwrap_or_default()
    }

    /// Whether it broke.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.inner.broken.is_cancelled()
    }

    /// Whether it broke so that what stands at its path need not be what we wrote.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.inner.why_broken.get().is_some_and(|why| why.is_doubtful)
    }

    pub(super) fn break_with(&self, trouble: Trouble) {
        // Only the first one counts.
        drop(self.inner.why_broken.set(trouble));
        self.inner.broken.cancel();
    }

    /// Whether the working copy is in memory alone: nothing counts as written but what the second store has.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.inner.home.is_memory()
    }
}

#[cfg(test)]
mod tests;
