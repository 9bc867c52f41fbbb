//! What the game says of a code, and when it is checked again: *untested → good → over → good …*.
//!
//! A verdict is never final by accident. While somebody still wants a code that is over (a feed lists it, or somebody
//! added it recently), it is checked again, with one call for one player: after 10 and 30 minutes, 1, 2, 4 and 8 hours,
//! then every 12 hours. If it is valid again, it is redeemed and posted again. Each check moves the schedule forward,
//! whatever its result, so a code that keeps changing between good and over is checked less and less often.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::answers::status::{Class, Scope, Status};
use crate::domain::back_off::BackOff;

/// How long a new code's posts wait for its first test.
pub const FIRST_TEST_HOLD: Duration = Duration::from_secs(5);
/// How long they wait for a second player to confirm a first test that went against the code. The second call may have
/// to wait for a full rate-limit window.
pub const CONFIRMATION_HOLD: Duration = Duration::from_secs(90);
/// How long a code that somebody added is checked again although no feed lists it.
pub const WANTED_FOR: Duration = Duration::from_secs(48 * 3600);
/// A code that was good this long before it was over starts its schedule from the beginning.
const GOOD_FOR: Duration = Duration::from_secs(12 * 3600);
/// The waits between the first checks of a code that is over, in minutes.
const FIRST_WAITS: [u64; 6] = [10, 20, 30, 60, 120, 240];
/// The wait before every later check.
const LAST_WAIT: Duration = Duration::from_secs(12 * 3600);
/// After an answer that says nothing about the code.
const UNCLEAR_BACK_OFF: BackOff = BackOff::new(Duration::from_secs(10), Duration::from_secs(30 * 60));

/// What one final answer says about the code itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeEvidence {
    /// The player has it.
    Good,
    /// It is over, or there is no such code.
    Over,
    /// The game knows the code, and requires something that this player lacks.
    Requires,
    /// Nothing: the answer is about the player or the service, or its meaning is unknown.
    Nothing,
}

pub fn evidence(status: &Status) -> CodeEvidence {
    match (status.class(), status) {
        (Class::Success, _) => CodeEvidence::Good,
        (Class::Permanent(Scope::Code), _) => CodeEvidence::Over,
        (_, Status::StoveLevel | Status::RechargeMoney | Status::RechargeMoneyVip) => CodeEvidence::Requires,
        _ => CodeEvidence::Nothing,
    }
}

pub fn over_statuses() -> impl Iterator<Item = &'static Status> {
    Status::ALL.iter().filter(|status| evidence(status) == CodeEvidence::Over)
}

/// A code's verdict in its present generation, and its checks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Why it is over, and since when.
    pub over: Option<(Status, Timestamp)>,
    /// `None` while it is untested.
    pub good_at: Option<Timestamp>,
    /// Checks made under the present schedule.
    pub checks: u32,
    /// Checks in a row that said nothing about the code.
    pub unclear: u32,
    /// The next check, if somebody still wants the code then.
    pub check_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    GoodAgain,
    StillOver,
    /// Not known. The code stays over until an answer says otherwise.
    Unclear,
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The wait after so many checks.
fn wait_after(checks: u32) -> Duration {
    let minutes = usize::try_from(checks).ok().and_then(|checks| FIRST_WAITS.get(checks));
    minutes.map_or(LAST_WAIT, |minutes| Duration::from_secs(minutes * 60))
}

impl Verdict {
    /// Records that the code is over from `now` on, as confirmed.
    pub fn invalidate(&mut self, why: Status, now: Timestamp) {
        if self.over.is_some() {
            return;
        }
        let was_good = self.good_at.is_some_and(|at| now.duration_since(at).unsigned_abs() >= GOOD_FOR);
        if was_good {
            self.checks = 0;
        }
        self.over = Some((why, now));
        self.unclear = 0;
        self.check_at = Some(later(now, wait_after(self.checks)));
    }

    /// Records the answer to one check of a code that is over.
    pub fn answered(&mut self, status: &Status, now: Timestamp) -> Checked {
        let checked = match evidence(status) {
            CodeEvidence::Good => Checked::GoodAgain,
            CodeEvidence::Over => Checked::StillOver,
            CodeEvidence::Requires | CodeEvidence::Nothing => Checked::Unclear,
        };
        if checked == Checked::Unclear {
            let wait = UNCLEAR_BACK_OFF.doubled(self.unclear);
            self.unclear = self.unclear.saturating_add(1);
            self.check_at = Some(later(now, wait));
            return checked;
        }
        self.unclear = 0;
        self.checks = self.checks.saturating_add(1);
        if checked == Checked::GoodAgain {
            (self.over, self.good_at, self.check_at) = (None, Some(now), None);
        } else {
            if let Some((why, _)) = &mut self.over {
                *why = status.clone();
            }
            self.check_at = Some(later(now, wait_after(self.checks)));
        }
        checked
    }

