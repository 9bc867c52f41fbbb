//! What the game says of a code, and when it is asked again: *untested → good → over → good …*.
//!
//! A verdict is never final by accident. While somebody still wants a code that is over (a feed lists it, or somebody added
//! it lately), the game is asked about it again, with one call for one player: after 10 and 30 minutes, 1, 2, 4 and 8 hours,
//! then every 12 hours. Good again, the code is redeemed and posted again. Each check moves the schedule on, whatever it
//! said, so a code that is good and over by turns is asked about ever more seldom.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::answers::status::{Class, Scope, Status};

/// A new code's posts wait this long for its first test.
pub const HELD_FOR: Duration = Duration::from_secs(5);
/// They wait this long when the first test speaks against the code, for a second player to confirm it: the second call may
/// have to wait for a full window.
pub const DOUBTED_FOR: Duration = Duration::from_secs(90);
/// So long after somebody added a code it is asked about again, though no feed lists it.
pub const WANTED_FOR: Duration = Duration::from_secs(48 * 3600);
/// A code that was good for so long and is over then begins its schedule anew.
const GOOD_FOR: Duration = Duration::from_secs(12 * 3600);
/// The waits before the first checks of a code that is over, in minutes.
const FIRST_WAITS: [u64; 6] = [10, 20, 30, 60, 120, 240];
/// The wait before every later one.
const LAST_WAIT: Duration = Duration::from_secs(12 * 3600);
/// The wait after an answer that says nothing of the code, doubled for each further one,
const UNCLEAR_WAIT: Duration = Duration::from_secs(10);
/// up to this.
const LONGEST_UNCLEAR_WAIT: Duration = Duration::from_secs(30 * 60);

/// What one final answer tells of the code itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeEvidence {
    /// The player has it: it is good.
    Good,
    /// It is over, or there is no such code.
    Over,
    /// The game knows the code, and asks for something that this player lacks.
    Asks,
    /// Nothing: the answer is about the player, the service, or nobody knows.
    Nothing,
}

/// What an answer tells of the code itself.
pub fn evidence(status: &Status) -> CodeEvidence {
    match (status.class(), status) {
        (Class::Success, _) => CodeEvidence::Good,
        (Class::Permanent(Scope::Code), _) => CodeEvidence::Over,
        (_, Status::StoveLevel | Status::RechargeMoney | Status::RechargeMoneyVip) => CodeEvidence::Asks,
        _ => CodeEvidence::Nothing,
    }
}

/// The statuses that say that a code is over.
pub fn over_statuses() -> impl Iterator<Item = &'static Status> {
    Status::ALL.iter().filter(|status| evidence(status) == CodeEvidence::Over)
}

/// A code's verdict in its generation, and its checks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Why it is over, and since when.
    pub over: Option<(Status, Timestamp)>,
    /// When it became good; `None` while it is untested.
    pub good_at: Option<Timestamp>,
    /// Checks made since it became over for the first time in a while.
    pub checks: u32,
    /// Checks in a row that told nothing.
    pub unclear: u32,
    /// When the game is asked about it next, if somebody still wants it then.
    pub check_at: Option<Timestamp>,
}

/// What a check made of a code that was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It is good again.
    GoodAgain,
    /// It is still over.
    StillOver,
    /// Nobody knows; it counts as over until somebody does.
    Unclear,
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The wait before the check that follows so many.
fn wait_after(checks: u32) -> Duration {
    let minutes = usize::try_from(checks).ok().and_then(|checks| FIRST_WAITS.get(checks));
    minutes.map_or(LAST_WAIT, |minutes| Duration::from_secs(minutes * 60))
}

impl Verdict {
    /// The code is over from `now` on, as confirmed.
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

