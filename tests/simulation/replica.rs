//! MongoDB as an instance sees it: the ports, over a network that delays, cuts and loses messages.

use std::time::Duration;

use fastrand::Rng;
use giftcode_bot::domain::sync::election::{Lease, Position};
use giftcode_bot::domain::sync::erasure::Erased;
use giftcode_bot::domain::sync::record::{Key, Record, RecordKind};
use giftcode_bot::ports::replica::{Authority, LeaseSnapshot, LeaseStore, Replica, ReplicaError, Scope};
use tokio::sync::{mpsc, oneshot};

use crate::model::{Asker, Slot};
use crate::planted::Planted;
use crate::world::{Event, Outside, World, answer};

const TIMEOUT: Duration = Duration::from_secs(5);

/// One instance's connection to MongoDB.
#[derive(Clone)]
pub struct Remote {
    outside: Outside,
    /// Records per command, and per page.
    chunk: usize,
}

type Operation<T> = Box<dyn FnOnce(&mut World, &Asker) -> Result<T, ReplicaError> + Send>;

struct Request<T> {
    asker: Asker,
    /// When it was sent. A primary elected since does not know of it.
    election: u64,
    is_write: bool,
    operation: Operation<T>,
    to: oneshot::Sender<Result<T, ReplicaError>>,
}

/// A request reaches MongoDB, or is lost.
fn arrive<T: Send + 'static>(world: &mut World, request: Request<T>) {
    let host = request.asker.host;
    if world.mongo.is_down || request.election != world.mongo.election {
        return world.lose(request.to);
    }
    if !world.network.links[host].there {
        // The network may deliver late: after the sender gave up, and after another instance took over.
        if world.random.u64(0..4) == 0 {
            let at = world.now + world.random.u64(500..20_000);
            return world.schedule(at, Event::Arrival(Box::new(move |world| arrive(world, request))));
        }
        return world.lose(request.to);
    }
    let result = match request.is_write && world.mongo.refuses_writes {
        true => Err(ReplicaError::Refused("you are over your space quota".to_owned())),
        false => (request.operation)(world, &request.asker),
    };
    if !world.network.links[host].back || world.random.u64(0..100) < world.network.lost_answers {
        return world.lose(request.to);
    }
    if world.now < world.network.links[host].slow_until {
        let at = world.now + world.random.u64(2_500..4_500);
        return world.schedule(at, Event::Arrival(Box::new(move |world| answer(world, request.to, result))));
    }
    answer(world, request.to, result);
}

impl Remote {
    pub fn new(outside: Outside, chunk: usize) -> Self {
        Self { outside, chunk }
    }

    async fn ask<T: Send + 'static>(
        &self,
        is_write: bool,
        operation: impl FnOnce(&mut World, &Asker) -> Result<T, ReplicaError> + Send + 'static,
    ) -> Result<T, ReplicaError> {
        let asker = Asker { host: self.outside.host, process: self.outside.process };
        let election = self.outside.world().mongo.election;
        let operation: Operation<T> = Box::new(operation);
        let sent = self.outside.ask(TIMEOUT, move |world, to| {
            arrive(world, Request { asker, election, is_write, operation, to });
        });
        sent.await.unwrap_or_else(|_| Err(ReplicaError::Unreachable("no answer".to_owned())))
    }
}

impl Replica for Remote {
    fn per_command(&self, _: usize) -> usize {
        self.chunk
    }

    async fn put(&self, records: &[Record], authority: Authority) -> Result<Vec<usize>, ReplicaError> {
        let records = records.to_vec();
        self.ask(true, move |world, asker| {
            let (now, planted) = (world.now, world.planted);
            let mut lost = Vec::new();
            let mut fenced = None;
            for (at, record) in records.iter().enumerate() {
                let before = world.mongo.get(record.kind, &record.key()).map(|there| there.record.clone());
                match world.mongo.put(record, authority, now, planted) {
                    Ok(true) => lost.push(at),
                    Ok(false) => world.checker.written(asker.host, now, before.as_ref(), record),
                    Err(error) => fenced = Some(error),
                }
            }
            let who = if authority == Authority::Former { "former leader" } else { "leader" };
            world.note(&format!(
                "mongo: {who} {} puts {} records, {} lost{}",
                asker.host,
                records.len(),
                lost.len(),
                if fenced.is_some() { ", fenced" } else { "" }
            ));
            fenced.map_or(Ok(lost), Err)
        })
        .await
    }

    async fn erase(&self, erased: &[Erased], authority: Authority) -> Result<(), ReplicaError> {
        let erased = erased.to_vec();
        self.ask(true, move |world, _| {
            let ended: Vec<_> = erased.iter().map(|erased| world.mongo.erase(erased, authority)).collect();
            ended.into_iter().collect()
        })
        .await
    }

    async fn get(&self, kind: RecordKind, keys: Vec<Key>) -> Result<Vec<Record>, ReplicaError> {
        self.ask(false, move |world, _| {
            let found = keys.iter().filter_map(|key| world.mongo.get(kind, key));
            Ok(found.map(|document| document.record.clone()).collect())
        })
        .await
    }

