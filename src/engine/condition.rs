//! How the engine does, for people who wait for it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use jiff::Timestamp;

use crate::domain::answer::Answer;
use crate::domain::status::Status;

/// How the engine does. The order is no rank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// It works, or would if there were something to do.
    #[default]
    Working,
    /// The game does not answer, or not sensibly, since then; it is asked now and then whether it does again.
    Outage {
        /// When the first call in a row failed.
        since: Timestamp,
    },
    /// The game took more calls for too many; it is left alone for a while.
    Limited {
        /// When calls go on.
        until: Timestamp,
    },
    /// No call will work until an operator acts, for this reason.
    Halted(Status),
}

/// Whether the game was ever reached, for whoever waits for the engine.
#[derive(Debug, Default)]
pub struct Reach {
    answered: AtomicBool,
    unreached: AtomicU32,
    pub(super) halted: AtomicBool,
    timed_out: AtomicBool,
}

impl Reach {
    pub(super) fn count(&self, answer: &Answer) {
        if answer.reached() {
            self.answered.store(true, Ordering::Relaxed);
        } else {
            self.timed_out.store(*answer == Answer::TimedOut, Ordering::Relaxed);
            self.unreached.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Calls that did not reach the game, while none ever did; 0 as soon as one was answered.
    #[must_use]
    pub fn unreached_so_far(&self) -> u32 {
        if self.answered.load(Ordering::Relaxed) { 0 } else { self.unreached.load(Ordering::Relaxed) }
    }

    /// Whether the last call that did not reach the game had to wait for nothing.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Whether the engine stopped because the game refuses our signature.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }
}
