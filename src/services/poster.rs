//! The poster: plans posts and redemptions for codes, sends the posts, and edits posts that are out of date.
//!
//! # Guarantees
//! Invariant 1: a (guild, code, generation) is announced exactly once. The intent, with a nonce that never changes, is
//! committed before the announcer is called; an attempt is recorded before it is made; the message's id is stored after
//! it. A failed post stays due: after the wait that Discord asks for, or a back-off of up to 5 minutes. Each guild's
//! messages are sent in order, and guilds in the order of their planning. No guild waits for another, except for the
//! limit on concurrent sends. A guild whose channel refuses posts is paused until an admin fixes it, and retried at
//! intervals. A failed edit pauses no guild. During an outage all messages wait, and one message at a time is tried.
//! Corrections wait while posts are due. An expired code is noticed within a minute.
//!
//! # Races
//! A guild has at most one send in flight. The poster listens for wakes before it plans, so changes during planning
//! wake it again. Planning twice makes nothing due twice.
//!
//! # Crash
//! Between the commit of the intent and the stored id, it is unknown whether the message was sent. The announcement
//! then carries the time of that attempt, and the announcer sends the nonce again or finds its message.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::domain::back_off::BackOff;
use crate::domain::codes::channel::Blocked;
use crate::domain::codes::code::Code;
use crate::domain::players::player::AllianceId;
use crate::ports::{AnnounceError, Announcer, Correction};
use crate::runtime::clock::Clock;
use crate::runtime::metrics::{Metrics, PostResult};
use crate::runtime::supervisor::Service;
use crate::store::{DueMessage, Guilds, NotPosted, PostQueue, StoreError};

/// Concurrent sends: enough for 50 a second when an answer takes half a second.
const CONCURRENCY: usize = 32;
/// Corrections per query.
const CORRECTIONS: u32 = 32;
/// A failed correction backs off as long as a post after this many attempts.
const CORRECTION_TRIES: u32 = 6;
/// A paused guild is retried after this, because Discord does not report every fix.
const RESUME_AFTER: Duration = Duration::from_secs(15 * 60);
/// Corrections are retried after this if their channel is hidden or refuses edits.
const BLOCKED_CORRECTIONS: Duration = Duration::from_secs(3600);
/// How long one send may take. After that, it is unknown whether the message was sent.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// Planning happens at least this often, even without a wake.
const PLAN_EVERY: Duration = Duration::from_secs(60);
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);
/// After a failed post.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(300));

/// The next message of a guild.
enum Work {
    Send(DueMessage),
    Correct(Correction),
}

impl Work {
    fn guild(&self) -> AllianceId {
        match self {
            Self::Send(due) => due.announcement.guild,
            Self::Correct(correction) => correction.guild,
        }
    }

    /// Gives log lines of this work their guild, codes and nonce.
    fn span(&self) -> tracing::Span {
        let (nonce, codes) = match self {
            Self::Send(DueMessage { announcement: post, .. }) => {
                (&post.nonce, listed(post.codes.iter().map(|announced| &announced.code)))
            }
            Self::Correct(post) => (&post.nonce, listed(post.codes.iter().map(|(announced, _)| &announced.code))),
        };
        tracing::error_span!("post", guild = %self.guild(), %codes, nonce)
    }
}

/// The due messages that have not begun, and those under way.
#[derive(Default)]
struct Desk {
    waiting: VecDeque<Work>,
    sends: JoinSet<Ended>,
    busy: BTreeSet<AllianceId>,
    /// When due messages were last queried.
    polled_at: Timestamp,
    next_correction: Option<Timestamp>,
    /// An outage holds all messages until this time, since the clock's start.
    held_until: Duration,
    /// The outage may be over. One message is tried to find out.
    is_trying: bool,
    /// When the next planning is due.
    plan_at: Option<Timestamp>,
}

/// The end of one send or correction.
struct Ended {
    guild: AllianceId,
    /// How long an outage holds all messages.
    outage: Option<Duration>,
}

pub struct Poster<A> {
    announcer: Arc<A>,
    posts: PostQueue,
    guilds: Guilds,
    clock: Clock,
    metrics: Metrics,
}

impl<A: Announcer> Poster<A> {
    pub fn new(announcer: A, posts: PostQueue, guilds: Guilds, clock: Clock) -> Self {
        Self { announcer: Arc::new(announcer), posts, guilds, clock, metrics: Metrics::default() }
    }

    /// It reports to `metrics`.
    pub fn measured(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }
}

