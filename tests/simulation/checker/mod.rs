//! The conditions that must hold, checked from outside after each event.
//!
//! The checker knows what each instance was told (renewals, polls, answers), and nothing of how it decides.

mod acts;

use std::collections::BTreeMap;

use giftcode_bot::domain::sync::election::{LEASE, Lease};
use giftcode_bot::domain::sync::record::Key;
use giftcode_bot::domain::sync::version::Version;
use giftcode_bot::leadership::Phase;

use acts::{Acknowledged, Act, is_decided, post, redemption, tells_of};
pub use acts::{Actor, LetPass};

use crate::model::{Asker, Mongo};
use crate::outside::{Announced, Redeemed};
use crate::world::{At, Host};

/// A fact in MongoDB is known to every leader after MongoDB has been up for this long, because leaders look for late writes.
const KNOWN_AFTER: At = 30_000;
/// A leader with a working connection to MongoDB has sent its changes after this time.
const SENT_AFTER: At = 30_000;
/// A standby that registered this long before a renewal is known to the leader.
const STANDBY_IS_KNOWN: At = 12_000;
/// An action in progress was prepared at most this long ago.
const PREPARED_WITHIN: At = 2_500;
/// That another instance leads is recorded at once, but a process may die first.
const NOTED_WITHIN: At = 100;
/// The longest time for a stop.
const STOPS_WITHIN: At = 26_000;
/// An isolated instance that could reach MongoDB for this long knows who leads.
const FOUND_OUT_AFTER: At = 25_000;

/// One storage of a state: an instance's disk until it is lost or replaced.
pub type Disk = u64;

/// What is known of one instance from outside.
#[derive(Debug, Clone)]
struct Instance {
    process: u64,
    is_alive: bool,
    /// Since when it stands still.
    is_frozen: bool,
    frozen_since: At,
    /// When it began, or last stood still.
    awake_since: At,
    phase: Phase,
    phase_since: At,
    /// It released the lease with nothing unsent.
    has_sent_all: bool,
    disk: Disk,
    /// The session's temporary copy if its disk cannot be used. It ends with the session.
    copy: Option<Disk>,
    /// Its state is from before another instance led, and it has not caught up since.
    is_old: bool,
    /// When it took the lease, and when its services began with everything that was in MongoDB then.
    taken_at: At,
    caught_up_to: Option<At>,
    /// The instance of whose disk its own is a copy.
    clone_of: Option<Host>,
    /// Since when its disk knows that another instance has led and this one has not since.
    saw_another: Option<At>,
    /// When it was asked to stop, moved by the time for which it stood still since.
    stops_since: Option<At>,
    /// When the last renewal's answer came, and the last one that showed a standby.
    renewed_at: At,
    standby_beat: i64,
    standby_at: Option<At>,
    /// Since when it surely knows of a standby.
    standby_since: Option<At>,
    /// Since when all its polls have succeeded without a gap, and when the last one ended.
    polls_since: Option<At>,
    has_failed: bool,
    polled_at: At,
    /// The newest version that it read.
    received: Version,
    /// The same when its services began: all of that is merged.
    merged: Version,
    /// Since when its connection to MongoDB is in order.
    calm_since: Option<At>,
}

pub struct Checker {
    instances: Vec<Instance>,
    holders: BTreeMap<String, (Host, u64, Disk)>,
    /// The last holder of the lease.
    last_holder: String,
    /// The disk of every process when it started.
    started_on: BTreeMap<(Host, u64), Disk>,
    posts: BTreeMap<Announced, Vec<Act>>,
    calls: Vec<(Redeemed, Act)>,
    calls_of: BTreeMap<Redeemed, Vec<usize>>,
    acknowledged: Vec<Acknowledged>,
    disks: Disk,
    /// The times in which nobody could reach MongoDB.
    outages: Vec<(At, At)>,
    /// Since when MongoDB has an outcome.
    known: BTreeMap<Key, At>,
    is_required: bool,
    /// All clocks are near each other, so that an instance's plan is the same for all.
    pub are_clocks_near: bool,
    pub violation: Option<String>,
    pub let_pass: LetPass,
}

