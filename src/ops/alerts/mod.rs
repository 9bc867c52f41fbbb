//! `ALERT_WEBHOOK_URL`: a Discord webhook that gets a message when the health changes.
//!
//! # Guarantees
//! [`alerting`](crate::domain::health::alerting) decides what is told. Nothing is queued: each message is made from the newest
//! state when it can be sent, so a webhook that comes back after an hour gets one message. It needs neither MongoDB, nor the
//! connection to Discord's gateway, nor the feeds, and an instance that starts or waits tells, too. A stop tells nothing.
//!
//! # Races
//! The health is read every 5 s. A change that comes and goes in between is not seen.
//!
//! # Crash
//! What was told is in memory only. After a restart, a problem that is still there is told once more, and one that ended
//! with the restart is not mentioned again.

mod webhook;
mod words;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::health::alerting::{Alerting, Delivery, Notice, Observation};
use crate::ops::instance::HealthSource;
use crate::runtime::clock::Clock;
use crate::runtime::redaction;
use crate::runtime::supervisor::Service;

use webhook::{Sent, Webhook};
use words::Sender;

const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long reading the health may take. Longer means that a store does not answer.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// After a message that did not arrive.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(300));
/// After an answer that only the operator can change.
const GONE_WAIT: Duration = Duration::from_secs(3600);

pub struct Alerts<S> {
    source: S,
    clock: Clock,
    webhook: Webhook,
    sender: Sender,
    /// Here, so that a restart of the loop tells nothing twice.
    state: Mutex<State>,
}

struct State {
    alerting: Alerting,
    back_off: BackOff,
    /// When the next message may be sent, by the clock's elapsed time.
    next_at: Duration,
    /// Why the last message did not arrive.
    failing: Option<String>,
}

impl<S: HealthSource> Alerts<S> {
    /// # Errors
    ///
    /// If the address or the system's certificates cannot be used.
    pub fn new(source: S, url: &SecretString, clock: Clock) -> anyhow::Result<Self> {
        let state = State { alerting: Alerting::default(), back_off: BACK_OFF, next_at: Duration::ZERO, failing: None };
        let (webhook, sender) = (Webhook::new(url)?, Sender::this_process());
        Ok(Self { source, clock, webhook, sender, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the health, and tells what is due.
    async fn poll(&self) {
        let health = tokio::time::timeout(READ_WITHIN, self.source.health()).await;
        let (at, now) = (self.clock.elapsed(), self.clock.now());
        let seen = match &health {
            Ok(health) => Observation::new(health, at, now),
            Err(_) => Observation::unreadable(at, now),
        };
        let due = {
            let mut state = self.state();
            state.alerting.observe(&seen);
            state.alerting.due().filter(|_| at >= state.next_at)
        };
        if let Some(notice) = due {
            let text = redaction::redacted(&words::message(&notice, &self.sender));
            let sent = self.webhook.send(&text).await;
            self.state().take(&notice, sent, self.clock.elapsed());
        }
    }
}

impl State {
    /// Notes what became of a message.
    fn take(&mut self, notice: &Notice, sent: Sent, at: Duration) {
        let (wait, failed) = match sent {
            Sent::Arrived => {
                self.alerting.note_sent(notice, Delivery::Arrived);
                self.back_off.reset();
                tracing::info!("Sent an alert: {}", words::summary(notice));
                (Duration::ZERO, None)
            }
            Sent::Unknown(why) => {
                self.alerting.note_sent(notice, Delivery::Unknown);
                (self.back_off.next_wait(), Some(why))
            }
            Sent::Refused { why, wait } => (wait.unwrap_or_default().max(self.back_off.next_wait()), Some(why)),
            Sent::Gone(why) => (GONE_WAIT, Some(why)),
        };
        match &failed {
            Some(why) if self.failing.as_ref() != Some(why) => {
                tracing::warn!("Cannot send an alert to ALERT_WEBHOOK_URL: {why}");
            }
            None if self.failing.is_some() => tracing::info!("ALERT_WEBHOOK_URL takes alerts again"),
            _ => {}
        }
        (self.next_at, self.failing) = (at + wait, failed);
    }
}

impl<S: HealthSource> Service for Alerts<S> {
    fn name(&self) -> &'static str {
        "alerts"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let polling = async {
            loop {
                ticks.tick().await;
                self.poll().await;
            }
        };
        shutdown.run_until_cancelled(polling).await;
        Ok(())
    }
}
