//! One run from one seed: the machines and the world, event after event.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::sync::record::{Key, Record, RecordKind, Value};
use giftcode_bot::leadership::Phase;

use crate::checker::{Checker, LetPass};
use crate::faults::{Disk, Fault, Plan};
use crate::machine::Machine;
use crate::planted::Planted;
use crate::replica::chunk;
use crate::world::{Event, Host, Link, Network, World};

/// The result of a run.
pub struct Ran {
    pub hash: u64,
    pub violation: Option<String>,
    pub last_lines: String,
    pub events: u64,
    pub let_pass: LetPass,
}

struct Run {
    world: Arc<Mutex<World>>,
    machines: Vec<Machine>,
    /// Nothing breaks any more: a process that ends starts again.
    is_quiet: bool,
    has_ended: bool,
    /// What happens to a disk when its process has ended, and when that starts again.
    afterwards: Vec<Option<(Option<u64>, Disk)>>,
}

/// A folder in memory if the system has one.
fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.unwrap()
}

pub fn run(seed: u64, planted: Planted, is_printed: bool) -> Ran {
    crate::machine::empty_file();
    // The program's own randomness: names, jitter.
    fastrand::seed(seed);
    let mut random = Rng::with_seed(seed);
    let plan = Plan::new(&mut random);
    let root = folder();
    let network = Network {
        latency: [5, 30, 100, 300][random.usize(0..4)],
        slow_one_in: [50, 500, 5_000][random.usize(0..3)],
        links: vec![Link { there: true, back: true, slow_until: 0 }; plan.hosts],
        lost_answers: [0, 0, 1, 4][random.usize(0..4)],
    };
    // In one run of eight, a clock is far off.
    let is_far_off = random.u8(0..8) == 0;
    let is_required = random.u8(0..8) == 0;
    let machine = |host| {
        let wall = match host {
            0 if is_far_off => random.i64(-200_000_000..200_000_000),
            _ => random.i64(-5_000..5_000),
        };
        Machine::new(host, root.path(), wall, chunk(&mut random), is_required)
    };
    let machines: Vec<Machine> = (0..plan.hosts).map(machine).collect();
    let checker = Checker::new(plan.hosts, is_required, !is_far_off);
    let mut world = World::new(random.fork(), network, checker, planted, is_printed);
    world.discord.knows_all_nonces = is_far_off;
    world.discord.fails = random.u64(0..4);
    world.game.fails = random.u64(0..4);
    world.mongo.ahead = random.i64(-5_000..5_000);
    for (at, fault) in &plan.faults {
        world.schedule(*at, Event::Fault(*fault));
    }
    let afterwards = vec![None; plan.hosts];
    let world = Arc::new(Mutex::new(world));
    let mut run = Run { world: world.clone(), machines, is_quiet: false, has_ended: false, afterwards };
    let events = run.go();
    drop(run);
    let world = world.lock().unwrap_or_else(PoisonError::into_inner);
    Ran {
        hash: world.trace.hash(),
        violation: world.checker.violation.clone(),
        last_lines: world.trace.last_lines(),
        events,
        let_pass: world.checker.let_pass,
    }
}

impl Run {
    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn go(&mut self) -> u64 {
        let mut events = 0;
        while !self.has_ended {
            let Some(at) = self.world().next_at() else { break };
            // A request may arrive earlier, and no instance may run past it.
            let mut has_asked = false;
            for machine in &mut self.machines {
                has_asked |= machine.run(at).is_some();
            }
            self.bury_the_ended(at);
            if has_asked {
                continue;
            }
            let Some(event) = self.world().pop() else { break };
            events += 1;
            match event {
                Event::Arrival(arrive) => arrive(&mut self.world()),
                Event::Fault(fault) => self.strike(fault),
            }
            let phases: Vec<_> = self.machines.iter().map(Machine::phase).collect();
            let mut world = self.world();
            let now = world.now;
            world.checker.phases(now, &phases);
            if world.checker.violation.is_some() {
                break;
            }
        }
        events
    }

