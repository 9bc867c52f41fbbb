//! Importing a database of the legacy bot into a store that has records.

use crate::store::Store;
use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::State;
use crate::domain::sync::record::{RecordKind, Value};
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::{Admission, AttemptResult, Next};

fn player(id: u64, nickname: &str, state: Option<u32>) -> Player {
    let id = PlayerId::new(id).unwrap();
    Player { id, nickname: nickname.to_owned(), state: state.and_then(State::new), furnace_level: None }
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// Decides GOOD for players 1 to 5 with these statuses. Players that `decided` leaves out stay pending.
async fn decide(store: &Store, decided: &[(u64, Status)]) {
    let answer = FeedAnswer::new("feed", vec![Entry::active(code("GOOD"))]);
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::ZERO).await.unwrap();
    store.posts().plan().await.unwrap();
    for claim in store.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap().taken {
        let status = decided.iter().find(|(id, _)| claim.player.get() == *id).map(|(_, status)| status.clone());
        match status {
            Some(status) => {
                let next = Next::Final(Outcome::of(&status).unwrap_or(Outcome::GaveUp));
                let verdict = AttemptResult { status, history: claim.history, next };
                store.redemptions().record(claim, verdict).await.unwrap();
            }
            None => store.redemptions().release(claim).await.unwrap(),
        }
    }
}

async fn everything(store: &Store) -> Vec<Record> {
    let mut all = Vec::new();
    for kind in RecordKind::ALL {
        all.extend(store.sync_log().page(kind, None, 1000).await.unwrap());
    }
    all
}

#[tokio::test(start_paused = true)]
async fn what_is_here_stays_and_the_second_time_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("a.db"), StateKind::Bot, Clock::system()).unwrap();
    let [on, off, new] = [1, 2, 3].map(AllianceId);
    store.guilds().set_auto_redeem(on, true).await.unwrap();
    store.guilds().set_channel(off, ChannelId(8)).await.unwrap();
    let here = (1..=5).map(|id| player(id, "", None)).chain([player(6, "Here", Some(9)), player(7, "Gone", None)]);
    store.rosters().add_to_roster(on, here.collect()).await.unwrap();
    store.rosters().remove_players(on, vec![PlayerId::new(7).unwrap()]).await.unwrap();
    let decided =
        [(1, Status::Received), (2, Status::RoleNotExist), (3, Status::Unknown("X".into())), (6, Status::Success)];
    decide(&store, &decided).await;
    let there = [player(1, "One", Some(245)), player(6, "There", Some(245)), player(7, "Back", Some(245))];
    let id = |id: u64| PlayerId::new(id).unwrap();
    let redeemed = (1..=9).filter(|id| *id != 5).map(|number| {
        let outcome = if number == 6 { Outcome::Already } else { Outcome::Granted };
        ((id(number), "GOOD".to_owned()), (code("good"), outcome))
    });
    let database = LegacyDatabase {
        auto: [on, off, new].map(|guild| (guild, true)).into(),
        rosters: BTreeMap::from([
            (on, there.iter().map(|player| (player.id, player.clone())).collect()),
            (new, [player(8, "", None), player(6, "There", None)].map(|player| (player.id, player)).into()),
        ]),
        redeemed: redeemed.collect(),
        ..LegacyDatabase::default()
    };
    let imported = store.imports().import_legacy_database(database.clone()).await.unwrap();
    assert_eq!((imported.auto, imported.players, imported.known_players, imported.without_state), (1, 2, 2, 1));
    // New: 2 (failed), 3 (given up), 4 (pending), and 7, 8, 9, which had not begun. Known: the successes of 1 and 6.
    assert_eq!((imported.redemptions, imported.known_redemptions), (6, 2));
    assert_eq!(imported.left.len(), 2, "{:?}", imported.left);
    assert!(imported.left[0].contains("server 2: it is known here with it off"), "{:?}", imported.left);
    assert!(imported.left[1].contains("1 players of the server 1: they were taken off"), "{:?}", imported.left);
    let records = everything(&store).await;
    let of = |kind: RecordKind, fields: [&str; 3]| -> Vec<[Value; 3]> {
        let of_kind = records.iter().filter(|record| record.kind == kind);
        of_kind.map(|record| fields.map(|name| record.get(name).clone())).collect()
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let players = of(RecordKind::Players, ["player_id", "nickname", "state"]);
    assert_eq!(players[0], [Value::Int(1), text("One"), Value::Int(245)], "what was not known here is taken");
    assert_eq!(players[5], [Value::Int(6), text("Here"), Value::Int(9)], "what was known here stays");
    assert_eq!(players[6], [Value::Int(7), text("Gone"), Value::Null], "who was taken off stays so");
    assert_eq!(players[8], [Value::Int(9), text(""), Value::Null], "an outcome is kept of somebody on no roster");
    let outcomes: Vec<_> = of(RecordKind::Redemptions, ["outcome", "status", "calls"]).into_iter().collect();
    let granted = |calls| [text("granted"), text("SUCCESS"), Value::Int(calls)];
    assert_eq!(outcomes[0], [text("already"), text("RECEIVED"), Value::Int(1)]);
    assert_eq!(outcomes[1..4], [granted(1), granted(1), granted(0)]);
    assert_eq!(outcomes[4][0], text("pending"), "the source did not have it");
    assert_eq!(outcomes[5..], [granted(1), granted(0), granted(0), granted(0)]);
    let again = store.imports().import_legacy_database(database).await.unwrap();
    assert_eq!((again.auto, again.players, again.known_players, again.redemptions), (0, 0, 4, 0));
    assert_eq!(everything(&store).await, records);
    // Deciding the last redemption ends the batch.
    assert_eq!(store.posts().plan().await.unwrap().redemptions, 0);
    assert_eq!(store.batches().open_batches().await.unwrap().len(), 1);
    decide(&store, &[(5, Status::Success)]).await;
    assert_eq!(store.batches().open_batches().await.unwrap(), []);
}

/// A crash keeps all of the import or none of it. A record that misses the outbox would never be sent, however often it
/// is imported.
#[tokio::test(start_paused = true)]
async fn what_is_imported_is_in_the_outbox_in_the_same_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let [from, to] =
        ["a.db", "b.db"].map(|name| Store::open(&folder.path().join(name), StateKind::Bot, Clock::system()).unwrap());
    from.guilds().set_channel(AllianceId(1), ChannelId(8)).await.unwrap();
    from.rosters().add_to_roster(AllianceId(1), vec![player(1, "P", Some(9))]).await.unwrap();
    to.sync_log().set_replicated(true).await.unwrap();
    let before = to.latest_commit();
    assert_eq!(to.imports().import_records(everything(&from).await).await.unwrap().taken, 3);
    assert_eq!((to.latest_commit() - before, to.sync_log().unsent().await.unwrap().records), (1, 3));
    assert_eq!(to.imports().import_records(everything(&from).await).await.unwrap().taken, 0);
    assert_eq!(to.sync_log().unsent().await.unwrap().records, 3, "nothing is sent twice");
}
