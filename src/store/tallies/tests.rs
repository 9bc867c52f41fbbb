//! Retention on real files: redemptions are counted and dropped, and none is counted twice, lost, or redeemed again.

use crate::store::Store;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{ChannelId, Player, PlayerId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::record::{Record, Value};
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::with_tables::with_tables;
use crate::store::{AddedCode, Admission, AttemptResult, CodeReport, Next};

const DAY: Duration = Duration::from_secs(24 * 3600);
const HERE: AllianceId = AllianceId(7);
const OTHER: AllianceId = AllianceId(8);

fn open(path: &Path, clock: Clock) -> Store {
    Store::open(with_tables(path), StateKind::Bot, clock).unwrap()
}

fn clock() -> Clock {
    Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap())
}

fn code() -> Code {
    Code::parse("gogoWOS").unwrap()
}

fn player(number: u64) -> Player {
    let id = PlayerId::new(number).unwrap();
    Player { id, nickname: format!("P{number}"), state: State::new(245), furnace_level: None }
}

async fn guild(store: &Store, guild: AllianceId, players: impl IntoIterator<Item = u64>) {
    store.guilds().set_channel(guild, ChannelId(guild.0)).await.unwrap();
    store.guilds().set_auto_redeem(guild, true).await.unwrap();
    store.rosters().add_to_roster(guild, players.into_iter().map(player).collect()).await.unwrap();
}

async fn list(store: &Store, codes: &[&str]) {
    let entries = codes.iter().map(|code| Entry::active(Code::parse(code).unwrap())).collect();
    let answer = FeedAnswer::new("feed", entries);
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
}

/// Decides every due redemption with the player's `status`; returns how many.
async fn decide(store: &Store, status: impl Fn(u64) -> Status) -> usize {
    while store.posts().plan().await.unwrap().redemptions > 0 {}
    let claims = store.redemptions().claim_due(1000, 99, |_| Admission::Take).await.unwrap().taken;
    let count = claims.len();
    for claim in claims {
        let status = status(claim.player.get());
        let next = Next::Final(Outcome::of(&status).unwrap_or(Outcome::GaveUp));
        store
            .redemptions()
            .record(claim.clone(), AttemptResult { status, history: claim.history, next })
            .await
            .unwrap();
    }
    count
}

/// Granted, already redeemed, refused and given up in rotation.
fn mixed(player: u64) -> Status {
    match player % 4 {
        0 => Status::Success,
        1 => Status::Received,
        2 => Status::StoveLevel,
        _ => Status::Unknown("ODD".into()),
    }
}

/// Two guilds, with players 1 to 3 and 3 to 6, and one code that is decided for all players and no longer listed.
async fn over(path: &Path, clock: Clock) -> Store {
    let store = open(path, clock);
    guild(&store, HERE, 1..=3).await;
    guild(&store, OTHER, 3..=6).await;
    list(&store, &["gogoWOS"]).await;
    assert_eq!(decide(&store, mixed).await, 6);
    list(&store, &["ANOTHER"]).await;
    store
}

async fn due(store: &Store) -> Vec<Generation> {
    store.tallies().old_generations().await.unwrap()
}

/// The code's results that the store reports: over all players, and per guild.
async fn shown(store: &Store) -> BTreeMap<u64, [u32; 3]> {
    let CodeReport { granted, already, failed, gave_up, .. } =
        store.reports().code_report(code().key(), 1).await.unwrap();
    let without = failed.values().sum::<u32>() + gave_up.values().sum::<u32>();
    let mut shown = BTreeMap::from([(0, [granted, already, without])]);
    for guild in [HERE, OTHER] {
        if let Some(batch) = store
            .batches()
            .past_batches(guild, Some(code().key()), 9)
            .await
            .unwrap()
            .into_iter()
            .find(|r| r.generation == 1)
        {
            shown.insert(guild.0, [batch.tally.granted, batch.tally.already, batch.tally.failures()]);
        }
    }
    shown
}

