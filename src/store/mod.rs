//! The state file: where the loops meet.
//!
//! # Guarantees
//! A write returns `Ok` only after it is committed with `synchronous=FULL`, so it is on the disk. While a replica is caught up, the
//! write returns when the replica has it too: what this process acts on survives the loss of either store. If the file cannot
//! be used, the working copy is a temporary one, and a write returns `Ok` only after the replica has it. A failed write has
//! changed nothing, except that a failed write to a temporary copy may still reach the replica later. All writes of one moment
//! share one commit, each in its own savepoint, so a failing write does not affect the others. Waiters are woken only after
//! the commit.
//!
//! # Races
//! There is one writing connection behind a lock, so writes have an order; reads see the last commit. A lock file keeps every
//! other process out. The [`Leader`] keeps out an instance on another file: its claims and posts are refused once its
//! leadership is over. A file that is removed or replaced while in use is noticed before the next write. No SQL runs on an
//! async thread, and no transaction is open across an `.await`.
//!
//! # Crash
//! SQLite's WAL restores every committed write and no part of a later one. The claims of a dead process are recognised by their
//! owner ([`Store::instance`]), and are due again.
//!
//! # Names
//! An alliance is a row of the table `guilds`, and `guild_id` holds an alliance's id in every table, document and export:
//! files, exports and documents from before there were several alliances in a server must still be read. The first
//! alliance of a server has the server's own id ([`AllianceId::first_of`](crate::domain::players::player::AllianceId)).

mod batch_messages;
mod batches;
mod code_players;
mod codes;
mod drafts;
mod erasing;
mod export;
mod guilds;
mod handles;
mod id_answers;
mod import;
mod inspection;
mod kernel;
mod listings;
mod notices;
mod people;
mod players;
mod posts;
mod redemptions;
mod report;
mod requests;
mod shown_name;
mod state_checks;
mod stats;
mod sync;
mod tallies;

pub use batch_messages::{BatchKey, PastBatch};
pub use batches::{BatchProgress, FinishedBatch, Lasted};
pub use code_players::{ActiveCode, CodePlayer, CodePlayers, Outstanding, Which};
pub use codes::{AddedCode, FoundCode};
pub use erasing::{ErasedGuild, Forgotten};
pub use export::{ExportError, ExportWriter, export_records, open_copy, read_export};
pub use guilds::{
    AccessAdded, AccessRemoved, Alliance, AllianceAdded, AllianceRemoved, AllianceRenamed, Failing, GuildSettings,
    IdChannel,
};
pub use handles::{
    Batches, Codes, Erasures, Exports, Guilds, Imports, Listings, Notices, People, PostQueue, RedemptionQueue, Reports,
    Requests, Rosters, SyncLog, Tallies,
};
pub use id_answers::IdMessage;
pub use import::{Imported, ImportedDatabase};
pub use inspection::{
    FeedOnFile, Integrity, RecordedCall, ServerOnFile, StateOverview, check_integrity, lock_holder, state_overview,
};
pub use kernel::{Blocking, FileLock, Leader, Opening, StateKind, Store, StoreError, copy_state};
pub use listings::ListingChanges;
pub use notices::{DueNotice, Lacking, NoticeKey, Notifications};
pub use people::{DirectResults, EndedCode, ResultsChoice};
pub use players::{
    Edited, FilteredPage, Joined, Linked, Listed, ListedDetail, MAX_REPLACED, Preview, Removal, Replaced, RosterChange,
    RosterFilter, RosterPage, StateChange, UNDO_WITHIN,
};
pub use posts::publications::PublishResult;
pub use posts::{DueMessage, GuildPlan, NotPosted, Plan, Planned};
pub use redemptions::{
    Admission, AttemptResult, Candidate, CheckStart, Claim, ClaimRequest, Claims, Invalidated, Judged, Next,
    NextQuestion, OverCode, Recorded, StateQuestion, Waits,
};
pub use report::{
    Arrival, CodeOutcomes, CodePosts, CodeReport, DONE_PERCENT, GuildsReport, HourOutcomes, LatestCode, PausedGuild,
    PausedGuilds, Queue, RedemptionRow, RefusingGuild, StoreCounts,
};
pub use requests::{BatchStart, Standing};
pub use state_checks::CheckCounts;
pub use stats::{CodeStats, DayCounts, GuildStats, STATS_CODES, STATS_DAYS};
pub use sync::{Lag, Merged, OutboxChunk, ReplicaHistory};
pub use tallies::Generation;

#[cfg(test)]
pub(crate) use people::tests::{USER as RESULTS_USER, with_a_result};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod with_tables;
