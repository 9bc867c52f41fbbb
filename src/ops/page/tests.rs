//! The page of a real state file.

use std::sync::mpsc;

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::domain::health::{EngineStatus, FeedStatus, Feeds};
use crate::domain::players::player::{AllianceId, ChannelId};
use crate::leadership::Leadership;
use crate::ops::instance::{Acting, ActiveParts};
use crate::runtime::clock::Clock;
use crate::services::health::HealthMonitor;
use crate::store::{StateKind, Store};

struct World {
    _folder: TempDir,
    store: Store,
    page: StatusPage,
    _acting: Acting,
}

impl World {
    fn new(clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.db"), StateKind::Bot, clock).unwrap();
        let feed = FeedStatus { name: "the feed".into(), polls: 1, read_at: Some(clock.now()), failing: None };
        let (feeds, engine) = (watch::channel(Feeds(vec![feed])).1, watch::channel(EngineStatus::default()).1);
        let health = HealthMonitor::new(store.reports(), store.sync_log(), feeds, engine);
        let instance = InstanceMonitor::new(clock);
        instance.follows(Leadership::single(clock));
        let acting = instance.acts(ActiveParts {
            health,
            budgets: Box::new(Vec::new),
            reports: store.reports(),
            sync_log: store.sync_log(),
        });
        Self { _folder: folder, store, page: StatusPage::new(instance, Metrics::default()), _acting: acting }
    }

    async fn add_server(&self, id: u64) {
        self.store.guilds().set_channel(AllianceId(id), ChannelId(1)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn many_visitors_share_one_reading_and_later_ones_see_what_is_new() {
    let world = World::new(Clock::simulated(Timestamp::from_second(1_790_000_000).unwrap()));
    world.add_server(1).await;
    let visits = (0..500).map(|_| world.page.html());
    let shown = futures_util::future::join_all(visits).await;
    assert!(shown.iter().all(|html| Arc::ptr_eq(html, &shown[0])));
    assert!(shown[0].contains("<strong>1</strong> server<"), "{}", shown[0]);
    assert!(shown[0].contains("All is well") && shown[0].contains("the feed"), "{}", shown[0]);
    world.add_server(2).await;
    tokio::time::sleep(FRESH_FOR - Duration::from_millis(100)).await;
    assert!(Arc::ptr_eq(&world.page.html().await, &shown[0]), "it is still fresh");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(world.page.html().await.contains("<strong>2</strong> servers<"));
}

#[test]
fn a_state_file_that_hangs_costs_a_visitor_seconds_and_the_page_says_so() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let world = World::new(Clock::system());
        // The only thread on which SQL can run is taken.
        let (release, taken) = mpsc::channel::<()>();
        let hangs = tokio::task::spawn_blocking(move || taken.recv().is_ok());
        let begun = Instant::now();
        let shown = world.page.html().await;
        assert!(begun.elapsed() >= READ_WITHIN && shown.contains("it has not answered for 3 s"), "{shown}");
        // The next one does not wait.
        assert!(Arc::ptr_eq(&world.page.html().await, &shown));
        drop(release);
        hangs.await.unwrap();
        world.page.0.cache.lock().await.shown = None;
        assert!(world.page.html().await.contains("All is well"), "the reading that hung has ended");
    });
}

#[tokio::test(start_paused = true)]
async fn it_is_known_when_a_part_became_well_though_nobody_visited() {
    let clock = Clock::simulated("2026-11-26T10:00:00Z".parse().unwrap());
    let leadership = Leadership::waiting(clock);
    leadership.waits_for(Some("MongoDB does not answer".into()));
    let instance = InstanceMonitor::new(clock);
    instance.follows(leadership.clone());
    let page = StatusPage::new(instance.clone(), Metrics::default());
    let shutdown = CancellationToken::new();
    let watched = tokio::spawn(Arc::new(page.clone()).run(shutdown.clone()));
    tokio::time::sleep(Duration::from_secs(600)).await;
    leadership.waits_for(None);
    tokio::time::sleep(Duration::from_secs(3000)).await;
    let shown = page.html().await;
    assert!(shown.contains("Standby") && shown.contains(">10:10 UTC</time>, 50 minutes ago"), "{shown}");
    shutdown.cancel();
    watched.await.unwrap().unwrap();
}