    async fn read(&self, kind: RecordKind, scope: Scope, pages: mpsc::Sender<Vec<Record>>) -> Result<(), ReplicaError> {
        let reads_nothing = self.outside.world().planted == Planted::TakeoversReadNothing;
        if reads_nothing && matches!(scope, Scope::After(_)) {
            return Ok(());
        }
        let mut after: Option<Key> = None;
        loop {
            let limit = self.chunk;
            let page =
                self.ask(false, move |world, _| Ok(world.mongo.page(kind, scope, after.as_ref(), limit))).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.record.key());
            {
                let newest = page.iter().map(|document| document.order.version).max().unwrap_or_default();
                self.outside.world().checker.received(self.outside.host, newest);
            }
            if pages.send(page.into_iter().map(|document| document.record).collect()).await.is_err() {
                return Ok(());
            }
        }
    }

    async fn size(&self) -> Result<u64, ReplicaError> {
        self.ask(false, |world, _| {
            Ok(world.mongo.documents.values().map(|documents| documents.len() as u64 * 300).sum())
        })
        .await
    }
}

impl Remote {
    /// This instance's name in the lease.
    fn name(&self, holder: &str) -> String {
        match self.outside.world().planted {
            Planted::NamesAreShared => "the one name".to_owned(),
            _ => holder.to_owned(),
        }
    }
}

impl LeaseStore for Remote {
    async fn poll(&self) -> Result<LeaseSnapshot, ReplicaError> {
        let seen = self
            .ask(false, |world, _| {
                let mut seen = world.mongo.seen(world.now);
                let age = world.now.saturating_sub(world.mongo.changed_at);
                let is_taken_for_over = match world.planted {
                    Planted::TakesAfterFiveSeconds => age > 5_000,
                    Planted::AgeCountsInAnOutage => age > 30_000,
                    _ => false,
                };
                if let Some(lease) = &mut seen.lease {
                    lease.released |= is_taken_for_over;
                }
                Ok(seen)
            })
            .await;
        let mut world = self.outside.world();
        let (host, now) = (self.outside.host, self.outside.now());
        world.checker.poll_ended(host, now, seen.is_ok());
        if let Ok(LeaseSnapshot { lease: Some(lease), .. }) = &seen {
            world.checker.saw(host, now, lease);
        }
        if let (Planted::NamesAreShared, Ok(LeaseSnapshot { lease: Some(lease), .. })) = (world.planted, &seen) {
            let held = lease.clone();
            drop(world);
            return seen.map(|seen| LeaseSnapshot { lease: Some(Lease { released: true, ..held }), ..seen });
        }
        seen
    }

    async fn take(&self, seen: Option<&Lease>, holder: &str, term: i64) -> Result<Option<Lease>, ReplicaError> {
        let (seen, own, holder) = (seen.cloned(), holder.to_owned(), self.name(holder));
        let taken = self
            .ask(true, move |world, asker| {
                let (now, before, changed_at) = (world.now, world.mongo.lease().cloned(), world.mongo.changed_at);
                let is_fresh = world.mongo.seen(now).is_fresh;
                let taken = world.mongo.take(seen.as_ref(), &holder, term, now);
                if world.planted == Planted::FenceIsDone && before.is_none() {
                    world.mongo.outdate(term);
                }
                if let Some(lease) = &taken {
                    world.note(&format!("mongo: {} takes the lease, term {}", asker.host, lease.term));
                    world.checker.taken(asker, now, changed_at, &holder, before.as_ref(), is_fresh);
                }
                Ok(taken)
            })
            .await?;
        if let Some(lease) = &taken {
            self.outside.world().checker.renewed(self.outside.host, self.outside.now(), lease, true);
        }
        Ok(taken.map(|lease| Lease { holder: own, ..lease }))
    }

    async fn renew(&self, holder: &str, done: Position) -> Result<Option<Lease>, ReplicaError> {
        let (own, holder) = (holder.to_owned(), self.name(holder));
        let renewed = self
            .ask(true, move |world, _| {
                let now = world.now;
                if world.mongo.lease().is_some_and(|lease| lease.released) {
                    return Ok(None);
                }
                Ok(world.mongo.change(&holder, done.term, now, |lease| {
                    lease.beat += 1;
                    lease.round = done.round;
                }))
            })
            .await?;
        let mut world = self.outside.world();
        if let Some(lease) = &renewed {
            world.checker.renewed(self.outside.host, self.outside.now(), lease, false);
        }
        let hides = world.planted == Planted::StandbysAreHidden;
        Ok(renewed.map(|lease| Lease {
            holder: own,
            standby_beat: if hides { 0 } else { lease.standby_beat },
            ..lease
        }))
    }

    async fn register_standby(&self, _name: &str) -> Result<(), ReplicaError> {
        self.ask(true, |world, _| {
            if let Slot::Lease(lease) = &mut world.mongo.slot {
                lease.standby_beat += 1;
            }
            Ok(())
        })
        .await
    }

    async fn release(&self, holder: &str, done: Position, unsent: i64) -> Result<bool, ReplicaError> {
        let holder = self.name(holder);
        self.ask(true, move |world, asker| {
            let now = world.now;
            let released = world.mongo.change(&holder, done.term, now, |lease| {
                lease.round = done.round;
                lease.released = true;
                lease.unsent = unsent;
            });
            if released.is_some() {
                world.note(&format!("mongo: {} gives the lease back, {unsent} unsent", asker.host));
                world.checker.released(asker, now, unsent);
            }
            Ok(released.is_some())
        })
        .await
    }
}

/// How many records a command holds in this run.
pub fn chunk(random: &mut Rng) -> usize {
    random.usize(1..=12)
}
