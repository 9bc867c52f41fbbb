//! The events of a run: when instances start, what breaks, and when it is repaired.

use fastrand::Rng;
use giftcode_bot::domain::codes::code::Code;

use crate::model::Slot;
use crate::world::{At, Event, Host, World};

/// What happens to a disk while no process runs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    Kept,
    Lost,
    /// The last snapshot is restored.
    Older,
    /// It becomes a copy of another instance's present disk.
    CloneOf(Host),
    /// Something else stands at its path, and goes away after this time.
    Unusable(u64),
}

/// How an instance stops. If several holds overlap, its clocks show the last of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freeze {
    /// Its process is stopped; the clocks continue.
    Stopped,
    /// Its machine sleeps: the monotonic clock stops, the others continue.
    Suspended,
    /// Its virtual machine is paused: only the wall clock shows it.
    Paused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Start(Host),
    /// After this many steps of its scheduler. It starts again after this time, on its disk as it then is.
    Crash {
        host: Host,
        turns: u32,
        again_after: Option<u64>,
        disk: Disk,
    },
    Stop {
        host: Host,
        again_after: Option<u64>,
        disk: Disk,
    },
    Snapshot(Host),
    Usable(Host),
    Freeze {
        host: Host,
        how: Freeze,
        millis: u64,
    },
    /// This hold ends. With the last one the instance runs again, first for this many steps of its services alone: their threads may
    /// run before those that end them.
    Thaw {
        host: Host,
        hold: u64,
        turns: u32,
    },
    SetClock {
        host: Host,
        millis: i64,
    },
    Cut {
        host: Host,
        there: bool,
        back: bool,
        millis: u64,
    },
    Mended(Host),
    /// Answers to this instance take seconds for a while.
    Slow {
        host: Host,
        millis: u64,
    },
    Down {
        millis: u64,
    },
    Up,
    Refuses {
        millis: u64,
    },
    Accepts,
    Election,
    LeaseDeleted,
    LeaseEdited(u8),
    /// Messages to Discord do not arrive, or their answers do not.
    DiscordFails,
    DiscordWorks,
    Code(u32),
    /// The same version of a record was written elsewhere with other content.
    Twin,
    /// Everything is repaired, and nothing more happens.
    Quiet,
    Look,
    End,
}

/// The course of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub hosts: usize,
    pub faults: Vec<(At, Fault)>,
}

/// How long the end is quiet.
const QUIET: At = 120_000;

impl Plan {
    pub fn new(random: &mut Rng) -> Self {
        let hosts = random.usize(2..=3);
        let quiet_at = random.u64(85_000..170_000);
        let end_at = quiet_at + QUIET;
        let mut faults = vec![(0, Fault::Start(0))];
        // The others wait from the beginning, come later, or come only when one is needed.
        let mut down = Vec::new();
        for host in 1..hosts {
            match random.u8(0..3) {
                0 => faults.push((random.u64(500..10_000), Fault::Start(host))),
                1 => faults.push((random.u64(10_000..quiet_at), Fault::Start(host))),
                _ => down.push(host),
            }
        }
        for number in 1..=random.u32(3..=5) {
            faults.push((random.u64(2_000..quiet_at), Fault::Code(number)));
        }
        for _ in 0..random.u32(1..=6) {
            let at = random.u64(8_000..quiet_at);
            let fault = some_fault(random, hosts);
            faults.push((at, fault));
            // If one ends, another one takes over.
            if let (Fault::Crash { host, .. } | Fault::Stop { host, .. }, true) = (fault, random.bool()) {
                faults.push((at + random.u64(0..20_000), Fault::Start((host + 1) % hosts)));
            }
            if let (Fault::Cut { .. } | Fault::Down { .. }, true) = (fault, random.bool()) {
                faults.push((at + random.u64(0..25_000), Fault::Start(random.usize(0..hosts))));
            }
        }
        // An instance with a slow last renewal stops for about the length of its lease.
        if random.u8(0..5) == 0 {
            let at = random.u64(20_000..quiet_at - 60_000);
            let (wait, millis) = (random.u64(7_000..12_000), random.u64(23_000..33_000));
            let how = [Freeze::Stopped, Freeze::Suspended, Freeze::Paused][random.usize(0..3)];
            faults.push((at - 10_000, Fault::Start(1)));
            faults.push((at, Fault::Slow { host: 0, millis: wait }));
            faults.push((at + wait, Fault::Freeze { host: 0, how, millis }));
        }
        // An instance stops just as it tries to post a code, and another one posts it.
        if random.u8(0..5) == 0 {
            let at = random.u64(20_000..quiet_at - 60_000);
            let millis = random.u64(40_000..80_000);
            let new_at = at - random.u64(0..14_000);
            faults.push((at - 15_000, Fault::Start(1)));
            faults.push((new_at, Fault::Code(9)));
            if random.u8(0..4) > 0 {
                faults.push((new_at, Fault::DiscordFails));
                faults.push((at + random.u64(0..30_000), Fault::DiscordWorks));
            }
            faults.push((at, Fault::Freeze { host: 0, how: Freeze::Stopped, millis }));
        }
        faults.push((quiet_at, Fault::Quiet));
        faults.extend((0..hosts).map(|host| (quiet_at + 1 + random.u64(0..5_000), Fault::Start(host))));
        faults.extend((1..end_at / 5_000).map(|look| (look * 5_000, Fault::Look)));
        faults.push((end_at, Fault::End));
        Self { hosts, faults }
    }
}

