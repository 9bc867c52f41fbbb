//! The breaker: single events in order, and a whole simulated world.

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

/// A try of `id` for `text` that ended with `status` at `second`.
fn try_of(breaker: &mut Breaker, id: u64, text: &str, status: &Status, second: u64) -> (Counts, Vec<BreakerEvent>) {
    let tried = (player(id), code(text));
    breaker.observe(&Call { player: player(id), tried: Some(&tried), is_of_code: true, status }, S(second))
}

fn ask(breaker: &mut Breaker, id: u64, status: &Status, second: u64) -> Vec<BreakerEvent> {
    breaker.begin_test(S(second)).unwrap();
    breaker.answered(player(id), status, Duration::ZERO, S(second))
}

fn odd(text: &str) -> Status {
    Status::Unknown(text.into())
}

#[test]
fn three_failures_in_a_row_start_a_test_and_scattered_failures_do_not() {
    let mut breaker = Breaker::default();
    for second in 0..101 {
        let status = if second % 3 == 2 { Status::Success } else { Status::ServerError };
        assert_eq!(try_of(&mut breaker, second + 1, "A1", &status, second), (Counts::Yes, vec![]));
    }
    assert_eq!(
        try_of(&mut breaker, 201, "A1", &Status::TimedOut, 102).1,
        vec![BreakerEvent::TestDue],
        "the third in a row"
    );
    assert!(!breaker.is_closed() && breaker.trouble().is_none());
    let test_call = breaker.begin_test(S(102)).unwrap();
    assert_eq!(test_call.exclude, [100, 101, 201].map(player).to_vec());
    assert_eq!((test_call.avoid, test_call.needs_another), (Some(player(201)), false));
    assert_eq!(breaker.test_at(), None, "one test_call at a time");
    assert_eq!(try_of(&mut breaker, 5, "A1", &Status::TimedOut, 102).0, Counts::Yes, "in flight meanwhile");
    let changes = breaker.answered(player(7), &Status::HtmlAnswer, Duration::ZERO, S(103));
    let [BreakerEvent::Opened(trouble, failures)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((trouble.cause, &trouble.evidence), (Cause::Down, &Status::HtmlAnswer));
    let given_back: Vec<u64> = failures.iter().map(|failure| failure.tried.0.get()).collect();
    assert_eq!(given_back, [100, 101, 201, 5]);
    assert_eq!(try_of(&mut breaker, 6, "A1", &Status::TimedOut, 104).0, Counts::No(S(104)), "in flight when it opened");
}

#[test]
fn a_redemption_that_fails_twice_starts_a_test_and_is_given_back_only_if_the_game_fails() {
    for (answer, opens) in [(Status::ServerError, true), (Status::CdkNotFound, false), (Status::UserInfoError, false)] {
        let mut breaker = Breaker::default();
        assert_eq!(try_of(&mut breaker, 1, "A1", &Status::TimedOut, 1).1, vec![]);
        assert_eq!(try_of(&mut breaker, 1, "A1", &Status::TimedOut, 2).1, vec![BreakerEvent::TestDue]);
        let changes = ask(&mut breaker, 2, &answer, 3);
        match &changes[..] {
            [BreakerEvent::Opened(trouble, failures)] => {
                assert_eq!((opens, trouble.since, failures.len()), (true, S(1), 2));
            }
            [] => assert!(!opens && breaker.is_closed()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_deployment_status_is_believed_when_it_comes_twice() {
    let mut breaker = Breaker::default();
    assert_eq!(try_of(&mut breaker, 1, "A1", &Status::SignError, 1), (Counts::Yes, vec![BreakerEvent::TestDue]));
    assert_eq!(ask(&mut breaker, 2, &Status::CdkNotFound, 2), vec![], "one odd SIGN ERROR stops nothing");
    assert!(breaker.is_closed());
    try_of(&mut breaker, 1, "A1", &Status::SignError, 3);
    assert_eq!(ask(&mut breaker, 2, &Status::Forbidden, 4), vec![], "not the same");
    assert!(breaker.trouble().is_none() && !breaker.is_closed());
    let changes = ask(&mut breaker, 3, &Status::Forbidden, 9);
    assert!(matches!(&changes[..], [BreakerEvent::Opened(trouble, _)] if trouble.evidence == Status::Forbidden));
    // Also while it is open for another reason.
    assert!(
        matches!(&ask(&mut breaker, 3, &Status::TimedOut, 20)[..], [BreakerEvent::CauseChanged(t)] if t.cause == Cause::Down)
    );
    assert_eq!(ask(&mut breaker, 3, &Status::ParamsError, 40), vec![]);
    assert!(matches!(&ask(&mut breaker, 3, &Status::ParamsError, 60)[..], [BreakerEvent::CauseChanged(_)]));
    assert!(matches!(&ask(&mut breaker, 3, &Status::CdkNotFound, 80)[..], [BreakerEvent::Closed(_)]));
}

#[test]
fn test_calls_come_at_growing_intervals_from_their_start() {
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
        let (mut seen, mut now) = (Vec::new(), breaker.test_at().unwrap());
        assert_eq!(now, S(1));
        for _ in 0..7 {
            breaker.begin_test(now).unwrap();
            breaker.answered(player(4), &status, Duration::ZERO, now + S(3));
            let next = breaker.test_at().unwrap();
            seen.push((next - now).as_secs());
            now = next;
        }
        assert_eq!(seen, waits, "{status}");
        // A longer back-off that the game asks for is kept.
        breaker.begin_test(now).unwrap();
        breaker.answered(player(4), &status, S(1000), now);
        assert_eq!(breaker.test_at(), Some(now + S(1000)));
    }
}

#[test]
fn busy_is_the_games_only_when_another_player_gets_it_too() {
    let busy = Status::TimeoutRetry;
    let mut breaker = Breaker::default();
    try_of(&mut breaker, 1, "A1", &busy, 1);
    try_of(&mut breaker, 1, "A1", &busy, 2);
    assert!(breaker.begin_test(S(3)).unwrap().needs_another);
    breaker.no_player_to_test();
    assert!(breaker.is_closed(), "the only player's own");
    try_of(&mut breaker, 1, "A1", &busy, 4);
    try_of(&mut breaker, 1, "A1", &busy, 5);
    assert!(matches!(&ask(&mut breaker, 2, &busy, 6)[..], [BreakerEvent::Opened(t, _)] if t.cause == Cause::Busy));
    // A game that was down and is only busy now has recovered.
    let mut breaker = Breaker::default();
    (1..=3).for_each(|id| drop(try_of(&mut breaker, id, "A1", &Status::TimedOut, id)));
    assert!(matches!(&ask(&mut breaker, 4, &Status::TimedOut, 6)[..], [BreakerEvent::Opened(..)]));
    assert!(matches!(&ask(&mut breaker, 4, &busy, 12)[..], [BreakerEvent::Closed(_)]));
}

#[test]
fn three_players_in_a_row_with_an_unknown_answer_hold_the_code() {
    let (mut breaker, unknown) = (Breaker::default(), odd("CODE PAUSED"));
    for id in 1..=2 {
        assert_eq!(try_of(&mut breaker, id, "BAD", &unknown, id), (Counts::Yes, vec![]));
        try_of(&mut breaker, id, "GOOD", &Status::Success, id);
    }
    assert_eq!(
        try_of(&mut breaker, 3, "BAD", &unknown, 3).1,
        vec![BreakerEvent::TestDue],
        "others in between do not matter"
    );
    let changes = ask(&mut breaker, 9, &Status::CdkNotFound, 4);
    let [BreakerEvent::Held(held, status, failures)] = &changes[..] else { panic!("{changes:?}") };
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
    assert_eq!(released, (Counts::Yes, vec![BreakerEvent::Released(code("BAD"))]));
    assert!(breaker.codes.may_try(&code("BAD"), S(2000)));
}

#[test]
fn two_players_are_not_enough_and_a_code_is_held_for_a_day_at_most() {
    let (mut breaker, unknown) = (Breaker::default(), odd("NEW WORDS"));
    for second in 0..20 {
        let (counts, changes) = try_of(&mut breaker, 1 + second % 2, "A1", &unknown, second);
        assert_eq!(counts, Counts::Yes);
        if changes == [BreakerEvent::TestDue] {
            assert_eq!(ask(&mut breaker, 3, &Status::CdkNotFound, second), vec![]);
        }
    }
    try_of(&mut breaker, 3, "A1", &unknown, 30);
    assert!(matches!(&ask(&mut breaker, 4, &Status::CdkNotFound, 31)[..], [BreakerEvent::Held(..)]));
    let day = 24 * 3600;
    assert!(matches!(try_of(&mut breaker, 4, "A1", &unknown, day - 1).0, Counts::No(_)));
    assert_eq!(
        try_of(&mut breaker, 4, "A1", &unknown, day + 60),
        (Counts::Yes, vec![BreakerEvent::Released(code("A1"))])
    );
    for id in 5..20 {
        if try_of(&mut breaker, id, "A1", &unknown, day + 60 + id).1 == [BreakerEvent::TestDue] {
            assert_eq!(ask(&mut breaker, 50, &Status::CdkNotFound, day + 60 + id), vec![], "not held again");
        }
    }
}

#[test]
fn a_bare_vip_answer_is_each_players_own() {
    let (mut breaker, vip) = (Breaker::default(), odd("RECHARGE_MONEY_VIP"));
    for id in 1..=30 {
        assert_eq!(try_of(&mut breaker, id, "A1", &vip, id), (Counts::Yes, vec![]));
    }
}

#[test]
fn a_game_never_reached_is_distinguished_from_one_that_is_away() {
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
    /// While it tests or is open no try counts, it opens only after a test call, one sensible answer closes it, and the
    /// test calls keep their distance.
    #[test]
    fn any_answers_keep_the_breakers_rules(
        events in proptest::collection::vec((1u64..6, 0usize..3, any_status(), 0u64..40, any::<bool>()), 1..120)
    ) {
        let mut breaker = Breaker::default();
        let (mut now, mut asked_at) = (0, None::<u64>);
        for (id, text, status, passed, is_test) in events {
            now += passed;
            let was_closed = breaker.is_closed();
            if is_test {
                if breaker.test_at().is_none_or(|at| at > S(now)) { continue }
                let was_open = breaker.trouble().is_some();
                if was_open && let Some(before) = asked_at {
                    prop_assert!(now >= before + 5, "{} after {}", now, before);
                }
                asked_at = Some(now);
                let changes = ask(&mut breaker, id, &status, now);
                if Cause::of(&status).is_none() {
                    prop_assert!(breaker.is_closed() && breaker.trouble().is_none());
                    prop_assert_eq!(changes.iter().any(|c| matches!(c, BreakerEvent::Closed(_))), was_open);
                }
                let at = breaker.test_at();
                prop_assert!(at.is_none_or(|at| at >= S(now + 5) && at <= S(now + 300)), "{:?} at {}", at, now);
            } else {
                let was_open = breaker.trouble().is_some();
                let (counts, changes) = try_of(&mut breaker, id, ["A1", "B2", "C3"][text], &status, now);
                prop_assert!(!was_open || Cause::of(&status).is_none() || counts != Counts::Yes || changes.len() == 1);
                prop_assert_eq!(breaker.is_closed(), was_closed && !changes.contains(&BreakerEvent::TestDue));
                prop_assert!(!changes.iter().any(|c| matches!(c, BreakerEvent::Opened(..) | BreakerEvent::Held(..))));
                if was_closed && status.scope() == Scope::Deployment {
                    prop_assert_eq!(changes, vec![BreakerEvent::TestDue]);
                }
            }
        }
    }

    /// A game that gives everybody the same answer costs no redemption more than two calls, whatever the order of the
    /// players, and every try is given back.
    #[test]
    fn the_same_answer_to_everybody_opens_it_at_the_cost_of_two_calls(
        status in any_status().prop_filter("trouble", |s| Cause::of(s).is_some_and(|cause| cause != Cause::Busy)),
        order in proptest::collection::vec(1u64..5, 12),
    ) {
        let mut breaker = Breaker::default();
        let mut calls: Vec<u64> = Vec::new();
        for id in order {
            calls.push(id);
            if try_of(&mut breaker, id, "A1", &status, calls.len() as u64).1 == [BreakerEvent::TestDue] { break }
        }
        prop_assert!(!breaker.is_closed() && calls.len() <= 3);
        prop_assert!((1..5).all(|id| calls.iter().filter(|call| **call == id).count() <= 2));
        let changes = ask(&mut breaker, 9, &status, 20);
        let [BreakerEvent::Opened(_, failures)] = &changes[..] else { panic!("{changes:?}") };
        prop_assert_eq!(failures.len(), calls.len());
    }

    /// One player's own trouble never stops the others: the test call is for another player, who is well.
    #[test]
    fn one_players_trouble_stops_nobody(status in any_status(), others in proptest::collection::vec(any::<bool>(), 60)) {
        let mut breaker = Breaker::default();
        for (second, is_other) in others.into_iter().enumerate() {
            let second = second as u64;
            let (id, status) = if is_other { (2 + second, &Status::Success) } else { (1, &status) };
            let (counts, changes) = try_of(&mut breaker, id, "A1", status, second);
            prop_assert_eq!(counts, Counts::Yes);
            if changes == [BreakerEvent::TestDue] {
                prop_assert_eq!(ask(&mut breaker, 99, &Status::CdkNotFound, second), vec![]);
            }
            prop_assert!(breaker.is_closed());
        }
    }
}
