//! Erasing on real files: what goes, what stays, and that nothing brings it back.

use crate::store::Store;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{ChannelId, GuildId, Player, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::record::{Record, roots};
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::with_tables::with_tables;
use crate::store::{Admission, AttemptResult, Linked, Merged, Next};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const HERE: AllianceId = AllianceId(7);
const OTHER: AllianceId = AllianceId(8);
const USER: UserId = UserId(312_456_789_012_345_678);
const ANOTHER: UserId = UserId(99);

fn open(folder: &Path, name: &str) -> Store {
    let start = Timestamp::from_second(1_760_000_000).unwrap();
    Store::open(with_tables(&folder.join(name)), StateKind::Bot, Clock::simulated(start)).unwrap()
}

fn id(number: u64) -> PlayerId {
    PlayerId::new(number).unwrap()
}

fn player(number: u64) -> Player {
    Player { id: id(number), nickname: format!("P{number}"), state: State::new(245), furnace_level: None }
}

async fn list(store: &Store, codes: &[&str]) {
    let entries = codes.iter().map(|code| Entry::active(Code::parse(code).unwrap())).collect();
    store
        .listings()
        .apply_answer(Some(FeedAnswer::new("feed", entries)), &["feed".to_owned()], Duration::ZERO)
        .await
        .unwrap();
}

/// Two guilds with a channel: players 1 to 3 here, 3 and 4 there; one code, posted in both, due for all.
async fn filled(folder: &TempDir, name: &str) -> Store {
    let store = open(folder.path(), name);
    store.sync_log().set_replicated(true).await.unwrap();
    for (guild, players) in [(HERE, 1..=3), (OTHER, 3..=4)] {
        store.guilds().set_channel(guild, ChannelId(guild.0)).await.unwrap();
        store.guilds().set_auto_redeem(guild, true).await.unwrap();
        store.rosters().add_to_roster(guild, players.map(player).collect()).await.unwrap();
    }
    list(&store, &["GOGOWOS"]).await;
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

/// The players that are on file.
async fn players(store: &Store) -> Vec<i64> {
    let records = store.sync_log().page(RecordKind::Players, None, 100).await.unwrap();
    records.iter().map(|record| if let Value::Int(id) = record.get("player_id") { *id } else { 0 }).collect()
}

/// For whom there is something to redeem now.
async fn due(store: &Store) -> BTreeSet<u64> {
    let taken = store.redemptions().claim_due(100, 99, |_| Admission::Take).await.unwrap().taken;
    let players = taken.iter().map(|claim| claim.player.get()).collect();
    for claim in taken {
        store.redemptions().release(claim).await.unwrap();
    }
    players
}

async fn grant_all(store: &Store) {
    for claim in store.redemptions().claim_due(100, 99, |_| Admission::Take).await.unwrap().taken {
        let verdict =
            AttemptResult { status: Status::Success, history: claim.history, next: Next::Final(Outcome::Granted) };
        store.redemptions().record(claim, verdict).await.unwrap();
    }
}

/// Gives each of two stores what the other has, as a comparison does.
async fn meet(one: &Store, other: &Store) {
    for _ in 0..2 {
        one.sync_log().merge(all(other).await).await.unwrap();
        other.sync_log().merge(all(one).await).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_is_forgotten_and_no_number_of_theirs_is_left_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    for number in [1, 11, 12] {
        assert_eq!(store.rosters().link(USER, player(number)).await.unwrap(), Linked::New);
    }
    store.rosters().unlink(USER, Some(id(12))).await.unwrap();
    store.rosters().link(ANOTHER, player(11)).await.unwrap();
    store.rosters().link(USER, player(13)).await.unwrap();
    store.redemptions().request(vec![id(13)], vec![(Code::parse("GOGOWOS").unwrap().key(), 1)]).await.unwrap();
    let forgotten = store.erasures().forget_user(USER).await.unwrap();
    let kept = vec![id(1), id(11)];
    assert_eq!(
        forgotten,
        Forgotten { links: 3, erased: vec![id(12), id(13)], kept },
        "a roster has 1, another user 11"
    );
    assert_eq!(store.rosters().links(USER).await.unwrap(), []);
    assert_eq!(players(&store).await, [1, 2, 3, 4, 11]);
    assert!(!due(&store).await.contains(&13));
    assert_eq!(store.erasures().forget_user(USER).await.unwrap(), Forgotten::default(), "there is nothing more");
    // The replica is told; then nothing in the file has the number, as text or as SQLite writes it.
    let out = store.sync_log().outbox_chunk(1000).await.unwrap();
    assert!(
        out.erased.iter().filter(|erased| erased.kind == RecordKind::Links).count() == 4 && !out.erasures.is_empty()
    );
    store.outbox_forget(&out).await.unwrap();
    assert!(store.sync_log().is_outbox_empty().await.unwrap());
    drop(store);
    let bytes = std::fs::read(folder.path().join("a.db")).unwrap();
    let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(!has(USER.0.to_string().as_bytes()) && !has(&USER.0.to_be_bytes()));
    assert!(has(b"GOGOWOS"), "the log was written back into the file");
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_was_away_brings_nothing_back_and_whoever_comes_again_is_welcome() {
    let folder = tempfile::tempdir().unwrap();
    let (store, old) = (filled(&folder, "a.db").await, open(folder.path(), "b.db"));
    old.sync_log().set_replicated(true).await.unwrap();
    store.rosters().link(USER, player(11)).await.unwrap();
    store.redemptions().request(vec![id(11)], vec![(Code::parse("GOGOWOS").unwrap().key(), 1)]).await.unwrap();
    grant_all(&store).await;
    old.sync_log().merge(all(&store).await).await.unwrap();
    let before = all(&store).await;
    tokio::time::sleep(HOUR).await;
    store.erasures().forget_user(USER).await.unwrap();
    store.guilds().guild_removed(GuildId(OTHER.0)).await.unwrap();
    tokio::time::sleep(31 * DAY).await;
    assert_eq!(
        store.erasures().erase_removed_guild().await.unwrap().unwrap(),
        ErasedGuild { guild: OTHER, players: 2, posts: 0 }
    );
    assert_eq!(store.erasures().erase_unneeded_players(9).await.unwrap(), 1);
    let after = all(&store).await;
    assert!(after.len() < before.len());
    // What the old copy has is refused, and told to the replica to let go of; the copy itself drops it.
    let merged = store.sync_log().merge(all(&old).await).await.unwrap();
    assert!(merged.erased >= 8 && merged.taken == 0 && merged.left_out == 0, "{merged:?}");
    assert_eq!(all(&store).await, after);
    let erased = store.sync_log().outbox_chunk(1000).await.unwrap().erased;
    assert!(before.iter().filter(|record| !after.contains(record)).all(|gone| {
        gone.kind == RecordKind::Guilds
            || erased.iter().any(|erased| erased.kind == gone.kind && erased.key == gone.key())
    }));
    meet(&store, &old).await;
    assert_eq!(all(&old).await, after);
    // They come again: newer than the erasure, and without what was before.
    old.rosters().link(USER, player(11)).await.unwrap();
    old.guilds().set_channel(OTHER, ChannelId(1)).await.unwrap();
    meet(&store, &old).await;
    assert_eq!(all(&store).await, all(&old).await);
    assert_eq!(store.rosters().links(USER).await.unwrap(), [player(11)]);
    assert_eq!(store.guilds().guild(OTHER).await.unwrap().channel, Some(ChannelId(1)));
    assert_eq!(store.rosters().roster(OTHER, 0, 9).await.unwrap().total, 0);
    let third = open(folder.path(), "c.db");
    let merged = third.sync_log().merge([all(&store).await, before].concat()).await.unwrap();
    assert!(merged.left_out == 0 && merged.erased > 0, "{merged:?}");
    assert_eq!(all(&third).await, all(&store).await);
}

/// Somebody who was erased here and meanwhile redeemed for elsewhere: the redemption is newer than the erasure, its player is not.
#[tokio::test(start_paused = true)]
async fn what_hangs_on_something_erased_goes_with_it_however_new_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (store, alone) = (filled(&folder, "a.db").await, open(folder.path(), "b.db"));
    alone.sync_log().set_replicated(true).await.unwrap();
    store.rosters().link(USER, player(11)).await.unwrap();
    alone.sync_log().merge(all(&store).await).await.unwrap();
    tokio::time::sleep(HOUR).await;
    store.erasures().forget_user(USER).await.unwrap();
    tokio::time::sleep(HOUR).await;
    alone.redemptions().request(vec![id(11)], vec![(Code::parse("GOGOWOS").unwrap().key(), 1)]).await.unwrap();
    let newer = alone.sync_log().page(RecordKind::Redemptions, None, 100).await.unwrap();
    // Its player may have come again elsewhere, and be on the way.
    assert_eq!(store.sync_log().merge(newer).await.unwrap(), Merged { taken: 1, ..Merged::default() });
    assert_eq!(due(&store).await, [1, 2, 3, 4].into());
    assert_eq!(store.erasures().erase_orphans().await.unwrap(), 0);
    tokio::time::sleep(HOUR).await;
    assert_eq!(
        (store.erasures().erase_orphans().await.unwrap(), store.erasures().erase_orphans().await.unwrap()),
        (1, 0)
    );
    // The other one, which acted for the player meanwhile, hears of it: it waits, too.
    alone.sync_log().merge(all(&store).await).await.unwrap();
    assert_eq!((players(&alone).await, alone.erasures().erase_orphans().await.unwrap()), (vec![1, 2, 3, 4], 0));
    tokio::time::sleep(HOUR).await;
    assert_eq!(alone.erasures().erase_orphans().await.unwrap(), 1);
    meet(&store, &alone).await;
    assert_eq!(all(&store).await, all(&alone).await);
    let erased = alone.sync_log().outbox_chunk(1000).await.unwrap().erased;
    assert!(erased.iter().any(|erased| erased.kind == RecordKind::Redemptions), "the replica has it, too");
}

#[tokio::test(start_paused = true)]
async fn a_removed_guild_waits_whole_for_30_days_and_is_erased_then() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    let batch = store.requests().start_batch(HERE, Code::parse("GOGOWOS").unwrap().key(), 1).await.unwrap();
    assert_eq!((batch.players, batch.due), (3, 0));
    assert_eq!(due(&store).await, [1, 2, 3, 4].into());
    assert!(
        store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap()
            && !store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap()
    );
    // Neither posted to nor redeemed for, but for whom another guild has.
    assert_eq!(due(&store).await, [3, 4].into());
    assert_eq!(store.posts().due_messages().await.unwrap().len(), 1);
    list(&store, &["GOGOWOS", "SECOND"]).await;
    let plan = store.posts().plan().await.unwrap();
    assert_eq!((plan.guilds.iter().map(|plan| plan.guild).collect::<Vec<_>>(), plan.redemptions), (vec![OTHER], 2));
    grant_all(&store).await;
    tokio::time::sleep(29 * DAY).await;
    assert_eq!(store.erasures().erase_removed_guild().await.unwrap(), None);
    assert_eq!(store.erasures().erase_unneeded_players(9).await.unwrap(), 0);
    assert!(
        store.guilds().guild_returned(GuildId(HERE.0)).await.unwrap()
            && !store.guilds().guild_returned(GuildId(HERE.0)).await.unwrap()
    );
    store.posts().plan().await.unwrap();
    assert_eq!(store.posts().due_messages().await.unwrap().len(), 2, "one here, one there");
    assert_eq!(due(&store).await, [1, 2].into(), "player 3 has both codes");
    assert_eq!(store.reports().pending_redemptions().await.unwrap(), 4);
    assert_eq!(store.rosters().roster(HERE, 0, 9).await.unwrap().total, 3);
    // Removed once more: the days count anew.
    store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap();
    tokio::time::sleep(29 * DAY).await;
    assert_eq!(store.erasures().erase_removed_guild().await.unwrap(), None);
    tokio::time::sleep(DAY + HOUR).await;
    assert_eq!(store.erasures().erase_removed_guild().await.unwrap().unwrap().guild, HERE);
    assert_eq!(store.erasures().erase_unneeded_players(1).await.unwrap(), 1);
    assert_eq!(store.erasures().erase_unneeded_players(9).await.unwrap(), 1);
    assert_eq!(players(&store).await, [3, 4]);
    assert_eq!(store.guilds().known_guilds().await.unwrap(), [(GuildId(OTHER.0), false)]);
    let left = all(&store).await;
    let guild = Value::Int(HERE.0.cast_signed());
    assert!(left.iter().all(|record| *record.get("guild_id") != guild), "{left:?}");
}

/// What an admin began by hand is not begun by a plan: it goes on by itself when the guild is back.
#[tokio::test(start_paused = true)]
async fn a_run_that_somebody_began_goes_on_when_the_guild_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    store.guilds().set_channel(HERE, ChannelId(7)).await.unwrap();
    store.rosters().add_to_roster(HERE, vec![player(1), player(2)]).await.unwrap();
    list(&store, &["GOGOWOS"]).await;
    store.posts().plan().await.unwrap();
    let key = Code::parse("GOGOWOS").unwrap().key();
    store.requests().start_batch(HERE, key, 1).await.unwrap();
    assert_eq!(due(&store).await, [1, 2].into());
    store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap();
    assert!(due(&store).await.is_empty());
    store.guilds().guild_returned(GuildId(HERE.0)).await.unwrap();
    assert_eq!(due(&store).await, [1, 2].into());
    store.posts().plan().await.unwrap();
    assert_eq!(store.reports().pending_redemptions().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_erased_that_this_session_was_not_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap();
    drop(store);
    tokio::time::sleep(40 * DAY).await;
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000 + 40 * 24 * 3600).unwrap());
    let store = Store::open(&folder.path().join("a.db"), StateKind::Bot, clock).unwrap();
    assert_eq!(store.erasures().erase_removed_guild().await.unwrap(), None, "it may be back");
    assert!(!store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap());
    assert_eq!(store.erasures().erase_removed_guild().await.unwrap().unwrap().guild, HERE);
}

