//! The phase that this instance is in, and whether it leads.
//!
//! Each service checks leadership immediately before it acts. The check compares the wall clock with a clock that keeps running
//! while the machine sleeps, so a process that was frozen, suspended or paused finds that it has lost leadership whichever
//! of its timers fires first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::sync::election::Position;
use crate::runtime::clock::Clock;
use crate::runtime::wake::Wake;
use crate::store::Leader;

/// How far the wall clock and the boot clock may drift apart between two renewals. More means that the machine was suspended or
/// that a clock was changed.
const MAX_DRIFT: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There is no MongoDB, so no other instance can lead.
    Single,
    /// Another instance leads or may lead. This one only sends what it could not send while it led.
    Waiting,
    /// This instance holds the lease, and its working copy is still catching up. It does not act yet.
    CatchingUp(HeldLease),
    Leading(HeldLease),
    /// MongoDB is unavailable and no standby is known: this instance acts on its file alone.
    Isolated,
}

/// The lease that this instance holds, as of its last renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldLease {
    pub term: i64,
    /// Every round of writes up to this one was written while this instance led.
    pub round: i64,
    /// When the lease expires, by [`Clock::boot`].
    pub until: Duration,
    /// Another instance waits, or MongoDB is required. Before an outward action, its intent must be in MongoDB.
    pub has_standby: bool,
}

