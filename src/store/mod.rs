//! The state file: where the loops meet.
//!
//! # Guarantees
//! A write returns `Ok` only after it is committed with `synchronous=FULL`: it is on the disk. Where there is a replica that
//! keeps up, it returns when that has it too: what this process acts on outlives either store. Where the file cannot be used,
//! the working copy is a temporary one, and a write returns `Ok` only after the replica has it. A write that fails has
//! changed nothing; but for one to a temporary copy, which may reach the replica later. All writes of one moment share one commit, each in a savepoint of its own, so one that fails takes
//! no other with it. Waiters are woken after the commit, never before.
//!
//! # Races
//! There is one writing connection behind a lock, so writes have an order; reads see the last commit. A lock file keeps
//! every other process out; the [`Leader`] keeps out an instance on another file, whose claims and posts are refused once
//! it is over. A file that is taken away or swapped while we run is noticed before the next write. No SQL runs on an async thread, and none is open across an `.await`.
//!
//! # Crash
//! SQLite's WAL gives back every committed write and nothing of a later one. What a dead process had claimed is told by
//! the claim's owner ([`Store::instance`]) and is simply due again.

mod batch_messages;
mod batches;
mod codes;
mod erasing;
mod guilds;
mod handles;
mod import;
mod kernel;
mod listings;
mod players;
mod posts;
mod redemptions;
mod report;
mod requests;
mod sync;
mod tallies;

pub use batch_messages::{BatchKey, PastBatch};
pub use batches::{BatchProgress, FinishedBatch};
pub use codes::{AddedCode, FoundCode};
pub use erasing::{ErasedGuild, Forgotten};
pub use guilds::{Failing, GuildSettings};
pub use handles::{
    Batches, Codes, Erasures, Guilds, Imports, Listings, PostQueue, RedemptionQueue, Reports, Requests, Rosters,
    SyncLog, Tallies,
};
pub use import::{Imported, ImportedDatabase};
pub use kernel::{Blocking, FileLock, Leader, Opening, StateKind, Store, StoreError, copy_state};
pub use listings::ListingChanges;
pub use players::{Linked, RosterChange, RosterPage};
pub use posts::{DueMessage, GuildPlan, NotPosted, Plan, Planned};
pub use redemptions::{
    Admission, AttemptResult, Candidate, CheckStart, Claim, ClaimRequest, Claims, Invalidated, Judged, Next, OverCode,
    Recorded,
};
pub use report::{CodeReport, RedemptionRow};
pub use requests::{BatchStart, Standing};
pub use sync::{Lag, Merged, OutboxChunk, ReplicaHistory};
pub use tallies::Generation;

#[cfg(test)]
mod tests;
