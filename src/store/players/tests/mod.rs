//! Corrections, removals and replacements of rosters on real files.

mod confirming;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::codes::notice::NoticeKind;
use crate::domain::players::player::{AllianceId, GuildId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::state_check::StateCheck;
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::with_tables::with_tables;
use crate::store::{Admission, AttemptResult, BatchKey, Next, NextQuestion, NoticeKey, Store, Which};

const HERE: AllianceId = AllianceId(7);
const OTHER: AllianceId = AllianceId(8);

struct Fixture {
    _folder: tempfile::TempDir,
    path: PathBuf,
    clock: Clock,
    store: Store,
}

fn id(id: u64) -> PlayerId {
    PlayerId::new(id).unwrap()
}

fn state(number: u32) -> State {
    State::new(number).unwrap()
}

fn player(number: u64, name: &str, state: u32) -> Player {
    Player { id: id(number), nickname: name.to_owned(), state: State::new(state), furnace_level: None }
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("giftcode.db");
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        Self { store: Store::open(with_tables(&path), StateKind::Bot, clock).unwrap(), path, clock, _folder: folder }
    }

    fn reopened(self) -> Self {
        let Self { _folder, path, clock, store } = self;
        drop(store);
        Self { store: Store::open(&path, StateKind::Bot, clock).unwrap(), path, clock, _folder }
    }

    fn rosters(&self) -> Rosters {
        self.store.rosters()
    }

    async fn add(&self, alliance: AllianceId, players: &[Player]) -> RosterChange {
        self.rosters().add_to_roster(alliance, players.to_vec()).await.unwrap()
    }

    /// Name and state (0 for none) of each player of a roster.
    async fn roster(&self, alliance: AllianceId) -> Vec<(u64, String, u32)> {
        let players = self.rosters().roster(alliance, 0, u32::MAX).await.unwrap().players;
        players.into_iter().map(|one| (one.id.get(), one.nickname, one.state.map_or(0, State::get))).collect()
    }

    async fn filtered(&self, filter: RosterFilter) -> Vec<(u64, ListedDetail)> {
        let page = self.rosters().filtered_roster(HERE, filter, 0, 100).await.unwrap();
        assert_eq!(page.total as usize, page.players.len());
        page.players.into_iter().map(|one| (one.player.id.get(), one.detail)).collect()
    }

    /// A code that everybody's redemption of ends with this status.
    async fn decide(&self, code: &str, status: impl Fn(u64) -> Status) {
        self.store.guilds().set_auto_redeem(HERE, true).await.unwrap();
        let answer = FeedAnswer::new("feed", vec![Entry::active(Code::parse(code).unwrap())]);
        let after = Duration::from_secs(6 * 3600);
        self.store.listings().apply_answer(Some(answer), &["feed".to_owned()], after).await.unwrap();
        while self.store.posts().plan().await.unwrap().redemptions > 0 {}
        for claim in self.due().await {
            let status = status(claim.player.get());
            let next = Next::Final(Outcome::of(&status).unwrap_or(Outcome::GaveUp));
            let result = AttemptResult { status, history: claim.history, next };
            self.store.redemptions().record(claim, result).await.unwrap();
        }
    }

    async fn due(&self) -> Vec<crate::store::Claim> {
        self.store.redemptions().claim_due(1000, 99, |_| Admission::Take).await.unwrap().taken
    }
}

#[tokio::test(start_paused = true)]
async fn a_corrected_state_makes_due_what_failed_because_of_it() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "A", 245), player(2, "B", 245), player(3, "C", 245), player(4, "D", 246)]).await;
    fixture.decide("A1", |id| if id < 4 { Status::UserInfoError } else { Status::Success }).await;
    let edited =
        fixture.rosters().edit_player(HERE, id(1), Some("New".into()), Some(state(246))).await.unwrap().unwrap();
    assert_eq!((edited.player.nickname.as_str(), edited.player.state, edited.retried), ("New", Some(state(246)), 1));
    assert_eq!(fixture.due().await.len(), 1);
    assert_eq!(fixture.rosters().edit_player(HERE, id(9), None, Some(state(1))).await.unwrap(), None);
    let change = fixture.rosters().change_state(HERE, state(245), state(246)).await.unwrap();
    assert_eq!(change, StateChange { changed: 2, kept: 0, there_before: 2, retried: 2 });
    assert_eq!(fixture.due().await.len(), 2);
    let back = fixture.rosters().change_state(HERE, state(246), state(245)).await.unwrap();
    assert_eq!((back.changed, back.there_before), (4, 0));
    fixture.decide("A2", |id| if id == 4 { Status::UserInfoError } else { Status::Success }).await;
    assert_eq!(
        fixture.add(HERE, &[player(4, "", 246)]).await,
        RosterChange { known: 1, retried: 1, ..RosterChange::default() }
    );
}