impl<A: Announcer> Service for Poster<A> {
    fn name(&self) -> &'static str {
        "poster"
    }

    /// Shutdown waits for the sends in flight.
    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut desk = Desk::default();
        let mut must_plan = true;
        let mut woken = self.posts.wake().listen();
        while !shutdown.is_cancelled() {
            if must_plan {
                // A wake during a round that only sends is kept for the next planning.
                woken = self.posts.wake().listen();
            }
            let rest = match self.round(must_plan, &mut desk).await {
                Ok(rest) => rest,
                Err(error) => {
                    tracing::error!("Cannot plan what to post, next try in {} s: {error}", STORE_COOL_DOWN.as_secs());
                    STORE_COOL_DOWN
                }
            };
            must_plan = tokio::select! {
                biased;
                () = shutdown.cancelled() => false,
                Some(ended) = desk.sends.join_next() => {
                    let ended = ended.map_err(|e| anyhow!("a send died: {e}"))?;
                    desk.busy.remove(&ended.guild);
                    desk.is_trying = ended.outage.is_some();
                    if let Some(wait) = ended.outage {
                        desk.held_until = desk.held_until.max(self.clock.elapsed() + wait);
                    }
                    false
                }
                () = &mut woken => true,
                () = tokio::time::sleep(rest) => true,
            };
        }
        while desk.sends.join_next().await.is_some() {}
        Ok(())
    }
}

impl<A: Announcer> Poster<A> {
    /// Plans, and begins due messages; returns how long there is nothing else to do.
    async fn round(&self, must_plan: bool, desk: &mut Desk) -> Result<Duration, StoreError> {
        if must_plan {
            let planned = self.posts.plan_some().await?;
            desk.plan_at = planned.next;
            for planned in planned.plan.guilds {
                let (count, guild) = (planned.codes.len(), planned.guild);
                tracing::info!("Found {count} new codes for guild {guild}: {}", listed(&planned.codes));
            }
            desk.waiting.clear();
        }
        let until = |at: Timestamp| Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        let plan_in = desk.plan_at.map_or(PLAN_EVERY, |at| until(at).min(PLAN_EVERY));
        let held = desk.held_until.saturating_sub(self.clock.elapsed());
        if !held.is_zero() {
            return Ok(held.min(plan_in));
        }
        // Each query fetches many due messages, because it goes through all guilds.
        if desk.waiting.is_empty() {
            desk.polled_at = self.clock.now();
            let due = self.posts.due_messages().await?;
            desk.waiting.extend(due.into_iter().map(Work::Send).filter(|work| !desk.busy.contains(&work.guild())));
        }
        if desk.waiting.is_empty() {
            let (due, next) = self.posts.due_corrections(CORRECTIONS).await?;
            desk.next_correction = next;
            desk.waiting.extend(due.into_iter().map(Work::Correct).filter(|work| !desk.busy.contains(&work.guild())));
        }
        let at_once = if desk.is_trying { 1 } else { CONCURRENCY };
        while desk.sends.len() < at_once
            && let Some(work) = desk.waiting.pop_front()
        {
            // A guild with several messages gets its next one from the next query.
            if desk.busy.insert(work.guild()) {
                let (announcer, posts, guilds, clock) =
                    (self.announcer.clone(), self.posts.clone(), self.guilds.clone(), self.clock);
                let (metrics, span) = (self.metrics.clone(), work.span());
                let worked = async move { work_off(announcer.as_ref(), &posts, &guilds, clock, &metrics, work).await };
                desk.sends.spawn(worked.instrument(span));
            }
        }
        if !desk.waiting.is_empty() {
            return Ok(plan_in);
        }
        // Messages that were due at the last query are under way, and wake the loop when they end. Only later ones
        // count here.
        let next = self.posts.next_post_at(desk.polled_at).await?;
        let wait = next.into_iter().chain(desk.next_correction).min().map(until);
        Ok(wait.map_or(plan_in, |wait| wait + Duration::from_millis(1)).min(plan_in))
    }
}

/// Sends or corrects one message. If the store fails, the guild is kept busy for a cool-down.
async fn work_off<A: Announcer>(
    announcer: &A,
    posts: &PostQueue,
    guilds: &Guilds,
    clock: Clock,
    metrics: &Metrics,
    work: Work,
) -> Ended {
    let guild = work.guild();
    let worked = match work {
        Work::Send(due) => send(announcer, posts, guilds, clock, metrics, due).await,
        Work::Correct(correction) => correct(announcer, posts, clock, correction).await,
    };
    let outage = match worked {
        Ok(outage) => outage,
        Err(error) => {
            tracing::error!(
                "Cannot keep track of a post to guild {guild}, which rests {} s: {error}",
                STORE_COOL_DOWN.as_secs()
            );
            tokio::time::sleep(STORE_COOL_DOWN).await;
            None
        }
    };
    Ended { guild, outage }
}

/// Returns the wait after `tries` failures: as long as Discord asks for, or else a back-off.
fn wait(tries: u32, error: &AnnounceError) -> Duration {
    error.retry_after.unwrap_or_else(|| BACK_OFF.doubled(tries.saturating_sub(1)))
}

