//! A file that goes away, and a temporary copy in its place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::time::Instant;

use super::Backing;
use crate::domain::players::player::{AllianceId, ChannelId};
use crate::domain::sync::election::Position;
use crate::domain::sync::record::{Record, RecordKind};
use crate::ports::replica::ReplicaError;
use crate::runtime::clock::Clock;
use crate::store::{Opening, ReplicaHistory, StateKind, Store, StoreError};

fn clock() -> Clock {
    Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap())
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    (folder, path)
}

async fn guilds(store: &Store) -> Vec<Record> {
    store.sync_log().page(RecordKind::Guilds, None, 1000).await.unwrap()
}

#[tokio::test]
async fn a_file_that_is_taken_away_or_swapped_takes_no_more_writes() {
    for how in 0..4 {
        let (folder, path) = file();
        let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
        store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
        match how {
            0 => std::fs::remove_file(&path).unwrap(),
            1 => {
                std::fs::copy(&path, folder.path().join("copy")).unwrap();
                std::fs::rename(folder.path().join("copy"), &path).unwrap();
            }
            2 => std::fs::remove_file(folder.path().join("giftcode.db-wal")).unwrap(),
            // A part of the log that is not in the file yet.
            _ => {
                let log = std::fs::File::options().write(true).open(folder.path().join("giftcode.db-wal")).unwrap();
                log.set_len(log.metadata().unwrap().len() / 2).unwrap();
            }
        }
        let error = store.guilds().set_channel(AllianceId(1), ChannelId(2)).await.unwrap_err().to_string();
        assert!(error.contains("taken away, cut off or swapped"), "{how}: {error}");
        assert!(store.broken().await.contains("taken away, cut off or swapped"));
    }
}

/// Backup tools do this.
#[tokio::test]
async fn another_program_may_have_the_log_written_into_the_file() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    for round in 1..4 {
        for guild in 1..50 {
            store.guilds().set_channel(AllianceId(guild), ChannelId(round)).await.unwrap();
        }
        let busy: bool = other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
        assert_eq!((busy, std::fs::metadata(path.with_extension("db-wal")).unwrap().len()), (false, 0));
        store.guilds().set_channel(AllianceId(1), ChannelId(99)).await.unwrap();
        assert!(!store.is_broken());
    }
    drop((store, other));
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    assert_eq!(guilds(&store).await.len(), 49);
}

#[tokio::test]
async fn a_file_that_is_cut_off_while_it_is_used_is_noticed() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    for guild in 1..300 {
        store.guilds().set_channel(AllianceId(guild), ChannelId(1)).await.unwrap();
    }
    std::fs::File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    std::fs::File::options().write(true).open(path.with_extension("db-wal")).unwrap().set_len(0).unwrap();
    let write = store.guilds().set_channel(AllianceId(1), ChannelId(2)).await;
    assert!(write.is_err());
    assert!(!tokio::time::timeout(Duration::from_secs(5), store.broken()).await.unwrap().is_empty());
}

fn temporary(from: &Path) -> Store {
    Store::open_temporary(Some(from), Opening::new(StateKind::Bot, clock())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn in_a_temporary_copy_a_write_counts_when_the_replica_has_it() {
    let (_folder, path) = file();
    let store = temporary(&path);
    assert!(store.is_temporary());
    store.sync_log().set_replicated(true).await.unwrap();
    // The replica is not caught up yet.
    let error = store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Persist(reason) if reason.contains("MongoDB has not caught up yet")),
        "{error}"
    );
    assert_eq!(guilds(&store).await, []);
    store.replica_has(store.latest_commit());
    // The write waits for the replica, however long that takes.
    let began = Instant::now();
    let (written, ()) = tokio::join!(async { store.guilds().set_channel(AllianceId(1), ChannelId(2)).await }, async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        store.replica_has(store.latest_commit());
    });
    written.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(20));
    let refused = ReplicaError::Refused("over its space quota".into());
    let (written, ()) = tokio::join!(async { store.guilds().set_channel(AllianceId(1), ChannelId(3)).await }, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        store.sync_log().replica_failed(&refused);
    });
    let error = written.unwrap_err().to_string();
    assert!(error.contains("MongoDB refuses: over its space quota"), "{error}");
    let trouble = store.sync_log().replica_status().await.unwrap().trouble().unwrap();
    assert!(trouble.starts_with("the state file cannot be used, and MongoDB refuses"), "{trouble}");
    // Records that come from the replica need no acknowledgement.
    let other = temporary(&path);
    assert_eq!(other.sync_log().merge(guilds(&store).await).await.unwrap().taken, 1);
}