/// Which players and states the game is asked about next; it knows all of them in this one.
async fn ask_game(fixture: &Fixture, home: u32) -> Vec<(u64, u32)> {
    let (queue, mut asked) = (fixture.store.redemptions(), Vec::new());
    while let NextQuestion::Ask(question) = queue.next_question(vec![]).await.unwrap() {
        asked.push((question.player.get(), question.state.get()));
        let answer = if question.state.get() == home { StateCheck::Right } else { StateCheck::WrongState };
        queue.record_reply(question, answer).await.unwrap();
        tokio::time::advance(Duration::from_secs(4)).await;
    }
    asked
}

#[tokio::test(start_paused = true)]
async fn the_game_is_asked_about_a_state_that_a_leader_may_not_correct() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "", 245), player(2, "", 245)]).await;
    fixture.rosters().link(UserId(5), player(1, "", 245)).await.unwrap();
    assert_eq!(ask_game(&fixture, 245).await.len(), 2);
    // Both moved. What the game confirmed just now is not asked again.
    fixture.rosters().change_state(HERE, state(245), state(300)).await.unwrap();
    assert_eq!(ask_game(&fixture, 300).await, [(2, 300)]);
    tokio::time::advance(Duration::from_secs(3600)).await;
    let change = fixture.rosters().change_state(HERE, state(245), state(300)).await.unwrap();
    assert_eq!((change.changed, change.kept), (0, 1));
    assert_eq!(ask_game(&fixture, 300).await, [(1, 245), (1, 300), (1, 245)]);
    assert_eq!(fixture.roster(HERE).await.iter().map(|one| one.2).collect::<Vec<_>>(), [300, 300]);
}

