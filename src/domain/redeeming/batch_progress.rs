//! How far a batch is, and when it will probably be done.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::answers::status::Status;
use crate::domain::players::player::{PlayerId, State};

/// The time over which the rate is measured.
const RATE_OVER: Duration = Duration::from_secs(180);
/// A rate measured over less than this is not shown.
const RATE_FROM: Duration = Duration::from_secs(10);
/// One sample a second for the whole time over which the rate is measured.
const MAX_SAMPLES: usize = 200;

/// Players who did not get a code for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedGroup {
    /// The status of the last try.
    pub status: Status,
    /// Whether the tries were used up, rather than the code refused.
    pub gave_up: bool,
    /// With their names, which may be empty.
    pub players: Vec<(PlayerId, String)>,
}

/// How far a batch is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Players who got the code from this bot.
    pub granted: u32,
    pub already: u32,
    /// Players without a final outcome.
    pub pending: u32,
    /// Those of the pending players who wait because an earlier try failed.
    pub waiting: u32,
    /// Those of the waiting players whose state is being searched for.
    pub searching: u32,
    /// Players whose state a search found since the batch began, with their names, which may be empty.
    pub found: Vec<(PlayerId, String, State)>,
    /// By reason, the most frequent first.
    pub failed: Vec<FailedGroup>,
    /// Failed players of whom only the number is kept, because the code has been over for long.
    pub unnamed: u32,
}

impl Tally {
    pub fn failures(&self) -> u32 {
        let named: u32 = self.failed.iter().map(|group| u32::try_from(group.players.len()).unwrap_or(u32::MAX)).sum();
        named.saturating_add(self.unnamed)
    }

    /// Players with a final outcome.
    pub fn done(&self) -> u32 {
        self.granted + self.already + self.failures()
    }

    pub fn players(&self) -> u32 {
        self.done() + self.pending
    }
}

/// A bar of `width` cells for `done` of `all`. It is full only when all are done, and empty only when none is.
pub fn bar(done: u32, all: u32, width: u32) -> String {
    let (done, all) = (done.min(all), all.max(1));
    let exact = u64::from(done) * u64::from(width) / u64::from(all);
    let filled = usize::try_from(exact).unwrap_or(usize::MAX).max(usize::from(done > 0 && width > 1));
    let width = width as usize;
    let filled = filled.min(width);
    "▰".repeat(filled) + &"▱".repeat(width - filled)
}

/// The speed of a batch, measured from recent samples.
#[derive(Debug, Clone, Default)]
pub struct RateMeter {
    seen: VecDeque<(Duration, u32)>,
}

impl RateMeter {
    /// Adds a sample: `done` at `now`, on any clock that never goes back.
    pub fn sample(&mut self, now: Duration, done: u32) {
        // A count that falls means a retry, or more players. Earlier samples say nothing about it.
        if self.seen.back().is_some_and(|(_, before)| *before > done) {
            self.seen.clear();
        }
        self.seen.push_back((now, done));
        while self.seen.len() > MAX_SAMPLES
            || self.seen.front().is_some_and(|(at, _)| now.saturating_sub(*at) > RATE_OVER)
        {
            self.seen.pop_front();
        }
    }

    /// The time for the remaining players at the present rate; `None` while the rate is unknown.
    pub fn remaining(&self, pending: u32) -> Option<Duration> {
        let ((from, before), (to, done)) = (self.seen.front()?, self.seen.back()?);
        let (took, made) = (to.saturating_sub(*from), done.saturating_sub(*before));
        (took >= RATE_FROM && made > 0).then(|| took * pending / made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rate_is_that_of_the_last_minutes() {
        let mut rate = RateMeter::default();
        assert_eq!(rate.remaining(10), None);
        for second in 0..=100u32 {
            rate.sample(Duration::from_secs(second.into()), second / 2);
        }
        assert_eq!(rate.remaining(30), Some(Duration::from_secs(60)));
        rate.sample(Duration::from_secs(102), 3);
        assert_eq!(rate.remaining(30), None, "started again");
    }

    proptest! {
        #[test]
        fn a_bar_has_its_width_and_is_full_only_at_the_end(done in any::<u32>(), all in any::<u32>(), width in 0u32..40) {
            let bar = bar(done, all, width);
            prop_assert_eq!(bar.chars().count(), width as usize);
            if width > 1 && all > 0 {
                prop_assert_eq!(!bar.contains('▱'), done >= all);
                prop_assert_eq!(!bar.contains('▰'), done == 0);
            }
        }

        #[test]
        fn no_samples_make_it_panic(samples in proptest::collection::vec((0u64..100_000, any::<u32>()), 0..300), pending in any::<u32>()) {
            let mut rate = RateMeter::default();
            for (at, done) in samples {
                rate.sample(Duration::from_secs(at), done);
                let _ = rate.remaining(pending);
            }
        }
    }
}