    /// Handles processes that ended by themselves.
    fn bury_the_ended(&mut self, now: u64) {
        for host in 0..self.machines.len() {
            let Some(ended) = self.machines[host].take_ended() else { continue };
            let mut world = self.world();
            let words = match &ended {
                Ok(()) => "well".to_owned(),
                Err(error) => format!("with {error:#}"),
            };
            world.note(&format!("machine {host}: the process ends {words}"));
            let World { checker, mongo, .. } = &mut *world;
            checker.ended(host, ended.is_ok(), now, mongo);
            drop(world);
            let (again_after, disk) = self.afterwards[host].take().unwrap_or((Some(3_000), Disk::Kept));
            self.replace_disk(host, disk);
            // A process whose restart came while it was still ending must be handled too.
            if let Some(wait) = again_after.or(self.is_quiet.then_some(3_000)) {
                self.world().schedule(now + wait, Event::Fault(Fault::Start(host)));
            }
        }
    }

    fn strike(&mut self, fault: Fault) {
        let now = self.world().now;
        if !matches!(fault, Fault::Look) {
            self.world().note(&format!("{fault:?}"));
        }
        if self.is_quiet
            && !matches!(fault, Fault::Start(_) | Fault::Thaw { .. } | Fault::Usable(_) | Fault::Look | Fault::End)
        {
            return;
        }
        match fault {
            Fault::Start(host) if !self.machines[host].is_running() => {
                let process = self.machines[host].start(&self.world, now);
                self.world().checker.started(host, process, now);
            }
            Fault::Crash { host, turns, again_after, disk } if self.machines[host].is_running() => {
                self.machines[host].crash(turns);
                let mut world = self.world();
                let World { checker, mongo, .. } = &mut *world;
                checker.ended(host, false, now, mongo);
                drop(world);
                self.replace_disk(host, disk);
                if let Some(wait) = again_after {
                    self.world().schedule(now + wait, Event::Fault(Fault::Start(host)));
                }
            }
            Fault::Stop { host, again_after, disk } if self.machines[host].is_running() => {
                self.afterwards[host] = Some((again_after, disk));
                self.machines[host].stop();
                self.world().checker.asked_to_stop(host, now);
            }
            Fault::Snapshot(host) => self.machines[host].snapshot(now),
            Fault::Usable(host) => self.machines[host].make_usable(),
            Fault::Freeze { host, how, millis } => {
                let Some(hold) = self.machines[host].freeze(how, now) else { return };
                let mut world = self.world();
                let turns = world.random.u32(0..40);
                world.schedule(now + millis, Event::Fault(Fault::Thaw { host, hold, turns }));
            }
            Fault::Thaw { host, hold, turns } => {
                let Some(stood) = self.machines[host].let_go(hold, now) else { return };
                let planted = self.world().planted;
                self.world().checker.paused(host, stood.paused);
                self.machines[host].thaw(stood, turns, planted);
            }
            Fault::SetClock { host, millis } => self.machines[host].set_clock(millis),
            Fault::Look => {
                let mut world = self.world();
                let World { checker, mongo, .. } = &mut *world;
                checker.look(now, mongo);
            }
            Fault::Quiet => {
                self.world().strike(fault);
                self.is_quiet = true;
                self.world().is_quiet = true;
            }
            Fault::End => {
                self.check_the_end();
                self.has_ended = true;
            }
            _ => self.world().strike(fault),
        }
    }

    fn replace_disk(&mut self, host: Host, disk: Disk) {
        let other = if let Disk::CloneOf(other) = disk { Some(self.machines[other].folder().to_owned()) } else { None };
        let other = other.filter(|folder| folder.exists());
        if let Some(kept_until) = self.machines[host].replace_disk(disk, other.as_deref()) {
            let mut world = self.world();
            let World { checker, mongo, .. } = &mut *world;
            let clone_of = if let Disk::CloneOf(other) = disk { Some(other) } else { None };
            checker.disk_replaced(host, clone_of, kept_until, mongo);
        }
        if let Disk::Unusable(millis) = disk {
            let mut world = self.world();
            let at = world.now + millis;
            world.schedule(at, Event::Fault(Fault::Usable(host)));
        }
    }