#[tokio::test(start_paused = true)]
async fn what_others_rely_on_stays() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "Shared", 245), player(2, "Linked", 245), player(3, "Own", 245)]).await;
    fixture.add(OTHER, &[player(1, "", 0)]).await;
    fixture.rosters().link(UserId(5), player(2, "", 245)).await.unwrap();
    let change = fixture.rosters().change_state(HERE, state(245), state(300)).await.unwrap();
    assert_eq!((change.changed, change.kept), (1, 2));
    let shared = fixture.rosters().edit_player(HERE, id(1), Some("X".into()), Some(state(9))).await.unwrap().unwrap();
    assert_eq!((shared.keeps_name, shared.keeps_state), (true, true));
    let linked = fixture.rosters().edit_player(HERE, id(2), Some("X".into()), Some(state(9))).await.unwrap().unwrap();
    assert_eq!((linked.keeps_name, linked.keeps_state, linked.player.nickname.as_str()), (false, true, "X"));
    let expected = [(3, "Own".to_owned(), 300), (1, "Shared".to_owned(), 245), (2, "X".to_owned(), 245)];
    assert_eq!(fixture.roster(HERE).await, expected);
    let preview = fixture.rosters().preview_replacement(HERE, vec![player(1, "Y", 9), player(3, "", 0)]).await.unwrap();
    assert_eq!((preview.kept, preview.replacement.changes.len(), preview.replacement.goes.len()), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_removal_is_undone_after_a_restart_and_not_after_a_quarter_of_an_hour() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "A", 245), player(2, "B", 245)]).await;
    let removal = fixture.rosters().remove_players(HERE, vec![id(1), id(2), id(9), id(1)]).await.unwrap();
    assert_eq!(removal.removed, [player(1, "A", 245), player(2, "B", 245)]);
    assert_eq!(fixture.rosters().remove_players(HERE, vec![id(1)]).await.unwrap(), Removal::default());
    let fixture = fixture.reopened();
    let draft = removal.draft.unwrap();
    assert_eq!(fixture.rosters().undo_removal(OTHER, draft.clone()).await.unwrap(), None, "another server's button");
    assert_eq!(fixture.rosters().undo_removal(HERE, draft.clone()).await.unwrap(), Some(2));
    assert_eq!(fixture.rosters().undo_removal(HERE, draft).await.unwrap(), Some(0));
    assert_eq!(fixture.roster(HERE).await.len(), 2);
    let draft = fixture.rosters().remove_players(HERE, vec![id(1)]).await.unwrap().draft.unwrap();
    tokio::time::advance(Duration::from_secs(15 * 60 + 1)).await;
    assert_eq!(fixture.rosters().undo_removal(HERE, draft).await.unwrap(), None);
    assert_eq!(fixture.filtered(RosterFilter::Left).await.len(), 1);
    tokio::time::advance(Duration::from_secs(30 * 24 * 3600)).await;
    assert_eq!(fixture.filtered(RosterFilter::Left).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_does_what_was_shown_or_shows_it_anew() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "A", 245), player(2, "B", 245), player(3, "C", 245)]).await;
    fixture.add(OTHER, &[player(9, "Z", 245)]).await;
    let list = vec![player(1, "A", 245), player(2, "Bee", 246), player(4, "D", 245)];
    let preview = fixture.rosters().preview_replacement(HERE, list.clone()).await.unwrap();
    let counts =
        |of: &crate::domain::players::replacement::Replacement| (of.comes.len(), of.goes.len(), of.changes.len());
    assert_eq!(counts(&preview.replacement), (1, 1, 1));
    assert_eq!(fixture.roster(HERE).await.len(), 3, "nothing happens before it is confirmed");
    let fixture = fixture.reopened();
    assert_eq!(fixture.rosters().replace_roster(OTHER, preview.draft.clone()).await.unwrap(), Replaced::Unknown);
    fixture.add(HERE, &[player(5, "E", 245)]).await;
    let Replaced::Changed(anew) = fixture.rosters().replace_roster(HERE, preview.draft.clone()).await.unwrap() else {
        panic!("the roster changed")
    };
    assert_eq!(counts(&anew.replacement), (1, 2, 1));
    let done = fixture.rosters().replace_roster(HERE, anew.draft.clone()).await.unwrap();
    assert_eq!(done, Replaced::Done { replacement: anew.replacement, retried: 0 });
    let expected = [(1, "A".to_owned(), 245), (2, "Bee".to_owned(), 246), (4, "D".to_owned(), 245)];
    assert_eq!(fixture.roster(HERE).await, expected);
    assert_eq!(fixture.rosters().replace_roster(HERE, anew.draft).await.unwrap(), Replaced::Same);
    assert_eq!(fixture.roster(OTHER).await.len(), 1);
    let preview = fixture.rosters().preview_replacement(HERE, vec![player(1, "", 0)]).await.unwrap();
    tokio::time::advance(Duration::from_secs(24 * 3600 + 1)).await;
    assert_eq!(fixture.rosters().replace_roster(HERE, preview.draft).await.unwrap(), Replaced::Unknown);
}

