//! The breaker: one event after the other, and a whole world of them.

use proptest::prelude::*;

use super::*;
use crate::domain::codes::code::Code;

const S: fn(u64) -> Duration = Duration::from_secs;

fn player(id: u64) -> PlayerId {
    PlayerId::new(id).unwrap()
}

fn code(text: &str) -> CodeId {
    (Code::parse(text).unwrap().key(), 1)
}

/// A try of `id` for `text` that came to `status` at `second`.
fn try_of(breaker: &mut Breaker, id: u64, text: &str, status: &Status, second: u64) -> (Counts, Vec<Change>) {
    let tried = (player(id), code(text));
    breaker.observe(&Call { player: player(id), tried: Some(&tried), is_of_code: true, status }, S(second))
}

fn ask(breaker: &mut Breaker, id: u64, status: &Status, second: u64) -> Vec<Change> {
    breaker.begin_to_ask(S(second)).unwrap();
    breaker.answered(player(id), status, Duration::ZERO, S(second))
}

fn odd(text: &str) -> Status {
    Status::Unknown(text.into())
}

#[test]
fn three_failures_in_a_row_make_it_ask_and_one_that_fails_now_and_then_does_not() {
    let mut breaker = Breaker::default();
    for second in 0..101 {
        let status = if second % 3 == 2 { Status::Success } else { Status::ServerError };
        assert_eq!(try_of(&mut breaker, second + 1, "A1", &status, second), (Counts::Yes, vec![]));
    }
    assert_eq!(try_of(&mut breaker, 201, "A1", &Status::TimedOut, 102).1, vec![Change::Asks], "the third in a row");
    assert!(!breaker.is_closed() && breaker.trouble().is_none());
    let question = breaker.begin_to_ask(S(102)).unwrap();
    assert_eq!(question.not, [100, 101, 201].map(player).to_vec());
    assert_eq!((question.not_least, question.needs_another), (Some(player(201)), false));
    assert_eq!(breaker.ask_at(), None, "one question at a time");
    assert_eq!(try_of(&mut breaker, 5, "A1", &Status::TimedOut, 102).0, Counts::Yes, "in flight meanwhile");
    let changes = breaker.answered(player(7), &Status::HtmlAnswer, Duration::ZERO, S(103));
    let [Change::Opened(trouble, failures)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((trouble.cause, &trouble.evidence), (Cause::Down, &Status::HtmlAnswer));
    let given_back: Vec<u64> = failures.iter().map(|failure| failure.tried.0.get()).collect();
    assert_eq!(given_back, [100, 101, 201, 5]);
    assert_eq!(try_of(&mut breaker, 6, "A1", &Status::TimedOut, 104).0, Counts::No(S(104)), "in flight when it opened");
}

#[test]
fn one_redemption_that_fails_twice_in_a_row_makes_it_ask_and_is_given_back_only_if_the_game_fails() {
    for (told, opens) in [(Status::ServerError, true), (Status::CdkNotFound, false), (Status::UserInfoError, false)] {
        let mut breaker = Breaker::default();
        assert_eq!(try_of(&mut breaker, 1, "A1", &Status::TimedOut, 1).1, vec![]);
        assert_eq!(try_of(&mut breaker, 1, "A1", &Status::TimedOut, 2).1, vec![Change::Asks]);
        let changes = ask(&mut breaker, 2, &told, 3);
        match &changes[..] {
            [Change::Opened(trouble, failures)] => {
                assert_eq!((opens, trouble.since, failures.len()), (true, S(1), 2));
            }
            [] => assert!(!opens && breaker.is_closed()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_deployment_is_believed_when_it_is_told_twice_the_same() {
    let mut breaker = Breaker::default();
    assert_eq!(try_of(&mut breaker, 1, "A1", &Status::SignError, 1), (Counts::Yes, vec![Change::Asks]));
    assert_eq!(ask(&mut breaker, 2, &Status::CdkNotFound, 2), vec![], "one odd SIGN ERROR stops nothing");
    assert!(breaker.is_closed());
    try_of(&mut breaker, 1, "A1", &Status::SignError, 3);
    assert_eq!(ask(&mut breaker, 2, &Status::Forbidden, 4), vec![], "not the same");
    assert!(breaker.trouble().is_none() && !breaker.is_closed());
    let changes = ask(&mut breaker, 3, &Status::Forbidden, 9);
    assert!(matches!(&changes[..], [Change::Opened(trouble, _)] if trouble.evidence == Status::Forbidden));
    // While it is open for another reason, too.
    assert!(matches!(&ask(&mut breaker, 3, &Status::TimedOut, 20)[..], [Change::Differs(t)] if t.cause == Cause::Down));
    assert_eq!(ask(&mut breaker, 3, &Status::ParamsError, 40), vec![]);
    assert!(matches!(&ask(&mut breaker, 3, &Status::ParamsError, 60)[..], [Change::Differs(_)]));
    assert!(matches!(&ask(&mut breaker, 3, &Status::CdkNotFound, 80)[..], [Change::Closed(_)]));
}

#[test]
fn questions_come_at_growing_intervals_from_their_beginning() {
    for (status, waits) in [
        (Status::TimedOut, [5, 10, 20, 30, 30, 30, 30]),
        (Status::RateLimited, [5, 10, 20, 30, 30, 30, 30]),
        (Status::Forbidden, [5, 10, 20, 40, 80, 160, 300]),
        (odd("SEASON CLOSED"), [5, 10, 20, 40, 80, 160, 300]),
    ] {
        let mut breaker = Breaker::default();
        for id in 1..=3 {
            try_of(&mut breaker, id, "A1", &status, 1);
        }
        let (mut seen, mut now) = (Vec::new(), breaker.ask_at().unwrap());
        assert_eq!(now, S(1));
        for _ in 0..7 {
            breaker.begin_to_ask(now).unwrap();
            breaker.answered(player(4), &status, Duration::ZERO, now + S(3));
            let next = breaker.ask_at().unwrap();
            seen.push((next - now).as_secs());
            now = next;
        }
        assert_eq!(seen, waits, "{status}");
        // What the game asks for itself is kept.
        breaker.begin_to_ask(now).unwrap();
        breaker.answered(player(4), &status, S(1000), now);
        assert_eq!(breaker.ask_at(), Some(now + S(1000)));
    }
}

#[test]
fn busy_is_the_games_only_when_another_player_is_told_so_too() {
    let busy = Status::TimeoutRetry;
    let mut breaker = Breaker::default();
    try_of(&mut breaker, 1, "A1", &busy, 1);
    try_of(&mut breaker, 1, "A1", &busy, 2);
    assert!(breaker.begin_to_ask(S(3)).unwrap().needs_another);
    breaker.nobody_to_ask_for();
    assert!(breaker.is_closed(), "the only player's own");
    try_of(&mut breaker, 1, "A1", &busy, 4);
    try_of(&mut breaker, 1, "A1", &busy, 5);
    assert!(matches!(&ask(&mut breaker, 2, &busy, 6)[..], [Change::Opened(t, _)] if t.cause == Cause::Busy));
    // A game that was down and is busy now is back.
    let mut breaker = Breaker::default();
    (1..=3).for_each(|id| drop(try_of(&mut breaker, id, "A1", &Status::TimedOut, id)));
    assert!(matches!(&ask(&mut breaker, 4, &Status::TimedOut, 6)[..], [Change::Opened(..)]));
    assert!(matches!(&ask(&mut breaker, 4, &busy, 12)[..], [Change::Closed(_)]));
}

#[test]
fn what_is_unknown_to_three_players_in_a_row_for_one_code_holds_that_code() {
    let (mut breaker, unknown) = (Breaker::default(), odd("CODE PAUSED"));
    for id in 1..=2 {
        assert_eq!(try_of(&mut breaker, id, "BAD", &unknown, id), (Counts::Yes, vec![]));
        try_of(&mut breaker, id, "GOOD", &Status::Success, id);
    }
    assert_eq!(try_of(&mut breaker, 3, "BAD", &unknown, 3).1, vec![Change::Asks], "others in between do not matter");
    let changes = ask(&mut breaker, 9, &Status::CdkNotFound, 4);
    let [Change::Held(held, status, failures)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((held, status, failures.len()), (&code("BAD"), &unknown, 3));
    assert!(breaker.is_closed() && breaker.codes.may_try(&code("GOOD"), S(5)));
    let (mut now, mut waits) = (S(4), Vec::new());
    for id in 4..11 {
        let at = breaker.codes.next_try().unwrap();
        assert!(!breaker.codes.may_try(&code("BAD"), at - S(1)) && breaker.codes.may_try(&code("BAD"), at));
        waits.push((at - now).as_secs());
        breaker.codes.begin_try(&code("BAD"));
        assert!(!breaker.codes.may_try(&code("BAD"), at + S(99)), "one at a time");
        now = at;
        assert!(matches!(try_of(&mut breaker, id, "BAD", &unknown, now.as_secs()).0, Counts::No(next) if next > now));
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300]);
    let released = try_of(&mut breaker, 20, "BAD", &Status::Success, 2000);
    assert_eq!(released, (Counts::Yes, vec![Change::Released(code("BAD"))]));
    assert!(breaker.codes.may_try(&code("BAD"), S(2000)));
}

#[test]
fn two_players_are_not_many_and_a_code_is_held_for_a_day_at_most() {
    let (mut breaker, unknown) = (Breaker::default(), odd("NEW WORDS"));
    for second in 0..20 {
        let (counts, changes) = try_of(&mut breaker, 1 + second % 2, "A1", &unknown, second);
        assert_eq!(counts, Counts::Yes);
        if changes == [Change::Asks] {
            assert_eq!(ask(&mut breaker, 3, &Status::CdkNotFound, second), vec![]);
        }
    }
    try_of(&mut breaker, 3, "A1", &unknown, 30);
    assert!(matches!(&ask(&mut breaker, 4, &Status::CdkNotFound, 31)[..], [Change::Held(..)]));
    let day = 24 * 3600;
    assert!(matches!(try_of(&mut breaker, 4, "A1", &unknown, day - 1).0, Counts::No(_)));
    assert_eq!(try_of(&mut breaker, 4, "A1", &unknown, day + 60), (Counts::Yes, vec![Change::Released(code("A1"))]));
    for id in 5..20 {
        if try_of(&mut breaker, id, "A1", &unknown, day + 60 + id).1 == [Change::Asks] {
            assert_eq!(ask(&mut breaker, 50, &Status::CdkNotFound, day + 60 + id), vec![], "not held again");
        }
    }
}

#[test]
fn a_bare_vip_answer_is_each_players_own_whoever_is_told_so() {
    let (mut breaker, vip) = (Breaker::default(), odd("RECHARGE_MONEY_VIP"));
    for id in 1..=30 {
        assert_eq!(try_of(&mut breaker, id, "A1", &vip, id), (Counts::Yes, vec![]));
    }
}

#[test]
fn a_game_that_was_never_reached_is_told_from_one_that_is_away() {
    let mut breaker = Breaker::default();
    for id in 1..=2 {
        try_of(&mut breaker, id, "A1", &Status::ConnectionError, id);
        assert_eq!(breaker.never_reached(), None);
    }
    try_of(&mut breaker, 3, "A1", &Status::TimedOut, 3);
    assert_eq!(breaker.never_reached(), Some(&Status::TimedOut));
    ask(&mut breaker, 4, &Status::ServerError, 4);
    assert_eq!(breaker.never_reached(), None);
    for id in 1..=9 {
        try_of(&mut breaker, id, "A1", &Status::ConnectionError, id);
    }
    assert_eq!(breaker.never_reached(), None);
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        (0..Status::ALL.len()).prop_map(|i| Status::ALL[i].clone()),
        "[A-C]{1}".prop_map(Status::Unknown),
        Just(Status::Success),
        Just(odd("RECHARGE_MONEY_VIP")),
    ]
}

proptest! {
    /// Whatever comes: while it asks or is open no try is counted, it opens only by a question, one sensible answer closes
    /// it, and the questions keep their distance.
    #[test]
    fn whatever_the_game_says(
        events in proptest::collection::vec((1u64..6, 0usize..3, any_status(), 0u64..40, any::<bool>()), 1..120)
    ) {
        let mut breaker = Breaker::default();
        let (mut now, mut asked_at) = (0, None::<u64>);
        for (id, text, status, passed, is_question) in events {
            now += passed;
            let was_closed = breaker.is_closed();
            if is_question {
                if breaker.ask_at().is_none_or(|at| at > S(now)) { continue }
                let was_open = breaker.trouble().is_some();
                if was_open && let Some(before) = asked_at {
                    prop_assert!(now >= before + 5, "{} after {}", now, before);
                }
                asked_at = Some(now);
                let changes = ask(&mut breaker, id, &status, now);
                if Cause::of(&status).is_none() {
                    prop_assert!(breaker.is_closed() && breaker.trouble().is_none());
                    prop_assert_eq!(changes.iter().any(|c| matches!(c, Change::Closed(_))), was_open);
                }
                let at = breaker.ask_at();
                prop_assert!(at.is_none_or(|at| at >= S(now + 5) && at <= S(now + 300)), "{:?} at {}", at, now);
            } else {
                let was_open = breaker.trouble().is_some();
                let (counts, changes) = try_of(&mut breaker, id, ["A1", "B2", "C3"][text], &status, now);
                prop_assert!(!was_open || Cause::of(&status).is_none() || counts != Counts::Yes || changes.len() == 1);
                prop_assert_eq!(breaker.is_closed(), was_closed && !changes.contains(&Change::Asks));
                prop_assert!(!changes.iter().any(|c| matches!(c, Change::Opened(..) | Change::Held(..))));
                if was_closed && status.scope() == Scope::Deployment {
                    prop_assert_eq!(changes, vec![Change::Asks]);
                }
            }
        }
    }

    /// A game that says one thing to everybody costs no redemption more than two calls before it is left alone, in whatever
    /// order the players come, and gives all of them back.
    #[test]
    fn one_thing_to_everybody_opens_it_and_costs_two_calls_at_most(
        status in any_status().prop_filter("trouble", |s| Cause::of(s).is_some_and(|cause| cause != Cause::Busy)),
        order in proptest::collection::vec(1u64..5, 12),
    ) {
        let mut breaker = Breaker::default();
        let mut calls: Vec<u64> = Vec::new();
        for id in order {
            calls.push(id);
            if try_of(&mut breaker, id, "A1", &status, calls.len() as u64).1 == [Change::Asks] { break }
        }
        prop_assert!(!breaker.is_closed() && calls.len() <= 3);
        prop_assert!((1..5).all(|id| calls.iter().filter(|call| **call == id).count() <= 2));
        let changes = ask(&mut breaker, 9, &status, 20);
        let [Change::Opened(_, failures)] = &changes[..] else { panic!("{changes:?}") };
        prop_assert_eq!(failures.len(), calls.len());
    }

    /// One player's own trouble never stops the others: the question is for somebody else, who is well.
    #[test]
    fn one_players_trouble_stops_nobody(status in any_status(), others in proptest::collection::vec(any::<bool>(), 60)) {
        let mut breaker = Breaker::default();
        for (second, is_other) in others.into_iter().enumerate() {
            let second = second as u64;
            let (id, status) = if is_other { (2 + second, &Status::Success) } else { (1, &status) };
            let (counts, changes) = try_of(&mut breaker, id, "A1", status, second);
            prop_assert_eq!(counts, Counts::Yes);
            if changes == [Change::Asks] {
                prop_assert_eq!(ask(&mut breaker, 99, &Status::CdkNotFound, second), vec![]);
            }
            prop_assert!(breaker.is_closed());
        }
    }
}
