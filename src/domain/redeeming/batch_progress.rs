//! How far a run is, and when it may be done.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::answers::status::Status;
use crate::domain::players::player::PlayerId;

/// How far back the rate is measured.
const RATE_OVER: Duration = Duration::from_secs(180);
/// A rate measured over less than this says nothing.
const RATE_FROM: Duration = Duration::from_secs(10);
/// Samples kept: one a second for all the time they are measured over.
const MAX_SAMPLES: usize = 200;

/// Players who did not get a code, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedGroup {
    /// The reason: the status of the last try.
    pub status: Status,
    /// Whether they were given up, not refused.
    pub gave_up: bool,
    /// The players, with their names, which may be empty.
    pub players: Vec<(PlayerId, String)>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Players who got it from us.
    pub granted: u32,
    /// Players who had it already.
    pub already: u32,
    /// Players not decided yet.
    pub pending: u32,
    /// Of these, those who wait because an earlier try failed.
    pub waiting: u32,
    /// The others, by reason, the most frequent first.
    pub failed: Vec<FailedGroup>,
    /// Others of whom only the number is kept: the code has been over for long.
    pub unnamed: u32,
}

impl Tally {
    /// Players who did not get it.
    pub fn failures(&self) -> u32 {
        let named: u32 = self.failed.iter().map(|group| u32::try_from(group.players.len()).unwrap_or(u32::MAX)).sum();
        named.saturating_add(self.unnamed)
    }

    /// Players who are decided.
    pub fn done(&self) -> u32 {
        self.granted + self.already + self.failures()
    }

    /// All players.
    pub fn players(&self) -> u32 {
        self.done() + self.pending
    }
}

/// A bar of `width` cells for `done` of `all`; full only when all is done, empty only when nothing is.
pub fn bar(done: u32, all: u32, width: u32) -> String {
    let (done, all) = (done.min(all), all.max(1));
    let exact = u64::from(done) * u64::from(width) / u64::from(all);
    let filled = usize::try_from(exact).unwrap_or(usize::MAX).max(usize::from(done > 0 && width > 1));
    let width = width as usize;
    let filled = filled.min(width);
    "▰".repeat(filled) + &"▱".repeat(width - filled)
}

/// How fast a run goes, from what was seen of it lately.
#[derive(Debug, Clone, Default)]
pub struct Pacer {
    seen: VecDeque<(Duration, u32)>,
}

impl Pacer {
    /// At `now` (any clock that never steps) so many were done.
    pub fn see(&mut self, now: Duration, done: u32) {
        // Taken up again with more players, or a retry: what was seen before says nothing.
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

    /// How long the remaining ones take at the present rate; `None` while nobody knows.
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
        let mut pacer = Pacer::default();
        assert_eq!(pacer.remaining(10), None);
        for second in 0..=100u32 {
            pacer.see(Duration::from_secs(second.into()), second / 2);
        }
        assert_eq!(pacer.remaining(30), Some(Duration::from_secs(60)));
        pacer.see(Duration::from_secs(102), 3);
        assert_eq!(pacer.remaining(30), None, "begun anew");
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
            let mut pacer = Pacer::default();
            for (at, done) in samples {
                pacer.see(Duration::from_secs(at), done);
                let _ = pacer.remaining(pending);
            }
        }
    }
}
