//! Everything outside the instances, and time itself: a queue of future events.
//!
//! Each instance runs on its own runtime, whose clock stands still until the driver lets it run. Everything that leaves an instance
//! becomes an event here, so the seed determines the order of all events.

use std::any::Any;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::checker::Checker;
use crate::faults::Fault;
use crate::model::Mongo;
use crate::outside::{Discord, Feed, Game};
use crate::planted::Planted;

/// Milliseconds since the simulation began.
pub type At = u64;
pub type Host = usize;

/// Something that happens at a given time.
pub enum Event {
    Arrival(Box<dyn FnOnce(&mut World) + Send>),
    /// Something breaks, or is repaired.
    Fault(Fault),
}

/// How an instance is connected to MongoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Requests arrive.
    pub there: bool,
    /// Answers arrive.
    pub back: bool,
    /// Until when answers take seconds.
    pub slow_until: At,
}

/// The network's behaviour in this run.
#[derive(Debug, Clone)]
pub struct Network {
    /// The longest delay of a normal message.
    pub latency: u64,
    /// Every n-th message takes up to 4 s.
    pub slow_one_in: u64,
    pub links: Vec<Link>,
    /// How many messages in a hundred are lost after they took effect.
    pub lost_answers: u64,
}

pub struct World {
    pub now: At,
    queue: BTreeMap<(At, u64), Event>,
    sequence: u64,
    pub random: Rng,
    pub network: Network,
    pub mongo: Mongo,
    pub discord: Discord,
    pub game: Game,
    pub feed: Feed,
    pub checker: Checker,
    pub planted: Planted,
    pub trace: Trace,
    /// Nothing is changed any more.
    pub is_quiet: bool,
    /// The role that an admin last set anywhere.
    role: u64,
    /// Answers that never come, kept so that their receivers keep waiting.
    never: Vec<Box<dyn Any + Send>>,
}

/// A hash of everything that happened, and its last lines.
#[derive(Default)]
pub struct Trace {
    hasher: DefaultHasher,
    lines: std::collections::VecDeque<String>,
    is_printed: bool,
}

impl Trace {
    pub fn new(is_printed: bool) -> Self {
        Self { is_printed, ..Self::default() }
    }

    pub fn add(&mut self, now: At, line: &str) {
        (now, line).hash(&mut self.hasher);
        let line = format!("{:>8.3} {line}", Duration::from_millis(now).as_secs_f64());
        if self.is_printed {
            crate::print(&line);
        }
        if self.lines.len() == 60 {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    pub fn hash(&self) -> u64 {
        self.hasher.finish()
    }

    pub fn last_lines(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

impl World {
    pub fn new(random: Rng, network: Network, checker: Checker, planted: Planted, is_printed: bool) -> Self {
        Self {
            now: 0,
            queue: BTreeMap::new(),
            sequence: 0,
            random,
            checker,
            network,
            mongo: Mongo::default(),
            discord: Discord::default(),
            game: Game::default(),
            feed: Feed::default(),
            planted,
            trace: Trace::new(is_printed),
            is_quiet: false,
            role: 0,
            never: Vec::new(),
        }
    }

    pub fn note(&mut self, line: &str) {
        self.trace.add(self.now, line);
    }

    pub fn schedule(&mut self, at: At, event: Event) {
        self.sequence += 1;
        self.queue.insert((at.max(self.now), self.sequence), event);
    }

    pub fn next_at(&self) -> Option<At> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    pub fn pop(&mut self) -> Option<Event> {
        let ((at, _), event) = self.queue.pop_first()?;
        self.now = at;
        Some(event)
    }

    /// A role that nobody has set yet, because an unchanged setting gets no new version.
    pub fn new_role(&mut self) -> u64 {
        self.role += 1;
        self.role
    }

    /// How long a message takes.
    pub fn latency(&mut self) -> u64 {
        if self.random.u64(0..self.network.slow_one_in) == 0 {
            return self.random.u64(0..4000);
        }
        self.random.u64(0..=self.network.latency)
    }

    /// An answer that does not come. Its receiver learns that at once, or keeps waiting.
    pub fn lose(&mut self, answer: impl Any + Send) {
        if self.random.bool() {
            self.never.push(Box::new(answer));
        }
    }
}

/// The world as one process of one instance knows it.
#[derive(Clone)]
pub struct Outside {
    pub world: Arc<Mutex<World>>,
    pub host: Host,
    /// The number of the process's start.
    pub process: u64,
    time: Arc<HostTime>,
}

/// Maps the time of an instance's runtime to the simulation's.
pub struct HostTime {
    base: Mutex<(Instant, At)>,
    /// The instance has sent a request: the driver checks whether that changes the next event.
    pub asked: Notify,
}

impl HostTime {
    /// Called inside the instance's runtime.
    pub fn new(now: At) -> Self {
        Self { base: Mutex::new((Instant::now(), now)), asked: Notify::new() }
    }

    fn base(&self) -> (Instant, At) {
        *self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> At {
        let (instant, at) = self.base();
        at + u64::try_from(instant.elapsed().as_millis()).unwrap()
    }

    /// The runtime's time for `at` in the simulation.
    pub fn instant(&self, at: At) -> Instant {
        let (instant, base) = self.base();
        instant + Duration::from_millis(at.saturating_sub(base))
    }

    /// The runtime's clock stood still for this long.
    pub fn lose(&self, millis: u64) {
        self.base.lock().unwrap_or_else(PoisonError::into_inner).1 += millis;
    }
}

pub struct NoAnswer;

impl Outside {
    pub fn new(world: Arc<Mutex<World>>, host: Host, process: u64, time: Arc<HostTime>) -> Self {
        Self { world, host, process, time }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> At {
        self.time.now()
    }

    /// Sends a request that runs `operation` where it arrives. Returns its result when the answer is back. A sent request continues
    /// even if its sender is gone.
    pub async fn ask<T: Send + 'static>(
        &self,
        within: Duration,
        operation: impl FnOnce(&mut World, oneshot::Sender<T>) + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        {
            let mut world = self.world();
            let at = self.now() + world.latency();
            world.schedule(at, Event::Arrival(Box::new(move |world| operation(world, answer))));
        }
        self.time.asked.notify_one();
        match tokio::time::timeout(within, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            _ => Err(NoAnswer),
        }
    }
}

pub fn answer<T: Send + 'static>(world: &mut World, to: oneshot::Sender<T>, value: T) {
    let at = world.now + world.latency();
    // The receiver may be gone.
    world.schedule(at, Event::Arrival(Box::new(move |_| drop(to.send(value)))));
}
