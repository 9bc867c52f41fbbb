//! The gateway's sessions: how many may begin, and when the library must not be left to begin more.
//!
//! Discord counts the sessions of a day and takes the token away where they are too many. The library begins a new one
//! whenever one ends, for ever, every five seconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serenity::all::ShardManager;
use serenity::gateway::ConnectionStage;
use thiserror::Error;
use tokio::time::Instant;

use super::rest::{Rest, RestError};

/// So many sessions of the day are left for an operator, who may have to start the bot once more.
const SESSIONS_KEPT: u64 = 5;
/// The most sessions of one shard in [`SESSIONS_WITHIN`]: Discord ends one now and then, and not again and again.
const MAX_SESSIONS: usize = 3;
const SESSIONS_WITHIN: Duration = Duration::from_secs(600);
/// Without a session for so long, the library is not left to begin one after the other.
const SESSION_WITHIN: Duration = Duration::from_secs(20);
/// The longest wait for the reset of the sessions that is believed.
const MAX_RESET: Duration = Duration::from_secs(86_400);
/// How often that is looked at.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Why there is no connection, where it is not known to pass soon.
#[derive(Debug, Error)]
pub(super) enum NoConnection {
    /// Discord wants none before.
    #[error("{why}")]
    Wait { why: String, wait: Duration },
    /// Sessions end one after the other.
    #[error("{0}")]
    Sessions(String),
}

/// The sessions that began lately.
#[derive(Debug, Clone, Default)]
pub struct Sessions(Arc<Mutex<Vec<(u32, Instant)>>>);

impl Sessions {
    /// A session of this shard began.
    pub(super) fn began(&self, shard: u32) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, at)| at.elapsed() < SESSIONS_WITHIN);
        all.push((shard, Instant::now()));
    }

    /// Whether one shard has begun too many.
    fn are_too_many(&self) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|(shard, _)| all.iter().filter(|(other, _)| other == shard).count() > MAX_SESSIONS)
    }

    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Where the gateway is, and how many shards there are to be, once so many sessions may begin.
pub(super) async fn gateway(rest: &Rest) -> anyhow::Result<(String, u32)> {
    let gateway = rest.gateway().await.map_err(|error| match (&error, error.retry_after()) {
        (RestError::Outage { status, .. }, Some(wait)) => {
            let why = format!("Discord (or Cloudflare before it) refuses this address: HTTP {status}");
            anyhow::Error::from(NoConnection::Wait { why, wait })
        }
        (_, Some(wait)) => NoConnection::Wait { why: error.to_string(), wait }.into(),
        _ => error.into(),
    })?;
    let shards = gateway.shards.max(1);
    if let Some(limit) = gateway.session_start_limit
        && limit.remaining < u64::from(shards) + SESSIONS_KEPT
    {
        let why = format!(
            "only {} of this token's sessions are left for today, and Discord takes the token away when none is; does \
             somebody else use it, or was the bot started again and again?",
            limit.remaining
        );
        let wait = Duration::from_millis(limit.reset_after).clamp(POLL_INTERVAL, MAX_RESET);
        return Err(NoConnection::Wait { why, wait }.into());
    }
    Ok((gateway.url, shards))
}

/// Returns when the library should begin no more sessions: why.
pub(super) async fn watch(shards: &ShardManager, sessions: &Sessions) -> String {
    let mut connected_at = Instant::now();
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if sessions.are_too_many() {
            return "Discord ends this bot's sessions one after the other: somebody else may use the token. Stop the other \
                    instance, or reset the token"
                .to_owned();
        }
        let runners = shards.runners.lock().await;
        if runners.values().any(|runner| runner.stage == ConnectionStage::Connected) {
            connected_at = Instant::now();
        } else if connected_at.elapsed() >= SESSION_WITHIN {
            return format!("no session has begun for {} s", SESSION_WITHIN.as_secs());
        }
    }
}