#[tokio::test(start_paused = true)]
async fn drafts_are_bounded_in_number_and_size() {
    let fixture = Fixture::new();
    // As many characters as the longest list has, in fewer players.
    let big: Vec<Player> = (1..=1_000).map(|n| player(n, &"N".repeat(500), 245)).collect();
    let mut drafts = Vec::new();
    for _ in 0..45 {
        drafts.push(fixture.rosters().preview_replacement(HERE, big.clone()).await.unwrap().draft);
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    let connection = rusqlite::Connection::open(&fixture.path).unwrap();
    let (count, chars): (u32, u32) = connection
        .query_row("SELECT count(*), sum(length(content)) FROM drafts", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert!((10..45).contains(&count) && chars <= 20_000_000, "{count} drafts of {chars} characters");
    assert_eq!(fixture.rosters().replace_roster(HERE, drafts[0].clone()).await.unwrap(), Replaced::Unknown);
    let newest = fixture.rosters().replace_roster(HERE, drafts[44].clone()).await.unwrap();
    assert!(matches!(newest, Replaced::Done { .. }));
    for number in 0..150 {
        fixture.rosters().preview_replacement(HERE, vec![player(number + 1, "", 0)]).await.unwrap();
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    let count: u32 = connection.query_row("SELECT count(*) FROM drafts", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 100);
}

#[tokio::test(start_paused = true)]
async fn filters_show_who_needs_attention() {
    let fixture = Fixture::new();
    let all = [player(1, "A", 245), player(2, "B", 0), player(3, "C", 245), player(4, "D", 245), player(5, "E", 245)];
    fixture.add(HERE, &all).await;
    fixture.add(OTHER, &[player(6, "Other", 0)]).await;
    fixture.rosters().link(UserId(5), player(3, "", 245)).await.unwrap();
    fixture
        .decide("A1", |id| match id {
            1 => Status::StoveLevel,
            3 => Status::TimeoutRetry,
            4 => Status::TimeError,
            _ => Status::Success,
        })
        .await;
    tokio::time::advance(Duration::from_secs(60)).await;
    fixture.decide("A2", |id| if id == 1 { Status::UserInfoError } else { Status::Success }).await;
    let removed_at = fixture.clock.now();
    fixture.rosters().remove_players(HERE, vec![id(5)]).await.unwrap();
    assert_eq!(fixture.filtered(RosterFilter::NoState).await, [(2, ListedDetail::None)]);
    let unlinked: Vec<u64> = fixture.filtered(RosterFilter::NotLinked).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(unlinked, [1, 2, 4]);
    let failed = |codes, latest| ListedDetail::Failed { codes, latest };
    let expected = [(1, failed(2, Status::UserInfoError)), (3, failed(1, Status::TimeoutRetry))];
    assert_eq!(fixture.filtered(RosterFilter::Failing).await, expected, "a code that is over is nobody's own failure");
    let left = fixture.filtered(RosterFilter::Left).await;
    assert_eq!(left, [(5, ListedDetail::LeftAt(removed_at))]);
    tokio::time::advance(Duration::from_secs(31 * 24 * 3600)).await;
    assert_eq!(fixture.filtered(RosterFilter::Failing).await, []);
    for filter in [RosterFilter::NoState, RosterFilter::Failing, RosterFilter::NotLinked, RosterFilter::Left] {
        assert_eq!(RosterFilter::parse(filter.name()), Some(filter));
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_without_a_name_has_that_of_the_person_who_linked_it() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "", 245), player(2, "Frost", 245)]).await;
    for account in [1, 2] {
        fixture.rosters().link_named(UserId(5), player(account, "", 245), Some("Lena".to_owned())).await.unwrap();
    }
    let named = |name: &str| [(2, "Frost".to_owned(), 245), (1, name.to_owned(), 245)];
    assert_eq!(fixture.roster(HERE).await, named("Lena"));
    assert_eq!(fixture.rosters().find_on_roster(HERE, "len".into(), 9).await.unwrap().len(), 1);
    assert_eq!(fixture.rosters().whole_roster(HERE).await.unwrap()[1].nickname, "", "the file keeps what is on file");
    let (total, second) = fixture.rosters().search_roster(HERE, String::new(), 1, 1).await.unwrap();
    assert_eq!((total, second[0].id), (2, id(1)));
    // The lists of a code's players show it, too.
    fixture.decide("A1", |_| Status::StoveLevel).await;
    let (code, generation) = (Code::parse("A1").unwrap().key(), 1);
    let batch = BatchKey { guild: HERE, code: code.clone(), generation };
    let listed = fixture.store.batches().players_of_code(batch, Which::All, 0, 9).await.unwrap().players;
    assert_eq!(listed.iter().map(|one| one.nickname.as_str()).collect::<Vec<_>>(), ["Frost", "Lena"]);
    let found = |tx: &Tx<'_>| {
        tx.execute("UPDATE players SET state_check = 'found', checked_at = 1800000000000 WHERE player_id = 1", [])?;
        Ok(state_checks::found_since_start(tx.connection(), HERE, &Code::parse("A1").unwrap().key(), 1)?)
    };
    assert_eq!(fixture.store.write_local(found).await.unwrap()[0].1, "Lena");
    let untried = NoticeKey { guild: HERE, code, generation: 2, kind: NoticeKind::Reminder };
    let lacking = fixture.store.notices().lacking(untried).await.unwrap().untried;
    assert_eq!(lacking, [(id(2), "Frost".to_owned()), (id(1), "Lena".to_owned())]);
    fixture.rosters().unlink(UserId(5), None).await.unwrap();
    let listed = fixture.rosters().roster(HERE, 0, 9).await.unwrap().players;
    assert_eq!(listed[1].nickname, "");
}