impl Checker {
    pub fn new(hosts: usize, is_required: bool, are_clocks_near: bool) -> Self {
        let instance = |disk: usize| Instance {
            process: 0,
            is_alive: false,
            is_frozen: false,
            frozen_since: 0,
            awake_since: 0,
            phase: Phase::Waiting,
            phase_since: 0,
            has_sent_all: false,
            disk: disk as Disk,
            copy: None,
            is_old: false,
            taken_at: 0,
            caught_up_to: None,
            clone_of: None,
            saw_another: None,
            stops_since: None,
            renewed_at: 0,
            standby_beat: 0,
            standby_at: None,
            standby_since: None,
            polls_since: None,
            has_failed: false,
            polled_at: 0,
            received: Version::default(),
            merged: Version::default(),
            calm_since: Some(0),
        };
        Self {
            instances: (0..hosts).map(instance).collect(),
            holders: BTreeMap::new(),
            last_holder: String::new(),
            started_on: BTreeMap::new(),
            posts: BTreeMap::new(),
            calls: Vec::new(),
            calls_of: BTreeMap::new(),
            acknowledged: Vec::new(),
            outages: Vec::new(),
            disks: hosts as Disk,
            known: BTreeMap::new(),
            is_required,
            are_clocks_near,
            violation: None,
            let_pass: LetPass::default(),
        }
    }

    pub fn violated(&mut self, what: String) {
        self.violation.get_or_insert(what);
    }

    // What instances are told.

    pub fn received(&mut self, host: Host, version: Version) {
        let instance = &mut self.instances[host];
        instance.received = instance.received.max(version);
    }

    pub fn renewed(&mut self, host: Host, now: At, lease: &Lease, is_new: bool) {
        let instance = &mut self.instances[host];
        instance.renewed_at = now;
        if is_new {
            (instance.standby_beat, instance.standby_at) = (lease.standby_beat, None);
        } else if lease.standby_beat > instance.standby_beat {
            (instance.standby_beat, instance.standby_at) = (lease.standby_beat, Some(now));
        }
        match instance.standby_at {
            Some(at) if now - at < STANDBY_IS_KNOWN => drop(instance.standby_since.get_or_insert(now)),
            _ => instance.standby_since = None,
        }
    }

    /// Whether it surely knew of a standby when it prepared its present action.
    pub fn knows_standby(&self, host: Host, now: At) -> bool {
        let since = self.instances[host].standby_since;
        self.is_required || since.is_some_and(|since| now.saturating_sub(since) > PREPARED_WITHIN)
    }

    /// A poll returned this lease.
    pub fn saw(&mut self, host: Host, now: At, lease: &Lease) {
        // To a clone, the original's lease is the one that its file has had.
        let own = [Some(host), self.instances[host].clone_of];
        let is_anothers = self.holders.get(&lease.holder).is_some_and(|(holder, ..)| !own.contains(&Some(*holder)));
        if is_anothers {
            self.instances[host].saw_another.get_or_insert(now);
        }
    }

    pub fn poll_ended(&mut self, host: Host, now: At, is_ok: bool) {
        let instance = &mut self.instances[host];
        let has_gap = now.saturating_sub(instance.polled_at) > 12_000;
        // A single failed poll may belong to another task than the watch.
        let fails_again = !is_ok && std::mem::replace(&mut instance.has_failed, true);
        instance.has_failed = !is_ok;
        if fails_again {
            instance.polls_since = None;
        } else if !is_ok {
            return;
        } else if has_gap || instance.polls_since.is_none() {
            instance.polls_since = Some(now);
        }
        instance.polled_at = now;
    }

