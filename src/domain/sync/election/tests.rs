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
    // Histories in the order above, then the decisions with `MONGODB_REQUIRED` if they differ.
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
fn an_unreleased_lease_is_taken_only_after_its_holder_stopped_relying_on_it() {
    // The clocks of two machines may differ by one percent, far more than any working clocks do.
    assert!(LEASE.mul_f64(0.99) > HOLD);
    // After the last renewal, the holder tries often enough before calls must end, and calls end before the lease does.
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
fn a_lease_certainly_over_is_taken_at_once_and_any_other_is_watched() {
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
fn a_change_a_failed_poll_and_a_gap_restart_the_watch() {
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

/// One event between two instances and the database.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The holder sends a renewal, which arrives after so many milliseconds.
    Renewal {
        arrives: u64,
    },
    /// The watcher's poll is answered so many milliseconds after it was sent.
    Poll {
        takes: u64,
    },
    Failure,
    Pause {
        millis: u64,
    },
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
    /// The watcher's poll is answered with what the database contains in the middle of its duration. Whatever the order
    /// of renewals, lost answers, failures and silences: when the lease counts as over, its holder no longer relies on
    /// it.
    #[test]
    fn no_lease_is_over_while_its_holder_counts_on_it(events in events()) {
        let (mut now, mut watch) = (0u64, watch());
        // When each renewal takes effect. The holder never relies on the lease longer than this.
        let mut renewals = vec![(0u64, 0u64)];
        for event in events {
            match event {
                Event::Pause { millis } => now += millis,
                Event::Failure => watch.failed(),
                // With or without an answer, the holder relies on no more than this.
                Event::Renewal { arrives } => renewals.push((now + arrives, now)),
                Event::Poll { takes } => {
                    let stood_at = now + takes / 2;
                    let beat = renewals.iter().filter(|(arrived, _)| *arrived <= stood_at).count();
                    let found = lease("other", 3, i64::try_from(beat).unwrap());
                    let times = (Duration::from_millis(now), Duration::from_millis(now + takes));
                    let watched = watch.polled(times, Some(&found), false);
                    if watched == LeaseView::Over {
                        // Taking the lease compares the beat, so a renewal that arrives later is refused.
                        let last = renewals.iter().filter(|(arrived, _)| *arrived <= stood_at).map(|(_, sent)| *sent).max();
                        prop_assert!(Duration::from_millis(last.unwrap_or(0)) + HOLD < times.0);
                    }
                    now += takes;
                }
            }
        }
    }

    /// An instance acts only on a complete file, whatever happened before and in whatever order. What it knows survives
    /// a restart.
    #[test]
    fn no_file_is_used_that_may_lack_what_another_wrote(
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
                // Another instance leads: its term is read, and recorded before anything else.
                2 => {
                    lease = LeaseView::Running;
                    (lacks, has_other, history) = (true, true, if history == History::Empty { History::Empty } else { History::Stale });
                }
                3 => (history, lacks) = (History::Unknown, true),
                // A standby comes or goes while this instance leads; recorded before it counts.
                4 if history == (History::Known { had_standby: !flag }) && !lacks => {
                    has_other = flag;
                    history = History::Known { had_standby: flag };
                }
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
