use proptest::prelude::*;

use super::*;

const HISTORIES: [History; 5] = [
    History::Empty,
    History::Unknown,
    History::Stale,
    History::Known { had_standby: true },
    History::Known { had_standby: false },
];

#[test]
fn the_table_of_decisions() {
    use Decision::{Isolated, Lead, Wait};
    // Histories in the order above; then what holds with `MONGODB_REQUIRED`, where that differs.
    let table = [
        (
            LeaseView::NotRead,
            [
                Wait(WaitReason::StateElsewhere),
                Wait(WaitReason::StateElsewhere),
                Wait(WaitReason::StateElsewhere),
                Wait(WaitReason::MayBeLed),
                Isolated,
            ],
            Some(Wait(WaitReason::Required)),
        ),
        (
            LeaseView::Refused,
            [
                Wait(WaitReason::RefusesWrites),
                Wait(WaitReason::RefusesWrites),
                Wait(WaitReason::RefusesWrites),
                Wait(WaitReason::RefusesWrites),
                Isolated,
            ],
            Some(Wait(WaitReason::RefusesWrites)),
        ),
        (LeaseView::Running, [Wait(WaitReason::AnotherLeads); 5], None),
        (LeaseView::Over, [Lead; 5], None),
        (LeaseView::Newer, [Wait(WaitReason::NewerProgram); 5], None),
    ];
    for (lease, decisions, if_required) in table {
        for (history, decision) in HISTORIES.into_iter().zip(decisions) {
            assert_eq!(decide(history, lease, false), decision, "{history:?} {lease:?}");
            let expected = if decision == Isolated { if_required.unwrap() } else { decision };
            assert_eq!(decide(history, lease, true), expected, "{history:?} {lease:?}, required");
        }
    }
}

#[test]
fn who_takes_an_unreleased_lease_waits_longer_than_its_holder_counts_on_it() {
    // Clocks of two machines may differ by one part in a hundred, far more than any that works.
    assert!(LEASE.mul_f64(0.99) > HOLD);
    // From the last renewal on, the holder tries often enough before calls must end, and these end before the lease does.
    assert!(HOLD > CALLS_END_WITHIN + 3 * RENEW_INTERVAL);
    assert!(STANDBY_COUNTS > 2 * REGISTER_INTERVAL + RENEW_INTERVAL);
    assert!(WATCH_GAP > 2 * POLL_INTERVAL && WATCH_GAP < HOLD);
}

fn lease(holder: &str, term: i64, beat: i64) -> Lease {
    Lease { holder: holder.to_owned(), term, beat, ..Lease::default() }
}

fn watch() -> LeaseWatch {
    LeaseWatch::new(Identity { own: "me".to_owned(), dead: Some("dead".to_owned()) })
}

fn seconds(seconds: u64) -> (Duration, Duration) {
    (Duration::from_secs(seconds), Duration::from_secs(seconds))
}

#[test]
fn what_is_certainly_over_is_taken_at_once_and_all_else_is_watched() {
    let at_once = [lease("me", 3, 1), lease("dead", 3, 1), Lease { released: true, ..lease("other", 3, 1) }];
    for lease in at_once {
        assert_eq!(watch().polled(seconds(0), Some(&lease), false), LeaseView::Over, "{lease:?}");
    }
    assert_eq!(watch().polled(seconds(0), None, true), LeaseView::Over);
    for lease in [None, Some(lease("other", 3, 1))] {
        let mut watch = watch();
        for at in 0..30 {
            assert_eq!(watch.polled(seconds(at), lease.as_ref(), false), LeaseView::Running, "{at}");
        }
        assert_eq!(watch.polled(seconds(30), lease.as_ref(), false), LeaseView::Over);
    }
}

#[test]
fn a_change_a_failed_poll_and_a_gap_begin_the_watch_anew() {
    let (first, second) = (lease("other", 3, 1), lease("other", 3, 2));
    let changes: [&dyn Fn(&mut LeaseWatch); 3] = [
        &|watch| {
            let _ = watch.polled(seconds(29), Some(&second), false);
        },
        &|watch| watch.failed(),
        &|watch| {
            let _ = watch.polled(seconds(35), Some(&first), false);
        },
    ];
    for change in changes {
        let mut watch = watch();
        (0..29).for_each(|at| {
            let _ = watch.polled(seconds(at), Some(&first), false);
        });
        change(&mut watch);
        for at in 36..66 {
            assert_eq!(watch.polled(seconds(at), Some(&second), false), LeaseView::Running, "{at}");
        }
        assert_eq!(watch.polled(seconds(66), Some(&second), false), LeaseView::Over);
    }
}

