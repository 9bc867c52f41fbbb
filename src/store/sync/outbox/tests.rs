//! What is sent, in which order, and when it counts as there.

use crate::store::Store;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry as Listed, FeedAnswer};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, Player, PlayerId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::record::Value;
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::{Admission, AttemptResult, Next};

const GUILD: AllianceId = AllianceId(7);
const DAY: i64 = 24 * 3600 * 1000;

fn open(folder: &Path, name: &str) -> Store {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    Store::open(&folder.join(name), StateKind::Bot, clock).unwrap()
}

fn id(number: u64) -> PlayerId {
    PlayerId::new(number).unwrap()
}

fn player(number: u64) -> Player {
    Player { id: id(number), nickname: format!("P{number}"), state: State::new(245), furnace_level: None }
}

async fn list(store: &Store, codes: &[&str]) {
    let entries = codes.iter().map(|code| Listed::active(Code::parse(code).unwrap())).collect();
    store
        .listings()
        .apply_answer(Some(FeedAnswer::new("feed", entries)), &["feed".to_owned()], Duration::ZERO)
        .await
        .unwrap();
}

/// A replicated file with a guild, so many players and a code, all of it planned.
async fn filled(folder: &Path, name: &str, players: u64) -> Store {
    let store = open(folder, name);
    store.sync_log().set_replicated(true).await.unwrap();
    store.guilds().set_channel(GUILD, ChannelId(8)).await.unwrap();
    store.guilds().set_auto_redeem(GUILD, true).await.unwrap();
    store.rosters().add_to_roster(GUILD, (1..=players).map(player).collect()).await.unwrap();
    list(&store, &["GOGOWOS"]).await;
    store.posts().plan().await.unwrap();
    store
}

async fn chunk(store: &Store) -> OutboxChunk {
    store.sync_log().outbox_chunk(10_000).await.unwrap()
}

fn all_of(chunk: &OutboxChunk) -> impl Iterator<Item = &Record> {
    chunk.erasures.iter().chain(&chunk.parents).chain(&chunk.records)
}

/// What is to be sent of one kind.
async fn sent(store: &Store, kind: RecordKind) -> Vec<Record> {
    all_of(&chunk(store).await).filter(|record| record.kind == kind).cloned().collect()
}

async fn decide(store: &Store, player: u64, outcome: Outcome, status: Status) {
    let only = move |candidate: &crate::store::Candidate| match candidate.player == id(player) {
        true => Admission::Take,
        false => Admission::Skip,
    };
    let claim = store.redemptions().claim_due(1, 12, only).await.unwrap().taken.remove(0);
    let verdict = AttemptResult { status, history: claim.history, next: Next::Final(outcome) };
    store.redemptions().record(claim, verdict).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_nobody_tried_or_asked_for_is_derived_and_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), "a.db", 4).await;
    assert_eq!(store.reports().pending_redemptions().await.unwrap(), 4);
    assert_eq!(sent(&store, RecordKind::Redemptions).await, []);
    // Claimed: from then on everything is sent, also that the claim is given back.
    let claim = store.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap().taken.remove(0);
    let claimed = claim.player.get();
    assert_eq!(sent(&store, RecordKind::Redemptions).await[0].get("calls"), &Value::Int(1));
    store.outbox_forget(&chunk(&store).await).await.unwrap();
    store.redemptions().release(claim).await.unwrap();
    let released = sent(&store, RecordKind::Redemptions).await;
    assert_eq!((released.len(), released[0].get("calls")), (1, &Value::Int(0)));
    // A person asked for it; decided.
    let others: Vec<u64> = (1..=4).filter(|other| *other != claimed).collect();
    let code = Code::parse("GOGOWOS").unwrap().key();
    store.requests().request_for_person(vec![id(others[0])], code, 1).await.unwrap();
    decide(&store, others[1], Outcome::Granted, Status::Success).await;
    let players: BTreeSet<Value> =
        sent(&store, RecordKind::Redemptions).await.iter().map(|record| record.get("player_id").clone()).collect();
    let expected = [claimed, others[0], others[1]].map(|player| Value::Int(player.cast_signed()));
    assert_eq!(players, expected.into());
    // Whoever has only what was sent has the same to do.
    let mut records = Vec::new();
    for kind in RecordKind::ALL {
        records.extend(store.sync_log().page(kind, None, 100).await.unwrap());
    }
    let untried = Value::Int(others[2].cast_signed());
    records.retain(|record| record.kind != RecordKind::Redemptions || *record.get("player_id") != untried);
    let new = open(folder.path(), "b.db");
    new.sync_log().set_replicated(true).await.unwrap();
    new.sync_log().merge(records).await.unwrap();
    assert_eq!(new.posts().plan().await.unwrap().redemptions, 1);
    let due = |claims: crate::store::Claims| claims.taken.iter().map(|claim| claim.player).collect::<BTreeSet<_>>();
    let here = due(store.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap());
    assert_eq!(here, due(new.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap()));
    assert_eq!(here.len(), 3);
}

