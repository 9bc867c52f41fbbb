//! The keeper of the lease: of several instances on one second store, one is active.
//!
//! # Guarantees
//! [`Keeper::wait`] returns when this instance may act; [`Keeper::keep`] renews the lease every 10 s and ends its
//! [`Tenure`] before the lease can run out for others: by its own clock, counted from before the renewal was sent. A lease
//! that was given back is taken at once, one that runs out (a crash) within 34 s, an own one (this instance's earlier
//! process) at once.
//!
//! A second store that cannot be reached cannot be taken from by others either, unless they reach it and we do not. So who
//! cannot renew stops in time if another instance is waiting; alone, it goes on with the file and leaves the second store
//! alone until it has the lease again. If another one took it meanwhile, this one stops at once, before that one acts; so
//! does one that began alone, when it can have the lease: it starts over with what both stores hold.
//!
//! # Races
//! Taking is compare-and-set on what was seen. What is sent under a lost lease is stopped by its term (see `replica`).
//!
//! # Crash
//! The lease runs out by itself.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::lease::{KNOCK_EVERY, Lease, RENEW_EVERY, VALID};
use crate::ports::{LeaseBoard, ReplicaError};
use crate::tenure::Tenure;

/// How often a waiting instance looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Between two tries to renew a lease that could not be.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// Who has lost the lease stops taking up work this long before it ends, so that calls in flight may end.
pub const MARGIN: Duration = Duration::from_secs(8);
/// Between two tries to get the lease back while acting alone.
const ALONE_EVERY: Duration = Duration::from_secs(1);
/// Who takes a lease that has run out waits this long before it acts: if its holder was not dead but alone, it finds out
/// within that time, and stops.
const SETTLE: Duration = Duration::from_secs(3);
/// A waiting instance says so this often.
const SAY_EVERY: Duration = Duration::from_secs(60);

/// Why waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// This instance has the lease.
    Taken {
        /// Another instance had it before: what this one's file holds is not the latest.
        after_other: bool,
    },
    /// The second store cannot be reached, and nobody was seen to have the lease.
    Alone,
    /// Asked to stop.
    Stopped,
}

/// Whose the lease was before it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nobody's, or this instance's.
    Own,
    /// Another's, which gave it back.
    GivenBack,
    /// Another's, which did not renew it.
    RanOut,
}

/// What to do while the second store cannot be reached and nobody was seen to have the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// Act on the file.
    GoAlone,
    /// Wait: the file has nothing, or not all.
    WaitForState,
    /// Wait: another instance may have taken over.
    WaitForRival,
}

/// The keeper.
pub struct Keeper<B> {
    board: B,
    who: String,
    tenure: Tenure,
}

impl<B: LeaseBoard> Keeper<B> {
    /// A keeper of this lease for the instance `who`, which gives and ends this tenure.
    pub fn new(board: B, who: String, tenure: Tenure) -> Self {
        Self { board, who, tenure }
    }