    /// Moves the check to later because no player can be used for it at `now`.
    pub fn postpone(&mut self, now: Timestamp) {
        self.check_at = Some(later(now, wait_after(self.checks)));
    }

    /// Brings the next check forward because something speaks for the code. Not to `now`, because a feed may speak for
    /// it at every poll.
    pub fn hasten(&mut self, now: Timestamp) {
        let soon = later(now, wait_after(0));
        self.check_at = self.check_at.map(|at| at.min(soon));
    }

    /// Records that a feed lists the code again at `now`. If no verdict made it over, it counts as over since `since`.
    /// Returns whether the code is checked at once; if its last check is less than `min_absence` ago, the schedule
    /// stays as it is, because feeds flicker.
    pub fn listed_again(&mut self, since: Timestamp, min_absence: Duration, now: Timestamp) -> bool {
        if self.over.is_none() {
            *self = Self { over: Some((Status::TimeError, since)), check_at: Some(now), ..Self::default() };
            return true;
        }
        let checked_at = self.check_at.and_then(|at| at.checked_sub(wait_after(self.checks)).ok());
        let since_check = checked_at.map_or(Duration::MAX, |at| now.duration_since(at).unsigned_abs());
        if since_check < min_absence {
            return false;
        }
        // After days, the schedule of the earlier case no longer applies.
        if since_check >= WANTED_FOR {
            self.checks = 0;
        }
        (self.unclear, self.check_at) = (0, Some(now));
        true
    }

