//! Waits that double with each failure.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    pub first: Duration,
    pub longest: Duration,
    next: Duration,
}

impl BackOff {
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The first wait, doubled this many times, but at most the longest.
    pub fn doubled(self, times: u32) -> Duration {
        self.first.saturating_mul(2u32.saturating_pow(times)).min(self.longest)
    }

    /// The wait after one more failure in a row.
    pub fn next_wait(&mut self) -> Duration {
        let next = self.next.saturating_mul(2).min(self.longest);
        std::mem::replace(&mut self.next, next)
    }

    /// Starts again from the first wait.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut back_off = BackOff::new(S(2), S(30));
        let waits = [2, 4, 8, 16, 30, 30].map(S);
        assert_eq!([0, 1, 2, 3, 4, u32::MAX].map(|times| back_off.doubled(times)), waits);
        assert_eq!(waits.map(|_| back_off.next_wait()), waits);
        back_off.reset();
        assert_eq!(back_off.next_wait(), S(2));
    }
}