fn after(clock: Clock, wait: Duration) -> Timestamp {
    clock.now().checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Sends a message. In an outage, returns how long to hold all messages.
async fn send<A: Announcer>(
    announcer: &A,
    posts: &PostQueue,
    guilds: &Guilds,
    clock: Clock,
    metrics: &Metrics,
    due: DueMessage,
) -> Result<Option<Duration>, StoreError> {
    let message = due.announcement;
    if !posts.begin_post(message.nonce.clone(), message.channel, message.codes.len()).await? {
        tracing::debug!("A message to guild {} is another one by now: it is not sent", message.guild);
        return Ok(None);
    }
    let began = clock.elapsed();
    let sent = tokio::time::timeout(SEND_TIMEOUT, announcer.announce(&message)).await;
    let took = clock.elapsed().saturating_sub(began);
    let sent = sent.unwrap_or_else(|_| {
        Err(AnnounceError::passing(format!("no answer within {} s", SEND_TIMEOUT.as_secs()), true))
    });
    let (guild, count) = (message.guild, message.codes.len());
    let error = match sent {
        Ok(posted) => {
            metrics.posted(PostResult::Posted, took);
            for since_seen in posts.record_posted(message, posted).await? {
                metrics.seen_to_posted(since_seen);
            }
            tracing::info!("Posted {count} new codes to guild {guild}");
            return Ok(None);
        }
        Err(error) => error,
    };
    metrics.posted(result_of(&error), took);
    let mut wait = wait(due.attempts + 1, &error);
    let reason = &error.reason;
    if let Some(blocked) = error.blocked {
        let resume_at = after(clock, error.retry_after.unwrap_or(RESUME_AFTER).min(RESUME_AFTER));
        if guilds.pause_guild(guild, Some(message.channel), blocked, Some(resume_at)).await? {
            tracing::warn!("Guild {guild} is paused, {count} codes wait: {}", blocked.meaning());
        }
    } else if error.is_absent {
        wait = Duration::ZERO;
    } else if error.is_outage {
        // An outage is logged once where it is detected, not for each message.
        tracing::debug!("Cannot post {count} codes to guild {guild}: {reason}");
    } else {
        tracing::warn!("Cannot post {count} codes to guild {guild}, next try in {} s: {reason}", wait.as_secs());
    }
    // An outage holds all messages in memory. A wait stored with the message would outlast a move to another address.
    let next = if error.is_outage { clock.now() } else { after(clock, wait) };
    let failed = NotPosted {
        maybe_sent: error.leaves_open(message.attempted_at.is_some()),
        next,
        refusal: error.is_of_the_channel().then(|| error.reason.clone()),
    };
    posts.record_not_posted(message.nonce, failed).await?;
    Ok(error.is_outage.then_some(wait))
}

fn result_of(error: &AnnounceError) -> PostResult {
    match error.blocked {
        Some(_) => PostResult::Paused,
        None if error.is_outage => PostResult::Outage,
        None => PostResult::Failed,
    }
}

/// Edits a message. In an outage, returns how long to hold all messages.
async fn correct<A: Announcer>(
    announcer: &A,
    posts: &PostQueue,
    clock: Clock,
    correction: Correction,
) -> Result<Option<Duration>, StoreError> {
    posts.begin_correction().await?;
    let corrected = tokio::time::timeout(SEND_TIMEOUT, announcer.correct(&correction)).await;
    let corrected = corrected.unwrap_or_else(|_| Err(AnnounceError::passing("no answer", true)));
    let guild = correction.guild;
    let error = match corrected {
        Ok(()) => {
            tracing::debug!("The post {} in guild {guild} shows how its codes are", correction.nonce);
            posts.record_corrected(correction).await?;
            return Ok(None);
        }
        Err(error) => error,
    };
    let wait = wait(CORRECTION_TRIES, &error);
    match error.blocked {
        // The message is gone, alone or with its channel.
        _ if error.is_gone => posts.record_corrected(correction).await?,
        Some(Blocked::UnknownChannel) => posts.record_corrected(correction).await?,
        // This thread alone: others of the same forum may be open.
        Some(Blocked::ThreadLocked) => {
            posts.put_off_correction(correction.nonce, after(clock, BLOCKED_CORRECTIONS)).await?;
        }
        Some(_) => posts.put_off_corrections(guild, after(clock, BLOCKED_CORRECTIONS)).await?,
        None if error.is_outage => return Ok(Some(wait)),
        None if error.retry_after.is_some() => {
            tracing::debug!("Edits in guild {guild} wait {} s: {error}", wait.as_secs());
            posts.put_off_corrections(guild, after(clock, wait)).await?;
        }
        None => {
            tracing::warn!("Cannot correct a post in guild {guild}, next try in {} s: {error}", wait.as_secs());
            posts.put_off_correction(correction.nonce, after(clock, wait)).await?;
        }
    }
    Ok(None)
}

fn listed<'a>(codes: impl IntoIterator<Item = &'a Code>) -> String {
    let quoted: Vec<String> = codes.into_iter().map(|code| format!("'{code}'")).collect();
    format!("[{}]", quoted.join(", "))
}
