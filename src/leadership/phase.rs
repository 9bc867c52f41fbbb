//! Whether this instance leads: which phase it is in, shared by all who ask.
//!
//! Who acts asks right before each act. The answer rests on a clock that goes on while the machine sleeps, and on the wall
//! clock beside it: a process that was frozen, suspended or paused finds that it does not lead any more, whatever its timers do
//! next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::sync::election::Position;
use crate::runtime::clock::Clock;
use crate::runtime::wake::Wake;
use crate::store::Leader;

/// The wall clock and the clock that never sleeps may drift apart by so much between two renewals. More is a machine that stood
/// still, or a clock that was set.
const GAP: Duration = Duration::from_secs(5);

/// Which phase this process is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There is no MongoDB: nobody else can lead.
    Single,
    /// Another instance leads, or may: nothing is done but what a former leader still has to send.
    Waiting,
    /// The lease is this instance's, and its working copy is being brought up to date: nothing is done yet.
    CatchingUp(Held),
    /// It leads.
    Leading(Held),
    /// MongoDB cannot be used, and no standby is known: it acts on its file alone.
    Isolated,
}

/// The lease in this instance's hands, as it was last renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its term.
    pub term: i64,
    /// All rounds of writes up to this one were written while this instance led.
    pub round: i64,
    /// It holds until then, by [`Clock::boot`].
    pub until: Duration,
    /// Another instance waits, or nothing may be done without MongoDB: an outward act needs its intent there first.
    pub has_standby: bool,
}

impl Phase {
    /// Whether an instance may act in it.
    pub fn acts(self) -> bool {
        matches!(self, Self::Single | Self::Leading(_) | Self::Isolated)
    }

    /// The lease, in a phase in which it is this instance's.
    pub fn held(self) -> Option<Held> {
        match self {
            Self::CatchingUp(held) | Self::Leading(held) => Some(held),
            Self::Single | Self::Waiting | Self::Isolated => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct State {
    phase: Phase,
    /// What the wall clock was ahead of the other one when the phase was last set, in milliseconds.
    ahead: i128,
    /// The last round of writes that was done, and its term.
    done: Position,
}

/// The right to act. Clones share it.
#[derive(Debug, Clone)]
pub struct Leadership {
    clock: Clock,
    state: Arc<Mutex<State>>,
    wake: Arc<Wake>,
}

impl Leadership {
    /// Nobody else is there who could lead: for ever.
    pub fn single(clock: Clock) -> Self {
        Self::new(clock, Phase::Single)
    }

    /// No right to act, until a lease gives it.
    pub fn waiting(clock: Clock) -> Self {
        Self::new(clock, Phase::Waiting)
    }

    fn new(clock: Clock, phase: Phase) -> Self {
        let state = State { phase, ahead: ahead(&clock), done: Position::default() };
        Self { clock, state: Arc::new(Mutex::new(state)), wake: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a phase, whatever was before.
    pub fn set(&self, phase: Phase) {
        self.advance(|_| phase);
    }

    /// Begins a phase out of waiting, unless the machine stood still since it was last looked at: what was seen then is old.
    pub fn begin(&self, phase: Phase) {
        if !self.has_gap(self.state().ahead) {
            self.set(phase);
        }
    }

    /// Goes on from the phase it is in, as [`Leadership::phase`] tells it: what is over cannot be renewed. Returns the new one.
    pub fn advance(&self, next: impl FnOnce(Phase) -> Phase) -> Phase {
        let mut state = self.state();
        let phase = next(self.phase_of(&state));
        let is_new = phase != state.phase;
        (state.phase, state.ahead) = (phase, ahead(&self.clock));
        drop(state);
        if is_new {
            self.wake.wake_all();
        }
        phase
    }

    /// The phase it is in. What has run out is over: then it is [`Phase::Waiting`].
    pub fn phase(&self) -> Phase {
        self.phase_of(&self.state())
    }

    fn phase_of(&self, state: &State) -> Phase {
        let State { phase, ahead: before, .. } = *state;
        let is_over = match phase {
            Phase::Single | Phase::Waiting => false,
            Phase::Isolated => self.has_gap(before),
            Phase::CatchingUp(held) | Phase::Leading(held) => self.clock.boot() >= held.until || self.has_gap(before),
        };
        if is_over { Phase::Waiting } else { phase }
    }

    fn has_gap(&self, before: i128) -> bool {
        (ahead(&self.clock) - before).unsigned_abs() > GAP.as_millis()
    }

    /// The term of the lease, where it holds now: what writes to MongoDB carry.
    pub fn term(&self) -> Option<i64> {
        self.phase().held().map(|held| held.term)
    }

    /// A round of writes is done.
    pub fn round_done(&self, position: Position) {
        let mut state = self.state();
        state.done = state.done.max(position);
    }

    /// The last round of writes that is done under this term, the latest one.
    pub fn done(&self, term: i64) -> Position {
        self.state().done.max(Position { term, round: 0 })
    }

    /// Returns when a phase begins of which this is so, or at once.
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
        self.phase().acts()
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

    /// Woken when a phase begins or the lease is renewed: for many who wait, in the order in which they came. A lease that
    /// runs out wakes nobody.
    fn wake(&self) -> &Wake {
        &self.wake
    }
}

/// What the wall clock is ahead of the one that never sleeps, in milliseconds.
fn ahead(clock: &Clock) -> i128 {
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
        leadership.set(Phase::Leading(Held { term: 7, round: 0, until, has_standby: false }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_by_itself_and_all_who_share_it_see_it() {
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
    async fn who_stood_still_does_not_lead_whichever_clock_shows_it() {
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
