//! The narrow handles: each is made for one room and holds only what that room does to the state. A constructor takes the
//! handles it uses, so its signature says what it may touch.
//!
//! All but [`Batches`], [`Rosters`] and [`Reports`] write redemptions: see `docs/developing.md`, "Five paths".

use rusqlite::Connection;

use super::kernel::{Store, StoreError, Tx};

/// Declares the handles, with how each is had from an opened store and what of the kernel it works with. Clones share the
/// file.
macro_rules! handles {
    ($($(#[$doc:meta])* $handle:ident by $accessor:ident;)*) => {
        impl Store {
            $($(#[$doc])* pub fn $accessor(&self) -> $handle {
                $handle(self.clone())
            })*
        }

        $($(#[$doc])* #[derive(Clone)] pub struct $handle(pub(super) Store);

        #[allow(dead_code, reason = "no handle needs every way to write")]
        impl $handle {
            forward!(read, &Connection => Result<T, StoreError>);
            forward!(write, &Tx<'_> => Result<T, StoreError>);
            forward!(write_fact, &Tx<'_> => Result<T, StoreError>);
            forward!(write_intent, &Tx<'_> => Result<(T, Result<(), StoreError>), StoreError>);
            forward!(write_leading, &Tx<'_> => Result<T, StoreError>);
            forward!(write_local, &Tx<'_> => Result<T, StoreError>);
        })*
    };
}

macro_rules! forward {
    ($verb:ident, $with:ty => $returns:ty) => {
        pub(super) async fn $verb<T: Send + 'static>(
            &self,
            work: impl FnOnce($with) -> Result<T, StoreError> + Send + 'static,
        ) -> $returns {
            self.0.$verb(work).await
        }
    };
}

handles! {
    /// Redemptions: claim, release, record. For the engine, and for a state that Discord's commands correct.
    RedemptionQueue by redemptions;
    /// Posts: plan, send, correct. For the poster.
    PostQueue by posts;
    /// Batches and their progress messages. For the reporter and Discord's commands.
    Batches by batches;
    /// The listings of the feeds. For the watcher.
    Listings by listings;
    /// Guilds and their settings. For Discord's commands and events.
    Guilds by guilds;
    /// Codes as guilds and people see them. For Discord's commands.
    Codes by codes;
    /// Players, rosters and links. For Discord's commands.
    Rosters by rosters;
    /// Redemptions that people ask for. For Discord's commands and buttons.
    Requests by requests;
    /// Erasing for good. For the eraser, the retention and Discord's commands.
    Erasures by erasures;
    /// Counts of what was decided long ago. For the retention.
    Tallies by tallies;
    /// The outbox, the merge, and what is known of the replica. For the replicator and the leadership.
    SyncLog by sync_log;
    /// Summaries and counts, read only. For commands and health lines.
    Reports by reports;
    /// State of other programs. For `state import`.
    Imports by imports;
}
