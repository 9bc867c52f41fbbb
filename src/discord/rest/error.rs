//! What may come of a call, told apart by what it means.

use std::time::Duration;

use thiserror::Error;

use crate::domain::codes::channel::Blocked;
use crate::ports::AnnounceError;

/// How long to wait where a 429 does not say it, and the longest that is believed: addresses have been blocked for a day.
pub(super) const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(7 * 86_400));
/// The shortest: a limit that asks for nothing must not be asked again at once.
pub(super) const SHORTEST_WAIT: Duration = Duration::from_millis(50);
/// How long edits of old messages wait: Discord takes three in six seconds of a channel.
const OLD_EDITS: Duration = Duration::from_secs(7);

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestError {
    /// Discord refused it. Nothing was changed, unless the status is 5xx: then nobody knows.
    #[error("Discord answers {status}{}: {message}", if *.code == 0 { String::new() } else { format!(" (code {code})") })]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own number, 0 for none.
        code: u32,
        /// What Discord says, on one line.
        message: String,
        /// How long to stay away.
        retry_after: Option<Duration>,
        /// That holds for every call.
        is_global: bool,
    },
    /// What answered is not Discord. Nothing was changed, unless the status is 5xx: then nobody knows.
    #[error("Discord (or Cloudflare before it) refuses this address: HTTP {status}, next try in {} s", .retry_after.as_secs())]
    Outage {
        /// The HTTP status.
        status: u16,
        /// How long to stay away.
        retry_after: Duration,
    },
    /// No call was made: Discord wants none, or is not reached.
    #[error("no call to Discord for {} s", .0.as_secs())]
    Held(Duration),
    /// It never left this machine.
    #[error("Discord cannot be reached: {0}")]
    Unreached(String),
    /// It was sent, and the answer was lost or makes no sense.
    #[error("Discord's answer was lost: {0}")]
    Unanswered(String),
}

impl RestError {
    /// Whether what was asked for may have been done all the same.
    pub fn maybe_done(&self) -> bool {
        match self {
            Self::Refused { status, .. } | Self::Outage { status, .. } => *status >= 500,
            Self::Held(_) | Self::Unreached(_) => false,
            Self::Unanswered(_) => true,
        }
    }

    /// How long to stay away, where somebody says.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { code: 30046, .. } => Some(OLD_EDITS),
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Outage { retry_after, .. } | Self::Held(retry_after) => Some(*retry_after),
            Self::Unreached(_) | Self::Unanswered(_) => None,
        }
    }

    /// Whether the channel cannot be used until somebody acts.
    pub fn blocked(&self) -> Option<Blocked> {
        match self {
            Self::Refused { code: 10003, .. } => Some(Blocked::UnknownChannel),
            Self::Refused { code: 50001, .. } => Some(Blocked::MissingAccess),
            Self::Refused { code: 50013, .. } => Some(Blocked::MissingPermissions),
            // A refusal without a number is one all the same.
            Self::Refused { status: 403, code: 0, .. } => Some(Blocked::MissingAccess),
            _ => None,
        }
    }

    /// Whether the message that was to be changed is gone: 10008.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { code: 10008, .. })
    }

    /// Whether the token is no good.
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
            is_outage: matches!(error, RestError::Outage { .. } | RestError::Held(_) | RestError::Unreached(_)),
            retry_after: error.retry_after(),
            reason: error.to_string(),
        }
    }
}

/// What Discord answered other than success: it refuses, or it is not Discord that answered.
pub(super) fn refused(status: u16, told: Option<f64>, body: &[u8]) -> RestError {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(body) else {
        let retry_after = told.map_or(Duration::ZERO, |told| wait(Some(told)));
        return RestError::Outage { status, retry_after };
    };
    RestError::Refused {
        status,
        code: refusal.code,
        message: crate::domain::text::clean(&refusal.message, 200),
        retry_after: (status == 429).then(|| wait(refusal.retry_after.or(told))),
        is_global: status == 429 && refusal.global,
    }
}

/// What Discord says when it refuses. An answer without a message is not Discord's.
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
    let (default, most) = WAIT;
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(default).clamp(SHORTEST_WAIT, most)
}

pub(super) fn lost(error: &reqwest::Error) -> RestError {
    // Its root alone: what stands before that names the address, which holds a token for some calls.
    let cause = anyhow::Chain::new(error).last().map(ToString::to_string).unwrap_or_default();
    let what = if error.is_timeout() { "it took too long".to_owned() } else { cause };
    if error.is_connect() || error.is_builder() { RestError::Unreached(what) } else { RestError::Unanswered(what) }
}