#[tokio::test(start_paused = true)]
async fn what_a_removed_guild_waits_for_is_redeemed_where_a_person_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    store.rosters().link(USER, player(1)).await.unwrap();
    let key = Code::parse("GOGOWOS").unwrap().key();
    store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap();
    assert_eq!(due(&store).await, [1, 3, 4].into(), "1 is linked");
    store.requests().request_for_person(vec![id(2)], key, 1).await.unwrap();
    assert_eq!(due(&store).await, [1, 2, 3, 4].into(), "2 is asked for by a person");
    store.guilds().guild_removed(GuildId(HERE.0)).await.unwrap();
    assert_eq!(due(&store).await, [1, 2, 3, 4].into(), "also when Discord says it again");
}

#[tokio::test(start_paused = true)]
async fn players_and_codes_that_came_with_a_persons_request_go_after_two_days() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder, "a.db").await;
    grant_all(&store).await;
    let typed = Code::parse("TYPED").unwrap();
    let wanted = Code::parse("WANTED").unwrap();
    store.codes().add_guild_code(HERE, wanted.clone()).await.unwrap();
    store.codes().add_code(typed.clone()).await.unwrap();
    store.rosters().put_players(vec![player(21)]).await.unwrap();
    store.requests().request_for_person(vec![id(21)], typed.key(), 1).await.unwrap();
    store.rosters().remove_players(OTHER, vec![id(4)]).await.unwrap();
    tokio::time::sleep(3 * DAY).await;
    let step = async || {
        (
            store.erasures().erase_unneeded_players(9).await.unwrap(),
            store.erasures().erase_stale_typed_code().await.unwrap(),
        )
    };
    assert_eq!(step().await, (0, false), "it is not decided");
    grant_all(&store).await;
    tokio::time::sleep(47 * HOUR).await;
    assert_eq!(step().await, (0, false));
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(step().await, (1, true));
    assert_eq!(step().await, (0, false), "one that a guild added stays, and one that a feed lists");
    assert_eq!(players(&store).await, [1, 2, 3, 4], "4 may be put back on the roster");
    let codes: Vec<String> =
        store.reports().known_codes().await.unwrap().keys().map(|key| key.as_str().to_owned()).collect();
    assert_eq!(codes, ["GOGOWOS", "WANTED"]);
    tokio::time::sleep(26 * DAY).await;
    assert_eq!(step().await, (1, false));
    assert_eq!(players(&store).await, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn erasures_go_after_a_quarter_of_a_year_in_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    store.sync_log().set_replicated(true).await.unwrap();
    store.rosters().link(USER, player(1)).await.unwrap();
    store.erasures().forget_user(USER).await.unwrap();
    let out = store.sync_log().outbox_chunk(100).await.unwrap();
    assert_eq!((out.erasures.len(), out.records.len()), (2, 0));
    store.outbox_forget(&out).await.unwrap();
    tokio::time::sleep(91 * DAY).await;
    assert_eq!(store.erasures().forget_erasures(9).await.unwrap(), 0);
    tokio::time::sleep(2 * DAY).await;
    assert_eq!(
        (store.erasures().forget_erasures(1).await.unwrap(), store.erasures().forget_erasures(9).await.unwrap()),
        (1, 1)
    );
    let out = store.sync_log().outbox_chunk(100).await.unwrap();
    assert_eq!((out.erasures.len(), out.erased.len()), (0, 2));
    assert!(out.erased.iter().all(|erased| erased.kind == RecordKind::Erasures));
    store.outbox_forget(&out).await.unwrap();
    assert!(all(&store).await.is_empty() && store.sync_log().is_outbox_empty().await.unwrap());
}

/// Whoever adds a table that refers to what can be erased says how its rows go: by a kind's roots, or `ON DELETE CASCADE`.
#[tokio::test(start_paused = true)]
async fn every_row_that_refers_to_what_is_erased_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    let sql =
        "SELECT t.name, f.\"table\", f.\"from\", f.on_delete FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
               WHERE t.type = 'table'";
    type Reference = (String, String, String, String);
    let references: Vec<Reference> = store
        .read(move |c| {
            let mut statement = c.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert!(references.len() >= 11, "{references:?}");
    for (table, parent, field, on_delete) in references {
        let root = Root::ALL.into_iter().find(|root| root.kind().is_some_and(|kind| kind.name() == parent));
        let goes = RecordKind::parse(&table)
            .is_some_and(|kind| roots(kind).iter().any(|(of_kind, name)| Some(*of_kind) == root && *name == field));
        assert!(root.is_some() && (goes || on_delete == "CASCADE"), "{table}.{field} refers to {parent}");
    }
}