#[tokio::test(start_paused = true)]
async fn a_profile_names_only_those_whom_nobody_named() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "Given", 245), player(2, "", 245), player(3, "", 245), player(4, "", 245)]).await;
    let profiles = async |name: &str| {
        for number in 1..=4 {
            let profile = Profile { nickname: name.to_owned(), state: State::new(245), furnace_level: Some(9) };
            fixture.store.redemptions().record_profile(id(number), profile).await.unwrap();
        }
    };
    let names = async || -> Vec<String> {
        let mut roster = fixture.roster(HERE).await;
        roster.sort();
        roster.into_iter().map(|(_, name, _)| name).collect()
    };
    profiles("Game").await;
    assert_eq!(names().await, ["Given", "Game", "Game", "Game"]);
    // A name that comes from the game follows it, also after somebody imported a list that holds it.
    fixture.add(HERE, &[player(2, "Game", 245)]).await;
    fixture.rosters().change_state(HERE, state(245), state(246)).await.unwrap();
    profiles("Renamed").await;
    assert_eq!(names().await, ["Given", "Renamed", "Renamed", "Renamed"]);
    fixture.add(HERE, &[player(3, "From a file", 245)]).await;
    fixture.rosters().edit_player(HERE, id(4), Some("Renamed".to_owned()), None).await.unwrap();
    profiles("Again").await;
    profiles("").await;
    assert_eq!(names().await, ["Given", "Again", "From a file", "Renamed"]);
}

#[tokio::test(start_paused = true)]
async fn drafts_go_with_their_time_their_alliance_and_the_players_in_them() {
    let fixture = Fixture::new();
    let drafts = || {
        fixture
            .store
            .read(|connection| Ok(connection.query_row("SELECT count(*) FROM drafts", [], |row| row.get::<_, u32>(0))?))
    };
    fixture.add(HERE, &[player(1, "X", 245), player(2, "Y", 245)]).await;
    fixture.add(OTHER, &[player(3, "Z", 245)]).await;
    fixture.rosters().remove_players(HERE, vec![id(2)]).await.unwrap();
    fixture.rosters().preview_replacement(HERE, vec![player(9, "N", 245)]).await.unwrap();
    fixture.rosters().preview_replacement(HERE, vec![player(1, "X", 9)]).await.unwrap();
    fixture.rosters().preview_replacement(OTHER, vec![player(1, "X", 245)]).await.unwrap();
    assert_eq!(drafts().await.unwrap(), 4);
    // The drafts that name the accounts which nobody else has.
    for account in [player(2, "Y", 245), player(9, "N", 245)] {
        fixture.rosters().link(UserId(5), account).await.unwrap();
    }
    assert_eq!(fixture.store.erasures().forget_user(UserId(5)).await.unwrap().erased.len(), 2);
    assert_eq!(drafts().await.unwrap(), 2);
    fixture.store.guilds().guild_removed(GuildId(OTHER.0)).await.unwrap();
    tokio::time::advance(Duration::from_secs(31 * 24 * 3600)).await;
    fixture.rosters().preview_replacement(HERE, vec![player(1, "X", 9)]).await.unwrap();
    fixture.rosters().preview_replacement(OTHER, vec![player(1, "X", 9)]).await.unwrap();
    assert_eq!(drafts().await.unwrap(), 2, "the old ones are gone");
    fixture.store.erasures().erase_removed_guild().await.unwrap().unwrap();
    assert_eq!(drafts().await.unwrap(), 1);
    tokio::time::advance(Duration::from_secs(24 * 3600 - 1)).await;
    fixture.store.erasures().forget_drafts().await.unwrap();
    assert_eq!(drafts().await.unwrap(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    fixture.store.erasures().forget_drafts().await.unwrap();
    assert_eq!(drafts().await.unwrap(), 0);
}
