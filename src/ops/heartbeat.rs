//! `HEARTBEAT_URL`: fetched every minute while all is well, so that a watcher elsewhere notices when it is not any more.
//!
//! # Guarantees
//! It is fetched only while this instance acts and every part is well. A standby does not fetch it, though it is well: both
//! instances of a deploy have the same address, and a healthy standby would hide that the leader is not. Where nobody leads,
//! nobody fetches. A request takes 10 s at most, follows three redirects, and reads no body.
//!
//! # Races
//! The health is read just before each request; what changes in between counts a minute later.
//!
//! # Crash
//! Nothing is kept.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::health::{InstanceHealth, Standing};
use crate::ops::instance::HealthSource;
use crate::runtime::clock::Clock;
use crate::runtime::http;
use crate::runtime::supervisor::Service;

const INTERVAL: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_REDIRECTS: usize = 3;

pub struct Heartbeat<S> {
    source: S,
    clock: Clock,
    http: reqwest::Client,
    url: Url,
}

impl<S: HealthSource> Heartbeat<S> {
    /// # Errors
    ///
    /// If the address or the system's certificates cannot be used.
    pub fn new(source: S, url: &SecretString, clock: Clock) -> anyhow::Result<Self> {
        let url: Url = url.expose_secret().parse().ok().context("HEARTBEAT_URL is no address")?;
        // Without `Referer`: the page that a redirect leads to would learn the address.
        let client = http::client(std::slice::from_ref(&url), TIMEOUT).referer(false);
        let client = client.redirect(Policy::limited(MAX_REDIRECTS));
        Ok(Self { source, clock, http: client.build().context("cannot set up the heartbeat")?, url })
    }

    async fn fetch(&self) -> Result<(), String> {
        let response = self.http.get(self.url.clone()).send().await.map_err(|error| match error.is_redirect() {
            true => format!("it redirects more than {MAX_REDIRECTS} times"),
            false => http::failure(&error),
        })?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(format!("it answers HTTP {}", status.as_u16())) }
    }

    /// A beat, if all is well. `failing` is why the last one failed: a change is logged, and nothing else is.
    async fn beat(&self, failing: &mut Option<String>) {
        let Ok(health) = tokio::time::timeout(TIMEOUT, self.source.health()).await else { return };
        if !is_all_well(&health, &self.clock) {
            return;
        }
        let failed = self.fetch().await.err();
        match &failed {
            Some(why) if failing.as_ref() != Some(why) => {
                tracing::warn!("HEARTBEAT_URL cannot be fetched: {why}; it is tried again every minute");
            }
            None if failing.is_some() => tracing::info!("HEARTBEAT_URL is fetched again"),
            _ => {}
        }
        *failing = failed;
    }
}

/// Whether this instance acts, and every part is well.
fn is_all_well(health: &InstanceHealth, clock: &Clock) -> bool {
    health.standing == Standing::Active && health.is_ready() && health.problems(clock.now()).is_empty()
}

impl<S: HealthSource> Service for Heartbeat<S> {
    fn name(&self) -> &'static str {
        "heartbeat"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = None;
        let beating = async {
            loop {
                ticks.tick().await;
                self.beat(&mut failing).await;
            }
        };
        shutdown.run_until_cancelled(beating).await;
        Ok(())
    }
}
