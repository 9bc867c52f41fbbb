use super::*;
use crate::domain::codes::canary::CodeTrust;
use crate::domain::codes::code::Code;

const MS: fn(u64) -> Duration = Duration::from_millis;
const LIMIT: RateLimit = RateLimit { calls: 2, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2_200);
const BASE: Duration = Duration::from_secs(2);

fn admission(calls: u32) -> AdmissionControl {
    AdmissionControl::new(Some(RateLimit { calls, ..LIMIT }), INTERVAL, BASE)
}

fn candidate(player: u64, code: &str) -> Candidate {
    Candidate {
        player: PlayerId::new(player).unwrap(),
        profile_at: None,
        awaits_state: false,
        has_state: true,
        is_check: false,
        key: Code::parse(code).unwrap().key(),
        generation: 1,
        trust: CodeTrust::Proven,
    }
}

/// Makes one call from `asked` to `answered`, with this answer.
fn call(
    admission: &mut AdmissionControl,
    player: u64,
    (asked, answered): (Duration, Duration),
    status: &Status,
) -> Learnt {
    let candidate = candidate(player, "GOOD");
    assert_eq!(admission.admit(&candidate, false, asked), Ok(Step::Redeem));
    let hints = RateLimitHints::default();
    let call = Answered { asked, endpoint: Endpoint::Redeem, player: candidate.player, status, hints: &hints };
    let learnt = admission.answered(&call, None, answered, BASE);
    admission.done(candidate.key, 1, candidate.player);
    learnt
}

fn is_admitted(admission: &mut AdmissionControl, player: u64, now: Duration) -> bool {
    let candidate = candidate(player, "GOOD");
    let is_admitted = admission.admit(&candidate, false, now).is_ok();
    if is_admitted {
        admission.cancel(Endpoint::Redeem, candidate.player);
        admission.done(candidate.key, 1, candidate.player);
    }
    is_admitted
}

/// The game may have counted the call as late as its answer.
#[test]
fn a_call_leaves_the_window_a_window_after_its_answer_not_its_begin() {
    let mut admission = admission(2);
    call(&mut admission, 1, (MS(0), MS(400)), &Status::Success);
    call(&mut admission, 2, (MS(400), MS(500)), &Status::Success);
    assert_eq!(admission.next_opening(MS(10_000)), Some(MS(60_400)));
    assert!(!is_admitted(&mut admission, 3, MS(60_399)) && is_admitted(&mut admission, 3, MS(60_400)));
}

#[test]
fn a_player_is_asked_again_an_interval_after_the_answer_not_the_begin() {
    for status in [Status::Success, Status::TimeoutRetry, Status::TimedOut] {
        let mut admission = admission(30);
        call(&mut admission, 1, (MS(0), MS(400)), &status);
        let opens = MS(400) + INTERVAL;
        assert!(!is_admitted(&mut admission, 1, opens - MS(1)) && is_admitted(&mut admission, 1, opens), "{status}");
        assert!(is_admitted(&mut admission, 2, MS(400)), "another player, after {status}");
    }
}

#[test]
fn while_a_call_is_under_way_its_player_is_not_asked() {
    let mut admission = admission(30);
    assert!(admission.admit(&candidate(1, "GOOD"), false, MS(0)).is_ok());
    assert_eq!(admission.admit(&candidate(1, "MORE"), false, MS(50_000)), Err(Admission::Skip));
}

/// The game is assumed to count the calls that it refuses.
#[test]
fn a_refused_call_is_counted() {
    let mut admission = admission(3);
    call(&mut admission, 1, (MS(0), MS(100)), &Status::Success);
    let opens = call(&mut admission, 2, (MS(100), MS(300)), &Status::RateLimited).opens;
    // One call was counted before, so the limit is one. The refused call fills the window until it leaves.
    assert_eq!(opens, Some(MS(60_300)));
    assert!(!is_admitted(&mut admission, 3, MS(60_299)) && is_admitted(&mut admission, 3, MS(60_300)));
}

#[test]
fn too_frequent_doubles_the_interval_and_is_counted() {
    let mut admission = admission(2);
    call(&mut admission, 1, (MS(0), MS(100)), &Status::TooFrequent);
    call(&mut admission, 2, (MS(100), MS(200)), &Status::Success);
    assert!(!is_admitted(&mut admission, 3, MS(59_000)), "the window is full");
    assert_eq!(admission.players.interval(), INTERVAL * 2);
}

#[test]
fn what_an_earlier_process_asked_counts_and_its_players_are_not_asked_at_once() {
    let mut admission = admission(2);
    admission.restore(vec![(Endpoint::Redeem, MS(59_000)), (Endpoint::Redeem, MS(200))], MS(0));
    assert!(!is_admitted(&mut admission, 1, MS(999)), "both are in the window");
    assert!(!is_admitted(&mut admission, 1, MS(1_999)), "any player may be the one who was asked 200 ms ago");
    assert_eq!(admission.next_opening(MS(1_000)), Some(MS(2_000)));
    assert!(is_admitted(&mut admission, 1, MS(2_000)));
}

#[test]
fn calls_of_tries_that_are_gone_count_as_answered_now() {
    let mut admission = admission(1);
    assert!(admission.admit(&candidate(1, "GOOD"), false, MS(0)).is_ok());
    admission.abandon(MS(700));
    assert!(!is_admitted(&mut admission, 2, MS(60_699)) && is_admitted(&mut admission, 2, MS(60_700)));
}
