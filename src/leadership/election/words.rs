//! What the election says, and how often.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::sync::election::Why;
use crate::ports::replica::ReplicaError;

/// What has not changed is said again after so long.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// What was said last, and when.
#[derive(Debug, Default)]
pub(super) struct Words(Option<(String, Instant)>);

impl Words {
    /// Whether this is to be said now.
    fn is_due(&mut self, what: &str) -> bool {
        let is_due = self.0.as_ref().is_none_or(|(said, at)| said != what || at.elapsed() >= LOG_INTERVAL);
        if is_due {
            self.0 = Some((what.to_owned(), Instant::now()));
        }
        is_due
    }

    fn say(&mut self, what: &str) {
        if self.is_due(what) {
            tracing::warn!("{what}");
        }
    }

    /// Nothing is wrong: a deploy looks like this.
    pub fn another_leads(&mut self) {
        let what = "Another instance is active: this one waits, and takes over when that one ends";
        if self.is_due(what) {
            tracing::info!("{what}");
        }
    }

    /// It goes on alone.
    pub fn alone(&mut self, trouble: &ReplicaError) {
        self.say(&match trouble {
            ReplicaError::Unreachable(why) => {
                format!("MongoDB does not answer: the file goes on alone, and both are merged when it does ({why})")
            }
            other => format!("{other}: the file goes on alone, and both are merged when MongoDB can be used"),
        });
    }

    /// It waits, for another reason than that another instance leads.
    pub fn waits(&mut self, why: Why, trouble: Option<&ReplicaError>) {
        let trouble = trouble.map(ToString::to_string).unwrap_or_default();
        self.say(&match why {
            Why::StateElsewhere => format!(
                "{trouble}; the state file is empty or out of date: waiting for it, since it may hold the state; check MONGODB_URI"
            ),
            Why::MayBeLed => format!("{trouble}; another instance may be active: waiting until MongoDB tells"),
            Why::Required => format!("{trouble}; MONGODB_REQUIRED is set: waiting for it"),
            Why::RefusesWrites => format!(
                "{trouble}; the state file may not go on alone (it is empty or out of date, another instance was there, or \
                 MONGODB_REQUIRED is set): waiting"
            ),
            Why::NewerProgram => format!("{trouble}; waiting"),
            Why::AnotherLeads => "MongoDB has state and no lease: waiting 30 s in case an instance leads".to_owned(),
        });
    }
}