async fn rows(store: &Store) -> usize {
    let rows = store.sync_log().page(RecordKind::Redemptions, None, 10_000).await.unwrap();
    rows.iter().filter(|row| *row.get("code_key") == Value::Text("GOGOWOS".into())).count()
}

async fn all(store: &Store) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in RecordKind::ALL {
        records.extend(store.sync_log().page(kind, None, 10_000).await.unwrap());
    }
    records
}

async fn sql(store: &Store, sql: &'static str) -> i64 {
    store.read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
}

async fn execute(store: &Store, sql: &'static str) {
    store.write_local(move |tx| Ok(tx.execute(sql, [])?)).await.unwrap();
}

/// Makes the replica caught up.
async fn all_sent(store: &Store) {
    execute(store, "DELETE FROM outbox").await;
}

async fn count_and_drop(store: &Store) {
    for generation in due(store).await {
        assert!(store.tallies().count_generation(generation).await.unwrap());
    }
    while store.tallies().drop_counted(2).await.unwrap() > 0 {}
}

#[tokio::test(start_paused = true)]
async fn after_eight_weeks_the_numbers_are_kept_and_the_redemptions_go_from_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let store = over(&folder.path().join("a.db"), clock()).await;
    store.sync_log().set_replicated(true).await.unwrap();
    let before = shown(&store).await;
    assert_eq!(before, BTreeMap::from([(0, [1, 2, 3]), (7, [0, 1, 2]), (8, [1, 1, 2])]));
    tokio::time::advance(55 * DAY).await;
    assert_eq!(due(&store).await, []);
    tokio::time::advance(2 * DAY).await;
    assert_eq!(due(&store).await, [(code().key(), 1)]);
    all_sent(&store).await;
    assert_eq!(store.tallies().drop_counted(9).await.unwrap(), 0, "nothing is counted");
    assert!(store.tallies().count_generation((code().key(), 1)).await.unwrap());
    assert!(!store.tallies().count_generation((code().key(), 1)).await.unwrap(), "once only");
    assert_eq!((shown(&store).await, rows(&store).await, due(&store).await), (before.clone(), 6, vec![]));
    assert_eq!(store.tallies().drop_counted(9).await.unwrap(), 0, "the replica lacks the numbers");
    all_sent(&store).await;
    assert_eq!(
        (store.tallies().drop_counted(4).await.unwrap(), store.tallies().drop_counted(4).await.unwrap()),
        (4, 2)
    );
    assert_eq!((shown(&store).await, rows(&store).await), (before, 0));
    let erased = "SELECT count(*) FROM outbox WHERE kind = 'redemptions' AND erased IS NOT NULL";
    assert_eq!(sql(&store, erased).await, 6);
    assert_eq!(store.tallies().drop_counted(9).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_wanted_heard_of_or_pending_is_not_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = over(&folder.path().join("a.db"), clock()).await;
    store.codes().add_guild_code(HERE, code()).await.unwrap();
    tokio::time::advance(60 * DAY).await;
    assert_eq!(due(&store).await, [], "a guild wants it");
    store.codes().remove_guild_code(HERE, code().key()).await.unwrap();
    assert_eq!(due(&store).await.len(), 1);
    guild(&store, HERE, [9]).await;
    store.requests().start_batch(HERE, code().key(), 1).await.unwrap();
    assert_eq!(due(&store).await, [], "something is pending");
    assert!(!store.tallies().count_generation((code().key(), 1)).await.unwrap(), "and it is looked at again");
    decide(&store, mixed).await;
    assert_eq!(due(&store).await, [], "something was decided");
    tokio::time::advance(57 * DAY).await;
    assert_eq!(due(&store).await.len(), 1);
    list(&store, &["gogoWOS"]).await;
    assert_eq!(due(&store).await, [], "it is listed");
}

