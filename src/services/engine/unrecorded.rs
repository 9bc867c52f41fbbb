//! Results of calls that the store could not record, because the file broke or MongoDB could not acknowledge them.
//!
//! They outlive the engine and its store: the process hands them from session to session, and the engine records them
//! before its first call. A crash loses them; the game then answers RECEIVED, which is a success.

use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{AttemptResult, Claim};

/// At most one result for each concurrent call.
#[derive(Debug, Clone, Default)]
pub struct Unrecorded(Arc<Mutex<Vec<(Claim, AttemptResult)>>>);

impl Unrecorded {
    pub(super) fn add(&self, claim: &Claim, verdict: &AttemptResult) {
        self.with(|all| all.push((claim.clone(), verdict.clone())));
    }

    pub(super) fn remove(&self, claim: &Claim) {
        self.with(|all| all.retain(|(other, _)| other != claim));
    }

    pub(super) fn first(&self) -> Option<(Claim, AttemptResult)> {
        self.with(|all| all.first().cloned())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<(Claim, AttemptResult)>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
