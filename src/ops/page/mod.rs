//! The page for people: how this instance is, and what it has done lately.
//!
//! # Guarantees
//! However many visitors there are, the state is read at most once every [`FRESH_FOR`], and rests at least
//! [`REST_PER_READING`] times as long as the last reading took. A visitor waits for [`READ_WITHIN`] at most: if the state
//! cannot be read in that time, the page says so. No script, no cookie, no request to anywhere else; no name of a player or a
//! server. Every text is escaped, and every list is cut.
//!
//! # Races
//! Visitors who come while the page is made wait for that one. Its parts are read one after another, so a number may be a
//! moment older than its neighbour.
//!
//! # Crash
//! Since when a part has been well is in memory only: after a start, since the start.

mod charts;
mod history;
mod html;
mod snapshot;
mod view;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::domain::health::InstanceHealth;
use crate::ops::instance::InstanceMonitor;
use crate::runtime::metrics::Metrics;
use crate::runtime::supervisor::Service;

use history::PartHistory;
pub use snapshot::{Figures, HOURS, Snapshot};

/// How long a page is shown to others before it is made anew.
const FRESH_FOR: Duration = Duration::from_secs(5);
/// Making the page takes no more than this share of the time.
const REST_PER_READING: u32 = 20;
/// The longest wait for the state.
const READ_WITHIN: Duration = Duration::from_secs(3);
/// How often a browser loads the page again, in seconds.
const REFRESH_AFTER: u32 = 30;
/// How often the parts are looked at while nobody visits.
const OBSERVE_EVERY: Duration = Duration::from_secs(10);

/// Clones share everything.
#[derive(Clone)]
pub struct StatusPage(Arc<Inner>);

struct Inner {
    instance: InstanceMonitor,
    metrics: Metrics,
    history: Mutex<PartHistory>,
    cache: tokio::sync::Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    shown: Option<Made>,
    /// A page in the making that took too long for its visitors.
    unfinished: Option<AbortOnDropHandle<Made>>,
}

#[derive(Clone)]
struct Made {
    html: Arc<str>,
    until: Instant,
}

impl StatusPage {
    pub fn new(instance: InstanceMonitor, metrics: Metrics) -> Self {
        let history = Mutex::new(PartHistory::new(instance.started_at()));
        Self(Arc::new(Inner { instance, metrics, history, cache: tokio::sync::Mutex::default() }))
    }

    /// `GET /`.
    pub fn routes(&self) -> Router {
        let page = self.clone();
        Router::new().route("/", get(async move || Html(page.html().await.to_string())))
    }

    /// The page, at most [`FRESH_FOR`] old, or a little older while reading it takes long.
    pub async fn html(&self) -> Arc<str> {
        let mut cache = self.0.cache.lock().await;
        if let Some(made) = cache.shown.as_ref().filter(|made| Instant::now() < made.until) {
            return made.html.clone();
        }
        let making = cache.unfinished.take();
        let mut making = making.unwrap_or_else(|| {
            let page = self.clone();
            AbortOnDropHandle::new(tokio::spawn(async move { page.make().await }))
        });
        let made = match timeout(READ_WITHIN, &mut making).await {
            Ok(Ok(made)) => made,
            failed => {
                // It is not made twice at once: what hangs would pile up.
                cache.unfinished = failed.is_err().then_some(making);
                self.without_state()
            }
        };
        cache.shown = Some(made.clone());
        made.html
    }

    async fn make(&self) -> Made {
        let begun = Instant::now();
        let instance = self.0.instance.read().await;
        let figures = match self.0.instance.parts() {
            Some(parts) => Some(Figures::read(&parts.reports).await.map_err(|error| error.to_string())),
            None => None,
        };
        self.finish(instance, figures, FRESH_FOR.max(begun.elapsed() * REST_PER_READING))
    }

    /// The page while the state cannot be read.
    fn without_state(&self) -> Made {
        let standing = self.0.instance.standing();
        let started_at = self.0.instance.started_at();
        let figures =
            self.0.instance.parts().map(|_| Err(format!("it has not answered for {} s", READ_WITHIN.as_secs())));
        self.finish(InstanceHealth { standing, started_at, parts: None }, figures, FRESH_FOR)
    }

    fn finish(&self, instance: InstanceHealth, figures: Option<Result<Figures, String>>, fresh_for: Duration) -> Made {
        let now = self.0.instance.now();
        let history = self.observe(&instance);
        let snapshot = Snapshot {
            now,
            standing_since: history.standing_since(),
            well_since: history.well_since().clone(),
            instance,
            figures,
            calls: self.0.metrics.recent(now),
        };
        Made { html: render(&snapshot).into(), until: Instant::now() + fresh_for }
    }

    fn observe(&self, instance: &InstanceHealth) -> PartHistory {
        let mut history = self.0.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.observe(instance, self.0.instance.now());
        history.clone()
    }
}

/// The page of a snapshot.
pub fn render(snapshot: &Snapshot) -> String {
    let view = view::PageView::new(snapshot);
    // A template fails only when a value in it does, and none of these can.
    html::render(&view, &charts::charts(snapshot), REFRESH_AFTER)
        .unwrap_or_else(|error| format!("cannot show the page: {error}"))
}

impl Service for StatusPage {
    fn name(&self) -> &'static str {
        "status page"
    }

    /// Notes how the parts are while nobody visits.
    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let observe = async {
            loop {
                let instance = self.0.instance.read().await;
                self.observe(&instance);
                sleep(OBSERVE_EVERY).await;
            }
        };
        shutdown.run_until_cancelled(observe).await.map_or(Ok(()), |never: std::convert::Infallible| match never {})
    }
}

#[cfg(test)]
mod tests;