#[tokio::test(start_paused = true)]
async fn a_copy_brings_nothing_back_and_nothing_is_redeemed_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = over(&folder.path().join("a.db"), clock()).await;
    let (before, copy) = (shown(&store).await, all(&store).await);
    tokio::time::advance(60 * DAY).await;
    count_and_drop(&store).await;
    store.sync_log().set_replicated(true).await.unwrap();
    let merged = store.sync_log().merge(copy.clone()).await.unwrap();
    assert_eq!((merged.erased, rows(&store).await), (6, 0), "and the replica is told");
    assert_eq!(sql(&store, "SELECT count(*) FROM outbox WHERE erased IS NOT NULL").await, 6);
    assert_eq!((shown(&store).await, decide(&store, mixed).await), (before.clone(), 6), "ANOTHER is due, nothing else");
    // Another file that holds the redemptions receives the counts.
    let other = open(&folder.path().join("b.db"), clock());
    other.sync_log().merge(copy).await.unwrap();
    other.sync_log().merge(store.sync_log().page(RecordKind::Tallies, None, 99).await.unwrap()).await.unwrap();
    assert_eq!((shown(&other).await, rows(&other).await), (before.clone(), 6));
    assert_eq!((other.tallies().drop_counted(99).await.unwrap(), shown(&other).await), (6, before));
}

