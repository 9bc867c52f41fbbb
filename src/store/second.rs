//! What a session asks of its working copy.

use crate::domain::record::Kind;
use crate::leadership::Phase;
use crate::ports::replica::ReplicaError;

use super::schema::Trouble;
use super::{Store, StoreError};

/// Records per page.
const PAGE: u32 = 1000;

impl Store {
    /// The former name of [`Store::replica_has`].
    pub fn second_store_has(&self, commit: u64) {
        self.replica_has(commit);
    }

    /// The former name of [`Store::replica_failed`].
    pub fn second_store_is_down(&self) {
        self.replica_failed(&ReplicaError::Unreachable(String::new()));
    }

    /// The former name of [`Store::replica_keeps_up`].
    #[must_use]
    pub fn is_second_store_up(&self) -> bool {
        self.replica_keeps_up()
    }

    /// Whether this instance may write to the second store: it has the lease, or needs none.
    #[must_use]
    pub fn has_lease(&self) -> bool {
        self.inner.leadership.term().is_some() || self.inner.leadership.phase() == Phase::Single
    }

    /// Returns when every write is done that was begun before, though nobody waits for it any more.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write_local(|_| Ok(())).await
    }

    /// The former name of [`Store::note_stale`], and its opposite.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_behind(&self, is_behind: bool) -> Result<(), StoreError> {
        if is_behind {
            return self.note_stale().await;
        }
        let history = self.replica_history().await?;
        self.note_caught_up(&history.database.unwrap_or_default(), history.position).await
    }

    /// Whether another instance acts or has acted since both were in step.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn is_behind(&self) -> Result<bool, StoreError> {
        Ok(self.replica_history().await?.is_stale)
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

    /// Whether the working copy is a temporary one: nothing counts as written but what the replica has.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.inner.backing.is_temporary()
    }
}

#[cfg(test)]
mod tests;