    /// Checks that a lease was over when it was taken.
    pub fn taken(&mut self, by: &Asker, now: At, changed_at: At, holder: &str, before: Option<&Lease>, is_fresh: bool) {
        let taker = &self.instances[by.host];
        let held_by = before.and_then(|lease| self.holders.get(&lease.holder)).copied();
        let is_dead_predecessor = held_by.is_some_and(|(host, process, disk)| {
            let held = &self.instances[host];
            // A request from before its death may arrive after its disk is lost.
            let own = self.started_on.get(&(by.host, by.process)).copied().unwrap_or(taker.disk);
            (!held.is_alive || held.process != process) && disk == own
        });
        let leads_itself = !matches!(taker.phase, Phase::Single | Phase::Waiting);
        let lease_ms = u64::try_from(LEASE.as_millis()).unwrap();
        let was_watched = now.saturating_sub(changed_at) >= lease_ms
            && taker.polls_since.is_some_and(|since| now.saturating_sub(since) >= lease_ms - 1000);
        let is_over = match before {
            // Nobody else has led since: it may have slept after it saw that its lease was removed.
            None => is_fresh || leads_itself || self.last_holder == holder,
            Some(lease) => lease.released || lease.holder == holder || is_dead_predecessor,
        };
        if !is_over && !was_watched {
            let age = now.saturating_sub(changed_at);
            self.violated(format!("instance {} took a lease that was not over: it changed {age} ms ago", by.host));
        }
        let taker = &mut self.instances[by.host];
        (taker.has_sent_all, taker.taken_at, taker.saw_another) = (false, now, None);
        let entry = (by.host, by.process, self.instances[by.host].disk);
        self.holders.insert(holder.to_owned(), entry);
        holder.clone_into(&mut self.last_holder);
        for (host, instance) in self.instances.iter_mut().enumerate() {
            if host != by.host {
                instance.is_old = true;
            }
        }
    }

    /// Checks that everything sendable was sent when a lease was released.
    pub fn released(&mut self, by: &Asker, now: At, unsent: i64) {
        self.instances[by.host].has_sent_all = unsent == 0;
        let instance = &self.instances[by.host];
        if unsent > 0
            && instance.calm_since.is_some_and(|since| now.saturating_sub(since.max(instance.awake_since)) > 26_000)
        {
            self.violated(format!("instance {} ended with {unsent} changes unsent, though MongoDB answered", by.host));
        }
    }

    // What happens to instances.

    pub fn started(&mut self, host: Host, process: u64, now: At) {
        let instance = &mut self.instances[host];
        self.started_on.insert((host, process), instance.disk);
        (instance.process, instance.is_alive, instance.phase) = (process, true, Phase::Waiting);
        (instance.phase_since, instance.standby_at, instance.polls_since) = (now, None, None);
        instance.standby_since = None;
        instance.awake_since = now;
        instance.received = Version::default();
        (instance.caught_up_to, instance.stops_since) = (None, None);
    }

    pub fn asked_to_stop(&mut self, host: Host, now: At) {
        self.instances[host].stops_since = Some(now);
    }

    /// A process ended or was killed. If it released the lease with nothing unsent, everything was sent.
    pub fn ended(&mut self, host: Host, is_in_peace: bool, now: At, mongo: &Mongo) {
        if is_in_peace && self.instances[host].has_sent_all {
            self.check_has(host, now, mongo, "ended and said it had sent");
        }
        self.lose_copy(host, mongo);
        let instance = &mut self.instances[host];
        (instance.is_alive, instance.phase, instance.has_sent_all) = (false, Phase::Waiting, false);
        instance.saw_another = instance.saw_another.filter(|at| at + NOTED_WITHIN < now);
    }

    /// Its services begin: everything that it had read is merged.
    pub fn serves(&mut self, host: Host, phase: Phase, is_temporary: bool, now: At, mongo: &Mongo) {
        self.lose_copy(host, mongo);
        if is_temporary {
            self.disks += 1;
            self.instances[host].copy = Some(self.disks);
        }
        let instance = &mut self.instances[host];
        // Its first actions are judged before the phases are checked again.
        (instance.phase, instance.phase_since) = (phase, now);
        let is_caught_up = matches!(phase, Phase::Leading(_));
        instance.merged = instance.received;
        instance.is_old &= !is_caught_up;
        instance.caught_up_to = is_caught_up.then_some(instance.taken_at);
    }