#[test]
fn after_a_failed_poll_the_holder_gets_its_whole_time_again() {
    let (mut watch, lease) = (watch(), lease("other", 3, 1));
    for at in 0..30 {
        assert_eq!(watch.polled(seconds(at), Some(&lease), false), LeaseView::Running);
    }
    watch.failed();
    for at in 30..60 {
        assert_eq!(watch.polled(seconds(at), Some(&lease), false), LeaseView::Running, "{at}");
    }
    assert_eq!(watch.polled(seconds(60), Some(&lease), false), LeaseView::Over);
}

#[test]
fn terms_only_grow() {
    assert_eq!(next_term(1_000, []), 1_000);
    assert_eq!(next_term(1_000, [7, 1_000, 999]), 1_001);
    assert_eq!(next_term(5, [i64::MAX]), i64::MAX);
}

/// One thing that happens to two instances and what stands between them.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The holder sends a renewal, which arrives after so many milliseconds.
    Renewal { arrives: u64 },
    /// The watcher's poll is answered so many milliseconds after it was sent.
    Poll { takes: u64 },
    /// The watcher's poll fails.
    Failure,
    /// Nothing happens.
    Pause { millis: u64 },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        2 => (0..4_000u64).prop_map(|arrives| Event::Renewal { arrives }),
        12 => (0..400u64).prop_map(|takes| Event::Poll { takes }),
        1 => (400..4_000u64).prop_map(|takes| Event::Poll { takes }),
        1 => Just(Event::Failure),
        6 => (0..1_500u64).prop_map(|millis| Event::Pause { millis }),
        1 => (1_500..20_000u64).prop_map(|millis| Event::Pause { millis }),
    ];
    prop::collection::vec(event, 1..200)
}

proptest! {
    /// The watcher's question is answered from what stands there in the middle of the time it takes. Whatever the order of renewals,
    /// lost answers, failures and silences: when the lease counts as over, its holder counts on it no more.
    #[test]
    fn no_lease_is_over_while_its_holder_counts_on_it(events in events()) {
        let (mut now, mut watch) = (0u64, watch());
        // When each renewal takes effect; what the holder counts on, from answers it got, is never later than this.
        let mut renewals = vec![(0u64, 0u64)];
        for event in events {
            match event {
                Event::Pause { millis } => now += millis,
                Event::Failure => watch.failed(),
                // Whether its answer comes or not, the holder counts on no more than this.
                Event::Renewal { arrives } => renewals.push((now + arrives, now)),
                Event::Poll { takes } => {
                    let stood_at = now + takes / 2;
                    let beat = renewals.iter().filter(|(arrived, _)| *arrived <= stood_at).count();
                    let found = lease("other", 3, i64::try_from(beat).unwrap());
                    let times = (Duration::from_millis(now), Duration::from_millis(now + takes));
                    let watched = watch.polled(times, Some(&found), false);
                    if watched == LeaseView::Over {
                        // Taking compares the beat: a renewal that arrives later is refused.
                        let last = renewals.iter().filter(|(arrived, _)| *arrived <= stood_at).map(|(_, sent)| *sent).max();
                        prop_assert!(Duration::from_millis(last.unwrap_or(0)) + HOLD < times.0);
                    }
                    now += takes;
                }
            }
        }
    }

    /// A file acts only on what is complete, whatever happened before, and in whatever order; what it knows survives a restart.
    #[test]
    fn nothing_is_acted_on_that_may_lack_what_another_wrote(
        steps in prop::collection::vec((0..7u8, any::<bool>()), 1..40),
        is_required: bool,
    ) {
        let mut history = History::Empty;
        // The truth outside: whether another instance wrote what this file lacks, and whether one waits or leads.
        let (mut lacks, mut has_other) = (true, false);
        let mut lease = LeaseView::NotRead;
        for (step, flag) in steps {
            match step {
                0 => lease = LeaseView::NotRead,
                1 => lease = if flag { LeaseView::Over } else { LeaseView::Refused },
                // Another leads: its term is read, and noted before anything else.
                2 => {
                    lease = LeaseView::Running;
                    (lacks, has_other, history) = (true, true, if history == History::Empty { History::Empty } else { History::Stale });
                }
                // The file is swapped.
                3 => (history, lacks) = (History::Unknown, true),
                // A standby comes or goes while this one leads: noted before it counts.
                4 if history == (History::Known { had_standby: !flag }) && !lacks => {
                    has_other = flag;
                    history = History::Known { had_standby: flag };
                }
                // A standby catches up.
                5 if lease == LeaseView::Running => (history, lacks) = (History::Known { had_standby: true }, true),
                _ => {}
            }
            match decide(history, lease, is_required) {
                Decision::Isolated => {
                    prop_assert!(!lacks && !has_other && !is_required, "{history:?}");
                }
                Decision::Lead => {
                    prop_assert_eq!(lease, LeaseView::Over);
                    (lacks, has_other, history) = (false, false, History::Known { had_standby: false });
                }
                Decision::Wait(_) => {}
            }
        }
    }
}
