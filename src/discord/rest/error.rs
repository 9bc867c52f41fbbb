//! How a call can fail, and what each failure means.

use std::time::Duration;

use thiserror::Error;

use crate::domain::codes::channel::Blocked;
use crate::ports::AnnounceError;

/// The wait after a 429 without one, and the longest that is believed: addresses have been blocked for a day.
pub(super) const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(7 * 86_400));
/// The shortest wait: a 429 that asks for none must not be retried at once.
pub(super) const MIN_RETRY_AFTER: Duration = Duration::from_millis(50);
/// The wait for edits of old messages: Discord accepts three in six seconds per channel.
const OLD_EDIT_RETRY_AFTER: Duration = Duration::from_secs(7);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestError {
    /// Discord refused it. Nothing has changed, unless the status is 5xx: then it may have.
    #[error("Discord answers {status}{}: {message}", if *.code == 0 { String::new() } else { format!(" (code {code})") })]
    Refused {
        status: u16,
        /// Discord's error code, 0 for none.
        code: u32,
        /// On one line.
        message: String,
        retry_after: Option<Duration>,
        /// Whether `retry_after` holds for all calls.
        is_global: bool,
    },
    /// Something before Discord answered. Nothing has changed, unless the status is 5xx: then it may have.
    #[error("Discord (or Cloudflare before it) refuses this address: HTTP {status}, next try in {} s", .retry_after.as_secs())]
    Outage { status: u16, retry_after: Duration },
    /// Nothing has changed: all calls wait for the end of a limit or an outage, or all that open direct messages do.
    #[error("no such call to Discord for {} s", .0.as_secs())]
    Suspended(Duration),
    /// It never left this machine.
    #[error("Discord cannot be reached: {0}")]
    Unreached(String),
    /// It was sent, and the answer was lost or cannot be read.
    #[error("Discord's answer was lost: {0}")]
    Unanswered(String),
}

impl RestError {
    /// Whether the call may have taken effect although it failed.
    pub fn maybe_done(&self) -> bool {
        match self {
            Self::Refused { status, .. } | Self::Outage { status, .. } => *status >= 500,
            Self::Suspended(_) | Self::Unreached(_) => false,
            Self::Unanswered(_) => true,
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { code: 30046, .. } => Some(OLD_EDIT_RETRY_AFTER),
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Outage { retry_after, .. } | Self::Suspended(retry_after) => Some(*retry_after),
            Self::Unreached(_) | Self::Unanswered(_) => None,
        }
    }

    /// The reason why the channel cannot be used until somebody acts, if that is so.
    pub fn blocked(&self) -> Option<Blocked> {
        match self {
            Self::Refused { code: 10003, .. } => Some(Blocked::UnknownChannel),
            Self::Refused { code: 50001, .. } => Some(Blocked::MissingAccess),
            Self::Refused { code: 50013, .. } => Some(Blocked::MissingPermissions),
            // A refusal without an error code.
            Self::Refused { status: 403, code: 0, .. } => Some(Blocked::MissingAccess),
            _ => None,
        }
    }

    /// Whether the thread is archived (50083). Whoever may write in it may reopen it, unless it is locked.
    pub fn is_archived(&self) -> bool {
        matches!(self, Self::Refused { code: 50083, .. })
    }

    /// Whether the thread is locked (160005).
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Refused { code: 160_005, .. })
    }

    /// Whether a post in the forum needs a tag (40066, 40067).
    pub fn lacks_tag(&self) -> bool {
        matches!(self, Self::Refused { code: 40066 | 40067, .. })
    }

    /// Whether the message to edit was deleted (10008).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { code: 10008, .. })
    }

    /// Whether the bot opens direct messages too fast (40003), if it opened one.
    pub(super) fn is_opening_limit(&self) -> bool {
        matches!(self, Self::Refused { status: 429, .. } | Self::Refused { code: 40003, .. })
    }

    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. })
    }
}

impl From<RestError> for AnnounceError {
    fn from(error: RestError) -> Self {
        Self {
            maybe_sent: error.maybe_done(),
            blocked: error.blocked(),
            is_gone: error.is_gone(),
            is_absent: false,
            is_outage: matches!(error, RestError::Outage { .. } | RestError::Suspended(_) | RestError::Unreached(_)),
            retry_after: error.retry_after(),
            reason: error.to_string(),
        }
    }
}

/// Reads a response other than success: Discord refuses, or something before Discord answered.
pub(super) fn refused(status: u16, retry_after: Option<f64>, body: &[u8]) -> RestError {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(body) else {
        let retry_after = retry_after.map_or(Duration::ZERO, |seconds| wait(Some(seconds)));
        return RestError::Outage { status, retry_after };
    };
    RestError::Refused {
        status,
        code: refusal.code,
        message: crate::domain::text::clean(&refusal.message, 200),
        retry_after: (status == 429).then(|| wait(refusal.retry_after.or(retry_after))),
        is_global: status == 429 && refusal.global,
    }
}

/// Discord's error body. An answer without a message is not Discord's.
#[derive(Debug, serde::Deserialize)]
struct Refusal {
    #[serde(default)]
    code: u32,
    message: String,
    retry_after: Option<f64>,
    #[serde(default)]
    global: bool,
}

pub(super) fn wait(seconds: Option<f64>) -> Duration {
    let (default, max) = RETRY_AFTER;
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(default).clamp(MIN_RETRY_AFTER, max)
}

pub(super) fn lost(error: &reqwest::Error) -> RestError {
    // The root cause only: the errors around it name the address, which holds a token for some calls.
    let cause = anyhow::Chain::new(error).last().map(ToString::to_string).unwrap_or_default();
    let reason = if error.is_timeout() { "it took too long".to_owned() } else { cause };
    if error.is_connect() || error.is_builder() { RestError::Unreached(reason) } else { RestError::Unanswered(reason) }
}