    /// Waits until this instance may act. `another_acts` is called before the lease is taken, and while it cannot be, where
    /// it is or was another instance's: from then on what this one has on file is not the latest, whatever happens next.
    pub async fn wait(&self, unreachable: Unreachable, another_acts: impl AsyncFn(), stop: &CancellationToken) -> Turn {
        let mut said_at: Option<Instant> = None;
        let mut knocked_at: Option<Instant> = None;
        let mut is_held = unreachable == Unreachable::WaitForRival;
        loop {
            let looked = tokio::select! {
                () = stop.cancelled() => return Turn::Stopped,
                looked = self.try_take(&another_acts) => looked,
            };
            let why = match looked {
                Ok(Some(before)) => {
                    if before == Before::RanOut {
                        tokio::select! {
                            () = stop.cancelled() => return Turn::Stopped,
                            () = tokio::time::sleep(SETTLE) => {}
                        }
                    }
                    return Turn::Taken { after_other: before != Before::Own };
                }
                Ok(None) => {
                    is_held = true;
                    if knocked_at.is_none_or(|at| at.elapsed() >= KNOCK_EVERY) {
                        // Failing to knock is failing to look: said the next time.
                        drop(self.board.knock().await);
                        knocked_at = Some(Instant::now());
                    }
                    "Another instance is active: this one waits, and takes over when that one ends".to_owned()
                }
                Err(_) if unreachable == Unreachable::GoAlone && !is_held => {
                    self.tenure.go_alone();
                    return Turn::Alone;
                }
                Err(error) if is_held => {
                    format!("MongoDB does not answer ({error}), and another instance may be active")
                }
                Err(error) => format!(
                    "MongoDB does not answer ({error}), and the state file is empty or out of date: waiting for it, since \
                     it may hold the state; check MONGODB_URI"
                ),
            };
            if said_at.is_none_or(|at| at.elapsed() >= SAY_EVERY) {
                tracing::warn!("{why}");
                said_at = Some(Instant::now());
            }
            tokio::select! {
                () = stop.cancelled() => return Turn::Stopped,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Renews the lease until `stop`, or until this instance must not act any more: then `lost` is cancelled, and
    /// the tenure's end says until when calls in flight may still end.
    pub async fn keep(&self, stop: &CancellationToken, lost: &CancellationToken) {
        let mut is_awaited = false;
        let mut wait = match self.tenure.ends_at() {
            Some(ends_at) => (ends_at - VALID + RENEW_EVERY).saturating_duration_since(Instant::now()),
            None => ALONE_EVERY,
        };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            let was_alone = self.tenure.ends_at().is_none();
            match self.renew().await {
                Ok(Some(lease)) => {
                    is_awaited = lease.is_awaited();
                    if was_alone {
                        tracing::info!("MongoDB answers again, and the lease is this instance's (term {})", lease.term);
                    }
                    wait = RENEW_EVERY;
                }
                Ok(None) => {
                    if self.tenure.last_term() == 0 {
                        tracing::info!("MongoDB answers: starting over with both stores");
                    } else {
                        tracing::warn!("Another instance has taken the lease: this one stops");
                    }
                    self.tenure.end();
                    lost.cancel();
                    return;
                }
                Err(error) if was_alone => {
                    tracing::debug!("The lease cannot be had back yet: {error}");
                    wait = ALONE_EVERY;
                }
                Err(error) => {
                    let left = self.tenure.ends_at().map(|at| at.saturating_duration_since(Instant::now()));
                    let left = left.unwrap_or_default();
                    tracing::debug!("The lease cannot be renewed, {:.0} s are left: {error}", left.as_secs_f32());
                    if left > MARGIN + RETRY_EVERY {
                        wait = RETRY_EVERY;
                    } else if is_awaited {
                        tracing::warn!(
                            "The lease cannot be renewed ({error}), and another instance waits: this one stops"
                        );
                        lost.cancel();
                        return;
                    } else {
                        tracing::warn!(
                            "The lease cannot be renewed ({error}); no other instance waits, so this one goes on with the \
                             file alone"
                        );
                        self.tenure.go_alone();
                        wait = ALONE_EVERY;
                    }
                }
            }
        }
    }

    /// Gives the lease back, so that a waiting instance takes over at once.
    pub async fn release(&self) {
        let Some(term) = self.tenure.term() else { return };
        self.tenure.end();
        if let Err(error) = self.board.release(&self.who, term).await {
            tracing::warn!("The lease cannot be given back ({error}): it runs out by itself");
        }
    }

    /// Takes the lease if it may be taken; then returns whose it was.
    async fn try_take(&self, another_acts: &impl AsyncFn()) -> Result<Option<Before>, ReplicaError> {
        let seen = self.board.look().await?;
        if seen.as_ref().is_some_and(|(lease, _)| lease.holder != self.who) {
            another_acts().await;
        }
        if let Some((lease, now)) = &seen
            && !lease.may_be_taken(&self.who, *now)
        {
            return Ok(None);
        }
        let seen = seen.map(|(lease, _)| lease);
        let term = seen.as_ref().map_or(0, |lease| lease.term).max(self.tenure.last_term()).saturating_add(1);
        let sent_at = Instant::now();
        // If somebody was faster, the next look tells who.
        let is_taken = self.board.take(seen.as_ref(), &self.who, term).await?;
        if is_taken {
            self.tenure.hold(term, sent_at + VALID);
            tracing::info!("This instance is the active one (term {term})");
        }
        let before = match seen {
            Some(lease) if lease.holder != self.who && !lease.released => Before::RanOut,
            Some(lease) if lease.holder != self.who => Before::GivenBack,
            _ => Before::Own,
        };
        Ok(is_taken.then_some(before))
    }

    /// Renews the lease; takes it again where the board was emptied. `None` when this instance must start over: another one
    /// has acted or may have, or it never had the lease and now it can be had.
    async fn renew(&self) -> Result<Option<Lease>, ReplicaError> {
        let term = self.tenure.last_term();
        let sent_at = Instant::now();
        if term > 0
            && let Some(lease) = self.board.renew(&self.who, term).await?
        {
            self.tenure.hold(term, sent_at + VALID);
            return Ok(Some(lease));
        }
        let seen = self.board.look().await?;
        if term == 0 || seen.is_some() || !self.board.take(None, &self.who, term + 1).await? {
            return Ok(None);
        }
        self.tenure.hold(term + 1, sent_at + VALID);
        Ok(self.board.look().await?.map(|(lease, _)| lease))
    }
}

#[cfg(test)]
mod tests;
