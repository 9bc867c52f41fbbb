//! The hybrid logical clock: every stored record carries a version from it.

use jiff::Timestamp;

/// A record's version: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16. Larger is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Version(pub i64);

/// Gives versions that only ever grow, whatever the wall clock does.
#[derive(Debug, Clone, Copy, Default)]
pub struct HybridClock {
    last: Version,
}

impl HybridClock {
    /// A clock whose next version is newer than `last`.
    #[must_use]
    pub fn after(last: Version) -> Self {
        Self { last }
    }

    /// The next version at wall time `now`: newer than every one before it.
    pub fn tick(&mut self, now: Timestamp) -> Version {
        let wall = now.as_millisecond().clamp(0, i64::MAX >> 17) << 16;
        self.last = Version(wall.max(self.last.0.saturating_add(1)));
        self.last
    }

    /// The newest version given.
    #[must_use]
    pub fn last(&self) -> Version {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn versions_grow_whatever_the_wall_clock_does(
            last in 0i64..i64::MAX >> 2, walls in proptest::collection::vec(-5_000i64..4_000_000_000, 1..50),
        ) {
            let mut clock = HybridClock::after(Version(last));
            let mut newest = Version(last);
            for seconds in walls {
                let version = clock.tick(Timestamp::from_second(seconds).unwrap());
                prop_assert!(version > newest);
                newest = version;
            }
            prop_assert_eq!(clock.last(), newest);
        }
    }
}
