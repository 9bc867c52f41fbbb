//! The store beside a second one: waiting for it, carrying on in memory, and a file that goes away.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::player::{ChannelId, GuildId};
use crate::domain::record::{Kind, Record};
use crate::store::{Opening, Outbox, StateKind, Store, StoreError};

fn clock() -> Clock {
    Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap())
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    (folder, path)
}

async fn guilds(store: &Store) -> Vec<Record> {
    store.page(Kind::Guilds, None, 1000).await.unwrap()
}

#[tokio::test]
async fn a_file_that_is_taken_away_or_swapped_takes_no_more_writes() {
    for how in 0..3 {
        let (folder, path) = file();
        let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
        store.set_channel(GuildId(1), ChannelId(1)).await.unwrap();
        match how {
            0 => std::fs::remove_file(&path).unwrap(),
            1 => {
                std::fs::copy(&path, folder.path().join("copy")).unwrap();
                std::fs::rename(folder.path().join("copy"), &path).unwrap();
            }
            _ => std::fs::remove_file(folder.path().join("giftcode.db-wal")).unwrap(),
        }
        let error = store.set_channel(GuildId(1), ChannelId(2)).await.unwrap_err().to_string();
        assert!(error.contains("taken away, cut off or swapped"), "{how}: {error}");
        assert!(store.broken().await.contains("taken away, cut off or swapped"));
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_while_it_is_used_is_noticed() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    for guild in 1..300 {
        store.set_channel(GuildId(guild), ChannelId(1)).await.unwrap();
    }
    std::fs::File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    std::fs::File::options().write(true).open(path.with_extension("db-wal")).unwrap().set_len(0).unwrap();
    let write = store.set_channel(GuildId(1), ChannelId(2)).await;
    assert!(write.is_err());
    assert!(!tokio::time::timeout(Duration::from_secs(5), store.broken()).await.unwrap().is_empty());
}

/// What the second store took, and whether it answers.
#[derive(Default)]
struct Taken {
    records: Vec<Record>,
    refuses: bool,
}

fn in_memory(seed: &std::path::Path) -> (Store, bool, Arc<Mutex<Taken>>) {
    let taken = Arc::new(Mutex::new(Taken::default()));
    let shared = taken.clone();
    let confirm = move |changes: Outbox| {
        let mut taken = shared.lock().unwrap();
        if taken.refuses {
            return Err("no".to_owned());
        }
        taken.records.extend(changes.records);
        Ok(())
    };
    let (store, is_seeded) =
        Store::open_in_memory(seed, Opening::new(StateKind::Bot, clock()), Box::new(confirm)).unwrap();
    (store, is_seeded, taken)
}

#[tokio::test]
async fn in_memory_only_what_the_second_store_has_has_happened() {
    let (_folder, path) = file();
    let (store, is_seeded, taken) = in_memory(&path);
    assert!(store.is_in_memory() && !is_seeded);
    store.set_replicated(true).await.unwrap();
    // It was not compared yet, or does not answer.
    let error = store.set_channel(GuildId(1), ChannelId(1)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Persist(reason) if reason.contains("MongoDB does not answer")), "{error}");
    store.second_store_has(store.latest_commit());
    store.set_channel(GuildId(1), ChannelId(2)).await.unwrap();
    let here = guilds(&store).await;
    assert_eq!((taken.lock().unwrap().records.clone(), here.len()), (here.clone(), 1));
    assert_eq!(store.lag().await.unwrap().records, 0);
    taken.lock().unwrap().refuses = true;
    assert!(store.set_channel(GuildId(1), ChannelId(3)).await.is_err());
    assert_eq!(guilds(&store).await, here, "it did not happen");
    assert!(!store.is_second_store_up());
    // What comes from the second store needs no confirmation.
    let (other, _, _) = in_memory(&path);
    assert_eq!(other.merge(here.clone()).await.unwrap().taken, 1);
    assert_eq!(guilds(&other).await, here);
}

#[tokio::test]
async fn a_write_that_nobody_waits_for_any_more_is_done_when_all_is_settled() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    for guild in 1..50 {
        // Begun, and dropped.
        drop(store.set_channel(GuildId(guild), ChannelId(1)).now_or_never());
        store.settle().await.unwrap();
        assert_eq!(guilds(&store).await.len() as u64, guild);
    }
}

#[tokio::test]
async fn that_another_instance_acted_is_known_after_a_crash_too() {
    let (_folder, path) = file();
    let open = || Store::open(&path, StateKind::Bot, clock()).unwrap();
    let store = open();
    assert!(!store.is_behind().await.unwrap());
    store.set_behind(true).await.unwrap();
    drop(store);
    assert!(open().is_behind().await.unwrap());
    assert!(in_memory(&path).0.is_behind().await.unwrap());
    open().set_behind(false).await.unwrap();
    assert!(!open().is_behind().await.unwrap());
}

#[tokio::test]
async fn memory_begins_with_what_a_file_holds_that_can_only_be_read() {
    let (_folder, path) = file();
    let store = Store::open(&path, StateKind::Bot, clock()).unwrap();
    store.set_replicated(true).await.unwrap();
    store.set_channel(GuildId(1), ChannelId(1)).await.unwrap();
    // With its log, as a killed process leaves it.
    let (live, is_seeded, _) = in_memory(&path);
    assert!(is_seeded);
    assert_eq!(guilds(&live).await, guilds(&store).await);
    let before = guilds(&store).await;
    drop(store);
    let instance = Store::open(&path, StateKind::Bot, clock()).unwrap().instance();
    let (closed, is_seeded, taken) = in_memory(&path);
    assert!(is_seeded && closed.instance() > instance);
    assert_eq!(guilds(&closed).await, before);
    // What the second store lacked is still known.
    assert_eq!(closed.lag().await.unwrap().records, 1);
    closed.second_store_has(closed.latest_commit());
    closed.set_channel(GuildId(2), ChannelId(1)).await.unwrap();
    assert_eq!(taken.lock().unwrap().records.len(), 2);
    std::fs::write(&path, "no file of ours").unwrap();
    assert!(!in_memory(&path).1);
}
