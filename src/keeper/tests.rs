//! The keeper in paused time, on a board that can be cut off.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::clock::Clock;

/// One lease, and who of the instances reaches it.
struct World {
    clock: Clock,
    lease: Mutex<Option<Lease>>,
}

#[derive(Clone)]
struct Board {
    world: Arc<World>,
    is_cut_off: Arc<Mutex<bool>>,
}

impl Board {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    fn reach(&self) -> Result<std::sync::MutexGuard<'_, Option<Lease>>, ReplicaError> {
        match *self.is_cut_off.lock().unwrap() {
            true => Err(ReplicaError("cut off".into())),
            false => Ok(self.world.lease.lock().unwrap()),
        }
    }

    fn cut_off(&self, is_cut_off: bool) {
        *self.is_cut_off.lock().unwrap() = is_cut_off;
    }
}

impl LeaseBoard for Board {
    async fn look(&self) -> Result<Option<(Lease, Timestamp)>, ReplicaError> {
        Ok(self.reach()?.clone().map(|lease| (lease, self.now())))
    }

    async fn take(&self, seen: Option<&Lease>, who: &str, term: i64) -> Result<bool, ReplicaError> {
        let mut lease = self.reach()?;
        let is_as_seen = lease.as_ref().map(|l| (l.term, l.renewed_at)) == seen.map(|l| (l.term, l.renewed_at));
        if is_as_seen {
            let knocked_at = lease.as_ref().and_then(|lease| lease.knocked_at);
            *lease = Some(Lease { holder: who.into(), term, renewed_at: self.now(), released: false, knocked_at });
        }
        Ok(is_as_seen)
    }

    async fn renew(&self, who: &str, term: i64) -> Result<Option<Lease>, ReplicaError> {
        let mut lease = self.reach()?;
        let mine = lease.as_mut().filter(|l| l.holder == who && l.term == term && !l.released);
        Ok(mine.map(|lease| {
            lease.renewed_at = self.now();
            lease.clone()
        }))
    }

    async fn knock(&self) -> Result<(), ReplicaError> {
        if let Some(lease) = self.reach()?.as_mut() {
            lease.knocked_at = Some(self.now());
        }
        Ok(())
    }

    async fn release(&self, who: &str, term: i64) -> Result<(), ReplicaError> {
        if let Some(lease) = self.reach()?.as_mut().filter(|l| l.holder == who && l.term == term) {
            lease.released = true;
        }
        Ok(())
    }
}

const TAKEN: Turn = Turn::Taken { after_other: false };
const TAKEN_AFTER_OTHER: Turn = Turn::Taken { after_other: true };

struct Instance {
    keeper: Arc<Keeper<Board>>,
    board: Board,
    tenure: Tenure,
    stop: CancellationToken,
    lost: CancellationToken,
}

fn world() -> Arc<World> {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    Arc::new(World { clock, lease: Mutex::new(None) })
}

impl Instance {
    fn new(world: &Arc<World>, who: &str) -> Self {
        let board = Board { world: world.clone(), is_cut_off: Arc::default() };
        let tenure = Tenure::none();
        let keeper = Arc::new(Keeper::new(board.clone(), who.into(), tenure.clone()));
        Self { keeper, board, tenure, stop: CancellationToken::new(), lost: CancellationToken::new() }
    }

    async fn begin(&self) -> Turn {
        let turn = self.keeper.wait(Unreachable::GoAlone, async || {}, &self.stop).await;
        let (keeper, stop, lost) = (self.keeper.clone(), self.stop.clone(), self.lost.clone());
        tokio::spawn(async move { keeper.keep(&stop, &lost).await });
        turn
    }

