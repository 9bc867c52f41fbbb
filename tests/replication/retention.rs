//! Retention with a real file and a real server: counted redemptions are dropped from both, whoever leads and whatever a copy has.

use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::FeedAnswer;
use giftcode_bot::domain::sync::record::RecordKind;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};
use jiff::SignedDuration;

use crate::converging::{DATABASE, Files, decide, fill, until_caught_up};
use crate::sessions::{Records, in_file, in_mongo, meet, session_at};

const PLAYERS: u64 = 120;

fn of(records: &Records, kind: RecordKind) -> usize {
    records.keys().filter(|(of_kind, _)| *of_kind == kind).count()
}

async fn granted(store: &Store) -> (u32, usize) {
    let report = store.reports().code_report(Code::parse("gogoWOS").unwrap().key(), 1).await.unwrap();
    (report.granted, report.players as usize)
}

async fn drop_all(store: &Store) -> usize {
    let mut dropped = 0;
    loop {
        match store.tallies().drop_counted(50).await.unwrap() {
            0 => return dropped,
            count => dropped += count,
        }
    }
}

pub async fn counted_redemptions_leave_both_stores_and_no_copy_brings_them_back() {
    let files = Files::new();
    let uri = files.server.uri();
    let before = async |store: &Store| {
        fill(store, 1, PLAYERS).await;
        assert_eq!(decide(store, 200).await, 120);
        // No feed lists it any more.
        let answer = FeedAnswer::new("f", Vec::new());
        store.listings().apply_answer(Some(answer), &["f".to_owned()], Duration::ZERO).await.unwrap();
    };
    files.session("a.db", before).await;
    // A second instance that waited, and a copy of the file.
    files.meet("b.db").await;
    std::fs::copy(files.path("a.db"), files.path("copy.db")).unwrap();
    let later = || Clock::simulated(Clock::system().now() + SignedDuration::from_hours(60 * 24));
    let count = async |store: &Store| {
        for generation in store.tallies().old_generations().await.unwrap() {
            assert!(store.tallies().count_generation(generation).await.unwrap());
        }
        assert_eq!(granted(store).await, (120, 120));
        // Not before MongoDB is known to have the counts.
        for _ in 0..600 {
            if store.sync_log().is_outbox_empty().await.unwrap() {
                break;
            }
            assert_eq!(store.tallies().drop_counted(50).await.unwrap(), 0);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(drop_all(store).await, 120);
        until_caught_up(store, &uri, DATABASE).await;
        assert_eq!(granted(store).await, (120, 120));
    };
    session_at(later(), &files.path("a.db"), &uri, DATABASE, count).await;
    let there = in_mongo(&uri, DATABASE).await;
    assert_eq!(
        (of(&there, RecordKind::Redemptions), of(&there, RecordKind::Tallies), of(&there, RecordKind::Posts)),
        (0, 2, 1)
    );
    // A copy that still has the redemptions receives the counts, and drops them.
    for name in ["b.db", "copy.db"] {
        let drop = async |store: &Store| {
            assert_eq!(granted(store).await, (120, 120), "{name}");
            drop_all(store).await;
            assert_eq!(granted(store).await, (120, 120), "{name}");
            assert_eq!(store.posts().plan().await.unwrap().redemptions, 0, "{name}");
        };
        session_at(later(), &files.path(name), &uri, DATABASE, drop).await;
        let (here, there) = (in_file(&files.path(name), StateKind::Bot).await, in_mongo(&uri, DATABASE).await);
        assert_eq!(of(&there, RecordKind::Redemptions), 0, "{name}");
        assert_eq!(here, there, "{name}");
    }
    // A new disk has only the counts.
    meet(&files.path("new.db"), &uri, DATABASE).await;
    let new = Store::open(&files.path("new.db"), StateKind::Bot, Clock::system()).unwrap();
    assert_eq!(granted(&new).await, (120, 120));
}