/// Whichever way a code with counted redemptions is reactivated, its next generation redeems it once for everybody.
#[tokio::test(start_paused = true)]
async fn a_code_that_comes_back_is_redeemed_in_its_next_generation() {
    let ways = ["listed", "silent", "added", "run", "person", "asked"];
    for way in ways {
        let folder = tempfile::tempdir().unwrap();
        let store = over(&folder.path().join("a.db"), clock()).await;
        if way == "silent" {
            // Its source fell silent, so no end was recorded.
            execute(&store, "UPDATE codes SET ended_at = NULL WHERE code_key = 'GOGOWOS'").await;
            execute(&store, "UPDATE listings SET standing = 'lapsed'").await;
        }
        tokio::time::advance(60 * DAY).await;
        decide(&store, mixed).await;
        count_and_drop(&store).await;
        let before = shown(&store).await;
        match way {
            "listed" | "silent" => list(&store, &["gogoWOS", "ANOTHER"]).await,
            "added" => assert_eq!(store.codes().add_guild_code(HERE, code()).await.unwrap(), AddedCode::Added),
            "run" => drop(store.requests().start_batch(HERE, code().key(), 1).await.unwrap()),
            "person" => {
                store.rosters().link(UserId(5), player(1)).await.unwrap();
                store.requests().request_for_person(vec![player(1).id], code().key(), 1).await.unwrap();
            }
            _ => {
                // It was over in a generation without posts or decisions, which a reactivation would continue.
                execute(&store, "UPDATE posts SET deleted = 1, message_id = NULL, attempted_at = NULL").await;
                let over = "UPDATE codes SET condemned = 'TIME_ERROR', condemned_at = first_seen_at, good_at = NULL, ended_at = NULL
                            WHERE code_key = 'GOGOWOS'";
                execute(&store, over).await;
                store.codes().check_now(HERE, code().key()).await.unwrap();
            }
        }
        let mut decided = 0;
        for _ in 0..4 {
            decided += decide(&store, |_| Status::Success).await;
        }
        let expected = match way {
            "added" | "run" => 3,
            "person" | "asked" => 1,
            _ => 6,
        };
        assert_eq!((decided, rows(&store).await), (expected, expected), "{way}");
        let generations = "SELECT min(generation) * 10 + max(generation) FROM redemptions WHERE code_key = 'GOGOWOS'";
        assert_eq!(sql(&store, generations).await, 22, "{way}");
        assert_eq!(shown(&store).await, before, "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_a_quarter_ago_goes_but_not_what_keeps_from_posting_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = over(&folder.path().join("a.db"), clock()).await;
    store.sync_log().set_replicated(true).await.unwrap();
    let gone: Vec<PlayerId> = (1..=2).map(|number| player(number).id).collect();
    store.rosters().remove_players(HERE, gone).await.unwrap();
    store.rosters().link(UserId(5), player(6)).await.unwrap();
    store.rosters().unlink(UserId(5), None).await.unwrap();
    let tried = "UPDATE posts SET deleted = 1, attempted_at = iif(guild_id = 7, planned_at, NULL), message_id = NULL";
    execute(&store, tried).await;
    // Deleted players with and without redemptions, and deleted guilds that have rosters.
    store.rosters().link(UserId(5), player(77)).await.unwrap();
    for delete in [
        "DELETE FROM links WHERE player_id = 77",
        "UPDATE guilds SET deleted = 1",
        "UPDATE players SET deleted = 1 WHERE player_id IN (1, 2, 77)",
    ] {
        execute(&store, delete).await;
    }
    tokio::time::advance(89 * DAY).await;
    assert_eq!(store.tallies().drop_deleted(99).await.unwrap(), 0);
    tokio::time::advance(2 * DAY).await;
    all_sent(&store).await;
    let mut dropped = 0;
    loop {
        match store.tallies().drop_deleted(1).await.unwrap() {
            0 => break,
            count => dropped += count,
        }
    }
    // Two players taken off a roster, a link, a post that was never attempted, and a player without references.
    assert_eq!(dropped, 5);
    let erased =
        "SELECT count(*) FROM outbox WHERE erased IS NOT NULL AND kind IN ('rosters', 'links', 'posts', 'players')";
    assert_eq!(sql(&store, erased).await, 5);
    assert_eq!(sql(&store, "SELECT guild_id FROM posts WHERE deleted = 1").await, 7, "it may have been sent");
    assert_eq!(sql(&store, "SELECT count(*) FROM guilds WHERE deleted = 1").await, 2, "rosters name them");
    assert_eq!(sql(&store, "SELECT count(*) FROM players WHERE deleted = 1").await, 2, "redemptions name them");
    assert_eq!(sql(&store, "SELECT count(*) FROM rosters WHERE deleted = 1").await, 0);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Count,
    Drop(u32),
    Crash,
    Copy,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![Just(Step::Count), (1u32..9).prop_map(Step::Drop), Just(Step::Crash), Just(Step::Copy)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Counts and redemptions always add up to the same numbers, in any order of events.
    #[test]
    fn what_is_shown_never_changes(
        here in proptest::collection::btree_set(1u64..30, 0..12),
        there in proptest::collection::btree_set(1u64..30, 1..12),
        steps in proptest::collection::vec(step(), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let tested: Result<(), TestCaseError> = runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let (path, clock): (PathBuf, Clock) = (folder.path().join("a.db"), clock());
            let mut store = open(&path, clock);
            guild(&store, HERE, here).await;
            guild(&store, OTHER, there).await;
            list(&store, &["gogoWOS"]).await;
            decide(&store, mixed).await;
            list(&store, &["ANOTHER"]).await;
            let (before, copy) = (shown(&store).await, all(&store).await);
            tokio::time::advance(60 * DAY).await;
            for step in steps {
                match step {
                    Step::Count => {
                        for generation in due(&store).await {
                            store.tallies().count_generation(generation).await.unwrap();
                        }
                    }
                    Step::Drop(limit) => drop(store.tallies().drop_counted(limit).await.unwrap()),
                    Step::Crash => {
                        drop(store);
                        store = open(&path, clock);
                    }
                    Step::Copy => drop(store.sync_log().merge(copy.clone()).await.unwrap()),
                }
                prop_assert_eq!(&shown(&store).await, &before, "{:?}", step);
            }
            count_and_drop(&store).await;
            prop_assert_eq!((shown(&store).await, rows(&store).await), (before, 0));
            Ok(())
        });
        tested?;
    }
}