/// What the replica has, goes on being sent, whatever it is worth here.
#[tokio::test(start_paused = true)]
async fn what_came_from_the_replica_is_sent_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), "a.db", 1).await;
    let other = filled(folder.path(), "b.db", 1).await;
    other.sync_log().merge(store.sync_log().page(RecordKind::Redemptions, None, 9).await.unwrap()).await.unwrap();
    other.outbox_forget(&chunk(&other).await).await.unwrap();
    other.codes().remove_guild_code(GUILD, Code::parse("GOGOWOS").unwrap().key()).await.unwrap();
    let dropped = sent(&other, RecordKind::Redemptions).await;
    assert_eq!((dropped.len(), dropped[0].get("deleted")), (1, &Value::Bool(true)));
}

/// Children had reached MongoDB before their parents, and were left out by whoever read them.
#[tokio::test(start_paused = true)]
async fn what_is_acted_on_goes_first_and_takes_its_parents_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), "a.db", 2_000).await;
    // Its player is not among the first of the bulk.
    let claim = store.redemptions().claim_due(60, 12, |_| Admission::Take).await.unwrap().taken.remove(59);
    let redeemed = Value::Int(claim.player.get().cast_signed());
    let verdict =
        AttemptResult { status: Status::Success, history: claim.history, next: Next::Final(Outcome::Granted) };
    store.redemptions().record(claim, verdict).await.unwrap();
    store.guilds().set_channel(AllianceId(9), ChannelId(1)).await.unwrap();
    let mut known: BTreeSet<(RecordKind, Key)> = BTreeSet::new();
    let mut sizes = Vec::new();
    loop {
        let chunk = store.sync_log().outbox_chunk(100).await.unwrap();
        if sizes.is_empty() {
            let urgent = [
                RecordKind::Guilds,
                RecordKind::Codes,
                RecordKind::Posts,
                RecordKind::Redemptions,
                RecordKind::Batches,
            ];
            for kind in urgent {
                assert!(all_of(&chunk).any(|record| record.kind == kind), "{kind:?} are not in the first batch");
            }
            assert!(chunk.parents.iter().any(|record| record.get("player_id") == &redeemed));
            assert!(chunk.is_all_urgent && !chunk.is_all);
        }
        for part in [&chunk.erasures, &chunk.parents, &chunk.records] {
            for record in part {
                assert!(
                    record.parents().iter().all(|parent| known.contains(parent)),
                    "{record:?} goes before its parent"
                );
            }
            known.extend(part.iter().map(|record| (record.kind, record.key())));
        }
        sizes.push(chunk.changes());
        store.sync_log().outbox_sent(&chunk, 1).await.unwrap();
        if chunk.is_all {
            break;
        }
    }
    assert_eq!(store.sync_log().unsent().await.unwrap(), Lag::default());
    assert!(sizes.iter().all(|size| *size <= 300) && sizes.iter().sum::<usize>() == known.len(), "{sizes:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_stays_until_its_round_is_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), "a.db", 3).await;
    let at = |round| Position { term: 7, round };
    store.sync_log().outbox_confirmed(at(1)).await.unwrap();
    assert_eq!(store.sync_log().replica_history().await.unwrap().position, Position::default(), "it has not caught up");
    store.sync_log().note_caught_up("a database", at(0)).await.unwrap();
    store.sync_log().outbox_sent(&chunk(&store).await, 1).await.unwrap();
    store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
    store.sync_log().outbox_sent(&chunk(&store).await, 2).await.unwrap();
    assert_eq!(
        (store.sync_log().unsent().await.unwrap().records, store.sync_log().is_outbox_empty().await.unwrap()),
        (0, false)
    );
    store.sync_log().outbox_confirmed(at(1)).await.unwrap();
    assert_eq!(store.sync_log().replica_history().await.unwrap().position, at(1));
    // The second round was not confirmed: in the next term it is sent again.
    store.sync_log().outbox_reopen().await.unwrap();
    assert_eq!(chunk(&store).await.changes(), 1);
    store.sync_log().outbox_sent(&chunk(&store).await, 1).await.unwrap();
    // It changes, and is erased, while it is on its way.
    let on_its_way = chunk(&store).await;
    assert_eq!(on_its_way.changes(), 0);
    store.guilds().set_channel(AllianceId(1), ChannelId(2)).await.unwrap();
    let on_its_way = chunk(&store).await;
    // Of a part that was not answered nothing is known.
    store.sync_log().outbox_sent(&on_its_way.only(&[]), 2).await.unwrap();
    assert_eq!(chunk(&store).await, on_its_way);
    store.rosters().link(UserId(1), player(9)).await.unwrap();
    let linked = chunk(&store).await;
    store.erasures().forget_user(UserId(1)).await.unwrap();
    store.guilds().set_channel(AllianceId(1), ChannelId(3)).await.unwrap();
    store.sync_log().outbox_sent(&on_its_way.only(&on_its_way.parents), 2).await.unwrap();
    store.sync_log().outbox_sent(&linked, 2).await.unwrap();
    store.sync_log().outbox_confirmed(at(2)).await.unwrap();
    let left = chunk(&store).await;
    assert_eq!(left.parents.iter().map(|record| record.get("channel_id")).collect::<Vec<_>>(), [&Value::Int(3)]);
    let kinds = |kind| left.erased.iter().filter(|erased| erased.kind == kind).count();
    assert_eq!((left.erasures.len(), kinds(RecordKind::Links), kinds(RecordKind::Players)), (2, 1, 1));
    store.sync_log().outbox_sent(&left, 3).await.unwrap();
    store.sync_log().outbox_confirmed(at(3)).await.unwrap();
    assert!(store.sync_log().is_outbox_empty().await.unwrap());
    // Everything that is worth it goes again where the replica's documents are to be made anew.
    store.sync_log().put_all_into_outbox().await.unwrap();
    let again: BTreeSet<_> = all_of(&chunk(&store).await).map(|record| (record.kind, record.key())).collect();
    let mut worth = BTreeSet::new();
    for kind in RecordKind::ALL.into_iter().filter(|kind| *kind != RecordKind::Redemptions) {
        worth.extend(store.sync_log().page(kind, None, 100).await.unwrap().iter().map(|record| (kind, record.key())));
    }
    assert_eq!(again, worth);
    store.outbox_forget(&chunk(&store).await).await.unwrap();
    store
        .sync_log()
        .put_into_outbox(RecordKind::Guilds, vec![vec![Value::Int(7)], vec![Value::Int(404)]])
        .await
        .unwrap();
    assert_eq!(chunk(&store).await.changes(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_stands_for_nothing_leaves_the_outbox_and_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    store.sync_log().set_replicated(true).await.unwrap();
    let sql = "INSERT INTO outbox (kind, key, version, urgency)
               VALUES ('nobodys', '[1]', 1, 0), ('guilds', 'x', 2, 0), ('guilds', '[1, 2]', 3, 0), ('guilds', '[404]', 4, 0)";
    store.write_local(move |tx| Ok(tx.execute(sql, [])?)).await.unwrap();
    store.guilds().set_channel(GUILD, ChannelId(8)).await.unwrap();
    let sent = chunk(&store).await;
    assert_eq!((sent.changes(), all_of(&sent).count(), sent.erased.len()), (5, 1, 0));
    store.outbox_forget(&sent).await.unwrap();
    assert!(store.sync_log().is_outbox_empty().await.unwrap());
}

/// A record with a version a day ahead: what was changed later fell back to the old value.
#[tokio::test(start_paused = true)]
async fn a_change_is_newer_than_what_it_replaces_whatever_clock_wrote_that() {
    let folder = tempfile::tempdir().unwrap();
    for replicated in [true, false] {
        let store = filled(folder.path(), &format!("{replicated}.db"), 1).await;
        store.sync_log().set_replicated(replicated).await.unwrap();
        let ahead = (store.inner.clock.now().as_millisecond() + 2 * DAY) << 16;
        // By hand, past the clock.
        store.write_local(move |tx| Ok(tx.execute("UPDATE guilds SET version = ?1", [ahead])?)).await.unwrap();
        store.guilds().set_channel(GUILD, ChannelId(9)).await.unwrap();
        let guild = store.sync_log().page(RecordKind::Guilds, None, 1).await.unwrap().remove(0);
        assert_eq!((guild.get("channel_id"), guild.version().0), (&Value::Int(9), ahead + 1));
        // It leaves the outbox as any other.
        let chunk = chunk(&store).await;
        assert_eq!(chunk.records.contains(&guild) || chunk.parents.contains(&guild), replicated);
        store.sync_log().outbox_sent(&chunk, 1).await.unwrap();
        store.sync_log().outbox_confirmed(Position { term: 1, round: 1 }).await.unwrap();
        assert!(store.sync_log().is_outbox_empty().await.unwrap());
    }
}

/// Foreign keys are not enforced: that our own code keeps them is seen here.
#[tokio::test(start_paused = true)]
async fn work_leaves_no_child_without_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path(), "a.db", 5).await;
    let key = |code: &str| Code::parse(code).unwrap().key();
    store.rosters().link(UserId(1), player(9)).await.unwrap();
    store.requests().request_for_person(vec![id(9)], key("GOGOWOS"), 1).await.unwrap();
    store.codes().add_guild_code(GUILD, Code::parse("OWN").unwrap()).await.unwrap();
    store.posts().plan().await.unwrap();
    for player in [1, 2] {
        decide(&store, player, Outcome::Granted, Status::Success).await;
    }
    store.rosters().remove_players(GUILD, vec![id(3)]).await.unwrap();
    store.codes().remove_guild_code(GUILD, key("OWN")).await.unwrap();
    store.erasures().forget_user(UserId(1)).await.unwrap();
    list(&store, &[]).await;
    store.guilds().guild_removed(GuildId(GUILD.0)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(31 * 86_400)).await;
    store.erasures().erase_removed_guild().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(31 * 86_400)).await;
    assert!(store.erasures().erase_unneeded_players(99).await.unwrap() > 0);
    let broken: Vec<String> = store
        .read(|connection| {
            let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert_eq!(broken, Vec::<String>::new());
}
