//! The narrow handles. Each is made for one module and offers only the operations that this module needs. A constructor
//! takes the handles it uses, so its signature shows which state it may touch.
//!
//! All but [`Batches`], [`Rosters`], [`Reports`] and [`Exports`] write redemptions: see `docs/developing.md`, "Five paths".

use rusqlite::Connection;

use super::kernel::{Store, StoreError, Tx};

/// Declares the handles, how each is obtained from an opened store, and which kernel functions it may use. Clones share
/// the file.
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
    /// Redemptions: claim, release, record. For the engine, and for Discord's commands that correct a player's state.
    RedemptionQueue by redemptions;
    /// Posts: plan, send, correct. For the poster.
    PostQueue by posts;
    /// Batches and their progress messages. For the reporter and Discord's commands.
    Batches by batches;
    /// Notices: mentions after a batch, and reminders. For the notifier.
    Notices by notices;
    /// The listings of the feeds. For the watcher.
    Listings by listings;
    /// Guilds and their settings. For Discord's commands and events.
    Guilds by guilds;
    /// Codes as guilds and people see them. For Discord's commands.
    Codes by codes;
    /// Players, rosters and links. For Discord's commands.
    Rosters by rosters;
    /// What Discord users chose for themselves, and their results. For direct messages and Discord's commands.
    People by people;
    /// Redemptions that people request. For Discord's commands and buttons.
    Requests by requests;
    /// Permanent erasure. For the eraser, the retention service and Discord's commands.
    Erasures by erasures;
    /// Counts of old final results. For the retention service.
    Tallies by tallies;
    /// The outbox, the merge, and the replica's progress. For the replicator and the leadership.
    SyncLog by sync_log;
    /// Summaries and counts, read only. For commands and health lines.
    Reports by reports;
    /// The whole state as JSON. For the daily backup.
    Exports by exports;
    /// State of other programs. For `state import`.
    Imports by imports;
}