    fn lose_copy(&mut self, host: Host, mongo: &Mongo) {
        if let Some(copy) = self.instances[host].copy.take() {
            self.lose(copy, None, mongo);
        }
    }

    /// Where it stores its present actions.
    fn disk(&self, host: Host) -> Disk {
        self.instances[host].copy.unwrap_or(self.instances[host].disk)
    }

    /// Its virtual machine was paused. By its own clocks no time passed.
    pub fn paused(&mut self, host: Host, millis: u64) {
        let instance = &mut self.instances[host];
        instance.polled_at += millis;
        instance.polls_since = instance.polls_since.map(|since| since + millis);
    }

    pub fn is_calm(&mut self, host: Host, since: Option<At>) {
        self.instances[host].calm_since = since;
    }

    /// What this disk held after a time is lost, except for what MongoDB has. The instance has another disk.
    pub fn disk_replaced(&mut self, host: Host, clone_of: Option<Host>, kept_until: Option<At>, mongo: &Mongo) {
        self.instances[host].clone_of = clone_of;
        self.disks += 1;
        let (old, new) = (self.instances[host].disk, self.disks);
        self.instances[host].disk = new;
        (self.instances[host].is_old, self.instances[host].saw_another) = (true, None);
        self.lose(old, kept_until.map(|until| (until, new)), mongo);
    }

    /// What this disk held is lost, except for what MongoDB has, and what another disk has from before then.
    fn lose(&mut self, old: Disk, kept: Option<(At, Disk)>, mongo: &Mongo) {
        let kept_on = |at: At| kept.filter(|(until, _)| at <= *until).map(|(_, new)| new);
        for entry in self.acknowledged.iter_mut().filter(|entry| entry.disk == old) {
            match kept_on(entry.at) {
                Some(new) => entry.disk = new,
                None => {
                    let there = mongo.get(entry.kind, &entry.key);
                    entry.is_gone |= there.is_none_or(|there| there.order < entry.merge_key);
                }
            }
        }
        for (what, act) in self.calls.iter_mut().filter(|(_, act)| act.disk == old) {
            match kept_on(act.answered_at.unwrap_or(act.at)) {
                Some(new) => act.disk = new,
                None => act.is_gone |= !redemption(mongo, what).is_some_and(is_decided),
            }
        }
        for (what, acts) in &mut self.posts {
            for act in acts.iter_mut().filter(|act| act.disk == old) {
                match kept_on(act.at) {
                    Some(new) => act.disk = new,
                    None => {
                        act.is_gone |= post(mongo, what).is_none_or(|there| !tells_of(&there.record, &act.nonce));
                    }
                }
            }
        }
    }

    /// The phases of all instances after an event; `None` if they do not run.
    pub fn phases(&mut self, now: At, phases: &[Option<Phase>]) {
        for (instance, phase) in self.instances.iter_mut().zip(phases) {
            let was_frozen = std::mem::replace(&mut instance.is_frozen, phase.is_none());
            let Some(phase) = phase else {
                instance.frozen_since = if was_frozen { instance.frozen_since } else { now };
                continue;
            };
            if was_frozen {
                instance.awake_since = now;
                let stood = |since: At| now - instance.frozen_since.max(since);
                instance.stops_since = instance.stops_since.map(|since| since + stood(since));
            }
            if was_frozen || std::mem::discriminant(phase) != std::mem::discriminant(&instance.phase) {
                instance.phase_since = now;
            }
            instance.phase = *phase;
            let is_leading = matches!(phase, Phase::Leading { .. });
            instance.is_old &= !is_leading || now.saturating_sub(instance.phase_since) < KNOWN_AFTER;
        }
        let acts = |host: &Host| {
            !self.instances[*host].is_frozen
                && matches!(self.instances[*host].phase, Phase::Leading { .. } | Phase::Isolated)
        };
        let leaders: Vec<Host> = (0..self.instances.len()).filter(acts).collect();
        let isolated: Vec<Host> = leaders.iter().copied().filter(|host| self.is_isolated(*host)).collect();
        for host in &isolated {
            if self.is_required {
                self.violated(format!("instance {host} is isolated, though MongoDB is required"));
            }
            if self.instances[*host].saw_another.is_some_and(|at| at + NOTED_WITHIN < now) {
                self.violated(format!("instance {host} is isolated, though it saw that another one has led"));
            }
            if self.knows_standby(*host, now) {
                self.violated(format!("instance {host} is isolated, though it knew of a standby"));
            }
        }
        if leaders.len() < 2 {
            return;
        }
        if leaders.len() - isolated.len() > 1 {
            self.violated(format!("instances {leaders:?} lead at once"));
        }
        let is_one_leading = leaders.len() > isolated.len();
        for host in isolated {
            let instance = &self.instances[host];
            let others = leaders.iter().filter(|other| **other != host).map(|other| self.instances[*other].taken_at);
            let since = [instance.calm_since.unwrap_or(now), instance.phase_since];
            let calm = since.into_iter().chain(others.max()).max().unwrap_or(now);
            // If none of them has a lease, there is none to see until one was watched for.
            let lease_ms = u64::try_from(LEASE.as_millis()).unwrap();
            let must_wait = if is_one_leading { 0 } else { lease_ms };
            if now.saturating_sub(calm) > FOUND_OUT_AFTER + must_wait {
                self.violated(format!("instance {host} is isolated, though it could have seen that another leads"));
            } else {
                self.let_pass.beside += 1;
            }
        }
    }

