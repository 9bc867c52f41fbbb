//! What people ask of the store: batches, retries, links, codes of their own server.

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::channel::OverReason;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, MAX_LINKS, Player, PlayerId, State, UserId};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::redeeming::retry::History;
use giftcode_bot::store::{AddedCode, Admission, AttemptResult, BatchStart, CheckStart, Linked, Next, RosterChange};

use crate::support::{GUILD, HOUR, StateFile, code, players};

const OTHER: AllianceId = AllianceId(7);

fn player(id: u64) -> PlayerId {
    PlayerId::new(id).unwrap()
}

/// Claims everything that is due and records this status for it. Returns the players.
async fn decide(state: &StateFile, status: Status, outcome: Outcome) -> Vec<u64> {
    let claims = state.store.redemptions().claim_due(100, 12, |_| Admission::Take).await.unwrap();
    let mut decided = Vec::new();
    for claim in claims.taken {
        decided.push(claim.player.get());
        let verdict = AttemptResult {
            status: status.clone(),
            history: History { calls: 1, ..claim.history },
            next: Next::Final(outcome),
        };
        state.store.redemptions().record(claim, verdict).await.unwrap();
    }
    decided.sort_unstable();
    decided
}

#[tokio::test(start_paused = true)]
async fn a_retry_makes_failures_due_again_and_never_a_success() {
    let state = StateFile::new();
    state.list(&["A1"]).await;
    state.store.rosters().add_to_roster(GUILD, players(1..=3)).await.unwrap();
    state.store.rosters().add_to_roster(OTHER, players(9..=9)).await.unwrap();
    let key = code("A1").key();
    let start = state.store.requests().start_batch(GUILD, key.clone(), 1).await.unwrap();
    assert_eq!(start, BatchStart { players: 3, due: 3, pending: 0 });
    let again = state.store.requests().start_batch(GUILD, key.clone(), 1).await.unwrap();
    assert_eq!(again, BatchStart { players: 3, due: 0, pending: 3 });
    assert_eq!(decide(&state, Status::StoveLevel, Outcome::Failed).await, [1, 2, 3]);
    assert_eq!(state.store.requests().retry_batch(OTHER, key.clone(), 1).await.unwrap(), 0, "not another guild's");
    assert_eq!(state.store.requests().retry_batch(GUILD, key.clone(), 1).await.unwrap(), 3);
    let run = &state.store.batches().past_batches(GUILD, None, 10).await.unwrap()[0];
    assert_eq!((run.tally.pending, run.finished_at), (3, None), "the run goes on");
    assert_eq!(decide(&state, Status::Success, Outcome::Granted).await, [1, 2, 3]);
    assert_eq!(state.store.requests().retry_batch(GUILD, key.clone(), 1).await.unwrap(), 0);
    let run = &state.store.batches().past_batches(GUILD, Some(key), 10).await.unwrap()[0];
    assert_eq!((run.tally.granted, run.finished_at.is_some()), (3, true));
}

