//! What the election logs, without repeating itself too often.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::sync::election::WaitReason;
use crate::ports::replica::ReplicaError;

/// How often an unchanged message is logged again.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Logs a message when it changes, and once a minute while it does not.
#[derive(Debug, Default)]
pub(super) struct RepeatedWarnings(Option<(String, Instant)>);

impl RepeatedWarnings {
    fn is_due(&mut self, message: &str) -> bool {
        let is_due = self.0.as_ref().is_none_or(|(last, at)| last != message || at.elapsed() >= LOG_INTERVAL);
        if is_due {
            self.0 = Some((message.to_owned(), Instant::now()));
        }
        is_due
    }

    pub fn warn(&mut self, message: &str) {
        if self.is_due(message) {
            tracing::warn!("{message}");
        }
    }

    /// No warning: this is normal during a deploy.
    pub fn another_leads(&mut self) {
        let message = "Another instance is active: this one waits, and takes over when that one ends";
        if self.is_due(message) {
            tracing::info!("{message}");
        }
    }

    pub fn isolated(&mut self, error: &ReplicaError) {
        self.warn(&match error {
            ReplicaError::Unreachable(reason) => format!(
                "MongoDB does not answer: continuing with the state file alone, and both are merged when it does ({reason})"
            ),
            other => format!("{other}: continuing with the state file alone, and both are merged when MongoDB can be used"),
        });
    }
}

/// Why this instance waits, as a clause.
pub(super) fn why_it_waits(reason: WaitReason, error: Option<&ReplicaError>) -> String {
    let error = error.map(ToString::to_string).unwrap_or_default();
    match reason {
        WaitReason::StateElsewhere => format!(
            "{error}; the state file is empty or out of date: waiting for MongoDB, since it may hold the state; check \
             MONGODB_URI"
        ),
        WaitReason::MayBeLed => format!("{error}; another instance may be active: waiting until MongoDB answers"),
        WaitReason::Required => format!("{error}; MONGODB_REQUIRED is set: waiting for MongoDB"),
        WaitReason::RefusesWrites => format!(
            "{error}; the state file cannot be used alone (it is empty or out of date, another instance was seen, or \
             MONGODB_REQUIRED is set): waiting"
        ),
        WaitReason::NewerProgram => format!("{error}; waiting"),
        WaitReason::AnotherLeads => {
            "MongoDB has state but no lease: waiting 30 s in case another instance leads".to_owned()
        }
    }
}
