//! A file and MongoDB, joined by the real election and the real replicator.

use std::future::Future;
use std::time::Duration;

use giftcode_bot::clock::Clock;
use giftcode_bot::domain::election::Watcher;
use giftcode_bot::election::Election;
use giftcode_bot::leadership::{Leadership, Phase};
use giftcode_bot::replica::Mongo;
use giftcode_bot::replicator::Replicator;
use giftcode_bot::store::Store;

/// An instance leads on this file from the moment it has caught up until then, and gives the lease back.
pub async fn lead(store: &Store, mongo: &Mongo, until: impl Future<Output = ()>) {
    store.set_replicated(true).await.unwrap();
    let clock = Clock::system();
    let leadership = Leadership::waiting(clock);
    let who = Watcher { own: format!("{:032x}", fastrand::u128(..)), dead: None };
    let election = Election::new(mongo.clone(), who, false, clock, leadership.clone());
    let replicator = Replicator::new(mongo.clone(), store.clone(), leadership.clone());
    election.wait(store).await.unwrap();
    let done = async {
        let is_leading = |phase: &Phase| matches!(phase, Phase::Leading { .. } | Phase::Isolated { .. });
        leadership.changes().wait_for(is_leading).await.unwrap();
        until.await;
    };
    tokio::select! {
        ended = election.keep(store) => panic!("{ended:?}"),
        failure = replicator.run(election.takings()) => panic!("{failure}"),
        () = done => {}
    }
    if let Some(position) = election.release(0).await {
        store.outbox_confirmed(position).await.unwrap();
    }
}

/// Each gets what it lacks.
pub async fn meet(store: &Store, mongo: &Mongo) {
    lead(store, mongo, async {
        while store.unsent().await.unwrap().records > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    // Nobody takes what is written from now on.
    let nobody = giftcode_bot::ports::replica::ReplicaError::Unreachable("it was left alone".to_owned());
    store.replica_failed(&nobody);
}