#[tokio::test(start_paused = true)]
async fn a_state_that_was_corrected_makes_what_failed_for_it_due_and_nothing_else() {
    let state = StateFile::new();
    state.list(&["A1", "B2"]).await;
    state.store.rosters().put_players(players(1..=1)).await.unwrap();
    let request =
        async |name: &str| state.store.requests().request_for_person(vec![player(1)], code(name).key(), 1).await;
    request("A1").await.unwrap();
    decide(&state, Status::UserInfoError, Outcome::Failed).await;
    request("B2").await.unwrap();
    decide(&state, Status::StoveLevel, Outcome::Failed).await;
    assert_eq!(state.store.redemptions().retry_wrong_state(player(1)).await.unwrap(), 1);
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 1);
    let standing = state.store.requests().standing(player(1), code("A1").key(), 1).await.unwrap().unwrap();
    assert_eq!((standing.outcome, standing.status), (Some(Outcome::Pending), Some(Status::UserInfoError)));
    assert_eq!(state.store.requests().standing(player(2), code("A1").key(), 1).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_user_links_a_few_accounts_and_takes_them_back() {
    let state = StateFile::new();
    let (user, other) = (UserId(70), UserId(71));
    let account =
        |id, state| Player { id: player(id), nickname: String::new(), state: State::new(state), furnace_level: None };
    for id in 1..=MAX_LINKS as u64 {
        assert_eq!(state.store.rosters().link(user, account(id, 245)).await.unwrap(), Linked::New);
    }
    assert_eq!(state.store.rosters().link(user, account(1, 246)).await.unwrap(), Linked::Known);
    assert_eq!(state.store.rosters().link(user, account(99, 245)).await.unwrap(), Linked::TooMany);
    assert_eq!(state.store.rosters().link(other, account(1, 246)).await.unwrap(), Linked::New);
    let states =
        state.store.rosters().links(user).await.unwrap().iter().map(|p| p.state.unwrap().get()).collect::<Vec<_>>();
    assert_eq!(states, [246, 245, 245, 245, 245]);
    assert_eq!(state.store.rosters().unlink(user, Some(player(99))).await.unwrap(), 0);
    assert_eq!(state.store.rosters().unlink(user, Some(player(2))).await.unwrap(), 1);
    assert_eq!(state.store.rosters().link(user, account(99, 245)).await.unwrap(), Linked::New);
    assert_eq!(state.store.rosters().unlink(user, None).await.unwrap(), 5);
    assert_eq!(
        (
            state.store.rosters().links(user).await.unwrap().len(),
            state.store.rosters().links(other).await.unwrap().len()
        ),
        (0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_guild_has_codes_of_its_own_and_does_without_others() {
    let state = StateFile::new();
    state.guild(GUILD, players(1..=2)).await;
    state.guild(OTHER, players(2..=3)).await;
    state.list(&["LISTED"]).await;
    state.store.posts().plan().await.unwrap();
    let active = async |guild| {
        let codes = state.store.codes().active_codes(guild).await.unwrap();
        codes.iter().map(|code| code.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(state.store.codes().add_guild_code(GUILD, code("OWN")).await.unwrap(), AddedCode::Added);
    assert_eq!(state.store.codes().add_guild_code(GUILD, code("own")).await.unwrap(), AddedCode::Known);
    assert_eq!(state.store.codes().add_guild_code(GUILD, code("LISTED")).await.unwrap(), AddedCode::Known);
    assert_eq!(
        (active(GUILD).await, active(OTHER).await),
        (vec!["LISTED".into(), "OWN".into()], vec!["LISTED".into()])
    );
    let planned = state.store.posts().plan().await.unwrap();
    assert_eq!(planned.guilds.iter().map(|plan| plan.guild).collect::<Vec<_>>(), [GUILD]);
    // Players 1 and 2 for the guild's own code; all three for the listed one.
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 5);
    // Player 2 is also on the other guild's roster, which still wants the listed code.
    assert_eq!(state.store.codes().remove_guild_code(GUILD, code("LISTED").key()).await.unwrap(), Some(1));
    assert_eq!(state.store.codes().remove_guild_code(GUILD, code("NONE").key()).await.unwrap(), None);
    assert_eq!((active(GUILD).await, active(OTHER).await), (vec!["OWN".to_owned()], vec!["LISTED".to_owned()]));
    state.store.posts().plan().await.unwrap();
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 4, "what was dropped stays so");
    // Restored: it is due again, and posted only once.
    assert_eq!(state.store.codes().add_guild_code(GUILD, code("LISTED")).await.unwrap(), AddedCode::Added);
    let start = state.store.requests().start_batch(GUILD, code("LISTED").key(), 1).await.unwrap();
    assert_eq!(start, BatchStart { players: 2, due: 1, pending: 1 });
    assert_eq!(
        state.store.codes().suggest_codes(OTHER, "o".into(), false, 25).await.unwrap(),
        [],
        "another guild's own code"
    );
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_over_is_not_added() {
    let state = StateFile::new();
    let soon = state.clock.now() + jiff::SignedDuration::from_hours(1);
    state.list_until(&[("PAST", Some(soon))]).await;
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(
        state.store.codes().find_code(code("PAST").key()).await.unwrap().unwrap().over,
        Some(OverReason::Expired)
    );
    let added = state.store.codes().add_guild_code(GUILD, code("past")).await.unwrap();
    assert_eq!(added, AddedCode::Over(OverReason::Expired, CheckStart::Nobody));
    assert_eq!(state.store.codes().active_codes(GUILD).await.unwrap(), []);
    assert_eq!(state.store.codes().find_code(code("NONE").key()).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_roster_is_paged_and_searched_and_belongs_to_one_guild() {
    let state = StateFile::new();
    let mut all = players(1..=45);
    all[0].state = None;
    state.store.rosters().add_to_roster(GUILD, all).await.unwrap();
    state.store.rosters().add_to_roster(OTHER, players(100..=100)).await.unwrap();
    let page = state.store.rosters().roster(GUILD, 40, 20).await.unwrap();
    assert_eq!((page.total, page.without_state, page.players.len()), (45, 1, 5));
    assert_eq!(state.store.rosters().roster(GUILD, 60, 20).await.unwrap().players, []);
    let found =
        async |guild, text: &str| state.store.rosters().find_on_roster(guild, text.to_owned(), 25).await.unwrap().len();
    assert_eq!((found(GUILD, "4").await >= 7, found(OTHER, "10").await, found(GUILD, "100").await), (true, 1, 0));
    let gone = state.store.rosters().remove_players(GUILD, vec![player(1), player(100)]).await.unwrap().removed;
    assert_eq!(gone.iter().map(|player| player.id).collect::<Vec<_>>(), [player(1)]);
    state.store.guilds().set_channel(GUILD, ChannelId(5)).await.unwrap();
    let settings = state.store.guilds().guild(GUILD).await.unwrap();
    assert_eq!((settings.players, settings.channel), (44, Some(ChannelId(5))));
}

#[tokio::test(start_paused = true)]
async fn no_guild_changes_codes_that_another_one_relies_on() {
    let state = StateFile::new();
    state.list(&["A1"]).await;
    let named = |name: &str, state| Player {
        id: player(1),
        nickname: name.into(),
        state: State::new(state),
        furnace_level: None,
    };
    let on_file = async || {
        let page = state.store.rosters().roster(GUILD, 0, 1).await.unwrap();
        (page.players[0].nickname.clone(), page.players[0].state.unwrap().get())
    };
    state.store.rosters().add_to_roster(GUILD, vec![named("Frost", 245)]).await.unwrap();
    // Its own guild may correct it freely.
    state.store.rosters().add_to_roster(GUILD, vec![named("Frost II", 246)]).await.unwrap();
    assert_eq!(on_file().await, ("Frost II".to_owned(), 246));
    let change = state.store.rosters().add_to_roster(OTHER, vec![named("Fool", 1)]).await.unwrap();
    assert_eq!(change, RosterChange { new: 1, kept: 1, ..RosterChange::default() });
    assert_eq!(on_file().await, ("Frost II".to_owned(), 246));
    assert_eq!(state.store.rosters().add_to_roster(OTHER, vec![named("", 246)]).await.unwrap().kept, 0);
    // The game rejected it, so anybody may correct it.
    state.store.requests().start_batch(GUILD, code("A1").key(), 1).await.unwrap();
    decide(&state, Status::UserInfoError, Outcome::Failed).await;
    assert_eq!(state.store.rosters().add_to_roster(OTHER, vec![named("", 250)]).await.unwrap().kept, 0);
    assert_eq!(on_file().await, ("Frost II".to_owned(), 250));
}
