//! The outbox and the merge on real files.

use crate::store::Store;
use std::collections::BTreeSet;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::codes::verdict::Checked;
use crate::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::retry::History;
use crate::domain::sync::election::Position;
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::{Admission, AttemptResult, Candidate, Next};

const GUILD: AllianceId = AllianceId(7);

fn open(folder: &Path, name: &str) -> Store {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    Store::open(&folder.join(name), StateKind::Bot, clock).unwrap()
}

/// The one feed lists these.
async fn list(store: &Store, entries: Vec<Entry>) {
    let (answer, live) = (FeedAnswer::new("feed", entries), ["feed".to_owned()]);
    store.listings().apply_answer(Some(answer), &live, 6 * Duration::from_secs(3600)).await.unwrap();
}

/// A store with some of every kind of record.
async fn filled(folder: &TempDir, name: &str) -> Store {
    let store = open(folder.path(), name);
    store.sync_log().set_replicated(true).await.unwrap();
    store.guilds().set_channel(GUILD, ChannelId(8)).await.unwrap();
    store.guilds().set_auto_redeem(GUILD, true).await.unwrap();
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("Lord \"{id}\""),
        state: State::new(245),
        furnace_level: None,
    };
    store.rosters().add_to_roster(GUILD, (1..=3).map(player).collect()).await.unwrap();
    let code = Code::parse("gogoWOS").unwrap();
    let listed = Entry { rewards: Some("Gems".into()), ..Entry::active(code) };
    list(&store, vec![listed]).await;
    store.posts().plan().await.unwrap();
    store
}

async fn all(store: &Store) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in RecordKind::ALL {
        records.extend(store.sync_log().page(kind, None, 10_000).await.unwrap());
    }
    records
}