    /// Long after all repairs: one instance leads, both stores hold the same, and nothing is missing.
    fn check_the_end(&mut self) {
        let leads = |machine: &Machine| matches!(machine.phase(), Some(Phase::Leading { .. }));
        let leader = self.machines.iter().position(leads);
        let stored: Option<Vec<Record>> = leader.and_then(|leader| {
            self.machines[leader].ask(async |store| {
                let mut records = Vec::new();
                for kind in RecordKind::ALL {
                    records.extend(store.sync_log().page(kind, None, 10_000).await.unwrap());
                }
                records
            })
        });
        let phases: Vec<_> = self.machines.iter().map(Machine::phase).collect();
        let mut world = self.world();
        let World { checker, mongo, feed, .. } = &mut *world;
        checker.check_survived(mongo);
        let Some(stored) = stored else {
            return checker.violated(format!("nobody leads at the end: {phases:?}"));
        };
        let mut differences = Vec::new();
        let mut count = 0;
        for record in &stored {
            let there = mongo.get(record.kind, &record.key());
            count += usize::from(there.is_some());
            if there.is_none_or(|there| there.record != *record) && (there.is_some() || is_replicated(record)) {
                differences.push(format!("{record:?} is {:?}", there.map(|there| &there.record)));
            }
        }
        let there: usize = mongo.documents.values().map(|documents| documents.len()).sum();
        if there != count {
            differences.push(format!("MongoDB has {there} records, {count} of which the leader has"));
        }
        let late = mongo.documents.values().flat_map(|documents| documents.values()).filter(|there| there.late).count();
        if late > 0 {
            differences.push(format!("{late} records that came late are adopted by nobody"));
        }
        if let Some(first) = differences.first() {
            checker.violated(format!("{} differences at the end; {first}", differences.len()));
        }
        if !checker.are_clocks_near {
            return;
        }
        if let Some(missing) = undone(&stored, &feed.codes) {
            checker.violated(missing);
        }
    }
}

/// What these records and codes require and is not done.
fn undone(stored: &[Record], codes: &[Code]) -> Option<String> {
    let of_kind = |kind| move |record: &&Record| record.kind == kind && *record.get("deleted") == Value::Bool(false);
    let find = |kind, key: Key| stored.iter().filter(of_kind(kind)).find(|record| record.key() == key);
    let pending = Value::Text(Outcome::Pending.name().to_owned());
    let is_pending = |record: &&Record| *record.get("outcome") == pending;
    if let Some(record) = stored.iter().filter(of_kind(RecordKind::Redemptions)).find(is_pending) {
        return Some(format!("a redemption is not decided at the end: {record:?}"));
    }
    for code in codes {
        let (text, generation) = (Value::Text(code.key().as_str().to_owned()), Value::Int(1));
        for guild in stored.iter().filter(of_kind(RecordKind::Guilds)) {
            let [number] = &guild.key()[..] else { return Some(format!("{guild:?} has no key")) };
            let post = find(RecordKind::Posts, vec![number.clone(), text.clone(), generation.clone()]);
            let is_posted = post.is_some_and(|post| *post.get("message_id") != Value::Null);
            if *guild.get("channel_id") != Value::Null && !is_posted {
                return Some(format!("{code} was never posted to guild {number:?}: {post:?}"));
            }
            if *guild.get("auto_redeem") != Value::Bool(true) {
                continue;
            }
            let members =
                stored.iter().filter(of_kind(RecordKind::Rosters)).filter(|record| record.key()[0] == *number);
            for member in members {
                let key = vec![member.key()[1].clone(), text.clone(), generation.clone()];
                if find(RecordKind::Redemptions, key).is_none() {
                    return Some(format!("{code} was never redeemed for {:?}", member.key()));
                }
            }
        }
    }
    None
}

/// Whether a record belongs in both stores. An untried redemption is derived from others.
fn is_replicated(record: &Record) -> bool {
    let number = |field| if let Value::Int(number) = record.get(field) { *number } else { 0 };
    let is_pending = *record.get("outcome") == Value::Text(Outcome::Pending.name().to_owned());
    record.kind != RecordKind::Redemptions || !is_pending || number("calls") > 0 || number("round") > 0
}
