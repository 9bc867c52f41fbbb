//! How many gateway sessions may begin, and when to stop the library from beginning more.
//!
//! Discord counts the sessions of a day and revokes a token that begins too many. The library begins a new session every
//! five seconds for as long as sessions end, so it must be stopped from outside.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serenity::all::ShardManager;
use serenity::gateway::ConnectionStage;
use thiserror::Error;
use tokio::time::Instant;

use crate::domain::check::RESERVED_SESSIONS;

use super::rest::{Rest, RestError};

/// The most sessions of one shard within [`SESSION_WINDOW`]. Discord ends a session from time to time, but not repeatedly.
const MAX_SESSIONS: usize = 3;
const SESSION_WINDOW: Duration = Duration::from_secs(600);
/// After this long without a session, the library is stopped before it begins one after the other.
const NO_SESSION_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest wait for the reset of the session limit that is believed.
const MAX_RESET: Duration = Duration::from_secs(86_400);
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Why there is no connection, where a quick retry is no use.
#[derive(Debug, Error)]
pub(super) enum ConnectError {
    /// Discord asks to wait at least this long.
    #[error("{reason}")]
    Wait { reason: String, wait: Duration },
    /// Sessions end one after the other.
    #[error("{0}")]
    SessionLoop(String),
}

/// The recent sessions of each shard. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SessionBudget(Arc<Mutex<Vec<(u32, Instant)>>>);

impl SessionBudget {
    pub(super) fn record(&self, shard: u32) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|(_, at)| at.elapsed() < SESSION_WINDOW);
        sessions.push((shard, Instant::now()));
    }

    /// Whether any shard began too many sessions.
    fn is_exceeded(&self) -> bool {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.iter().any(|(shard, _)| sessions.iter().filter(|(other, _)| other == shard).count() > MAX_SESSIONS)
    }

    pub(super) fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Returns the gateway's address and the number of shards; fails while too few sessions are left to begin them.
pub(super) async fn find_gateway(rest: &Rest) -> anyhow::Result<(String, u32)> {
    let gateway = rest.gateway().await.map_err(|error| match (&error, error.retry_after()) {
        (RestError::Outage { status, .. }, Some(wait)) => {
            let reason = format!("Discord (or Cloudflare before it) refuses this address: HTTP {status}");
            anyhow::Error::from(ConnectError::Wait { reason, wait })
        }
        (_, Some(wait)) => ConnectError::Wait { reason: error.to_string(), wait }.into(),
        _ => error.into(),
    })?;
    let shards = gateway.shards.max(1);
    if let Some(limit) = gateway.session_start_limit
        && limit.remaining < u64::from(shards) + RESERVED_SESSIONS
    {
        let reason = format!(
            "only {} of this token's sessions are left for today, and Discord revokes a token that uses them all up. Does \
             somebody else use the token, or was the bot restarted again and again?",
            limit.remaining
        );
        let wait = Duration::from_millis(limit.reset_after).clamp(POLL_INTERVAL, MAX_RESET);
        return Err(ConnectError::Wait { reason, wait }.into());
    }
    Ok((gateway.url, shards))
}

/// Waits until the library should begin no more sessions, and returns the reason.
pub(super) async fn watch(shards: &ShardManager, budget: &SessionBudget) -> String {
    let mut connected_at = Instant::now();
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if budget.is_exceeded() {
            return "Discord ends this bot's sessions one after the other: somebody else may use the token. Stop the other \
                    instance, or reset the token"
                .to_owned();
        }
        let runners = shards.runners.lock().await;
        if runners.values().any(|runner| runner.stage == ConnectionStage::Connected) {
            connected_at = Instant::now();
        } else if connected_at.elapsed() >= NO_SESSION_TIMEOUT {
            return format!("no session has begun for {} s", NO_SESSION_TIMEOUT.as_secs());
        }
    }
}
