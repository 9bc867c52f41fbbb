//! The notifier: after a batch it mentions the linked people for whom the code failed, if the guild wants that, and a day
//! before a code ends it reminds the guild of who does not have it.
//!
//! # Guarantees
//! A guild gets each of the two at most once for a code and generation (invariant 1). It is sent like a post: the intent
//! with a nonce first, then the call, then the id. A reminder is sent only if somebody can still get the code and nothing is
//! being redeemed for it. Nothing is sent for a code that is over, or to a guild that is paused. In a forum both are in the
//! code's post; if somebody deleted that, each is a post of its own.
//!
//! # Races
//! One notice is sent at a time. What changes while a message is under way is not shown in it.
//!
//! # Crash
//! What is due follows from the state, so nothing is lost. A notice whose id was not stored is sent again with its nonce, or
//! found. When to try again is in memory only: a restart tries at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::codes::channel::Blocked;
use crate::domain::codes::notice::{MAX_MENTIONS, NoticeKind};
use crate::ports::AnnounceError;
use crate::ports::notices::{Notice, NoticeBoard, NoticeContent};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{DueNotice, Lacking, NoticeKey, Notices, StoreError};

/// Between two polls for batches that ended.
const POLL_INTERVAL: Duration = Duration::from_secs(3);
/// Between two polls for codes that end.
const REMINDER_INTERVAL: Duration = Duration::from_secs(60);
/// A notice that concerns nobody now is looked at again after this.
const NOBODY: Duration = Duration::from_secs(30 * 60);
/// A reminder waits this long for a batch in progress before it looks again.
const IN_PROGRESS: Duration = Duration::from_secs(5 * 60);
/// After a channel refused a notice.
const REFUSED: Duration = Duration::from_secs(15 * 60);
/// How long one message may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(300));
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);

pub struct Notifier<B> {
    board: B,
    notices: Notices,
    clock: Clock,
}

/// When a notice is looked at again, since the clock's start, and how often it failed in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Later {
    at: Duration,
    failures: u32,
}

/// What became of a notice.
enum Settled {
    Sent,
    /// It was not sent, and can be sent now, perhaps elsewhere.
    Again,
    /// Look again after this time.
    Waits(Duration),
    Failed(AnnounceError),
}

impl<B: NoticeBoard> Notifier<B> {
    pub fn new(board: B, notices: Notices, clock: Clock) -> Self {
        Self { board, notices, clock }
    }
}

impl<B: NoticeBoard> Service for Notifier<B> {
    fn name(&self) -> &'static str {
        "notifier"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut later = HashMap::new();
        let mut reminders_at = Duration::ZERO;
        let mut rest = POLL_INTERVAL;
        while shutdown.run_until_cancelled(tokio::time::sleep(rest)).await.is_some() {
            let polled = shutdown.run_until_cancelled(self.poll(&mut later, &mut reminders_at)).await;
            rest = match polled {
                None => return Ok(()),
                Some(Ok(())) => POLL_INTERVAL,
                Some(Err(error)) => {
                    let seconds = STORE_COOL_DOWN.as_secs();
                    tracing::warn!("Cannot see which notices are due, next try in {seconds} s: {error}");
                    STORE_COOL_DOWN
                }
            };
        }
        Ok(())
    }
}

impl<B: NoticeBoard> Notifier<B> {
    async fn poll(&self, later: &mut HashMap<NoticeKey, Later>, reminders_at: &mut Duration) -> Result<(), StoreError> {
        let now = self.clock.elapsed();
        let mut due = self.notices.due_mentions().await?;
        if *reminders_at <= now {
            due.extend(self.notices.due_reminders().await?);
            *reminders_at = now + REMINDER_INTERVAL;
        }
        // What failed is remembered for as long as its back-off grows.
        later.retain(|_, known| known.at + REFUSED > now);
        for notice in due {
            let key = notice.key.clone();
            let known = later.get(&key).copied().unwrap_or_default();
            if known.at > now {
                continue;
            }
            let (wait, failures) = match self.settle(notice).await? {
                Settled::Sent => (NOBODY, 0),
                Settled::Waits(wait) => (wait, 0),
                Settled::Again => {
                    // It is sent at the next poll.
                    *reminders_at = now;
                    (Duration::ZERO, known.failures)
                }
                Settled::Failed(error) => {
                    let wait = match error.blocked {
                        Some(_) => error.retry_after.unwrap_or(REFUSED),
                        None => error.retry_after.unwrap_or_else(|| BACK_OFF.doubled(known.failures)),
                    };
                    let (code, guild, seconds) = (&key.code, key.guild, wait.as_secs());
                    let is_our_rate = error.retry_after.is_some() && error.blocked.is_none();
                    if error.is_outage || is_our_rate {
                        tracing::debug!("Cannot send a notice about {code} to guild {guild}: {error}");
                    } else {
                        tracing::warn!(
                            "Cannot send a notice about {code} to guild {guild}, next try in {seconds} s: {error}"
                        );
                    }
                    (wait, known.failures.saturating_add(1))
                }
            };
            later.insert(key, Later { at: self.clock.elapsed() + wait, failures });
        }
        Ok(())
    }

    async fn settle(&self, due: DueNotice) -> Result<Settled, StoreError> {
        // What may have been sent already is cleared up, whomever it concerns now.
        let is_first = due.attempted_at.is_none();
        let content = match (due.key.kind, due.ends_at) {
            (NoticeKind::Failed, _) => {
                let people = self.notices.failed_people(due.key.clone(), MAX_MENTIONS).await?;
                if people.is_empty() && is_first {
                    return Ok(Settled::Waits(NOBODY));
                }
                NoticeContent::Failed { people, result: due.result }
            }
            (NoticeKind::Reminder, Some(ends_at)) => {
                let Lacking { tally, untried } = self.notices.lacking(due.key.clone()).await?;
                if is_first && tally.pending > 0 {
                    return Ok(Settled::Waits(IN_PROGRESS));
                }
                if is_first && tally.failures() == 0 && untried.is_empty() {
                    return Ok(Settled::Waits(NOBODY));
                }
                NoticeContent::Reminder { ends_at, tally, untried }
            }
            // A code without an end has no reminder.
            (NoticeKind::Reminder, None) => return Ok(Settled::Waits(NOBODY)),
        };
        let Some(nonce) = self.notices.begin_notice(due.key.clone(), due.channel).await? else {
            return Ok(Settled::Sent);
        };
        let (server, guild, language, channel) = (due.server, due.key.guild, due.language, due.channel);
        let (attempted_at, is_moved, code, alliance) = (due.attempted_at, due.is_moved, due.code, due.alliance);
        let notice =
            Notice { nonce, server, guild, alliance, language, channel, attempted_at, is_moved, code, content };
        let sent = tokio::time::timeout(SEND_TIMEOUT, self.board.notify(&notice)).await;
        match sent.unwrap_or_else(|_| Err(AnnounceError::passing("no answer", true))) {
            Ok(posted) => {
                let is_for_nobody = posted.is_none();
                self.notices.record_notice(due.key, posted.map(|posted| posted.id), is_for_nobody, false).await?;
                Ok(Settled::Sent)
            }
            Err(error) => {
                let is_open = error.leaves_open(attempted_at.is_some());
                self.notices.record_notice(due.key, None, false, is_open).await?;
                let is_lost = error.blocked == Some(Blocked::UnknownChannel)
                    && self.notices.forget_thread(guild, channel).await?;
                Ok(if error.is_absent || is_lost { Settled::Again } else { Settled::Failed(error) })
            }
        }
    }
}