    /// A process that dies.
    fn die(&self) {
        self.stop.cancel();
        self.tenure.end();
    }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn one_of_two_is_active_and_the_other_takes_over_at_once_when_it_ends() {
    let world = world();
    let (a, b) = (Instance::new(&world, "a"), Instance::new(&world, "b"));
    assert_eq!(a.begin().await, TAKEN);
    let (keeper, stop) = (b.keeper.clone(), b.stop.clone());
    let waiting = tokio::spawn(async move { keeper.wait(Unreachable::GoAlone, async || {}, &stop).await });
    for _ in 0..120 {
        pass(10).await;
        assert!(a.tenure.may_act() && !b.tenure.may_act() && !waiting.is_finished());
    }
    a.stop.cancel();
    a.keeper.release().await;
    assert!(!a.tenure.may_act());
    let before = Instant::now();
    assert_eq!(waiting.await.unwrap(), TAKEN_AFTER_OTHER);
    assert!(before.elapsed() <= Duration::from_secs(1), "{:?}", before.elapsed());
    assert_eq!((b.tenure.may_act(), b.tenure.term()), (true, Some(2)));
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_another_takes_over_within_34_s_and_the_same_instance_at_once() {
    let world = world();
    let (a, b) = (Instance::new(&world, "a"), Instance::new(&world, "b"));
    a.begin().await;
    pass(95).await;
    a.die();
    let again = Instance::new(&world, "a");
    let before = Instant::now();
    assert_eq!(again.begin().await, TAKEN);
    assert_eq!(before.elapsed(), Duration::ZERO, "its predecessor is dead: the state file says so");
    again.die();
    let before = Instant::now();
    assert_eq!(b.begin().await, TAKEN_AFTER_OTHER);
    let took = before.elapsed();
    assert!(took > Duration::from_secs(32) && took <= Duration::from_secs(34), "{took:?}");
}

/// DESIGN: an instance that cannot renew stops acting before its lease ends.
#[tokio::test(start_paused = true)]
async fn one_that_is_cut_off_stops_before_the_waiting_one_may_begin() {
    let world = world();
    let (a, b) = (Instance::new(&world, "a"), Instance::new(&world, "b"));
    a.begin().await;
    let (keeper, stop) = (b.keeper.clone(), b.stop.clone());
    let waiting = tokio::spawn(async move { keeper.wait(Unreachable::GoAlone, async || {}, &stop).await });
    pass(45).await;
    a.board.cut_off(true);
    a.lost.cancelled().await;
    let left = a.tenure.ends_at().unwrap() - Instant::now();
    assert!(left >= MARGIN, "{left:?}: calls in flight may end");
    assert!(!b.tenure.may_act());
    while !b.tenure.may_act() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(!(a.tenure.may_act() && b.tenure.may_act()));
    }
    assert_eq!(waiting.await.unwrap(), TAKEN_AFTER_OTHER);
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_waits_for_goes_on_alone_and_keeps_off_the_second_store_until_it_has_the_lease_again() {
    let world = world();
    let a = Instance::new(&world, "a");
    a.begin().await;
    a.board.cut_off(true);
    for _ in 0..100 {
        pass(7).await;
        assert!(a.tenure.may_act() && !a.lost.is_cancelled());
    }
    assert_eq!(a.tenure.term(), None, "nothing is written there");
    a.board.cut_off(false);
    pass(3).await;
    assert_eq!((a.tenure.term(), a.lost.is_cancelled()), (Some(1), false));
    // Emptied by somebody: taken again.
    *world.lease.lock().unwrap() = None;
    pass(11).await;
    assert_eq!((a.tenure.term(), a.lost.is_cancelled()), (Some(2), false));
    // But if another took it while this one was alone, it stops.
    a.board.cut_off(true);
    pass(60).await;
    let b = Instance::new(&world, "b");
    // Both reach it again in one moment: this one has stopped before the other one acts.
    a.board.cut_off(false);
    let lost = a.lost.clone();
    let (turn, stopped) = tokio::join!(b.begin(), async {
        lost.cancelled().await;
        Instant::now()
    });
    assert_eq!(turn, TAKEN_AFTER_OTHER);
    assert!(stopped < Instant::now() && !a.tenure.may_act() && b.tenure.may_act());
}

#[tokio::test(start_paused = true)]
async fn one_that_froze_finds_that_it_must_not_act() {
    let world = world();
    let (a, b) = (Instance::new(&world, "a"), Instance::new(&world, "b"));
    assert_eq!(a.keeper.wait(Unreachable::GoAlone, async || {}, &a.stop).await, TAKEN);
    // It is frozen: nothing of it runs, so nothing is renewed.
    assert_eq!(b.begin().await, TAKEN_AFTER_OTHER);
    assert!(!a.tenure.may_act() && a.tenure.term().is_none());
    a.keeper.keep(&a.stop, &a.lost).await;
    assert!(a.lost.is_cancelled() && !a.tenure.may_act());
}

#[tokio::test(start_paused = true)]
async fn without_the_board_one_begins_alone_and_starts_over_when_it_answers() {
    let world = world();
    let a = Instance::new(&world, "a");
    a.board.cut_off(true);
    assert_eq!(a.begin().await, Turn::Alone);
    pass(100).await;
    assert!(a.tenure.may_act() && a.tenure.term().is_none() && !a.lost.is_cancelled());
    a.board.cut_off(false);
    pass(3).await;
    assert!(a.lost.is_cancelled() && !a.tenure.may_act());
    // With nothing of its own it waits instead; and once another was seen at work, always.
    let b = Instance::new(&world, "b");
    b.board.cut_off(true);
    let (keeper, stop) = (b.keeper.clone(), b.stop.clone());
    let waiting = tokio::spawn(async move { keeper.wait(Unreachable::WaitForState, async || {}, &stop).await });
    pass(100).await;
    assert!(!waiting.is_finished() && !b.tenure.may_act());
    b.stop.cancel();
    assert_eq!(waiting.await.unwrap(), Turn::Stopped);
    let now = world.clock.now();
    *world.lease.lock().unwrap() =
        Some(Lease { holder: "x".into(), term: 9, renewed_at: now, released: false, knocked_at: None });
    let c = Instance::new(&world, "c");
    let (keeper, stop) = (c.keeper.clone(), c.stop.clone());
    let waiting = tokio::spawn(async move { keeper.wait(Unreachable::GoAlone, async || {}, &stop).await });
    pass(5).await;
    c.board.cut_off(true);
    pass(300).await;
    assert!(!waiting.is_finished() && !c.tenure.may_act());
    assert!(now.checked_add(SignedDuration::from_secs(5)).is_ok_and(|at| {
        world.lease.lock().unwrap().as_ref().and_then(|lease| lease.knocked_at).is_some_and(|knocked| knocked <= at)
    }));
    c.board.cut_off(false);
    assert_eq!(waiting.await.unwrap(), TAKEN_AFTER_OTHER);
}