    /// Whether a reactivation starts a new generation. It does if people saw the code as over or have redeemed it.
    /// Otherwise the code was never announced, and its generation goes on.
    pub fn needs_new_generation(&self, was_posted: bool) -> bool {
        was_posted || self.good_at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIX_HOURS: Duration = Duration::from_secs(6 * 3600);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + seconds).unwrap()
    }

    fn minutes_of_checks(status: &Status, count: usize) -> Vec<i64> {
        let mut verdict = Verdict::default();
        verdict.invalidate(Status::TimeError, at(0));
        let mut minutes = Vec::new();
        for _ in 0..count {
            let now = verdict.check_at.unwrap();
            minutes.push(now.duration_since(at(0)).as_secs() / 60);
            verdict.answered(status, now);
        }
        minutes
    }

    #[test]
    fn codes_that_are_over_are_checked_at_growing_intervals_for_ever() {
        let hours = |hours: i64| hours * 60;
        let expected = [10, 30, 60, hours(2), hours(4), hours(8), hours(20), hours(32), hours(44)];
        assert_eq!(minutes_of_checks(&Status::CdkNotFound, 9), expected);
    }

    #[test]
    fn an_unclear_answer_delays_the_next_check_by_seconds_up_to_half_an_hour() {
        let minutes = minutes_of_checks(&Status::TimedOut, 20);
        assert_eq!(minutes[..3], [10, 10, 10]);
        assert!(minutes.windows(2).all(|pair| pair[1] - pair[0] <= 30), "{minutes:?}");
        assert_eq!(minutes[19] - minutes[18], 30);
    }

    #[test]
    fn a_code_that_was_good_for_long_restarts_its_schedule() {
        let mut verdict = Verdict::default();
        verdict.invalidate(Status::TimeError, at(0));
        for _ in 0..5 {
            let now = verdict.check_at.unwrap();
            verdict.answered(&Status::TimeError, now);
        }
        let now = verdict.check_at.unwrap();
        assert_eq!(verdict.answered(&Status::Received, now), Checked::GoodAgain);
        assert_eq!((verdict.over.clone(), verdict.good_at, verdict.checks), (None, Some(now), 6));
        let mut short = verdict.clone();
        short.invalidate(Status::Used, later(now, Duration::from_secs(60)));
        assert_eq!(short.check_at, Some(later(now, Duration::from_secs(60) + LAST_WAIT)));
        verdict.invalidate(Status::Used, later(now, GOOD_FOR));
        assert_eq!(verdict.check_at, Some(later(now, GOOD_FOR + Duration::from_secs(600))));
    }

    #[test]
    fn a_code_that_is_listed_again_is_checked_at_once() {
        let hours = |hours: i64| at(hours * 3600);
        let mut unknown = Verdict { good_at: Some(hours(0)), ..Verdict::default() };
        assert!(unknown.listed_again(hours(1), SIX_HOURS, hours(9)));
        assert_eq!((unknown.over.clone(), unknown.check_at), (Some((Status::TimeError, hours(1))), Some(hours(9))));
        let mut over = Verdict::default();
        over.invalidate(Status::Used, hours(0));
        assert!(
            !over.clone().listed_again(hours(0), SIX_HOURS, hours(5))
                && over.clone().listed_again(hours(0), SIX_HOURS, hours(6))
        );
        over.checks = 5;
        assert!(over.listed_again(hours(0), SIX_HOURS, hours(24 * 30)));
        assert_eq!(
            (over.checks, over.check_at, over.over.map(|(_, since)| since)),
            (0, Some(hours(24 * 30)), Some(hours(0)))
        );
    }

    #[test]
    fn a_code_that_nobody_saw_keeps_its_generation() {
        let unseen = Verdict::default();
        assert!(!unseen.needs_new_generation(false) && unseen.needs_new_generation(true));
        assert!(Verdict { good_at: Some(at(0)), ..unseen }.needs_new_generation(false));
    }

    fn any_status() -> impl Strategy<Value = Status> {
        prop_oneof![(0..Status::ALL.len()).prop_map(|at| Status::ALL[at].clone()), Just(Status::Unknown("ODD".into())),]
    }

    proptest! {
        /// For every answer: only an answer for the code makes it good, only one against it keeps it over and
        /// names the reason, and the next check lies ahead.
        #[test]
        fn only_answers_about_the_code_decide_a_check(statuses in proptest::collection::vec(any_status(), 1..40)) {
            let mut verdict = Verdict::default();
            verdict.invalidate(Status::TimeError, at(0));
            let mut now = at(0);
            for status in statuses {
                if verdict.over.is_none() {
                    verdict.invalidate(Status::TimeError, now);
                }
                let (why_before, since) = verdict.over.clone().unwrap();
                now = verdict.check_at.unwrap();
                let checked = verdict.answered(&status, now);
                prop_assert_eq!(checked == Checked::GoodAgain, status.class() == Class::Success);
                prop_assert_eq!(verdict.over.is_none(), checked == Checked::GoodAgain);
                if let Some((why, still_since)) = &verdict.over {
                    prop_assert_eq!(*still_since, since);
                    prop_assert_eq!(why, if checked == Checked::StillOver { &status } else { &why_before });
                    let wait = verdict.check_at.unwrap().duration_since(now).unsigned_abs();
                    prop_assert!(wait >= UNCLEAR_BACK_OFF.first && wait <= LAST_WAIT);
                } else {
                    prop_assert_eq!(verdict.check_at, None);
                }
            }
        }

        /// A code that changes between good and over as fast as it can costs few checks.
        #[test]
        fn a_code_that_keeps_changing_is_checked_less_and_less_often(seconds in 1i64..3600) {
            let mut verdict = Verdict::default();
            let (mut now, mut checks) = (at(0), 0);
            while now < at(7 * 24 * 3600) {
                verdict.invalidate(Status::TimeError, now);
                now = verdict.check_at.unwrap();
                verdict.answered(&Status::Success, now);
                checks += 1;
                now = later(now, Duration::from_secs(seconds.unsigned_abs()));
            }
            prop_assert!(checks <= 6 + 14, "{} checks in a week", checks);
        }

        /// A feed that flickers costs few calls, however fast it does.
        #[test]
        fn a_flickering_feed_causes_no_more_checks_than_a_steady_one(minutes in 1i64..400) {
            let mut verdict = Verdict::default();
            verdict.invalidate(Status::TimeError, at(0));
            let (mut checks, mut now) = (0, at(0));
            while now < at(7 * 24 * 3600) {
                now = later(now, Duration::from_secs(60 * minutes.unsigned_abs()));
                verdict.listed_again(at(0), SIX_HOURS, now);
                if verdict.check_at.unwrap() <= now {
                    verdict.answered(&Status::TimeError, now);
                    checks += 1;
                }
            }
            prop_assert!(checks <= 6 + 28, "{} checks in a week", checks);
        }

        #[test]
        fn hastened_checks_are_ten_minutes_apart(polls in 1i64..500) {
            let mut verdict = Verdict::default();
            verdict.invalidate(Status::TimeError, at(0));
            let (mut checks, mut now) = (0, at(0));
            for poll in 0..polls {
                now = now.max(at(poll * 10));
                verdict.hasten(now);
                if verdict.check_at.unwrap() <= now {
                    verdict.answered(&Status::TimeError, now);
                    checks += 1;
                }
            }
            prop_assert!(checks <= polls / 60, "{} checks in {} polls", checks, polls);
        }
    }
}