    fn is_isolated(&self, host: Host) -> bool {
        matches!(self.instances[host].phase, Phase::Isolated)
    }

    // What must be so later.

    /// A leader with a working connection has sent its changes; so has an instance that was asked to stop.
    pub fn look(&mut self, now: At, mongo: &Mongo) {
        for host in 0..self.instances.len() {
            let instance = &self.instances[host];
            let is_slow = instance.stops_since.is_some_and(|since| now.saturating_sub(since) > STOPS_WITHIN);
            if instance.is_alive && !instance.is_frozen && is_slow {
                self.violated(format!("instance {host} takes more than {STOPS_WITHIN} ms to stop"));
            }
            let instance = &self.instances[host];
            let is_leading = matches!(instance.phase, Phase::Leading { .. });
            let since = instance.calm_since.map(|since| since.max(instance.phase_since));
            if instance.is_alive
                && !instance.is_frozen
                && is_leading
                && since.is_some_and(|since| now.saturating_sub(since) > SENT_AFTER)
            {
                self.check_has(host, now - SENT_AFTER, mongo, "leads and has not sent");
            }
        }
    }

    fn check_has(&mut self, host: Host, until: At, mongo: &Mongo, what: &str) {
        let (disk, process) = (self.disk(host), self.instances[host].process);
        let is_due = |entry: &&Acknowledged| entry.disk == disk && entry.at <= until && !entry.is_gone;
        let missing = self.acknowledged.iter().filter(is_due).find(|entry| !entry.is_in(mongo));
        let mut violation = missing.map(|entry| format!("instance {host} {what} {:?} {:?}", entry.kind, entry.key));
        let is_late = |act: &Act| act.disk == disk && act.process == process && !act.is_gone;
        let mut calls =
            self.calls.iter().filter(|(_, act)| is_late(act) && act.answered_at.is_some_and(|at| at + 2000 <= until));
        if let Some((call, _)) = calls.find(|(call, _)| !redemption(mongo, call).is_some_and(is_decided)) {
            violation.get_or_insert(format!("instance {host} {what} the outcome of {call:?}"));
        }
        if let Some(violation) = violation {
            self.violated(violation);
        }
    }

    /// Everything is repaired and quiet: no acknowledged change is missing that could have survived.
    pub fn check_survived(&mut self, mongo: &Mongo) {
        let missing = self.acknowledged.iter().find(|entry| !entry.is_gone && !entry.is_in(mongo));
        if let Some(Acknowledged { host, at, kind, key, .. }) = missing {
            let what = format!("what instance {host} acknowledged at {at} is lost: {kind:?} {key:?}");
            self.violated(what);
        }
    }
}