fn some_disk(random: &mut Rng, host: Host, hosts: usize) -> Disk {
    match random.u8(0..10) {
        0 | 1 => Disk::Lost,
        2 => Disk::Older,
        3 => Disk::CloneOf((host + 1) % hosts),
        4 => Disk::Unusable(random.u64(5_000..60_000)),
        _ => Disk::Kept,
    }
}

fn some_fault(random: &mut Rng, hosts: usize) -> Fault {
    // Mostly the first instance leads, and faults of a leader reveal more.
    let host = if random.bool() { 0 } else { random.usize(0..hosts) };
    let disk = some_disk(random, host, hosts);
    let again_after = random.bool().then(|| random.u64(500..40_000));
    let short_or_long =
        |random: &mut Rng| if random.bool() { random.u64(500..25_000) } else { random.u64(25_000..80_000) };
    match random.u8(0..22) {
        0..3 => Fault::Crash { host, turns: random.u32(0..40), again_after, disk },
        3..6 => Fault::Stop { host, again_after, disk },
        6..9 => {
            let how = [Freeze::Stopped, Freeze::Suspended, Freeze::Paused][random.usize(0..3)];
            Fault::Freeze { host, how, millis: short_or_long(random) }
        }
        9 => Fault::SetClock { host, millis: random.i64(-25_000..25_000) },
        10..14 => {
            let (there, back) = [(true, true), (true, true), (true, false), (false, true)][random.usize(0..4)];
            Fault::Cut { host, there, back, millis: short_or_long(random) }
        }
        14 | 15 => Fault::Down { millis: short_or_long(random) },
        16 => Fault::Refuses { millis: short_or_long(random) },
        17 => Fault::Election,
        18 => Fault::LeaseDeleted,
        19 => Fault::LeaseEdited(random.u8(0..3)),
        20 => Fault::Twin,
        _ => Fault::Snapshot(host),
    }
}

impl World {
    /// Applies a fault outside the instances.
    pub fn strike(&mut self, fault: Fault) {
        let now = self.now;
        let hosts = self.network.links.len();
        match fault {
            Fault::Cut { host, there, back, millis } => {
                let link = &mut self.network.links[host];
                (link.there, link.back) = (link.there && !there, link.back && !back);
                self.schedule(now + millis, Event::Fault(Fault::Mended(host)));
            }
            Fault::Mended(host) => {
                (self.network.links[host].there, self.network.links[host].back) = (true, true);
            }
            Fault::Slow { host, millis } => self.network.links[host].slow_until = now + millis,
            Fault::Down { millis } => {
                self.mongo.is_down = true;
                self.schedule(now + millis, Event::Fault(Fault::Up));
            }
            Fault::Up => self.mongo.is_down = false,
            Fault::Refuses { millis } => {
                self.mongo.refuses_writes = true;
                self.schedule(now + millis, Event::Fault(Fault::Accepts));
            }
            Fault::Accepts => self.mongo.refuses_writes = false,
            Fault::Election => {
                self.mongo.election += 1;
                self.mongo.is_down = true;
                let millis = self.random.u64(1_000..12_000);
                self.schedule(now + millis, Event::Fault(Fault::Up));
            }
            Fault::LeaseDeleted => {
                // Removing garbage is no change, because there was no lease before either.
                if self.mongo.lease().is_some() {
                    self.mongo.changed_at = now;
                }
                self.mongo.slot = Slot::Nothing;
            }
            Fault::LeaseEdited(how) => {
                if let Slot::Lease(lease) = &mut self.mongo.slot {
                    // Rewriting the same lease changes nothing.
                    let is_change = how != 0 || lease.holder != "somebody";
                    match how {
                        0 => lease.holder = "somebody".to_owned(),
                        1 => lease.term += 1_000,
                        _ => self.mongo.slot = Slot::Garbage,
                    }
                    if is_change {
                        self.mongo.changed_at = now;
                    }
                }
            }
            Fault::DiscordFails => self.discord.is_down = true,
            Fault::DiscordWorks => self.discord.is_down = false,
            Fault::Twin => self.write_twin(),
            Fault::Code(number) => self.feed.codes.push(Code::parse(&format!("CODE{number}")).unwrap()),
            Fault::Quiet => {
                self.network.links.iter_mut().for_each(|link| (link.there, link.back) = (true, true));
                (self.mongo.is_down, self.mongo.refuses_writes) = (false, false);
                self.network.lost_answers = 0;
                (self.discord.fails, self.game.fails) = (0, 0);
                self.discord.is_down = false;
            }
            _ => return,
        }
        self.checker.mongo_is(self.mongo.is_down, now);
        for host in 0..hosts {
            let link = self.network.links[host];
            let is_calm = link.there && link.back && !self.mongo.is_down && !self.mongo.refuses_writes;
            self.checker.is_calm(host, is_calm.then_some(now));
        }
    }

    /// A former leader wrote a record at the same moment as the present one.
    fn write_twin(&mut self) {
        use giftcode_bot::domain::sync::record::{RecordKind, Value};
        let Some(document) =
            self.mongo.documents.get_mut(&RecordKind::Guilds).and_then(|guilds| guilds.values_mut().next())
        else {
            return;
        };
        let at = RecordKind::Guilds.fields().iter().position(|field| field.name == "mention_role").unwrap();
        let mut twin = document.record.clone();
        twin.values[at] = Value::Int(self.random.i64(1_000_000..2_000_000));
        let order = twin.merge_key();
        if order < document.order {
            return;
        }
        (document.record, document.order, document.position, document.late) = (twin, order, None, true);
    }
}
