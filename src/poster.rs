//! The poster: turns codes into posts and redemptions, and sends the posts.
//!
//! # Guarantees
//! Invariant 1: a (guild, code, generation) is announced exactly once. The intent, with a nonce that never changes, is
//! committed before the announcer is called; an attempt is noted before it is made; the message's id is stored after it.
//! A post that fails stays due, with back-off up to 5 minutes. A guild's messages go out in their order; no guild waits
//! for another, but for the bound on sends at once.
//!
//! # Races
//! A guild has at most one send in flight. Whatever changes while the poster plans wakes it again: it listens before it
//! plans. Planning twice makes nothing due twice.
//!
//! # Crash
//! Between the commit of the intent and the stored id nobody knows whether the message was sent; the announcement then
//! carries the time of that attempt, and the announcer answers for the nonce: sent again, or found.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::code::Code;
use crate::domain::player::GuildId;
use crate::domain::retry::Policy;
use crate::ports::{AnnounceError, Announcer};
use crate::store::{DueMessage, Store, StoreError};

/// Sends at once.
const CONCURRENCY: usize = 16;
/// How long one send may take; after it nobody knows whether it was sent.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// The poster plans at least this often, though it should be woken.
const PLAN_EVERY: Duration = Duration::from_secs(60);
/// After the store failed.
const STORE_REST: Duration = Duration::from_secs(5);
/// How a post that fails comes back; it never gives up, so the numbers of tries say nothing here.
const BACK_OFF: Policy =
    Policy { max_unknown: 1, max_temporary: 1, base: Duration::from_secs(5), cap: Duration::from_secs(300) };

/// The poster. [`Poster::run`] may be called again after it ended; not twice at once.
pub struct Poster<A> {
    announcer: Arc<A>,
    store: Store,
    clock: Clock,
}

impl<A: Announcer> Poster<A> {
    /// A poster of what this store holds.
    pub fn new(announcer: A, store: Store, clock: Clock) -> Self {
        Self { announcer: Arc::new(announcer), store, clock }
    }

    /// Plans and sends until `shutdown`, then lets the sends in flight end.
    ///
    /// # Errors
    /// When a send died; the supervisor starts the poster again.
    pub async fn run(&self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut sends: JoinSet<GuildId> = JoinSet::new();
        let mut busy: BTreeSet<GuildId> = BTreeSet::new();
        let mut must_plan = true;
        let mut woken = std::pin::pin!(self.store.plan_wake().notified());
        while !shutdown.is_cancelled() {
            if must_plan {
                // Listening begins before the planning, so that no wake is lost. A wake that comes while a round only
                // sends is kept for the next one.
                woken.set(self.store.plan_wake().notified());
                woken.as_mut().enable();
            }
            let rest = match self.round(must_plan, &mut sends, &mut busy).await {
                Ok(rest) => rest,
                Err(error) => {
                    tracing::error!("Cannot plan what to post, next try in {} s: {error}", STORE_REST.as_secs());
                    STORE_REST
                }
            };
            must_plan = tokio::select! {
                () = shutdown.cancelled() => false,
                Some(ended) = sends.join_next() => {
                    busy.remove(&ended.map_err(|e| anyhow!("a send died: {e}"))?);
                    false
                }
                () = woken.as_mut() => true,
                () = tokio::time::sleep(rest) => true,
            };
        }
        while sends.join_next().await.is_some() {}
        Ok(())
    }

    /// Plans, and begins the sends that are due; returns how long there is nothing more to do.
    async fn round(
        &self,
        must_plan: bool,
        sends: &mut JoinSet<GuildId>,
        busy: &mut BTreeSet<GuildId>,
    ) -> Result<Duration, StoreError> {
        if must_plan {
            for planned in self.store.plan().await?.guilds {
                let (count, guild) = (planned.codes.len(), planned.guild);
                tracing::info!("Found {count} new codes for guild {guild}: {}", listed(&planned.codes));
            }
        }
        for due in self.store.due_messages().await? {
            if sends.len() >= CONCURRENCY {
                break;
            }
            if busy.insert(due.announcement.guild) {
                let (announcer, store, clock) = (self.announcer.clone(), self.store.clone(), self.clock);
                sends.spawn(async move { send(announcer.as_ref(), &store, clock, due).await });
            }
        }
        let next = self.store.next_post_at().await?;
        let wait = next.map(|at| Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default());
        // What is due already waits for a send in flight, whose end wakes the loop.
        Ok(wait
            .filter(|wait| !wait.is_zero())
            .map_or(PLAN_EVERY, |wait| wait + Duration::from_millis(1))
            .min(PLAN_EVERY))
    }
}

/// Sends one message; returns its guild when that may be tried again.
async fn send<A: Announcer>(announcer: &A, store: &Store, clock: Clock, due: DueMessage) -> GuildId {
    let guild = due.announcement.guild;
    if let Err(error) = try_send(announcer, store, clock, due).await {
        tracing::error!(
            "Cannot keep track of a post to guild {guild}, which rests {} s: {error}",
            STORE_REST.as_secs()
        );
        tokio::time::sleep(STORE_REST).await;
    }
    guild
}

async fn try_send<A: Announcer>(announcer: &A, store: &Store, clock: Clock, due: DueMessage) -> Result<(), StoreError> {
    let message = due.announcement;
    store.begin_post(message.nonce.clone()).await?;
    let sent = tokio::time::timeout(SEND_TIMEOUT, announcer.announce(&message)).await;
    let sent = sent.unwrap_or_else(|_| {
        let reason = format!("no answer within {} s", SEND_TIMEOUT.as_secs());
        Err(AnnounceError { reason, maybe_sent: true })
    });
    let (guild, count) = (message.guild, message.codes.len());
    match sent {
        Ok(id) => {
            store.record_posted(message.nonce, id).await?;
            tracing::info!("Posted {count} new codes to guild {guild}");
        }
        Err(AnnounceError { reason, maybe_sent }) => {
            let wait = BACK_OFF.back_off(due.attempts + 1, 1.0);
            tracing::warn!("Cannot post {count} codes to guild {guild}, next try in {} s: {reason}", wait.as_secs());
            let next = clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
            store.record_not_posted(message.nonce, maybe_sent, next).await?;
        }
    }
    Ok(())
}

fn listed(codes: &[Code]) -> String {
    let quoted: Vec<String> = codes.iter().map(|code| format!("'{code}'")).collect();
    format!("[{}]", quoted.join(", "))
}
