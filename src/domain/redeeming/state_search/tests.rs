use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::answers::status::Status;

fn state(number: u32) -> State {
    State::new(number).unwrap()
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn numbers(states: &[State]) -> Vec<u32> {
    states.iter().map(|state| state.get()).collect()
}

/// The game's answer about a player who is in this state.
fn answer(home: Option<State>, asked: State) -> StateCheck {
    if home == Some(asked) { StateCheck::Right } else { StateCheck::WrongState }
}

/// Asks until the check is over; returns the states that were asked about.
fn ask_all(check: &mut PlayerCheck, listed: &[State], mut game: impl FnMut(State) -> StateCheck) -> Vec<u32> {
    let mut asked = Vec::new();
    while let Some(next) = check.next(listed) {
        asked.push(next.get());
        check.answered(next, &game(next), now());
        check.end_if_over(listed, now());
        assert!(asked.len() < 1000);
    }
    asked
}

#[test]
fn the_states_of_the_list_come_first_and_then_the_nearest() {
    let listed = [state(300), state(7)];
    let all = numbers(&candidates(&listed, Some(state(245))));
    assert_eq!(all[..10], [300, 7, 301, 299, 246, 244, 302, 298, 247, 243]);
    assert_eq!((all.len(), all.contains(&320), all.contains(&321), all.contains(&225)), (2 + 80, true, false, true));
    let without = numbers(&candidates(&listed, None));
    assert_eq!((&without[..4], without.len()), (&[300, 7, 301, 299][..], 2 + 40));
    assert_eq!(candidates(&[], None), []);
    // There is no state below 1.
    assert_eq!(numbers(&candidates(&[], Some(state(2)))).len(), 1 + 20);
}

#[test]
fn a_right_state_costs_one_call_and_an_unknown_player_three() {
    for (outcome, status, calls) in
        [(StateCheck::Right, CheckStatus::Right, 1), (StateCheck::NoSuchPlayer, CheckStatus::NoSuchPlayer, 3)]
    {
        let mut check = PlayerCheck::new(Some(state(245)), now());
        assert_eq!(ask_all(&mut check, &[state(300)], |_| outcome.clone()), vec![245; calls]);
        assert_eq!(check.status, status);
    }
    // A game that was in disorder for a moment is not believed, not even while a search runs.
    for mut check in [PlayerCheck::new(Some(state(245)), now()), PlayerCheck::search(Some(state(245)), now())] {
        let mut answers = [StateCheck::NoSuchPlayer, StateCheck::NoSuchPlayer].into_iter();
        ask_all(&mut check, &[state(300)], |asked| answers.next().unwrap_or_else(|| answer(Some(state(300)), asked)));
        assert_eq!((check.status, check.on_file), (CheckStatus::Found, Some(state(300))));
    }
}

#[test]
fn only_answers_that_say_so_count_against_an_id_and_a_refused_state_speaks_for_it() {
    let (home, nobody) = (state(245), StateCheck::NoSuchPlayer);
    let timeout = StateCheck::Unclear(Status::TimedOut);
    let mut check = PlayerCheck::new(Some(home), now());
    for outcome in [&timeout, &timeout, &nobody, &timeout, &nobody] {
        check.answered(home, outcome, now());
    }
    assert_eq!((check.status, check.nobody, check.unclear), (CheckStatus::Unchecked, 2, 3));
    check.answered(home, &StateCheck::WrongState, now());
    check.answered(state(300), &nobody, now());
    assert_eq!((check.status, check.nobody), (CheckStatus::Searching, 1));
    for _ in 0..2 {
        check.answered(state(300), &nobody, now());
    }
    assert_eq!(check.status, CheckStatus::NoSuchPlayer);
}

#[test]
fn a_confirmed_player_is_doubted_once_a_day() {
    let day = jiff::SignedDuration::try_from(DOUBTED_AGAIN_AFTER).unwrap();
    let home = state(245);
    let mut check = PlayerCheck::new(Some(home), now());
    check.answered(home, &StateCheck::Right, now());
    for doubted in [now(), now() + day] {
        assert!(check.doubt(doubted));
        assert_eq!((check.status, check.nobody, check.since), (CheckStatus::Unchecked, 1, doubted));
        assert!(!check.doubt(doubted), "while it is checked");
        // A redemption shows the state as well.
        match doubted == now() {
            true => check.answered(home, &StateCheck::Right, doubted),
            false => check.confirmed(doubted),
        }
        assert_eq!(check.status, CheckStatus::Right);
        assert!(!check.doubt(doubted + day / 2));
    }
    let mut found = PlayerCheck::new(Some(home), now());
    ask_all(&mut found, &[state(300)], |asked| answer(Some(state(300)), asked));
    assert_eq!((found.doubt(now() + day / 2), found.doubt(now() + day)), (false, true));
    assert_eq!((found.status, found.on_file), (CheckStatus::Unchecked, Some(state(300))));
}

#[test]
fn a_found_state_is_believed_only_when_the_one_on_file_is_refused_again() {
    let mut check = PlayerCheck::new(Some(state(245)), now());
    let asked = ask_all(&mut check, &[state(300)], |asked| answer(Some(state(300)), asked));
    assert_eq!((asked, check.status, check.on_file), (vec![245, 300, 245], CheckStatus::Found, Some(state(300))));
    // Without a state on file, one that was refused is the control, or a neighbour.
    let mut check = PlayerCheck::new(None, now());
    let asked = ask_all(&mut check, &[state(245), state(300)], |asked| answer(Some(state(300)), asked));
    assert_eq!((asked, check.status), (vec![245, 300, 245], CheckStatus::Found));
    let mut check = PlayerCheck::new(None, now());
    let asked = ask_all(&mut check, &[state(300)], |asked| answer(Some(state(300)), asked));
    assert_eq!((asked, check.status), (vec![300, 299], CheckStatus::Found));
    // A game that confirms whatever it is asked finds nothing.
    let mut check = PlayerCheck::search(Some(state(245)), now());
    ask_all(&mut check, &[state(300)], |_| StateCheck::Right);
    assert_eq!((check.status, check.on_file), (CheckStatus::NotFound, Some(state(245))));
    // A control without an answer is made again.
    let mut check = PlayerCheck::search(Some(state(245)), now());
    check.answered(state(300), &StateCheck::Right, now());
    check.answered(state(245), &StateCheck::Unclear(Status::TimedOut), now());
    assert_eq!((check.next(&[state(300)]), check.status), (Some(state(245)), CheckStatus::Searching));
}

#[test]
fn without_a_candidate_the_search_is_over_until_the_list_has_a_state() {
    let mut check = PlayerCheck::new(None, now());
    check.end_if_over(&[], now());
    assert_eq!(check.status, CheckStatus::NotFound);
    assert!(!check.may_resume(&[]) && check.may_resume(&[state(245)]));
    let later = now() + jiff::SignedDuration::try_from(BELIEVED_FOR).unwrap();
    assert!(!check.may_begin_again(now()) && check.may_begin_again(later));
}

#[test]
fn a_search_that_lasts_too_long_ends_and_is_not_resumed_for_what_it_left() {
    let listed = [state(245), state(300)];
    let mut check = PlayerCheck::search(None, now());
    let late = now() + jiff::SignedDuration::try_from(SEARCH_FOR).unwrap();
    check.end_if_over(&listed, late - jiff::SignedDuration::from_secs(1));
    assert_eq!(check.status, CheckStatus::Searching);
    check.end_if_over(&listed, late);
    assert_eq!((check.status, check.since), (CheckStatus::NotFound, late));
    assert!(!check.may_resume(&listed) && check.may_resume(&[state(999)]));
}

#[test]
fn a_rosters_day_is_over_after_its_calls_whatever_the_date_says() {
    let (hour, mut days) = (Duration::from_secs(3600), SearchDays::<u8>::default());
    for _ in 0..CALLS_A_DAY {
        assert!(days.used_up(hour).is_empty());
        days.begin(&[1, 2], hour);
    }
    days.begin(&[3], hour);
    let mut used_up = days.used_up(hour * 24);
    used_up.sort_unstable();
    assert_eq!((used_up, days.used_up(hour * 25)), (vec![1, 2], vec![]));
    days.begin(&[1], hour * 25);
    assert!(days.used_up(hour * 25).is_empty(), "the next day has begun");
}

#[test]
fn days_are_counted_in_utc() {
    let at = |text: &str| day_of(text.parse().unwrap());
    assert_eq!(at("2026-11-27T00:00:00Z"), at("2026-11-26T23:59:59Z") + 1);
    assert_eq!((day_of(now()), day_of(Timestamp::MIN)), (0, 0));
}

fn any_state() -> impl Strategy<Value = State> {
    prop_oneof![4 => 1u32..60, 1 => any::<u32>()].prop_filter_map("from 1", State::new)
}

proptest! {
    /// Each candidate once, the list's own first in their order, and never more than the bound.
    #[test]
    fn candidates_are_bounded_and_unique(
        listed in proptest::collection::vec(any_state(), 0..40), on_file in proptest::option::of(any_state()),
    ) {
        let all = candidates(&listed, on_file);
        let unique: BTreeSet<_> = all.iter().collect();
        prop_assert_eq!(unique.len(), all.len());
        prop_assert!(all.len() <= MAX_LISTED + 4 * AROUND as usize && all.len() <= MAX_TRIED);
        prop_assert!(on_file.is_none_or(|state| !all.contains(&state)));
        let mut expected = Vec::new();
        for state in listed.iter().take(MAX_LISTED).filter(|state| Some(**state) != on_file) {
            if !expected.contains(state) {
                expected.push(*state);
            }
        }
        prop_assert_eq!(&all[..expected.len()], &expected[..]);
        let near = |centre: State, state: State| centre.get().abs_diff(state.get()) <= AROUND;
        for state in &all[expected.len()..] {
            prop_assert!(listed.first().copied().into_iter().chain(on_file).any(|centre| near(centre, *state)));
        }
    }

    /// Whatever the game answers, a check ends, asks about each state once apart from controls, and a state that it
    /// finds was confirmed while another was refused.
    #[test]
    fn every_check_ends(
        listed in proptest::collection::vec(any_state(), 0..30), on_file in proptest::option::of(any_state()),
        home in proptest::option::of(any_state()), odd in proptest::collection::vec(0u8..20, 400), is_search: bool,
    ) {
        let mut check =
            if is_search { PlayerCheck::search(on_file, now()) } else { PlayerCheck::new(on_file, now()) };
        let (mut calls, mut refused, mut confirmed) = (0, BTreeSet::new(), BTreeSet::new());
        check.end_if_over(&listed, now());
        while let Some(asked) = check.next(&listed) {
            prop_assert!(check.candidate.is_some() || !check.tried.contains(&asked), "asked again");
            let outcome = match odd.get(calls) {
                Some(0) => StateCheck::Unclear(Status::TimeoutRetry),
                Some(1) => StateCheck::Right,
                Some(2) => StateCheck::WrongState,
                Some(3) => StateCheck::NoSuchPlayer,
                _ => answer(home, asked),
            };
            match outcome {
                StateCheck::Right => drop(confirmed.insert(asked)),
                StateCheck::WrongState => drop(refused.insert(asked)),
                _ => {}
            }
            check.answered(asked, &outcome, now());
            check.end_if_over(&listed, now());
            calls += 1;
            prop_assert!(calls <= 3 * (MAX_TRIED + 3 * MAX_UNCLEAR as usize + 3), "it does not end");
        }
        prop_assert!(!check.status.is_open());
        if check.status == CheckStatus::Found {
            prop_assert!(check.on_file.is_some_and(|found| confirmed.contains(&found)) && !refused.is_empty());
        }
    }
}