#[tokio::test(start_paused = true)]
async fn the_fields_are_the_columns() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    for kind in RecordKind::ALL {
        let sql = format!(
            "SELECT name FROM pragma_table_info('{}') WHERE name NOT IN ('claimed_by', 'priority', 'queue', 'unclear', 'tester', 'hold_until', 'removal_seen_by',
                 'shared', 'refusals', 'refused_at', 'refusal', 'id_channel_seen')",
            kind.name()
        );
        // Columns that came later stand behind `version` and `deleted`.
        let columns: BTreeSet<String> = store
            .read(move |c| Ok(c.prepare(&sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?))
            .await
            .unwrap();
        assert_eq!(kind.fields().iter().map(|f| f.name.to_owned()).collect::<BTreeSet<_>>(), columns, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_change_is_in_the_outbox_until_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    let out = store.sync_log().outbox_chunk(1000).await.unwrap();
    let worth =
        all(&store).await.into_iter().filter(|record| record.kind != RecordKind::Redemptions).collect::<Vec<_>>();
    assert_eq!((out.changes(), store.sync_log().unsent().await.unwrap().records as usize), (worth.len(), worth.len()));
    assert!(worth.iter().all(|record| out.records.contains(record) != out.parents.contains(record)));
    assert!(store.sync_log().unsent().await.unwrap().since.is_some() && out.is_all);
    // One changes while its old version is on its way: it stays.
    store.guilds().set_channel(GUILD, ChannelId(9)).await.unwrap();
    store.sync_log().outbox_sent(&out, 1).await.unwrap();
    assert_eq!(store.sync_log().unsent().await.unwrap().records, 1);
    store.sync_log().outbox_confirmed(Position { term: 7, round: 1 }).await.unwrap();
    let left = store.sync_log().outbox_chunk(1000).await.unwrap();
    assert_eq!(left.changes(), 1);
    assert_eq!(left.parents[0].get("channel_id"), &Value::Int(9));
    // Without a replica nothing is noted.
    store.sync_log().set_replicated(false).await.unwrap();
    store.guilds().set_channel(GUILD, ChannelId(10)).await.unwrap();
    assert_eq!(store.sync_log().unsent().await.unwrap(), Lag::default());
}

#[tokio::test(start_paused = true)]
async fn an_empty_file_filled_from_the_other_store_is_the_same_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let old = filled(&folder, "a.db").await;
    let done = old.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap().taken.remove(0);
    let verdict = AttemptResult { status: Status::Success, history: done.history, next: Next::Final(Outcome::Granted) };
    old.redemptions().record(done, verdict).await.unwrap();
    let new = open(folder.path(), "b.db");
    new.sync_log().set_replicated(true).await.unwrap();
    let records = all(&old).await;
    assert_eq!(
        new.sync_log().merge(records.clone()).await.unwrap(),
        Merged { taken: records.len(), ..Merged::default() }
    );
    assert_eq!(all(&new).await, records);
    assert_eq!(new.sync_log().merge(records.clone()).await.unwrap(), Merged::default(), "a replay changes nothing");
    assert_eq!(new.sync_log().unsent().await.unwrap().records, 0, "what came from there is not sent back");
    // Nothing is planned anew, the post is due with its nonce, and two redemptions are left.
    let plan = new.posts().plan().await.unwrap();
    assert_eq!((plan.guilds.len(), plan.redemptions), (0, 0));
    let nonce = |due: Vec<crate::store::DueMessage>| due[0].announcement.nonce.clone();
    assert_eq!(nonce(new.posts().due_messages().await.unwrap()), nonce(old.posts().due_messages().await.unwrap()));
    assert_eq!(new.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap().taken.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn merging_downgrades_nothing_and_later_changes_are_newer() {
    let folder = tempfile::tempdir().unwrap();
    let (left, right) = (filled(&folder, "a.db").await, open(folder.path(), "b.db"));
    right.sync_log().merge(all(&left).await).await.unwrap();
    let granted = left.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap().taken.remove(0);
    let verdict =
        AttemptResult { status: Status::Success, history: granted.history, next: Next::Final(Outcome::Granted) };
    left.redemptions().record(granted, verdict).await.unwrap();
    // The other side goes on with what it knows, later.
    right.sync_log().merge(left.sync_log().page(RecordKind::Guilds, None, 9).await.unwrap()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    drop(right.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap());
    right.guilds().set_channel(GUILD, ChannelId(99)).await.unwrap();
    for _ in 0..2 {
        left.sync_log().merge(all(&right).await).await.unwrap();
        right.sync_log().merge(all(&left).await).await.unwrap();
    }
    assert_eq!(all(&left).await, all(&right).await);
    assert_eq!(left.reports().pending_redemptions().await.unwrap(), 2);
    assert_eq!(all(&left).await[0].get("channel_id"), &Value::Int(99));
}

/// Whether a code is to be asked about is of one file alone; the answer that another instance got settles it here too.
#[tokio::test(start_paused = true)]
async fn a_code_that_was_renewed_elsewhere_is_not_asked_about_again() {
    let hour = jiff::SignedDuration::from_hours;
    let folder = tempfile::tempdir().unwrap();
    let (left, right) = (filled(&folder, "a.db").await, open(folder.path(), "b.db"));
    let code = Code::parse("BACK").unwrap();
    let listed = |expires_at| vec![Entry { expires_at, ..Entry::active(code.clone()) }];
    list(&left, listed(Some(left.inner.clock.now() + hour(1)))).await;
    tokio::time::sleep(Duration::from_secs(2 * 3600)).await;
    list(&left, Vec::new()).await;
    tokio::time::sleep(Duration::from_secs(9 * 3600)).await;
    right.sync_log().merge(all(&left).await).await.unwrap();
    for store in [&left, &right] {
        list(store, listed(None)).await;
    }
    // Both ask; then the left one hears that it is good, and the right one hears of that.
    let claim = async |store: &Store| {
        let only_checks = |candidate: &Candidate| if candidate.is_check { Admission::Take } else { Admission::Skip };
        store.redemptions().claim_due(9, 12, only_checks).await.unwrap().taken
    };
    let mut asked = claim(&left).await;
    assert_eq!((asked.len(), claim(&right).await.len()), (1, 1));
    let success =
        AttemptResult { status: Status::Success, history: History::default(), next: Next::Final(Outcome::Granted) };
    let recorded = left.redemptions().record(asked.remove(0), success).await.unwrap();
    assert_eq!(recorded.judged.checked.map(|(checked, _)| checked), Some(Checked::GoodAgain));
    right.sync_log().merge(all(&left).await).await.unwrap();
    assert_eq!(right.reports().open_checks().await.unwrap(), 0);
    assert_eq!(right.reports().known_codes().await.unwrap()[&code.key()].invalidated, None);
    assert_eq!(right.reports().known_codes().await.unwrap()[&code.key()].generation, 2);
}

#[tokio::test(start_paused = true)]
async fn pages_follow_each_other_in_the_order_of_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    let whole = store.sync_log().page(RecordKind::Redemptions, None, 100).await.unwrap();
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(Record::key);
        let page = store.sync_log().page(RecordKind::Redemptions, after, 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!((paged.len(), &paged), (3, &whole));
    assert!(whole.is_sorted_by_key(Record::key));
    for kind in RecordKind::ALL {
        let records = store.sync_log().page(kind, None, 100).await.unwrap();
        // What nobody tried is derived, and no business of the replica.
        let shared = records.iter().filter(|record| record.kind != RecordKind::Redemptions).map(Record::key);
        assert_eq!(store.sync_log().shared_keys(kind, None, 100).await.unwrap(), shared.collect::<Vec<_>>());
    }
    drop(store.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap());
    let claimed = store.sync_log().shared_keys(RecordKind::Redemptions, None, 100).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert!(
        store.sync_log().shared_keys(RecordKind::Redemptions, Some(claimed[0].clone()), 100).await.unwrap().is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_left_out_and_takes_nothing_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    let before = all(&store).await;
    let with = |like: RecordKind, changes: &[(&str, Value)]| {
        let mut record = before.iter().find(|record| record.kind == like).unwrap().clone();
        for (name, value) in changes {
            let at = like.fields().iter().position(|field| field.name == *name).unwrap();
            record.values[at] = value.clone();
        }
        record
    };
    let newer = ("version", Value::Int(i64::MAX >> 2));
    let bad = [
        with(RecordKind::Players, &[("player_id", Value::Int(-4))]),
        with(RecordKind::Players, &[("nickname", Value::Null), newer.clone()]),
        with(RecordKind::Players, &[("state", Value::Text("x".into())), newer.clone()]),
        with(RecordKind::Players, &[("nickname", Value::Text("For ever".into())), ("version", Value::Int(i64::MAX))]),
    ];
    let good = [
        with(RecordKind::Players, &[("player_id", Value::Int(98))]),
        with(RecordKind::Rosters, &[("player_id", Value::Int(98))]),
        // Their parents have not come yet, or never will.
        with(RecordKind::Rosters, &[("player_id", Value::Int(99))]),
        with(RecordKind::Redemptions, &[("code_key", Value::Text("NOWHERE".into()))]),
        with(RecordKind::Players, &[("nickname", Value::Text("Newer".into())), newer]),
    ];
    let mixed: Vec<Record> = good[..1].iter().chain(&bad).chain(&good[1..]).cloned().collect();
    assert_eq!(store.sync_log().merge(mixed.clone()).await.unwrap(), Merged { taken: 5, left_out: 4, erased: 0 });
    let after = all(&store).await;
    assert!(good.iter().all(|record| after.contains(record)));
    assert_eq!(after.len(), before.len() + 4);
    assert_eq!(
        store.sync_log().merge(mixed).await.unwrap(),
        Merged { taken: 0, left_out: 4, erased: 0 },
        "as often as they come"
    );
    assert_eq!(all(&store).await, after);
    // An orphan is in nobody's way, and does what it is for once its parent is here.
    assert_eq!(store.posts().plan().await.unwrap().redemptions, 1);
    let parent = with(RecordKind::Players, &[("player_id", Value::Int(99))]);
    store.sync_log().merge(vec![parent]).await.unwrap();
    store.posts().plan().await.unwrap();
    let claimed = store.redemptions().claim_due(99, 12, |_| Admission::Take).await.unwrap().taken;
    assert!(claimed.iter().any(|claim| claim.player == PlayerId::new(99).unwrap()));
}

#[tokio::test(start_paused = true)]
async fn what_another_instance_erased_stands_in_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (filled(&folder, "a.db").await, open(folder.path(), "b.db"));
    there.sync_log().merge(all(&here).await).await.unwrap();
    let player = |id| Player { id: PlayerId::new(id).unwrap(), nickname: "N".into(), state: None, furnace_level: None };
    for list in [vec![player(8), player(9)], vec![player(7)]] {
        there.rosters().preview_replacement(GUILD, list).await.unwrap();
    }
    there.rosters().remove_players(GUILD, vec![PlayerId::new(3).unwrap()]).await.unwrap();
    let drafts = async || {
        let sql = "SELECT group_concat(content ->> '$.replacement.players[0][0]') FROM drafts";
        let count = |connection: &Connection| {
            Ok((
                connection.query_row("SELECT count(*) FROM drafts", [], |row| row.get::<_, u32>(0))?,
                connection.query_row(sql, [], |row| row.get::<_, Option<String>>(0))?,
            ))
        };
        there.read(count).await.unwrap()
    };
    assert_eq!(drafts().await.0, 3);
    tokio::time::advance(Duration::from_secs(1)).await;
    for forgotten in [player(3), player(9)] {
        here.rosters().link(UserId(5), forgotten).await.unwrap();
    }
    here.rosters().remove_players(GUILD, vec![PlayerId::new(3).unwrap()]).await.unwrap();
    assert_eq!(here.erasures().forget_user(UserId(5)).await.unwrap().erased.len(), 2);
    there.sync_log().merge(all(&here).await).await.unwrap();
    assert_eq!(drafts().await, (1, Some("7".to_owned())));
}

/// Another instance that takes over would answer what was said in the channel before.
#[tokio::test(start_paused = true)]
async fn messages_before_an_id_channel_was_set_are_read_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (open(folder.path(), "a.db"), open(folder.path(), "b.db"));
    for store in [&here, &there] {
        store.sync_log().set_replicated(true).await.unwrap();
    }
    let since = 1_300_000_000_000_000_000;
    here.guilds().set_id_channel(GUILD, Some(ChannelId(5)), since).await.unwrap();
    here.guilds().note_id_message(ChannelId(5), since + 7).await.unwrap();
    there.sync_log().merge(all(&here).await).await.unwrap();
    let seen = async |store: &Store| store.guilds().id_channels().await.unwrap()[0].seen;
    assert_eq!((seen(&here).await, seen(&there).await), (since + 7, since));
    there.guilds().note_id_message(ChannelId(5), since + 9).await.unwrap();
    assert_eq!(seen(&there).await, since + 9);
    // An older version noted nothing.
    for store in [&here, &there] {
        let sql = "UPDATE guilds SET id_channel_since = NULL, id_channel_seen = NULL, version = ?1";
        store.write(move |tx| Ok(tx.execute(sql, [tx.version()])?)).await.unwrap();
    }
    here.guilds().begin_id_channel(ChannelId(5), since + 11).await.unwrap();
    here.guilds().begin_id_channel(ChannelId(5), since + 12).await.unwrap();
    there.sync_log().merge(all(&here).await).await.unwrap();
    assert_eq!((seen(&here).await, seen(&there).await), (since + 11, since + 11));
    assert!(all(&here).await.iter().all(Record::fits));
}
