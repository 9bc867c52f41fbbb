//! Whether changes can be saved at the moment, for the health.

use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;

use super::Store;

/// How often it is tried whether changes can be saved again, when nobody makes any.
const TRY_INTERVAL: Duration = Duration::from_secs(30);

/// The last change could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    /// When the first one in a row could not.
    since: Timestamp,
    reason: String,
    /// By the clock's elapsed time.
    tried_at: Duration,
}

impl Store {
    /// Notes what became of a transaction: whether it changed anything, and why it could not be saved.
    pub(super) fn note_saved(&self, has_saved: bool, unsaved: Option<String>) {
        let clock = self.inner.clock;
        let mut known = self.inner.unsaved.lock().unwrap_or_else(PoisonError::into_inner);
        match unsaved {
            Some(reason) => {
                let since = known.as_ref().map_or_else(|| clock.now(), |known| known.since);
                *known = Some(Unsaved { since, reason, tried_at: clock.elapsed() });
            }
            None if has_saved => *known = None,
            None => {}
        }
    }

    /// Since when changes cannot be saved, and why; `None` while they can. Tries now and then.
    pub(in crate::store) async fn unsaved(&self) -> Option<(Timestamp, String)> {
        let is_due = {
            let known = self.inner.unsaved.lock().unwrap_or_else(PoisonError::into_inner);
            known.as_ref().is_some_and(|known| self.inner.clock.elapsed() >= known.tried_at + TRY_INTERVAL)
        };
        if is_due {
            let unchanged = "UPDATE meta SET value = value WHERE key = 'clock'";
            // What it comes to is noted.
            drop(self.write_local(move |tx| Ok(tx.execute(unchanged, [])?)).await);
        }
        let known = self.inner.unsaved.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|known| (known.since, known.reason.clone()))
    }
}