/// In memory, which is used when no folder is writable, reads and writes don't lock each other out.
#[tokio::test(flavor = "multi_thread")]
async fn in_memory_nothing_is_ever_locked() {
    let opened = crate::store::kernel::schema::in_memory(None, StateKind::Bot).unwrap();
    let backing = super::Backing::Temporary { identity: None, _folder: None };
    let store = Store::new(opened, backing, Opening::new(StateKind::Bot, clock()));
    store.replica_has(u64::MAX);
    let writes = (1..200).map(|guild| {
        let store = store.clone();
        tokio::spawn(async move { store.guilds().set_channel(AllianceId(guild), ChannelId(1)).await.map(drop) })
    });
    let reads = (1..200).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.sync_log().page(RecordKind::Guilds, None, 1000).await.map(drop) })
    });
    for done in futures_util::future::join_all(writes.chain(reads).collect::<Vec<_>>()).await {
        done.unwrap().unwrap();
    }
    assert_eq!(guilds(&store).await.len(), 199);
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_any_more_is_done_when_all_is_settled() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    for guild in 1..50 {
        // Begins a write, and drops its future.
        drop(store.guilds().set_channel(AllianceId(guild), ChannelId(1)).now_or_never());
        store.settle().await.unwrap();
        assert_eq!(guilds(&store).await.len() as u64, guild);
    }
}

#[tokio::test]
async fn what_the_file_knows_of_the_replica_holds_after_a_crash_and_in_a_copy() {
    let (_folder, path) = file();
    let open = || Store::open(&path, StateKind::Bot, clock()).unwrap();
    let store = open();
    assert_eq!(store.sync_log().replica_history().await.unwrap(), ReplicaHistory::default());
    let at = |term, round| Position { term, round };
    store.sync_log().note_caught_up("db", at(7, 3)).await.unwrap();
    store.sync_log().note_standby(true).await.unwrap();
    store.sync_log().note_stale().await.unwrap();
    drop(store);
    let known =
        ReplicaHistory { database: Some("db".to_owned()), position: at(7, 3), is_stale: true, had_standby: true };
    assert_eq!(open().sync_log().replica_history().await.unwrap(), known);
    assert_eq!(temporary(&path).sync_log().replica_history().await.unwrap(), known);
    let store = open();
    // A confirmation from an older term is ignored.
    store.sync_log().outbox_confirmed(at(6, 99)).await.unwrap();
    assert_eq!(store.sync_log().replica_history().await.unwrap().position, at(7, 3));
    store.sync_log().note_caught_up("db", at(8, 0)).await.unwrap();
    store.sync_log().outbox_confirmed(at(8, 2)).await.unwrap();
    store.sync_log().note_standby(false).await.unwrap();
    let now = ReplicaHistory { position: at(8, 2), is_stale: false, had_standby: false, ..known };
    assert_eq!(store.sync_log().replica_history().await.unwrap(), now);
}

#[tokio::test]
async fn a_temporary_copy_begins_with_what_a_file_holds_that_can_only_be_read() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    store.sync_log().set_replicated(true).await.unwrap();
    store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
    // The file still has its log, as after a killed process.
    let live = temporary(&path);
    assert_eq!(guilds(&live).await, guilds(&store).await);
    let before = guilds(&store).await;
    drop(store);
    let instance = Store::open(&path, StateKind::Bot, clock()).unwrap().instance();
    let closed = temporary(&path);
    assert!(closed.instance() > instance);
    assert_eq!(guilds(&closed).await, before);
    // The copy still knows which records the replica lacks.
    assert_eq!(closed.sync_log().unsent().await.unwrap().records, 1);
    let Backing::Temporary { _folder: Some(folder), .. } = &closed.inner.backing else { panic!("it has no folder") };
    let folder = folder.path().to_owned();
    assert!(folder.is_dir());
    drop(closed);
    assert!(!folder.exists());
    std::fs::write(&path, "no file of ours").unwrap();
    assert_eq!(guilds(&temporary(&path)).await, []);
}