    /// Takes note of what one check of a code that is over came to.
    pub fn answered(&mut self, status: &Status, now: Timestamp) -> Checked {
        let checked = match evidence(status) {
            CodeEvidence::Good => Checked::GoodAgain,
            CodeEvidence::Over => Checked::StillOver,
            CodeEvidence::Asks | CodeEvidence::Nothing => Checked::Unclear,
        };
        if checked == Checked::Unclear {
            let wait = UNCLEAR_WAIT.saturating_mul(2u32.saturating_pow(self.unclear)).min(LONGEST_UNCLEAR_WAIT);
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

    /// Nobody can be asked for at `now`.
    pub fn put_off(&mut self, now: Timestamp) {
        self.check_at = Some(later(now, wait_after(self.checks)));
    }

    /// Something speaks for the code: it is asked about soon, and the schedule goes on from there. Not at once, for a feed may
    /// say so at every poll.
    pub fn hasten(&mut self, now: Timestamp) {
        let soon = later(now, wait_after(0));
        self.check_at = self.check_at.map(|at| at.min(soon));
    }

    /// A feed lists it again at `now`, after it was away; over since `since`, if nobody said so before. Whether the game is
    /// asked at once: else it was asked within `return_after`, for feeds flicker, and goes on as before.
    pub fn come_back(&mut self, since: Timestamp, return_after: Duration, now: Timestamp) -> bool {
        if self.over.is_none() {
            *self = Self { over: Some((Status::TimeError, since)), check_at: Some(now), ..Self::default() };
            return true;
        }
        let asked_at = self.check_at.and_then(|at| at.checked_sub(wait_after(self.checks)).ok());
        let asked_for = asked_at.map_or(Duration::MAX, |at| now.duration_since(at).unsigned_abs());
        if asked_for < return_after {
            return false;
        }
        // After days it is another matter than the one that the schedule is about.
        if asked_for >= WANTED_FOR {
            self.checks = 0;
        }
        (self.unclear, self.check_at) = (0, Some(now));
        true
    }

    /// Whether it comes back in a new generation: people saw it as over, or have got it. Else it was never announced, and
    /// goes on in its own.
    pub fn returns_anew(&self, was_posted: bool) -> bool {
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
    fn what_is_over_is_asked_about_at_growing_intervals_and_for_ever() {
        let hours = |hours: i64| hours * 60;
        let expected = [10, 30, 60, hours(2), hours(4), hours(8), hours(20), hours(32), hours(44)];
        assert_eq!(minutes_of_checks(&Status::CdkNotFound, 9), expected);
    }

    #[test]
    fn an_answer_that_tells_nothing_moves_the_schedule_by_seconds_and_half_an_hour_at_most() {
        let minutes = minutes_of_checks(&Status::TimedOut, 20);
        assert_eq!(minutes[..3], [10, 10, 10]);
        assert!(minutes.windows(2).all(|pair| pair[1] - pair[0] <= 30), "{minutes:?}");
        assert_eq!(minutes[19] - minutes[18], 30);
    }

    #[test]
    fn a_code_that_was_good_for_long_begins_its_schedule_anew() {
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
    fn a_code_that_comes_back_is_asked_about_at_once() {
        let hours = |hours: i64| at(hours * 3600);
        let mut unknown = Verdict { good_at: Some(hours(0)), ..Verdict::default() };
        assert!(unknown.come_back(hours(1), SIX_HOURS, hours(9)));
        assert_eq!((unknown.over.clone(), unknown.check_at), (Some((Status::TimeError, hours(1))), Some(hours(9))));
        let mut over = Verdict::default();
        over.invalidate(Status::Used, hours(0));
        assert!(
            !over.clone().come_back(hours(0), SIX_HOURS, hours(5))
                && over.clone().come_back(hours(0), SIX_HOURS, hours(6))
        );
        over.checks = 5;
        assert!(over.come_back(hours(0), SIX_HOURS, hours(24 * 30)));
        assert_eq!(
            (over.checks, over.check_at, over.over.map(|(_, since)| since)),
            (0, Some(hours(24 * 30)), Some(hours(0)))
        );
    }

    #[test]
    fn what_nobody_saw_goes_on_in_its_own_generation() {
        let unseen = Verdict::default();
        assert!(!unseen.returns_anew(false) && unseen.returns_anew(true));
        assert!(Verdict { good_at: Some(at(0)), ..unseen }.returns_anew(false));
    }

    fn any_status() -> impl Strategy<Value = Status> {
        prop_oneof![(0..Status::ALL.len()).prop_map(|at| Status::ALL[at].clone()), Just(Status::Unknown("ODD".into())),]
    }

    proptest! {
        /// Whatever the game answers: only an answer for the code makes it good, only one against it keeps it over and
        /// names it, and the next check is ahead.
        #[test]
        fn a_check_decides_only_by_what_is_said_of_the_code(statuses in proptest::collection::vec(any_status(), 1..40)) {
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
                    prop_assert!(wait >= UNCLEAR_WAIT && wait <= LAST_WAIT);
                } else {
                    prop_assert_eq!(verdict.check_at, None);
                }
            }
        }

        /// A code that is good and over by turns, as fast as it can, costs few checks.
        #[test]
        fn by_turns_good_and_over_it_is_asked_about_ever_more_seldom(seconds in 1i64..3600) {
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
        fn a_feed_that_flickers_is_asked_about_as_seldom_as_one_that_does_not(minutes in 1i64..400) {
            let mut verdict = Verdict::default();
            verdict.invalidate(Status::TimeError, at(0));
            let (mut checks, mut now) = (0, at(0));
            while now < at(7 * 24 * 3600) {
                now = later(now, Duration::from_secs(60 * minutes.unsigned_abs()));
                verdict.come_back(at(0), SIX_HOURS, now);
                if verdict.check_at.unwrap() <= now {
                    verdict.answered(&Status::TimeError, now);
                    checks += 1;
                }
            }
            prop_assert!(checks <= 6 + 28, "{} checks in a week", checks);
        }

        #[test]
        fn hastening_never_asks_sooner_than_in_ten_minutes(polls in 1i64..500) {
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