impl Phase {
    /// Whether an instance in this phase may act.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Single | Self::Leading(_) | Self::Isolated)
    }

    pub fn held(self) -> Option<HeldLease> {
        match self {
            Self::CatchingUp(held) | Self::Leading(held) => Some(held),
            Self::Single | Self::Waiting | Self::Isolated => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct State {
    phase: Phase,
    /// [`wall_offset`] when the phase was last set.
    offset: i128,
    /// The last completed round of writes, and its term.
    done: Position,
}

/// Tells whether this instance may act. Clones share their state.
#[derive(Debug, Clone)]
pub struct Leadership {
    clock: Clock,
    state: Arc<Mutex<State>>,
    wake: Arc<Wake>,
    /// What a waiting instance waits for, unless it is another instance that leads.
    blocked: Arc<Mutex<Option<String>>>,
}

impl Leadership {
    /// Leadership for ever: no other instance can exist.
    pub fn single(clock: Clock) -> Self {
        Self::new(clock, Phase::Single)
    }

    /// No leadership until a lease grants it.
    pub fn waiting(clock: Clock) -> Self {
        Self::new(clock, Phase::Waiting)
    }

    fn new(clock: Clock, phase: Phase) -> Self {
        let state = State { phase, offset: wall_offset(&clock), done: Position::default() };
        Self { clock, state: Arc::new(Mutex::new(state)), wake: Arc::default(), blocked: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what this instance waits for: one clause; `None` for another instance that leads.
    pub fn waits_for(&self, what: Option<String>) {
        *self.blocked.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    /// What it waits for, if it waits and no other instance is known to lead.
    pub fn blocked(&self) -> Option<String> {
        let blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        blocked.filter(|_| self.phase() == Phase::Waiting)
    }

    /// Begins a phase, whatever the present one is.
    pub fn set(&self, phase: Phase) {
        self.advance(|_| phase);
    }

    /// Begins a phase unless the machine was suspended since the last phase was set: what was observed before that is outdated.
    pub fn begin(&self, phase: Phase) {
        if !self.has_drifted(self.state().offset) {
            self.set(phase);
        }
    }

    /// Derives the next phase from the present one, so that an expired lease cannot be renewed. Returns the next phase.
    pub fn advance(&self, next: impl FnOnce(Phase) -> Phase) -> Phase {
        let mut state = self.state();
        let phase = next(self.phase_of(&state));
        let is_new = phase != state.phase;
        (state.phase, state.offset) = (phase, wall_offset(&self.clock));
        drop(state);
        if is_new {
            self.wake.wake_all();
        }
        phase
    }

    /// The present phase: [`Phase::Waiting`] if the lease has expired or the clocks have drifted apart.
    pub fn phase(&self) -> Phase {
        self.phase_of(&self.state())
    }

    fn phase_of(&self, state: &State) -> Phase {
        let State { phase, offset: before, .. } = *state;
        let is_over = match phase {
            Phase::Single | Phase::Waiting => false,
            Phase::Isolated => self.has_drifted(before),
            Phase::CatchingUp(held) | Phase::Leading(held) => {
                self.clock.boot() >= held.until || self.has_drifted(before)
            }
        };
        if is_over { Phase::Waiting } else { phase }
    }

    fn has_drifted(&self, before: i128) -> bool {
        (wall_offset(&self.clock) - before).unsigned_abs() > MAX_DRIFT.as_millis()
    }

    /// The term of the lease while it is held. Writes to MongoDB carry it.
    pub fn term(&self) -> Option<i64> {
        self.phase().held().map(|held| held.term)
    }

    pub fn round_done(&self, position: Position) {
        let mut state = self.state();
        state.done = state.done.max(position);
    }

    /// The last completed round of writes under this term, which is the latest one.
    pub fn last_round(&self, term: i64) -> Position {
        self.state().done.max(Position { term, round: 0 })
    }

    /// Returns as soon as the phase matches.
    pub async fn until_phase(&self, is_so: impl Fn(Phase) -> bool) {
        loop {
            let woken = self.wake.listen();
            if is_so(self.phase()) {
                return;
            }
            woken.await;
        }
    }
}

impl Leader for Leadership {
    fn is_leader(&self) -> bool {
        self.phase().is_active()
    }

    fn has_standby(&self) -> bool {
        matches!(self.phase(), Phase::Leading(held) if held.has_standby)
    }

    fn is_waiting(&self) -> bool {
        self.phase() == Phase::Waiting
    }

    fn until(&self) -> Option<Duration> {
        self.state().phase.held().map(|held| held.until)
    }

    /// Wakes when a phase begins or the lease is renewed. Many may wait; they wake in the order in which they came. An expiring
    /// lease wakes nobody.
    fn wake(&self) -> &Wake {
        &self.wake
    }
}

/// How far the wall clock is ahead of the boot clock, in milliseconds.
fn wall_offset(clock: &Clock) -> i128 {
    i128::from(clock.now().as_millisecond()) - i128::try_from(clock.boot().as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use jiff::Timestamp;

    use super::*;
    use crate::runtime::clock::Skew;

    const TERM: Duration = Duration::from_secs(29);

    fn leading(clock: Clock, leadership: &Leadership) {
        let until = clock.boot() + TERM;
        leadership.set(Phase::Leading(HeldLease { term: 7, round: 0, until, has_standby: false }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_expires_by_itself_for_all_its_clones() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let leadership = Leadership::waiting(clock);
        let shared = leadership.clone();
        assert_eq!((shared.is_leader(), shared.term()), (false, None));
        leading(clock, &leadership);
        assert_eq!((shared.is_leader(), shared.term()), (true, Some(7)));
        tokio::time::advance(TERM).await;
        assert_eq!((shared.is_leader(), shared.term(), shared.phase()), (false, None, Phase::Waiting));
        leadership.set(Phase::Isolated);
        assert_eq!((shared.is_leader(), shared.term(), shared.until()), (true, None, None));
        assert!(Leadership::single(clock).is_leader());
    }

    #[tokio::test(start_paused = true)]
    async fn a_suspended_process_loses_leadership_whichever_clock_shows_it() {
        for (suspended, paused) in [(40_000, 0), (40_000, 40_000)] {
            let skew: &'static Skew = Box::leak(Box::default());
            let clock = Clock::skewed(Timestamp::UNIX_EPOCH, skew);
            let leadership = Leadership::waiting(clock);
            leading(clock, &leadership);
            tokio::time::advance(Duration::from_secs(60)).await;
            let hold = |lost: &AtomicI64, millis| lost.store(millis, Ordering::Relaxed);
            hold(&skew.monotonic_lost, suspended);
            hold(&skew.boot_lost, paused);
            assert!(clock.elapsed() < TERM && !leadership.is_leader(), "{suspended} {paused}");
            let isolated = Leadership::waiting(clock);
            isolated.set(Phase::Isolated);
            let beginner = Leadership::waiting(clock);
            hold(&skew.boot_lost, paused + 10_000);
            assert!(!isolated.is_leader());
            beginner.begin(Phase::Isolated);
            assert!(!beginner.is_leader(), "what it saw is old");
            beginner.set(Phase::Waiting);
            beginner.begin(Phase::Isolated);
            assert!(beginner.is_leader());
        }
    }
}
