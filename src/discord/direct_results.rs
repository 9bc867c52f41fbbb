//! Results by direct message, for people who turned that on.
//!
//! # Guarantees
//! A message tells of the codes that ended for a person's accounts since the last one: the first [`MAX_CODES`], and those that
//! ended at the same time as the last of them. It is sent once at most: the intent with its nonce is stored first. What a crash
//! left in the dark is sent again while Discord knows the nonce, and after that it counts as sent. Discord's refusal (50007: the
//! person takes no messages from the server's members) turns the messages off; the person learns that at the next `/link` or
//! `/redeem`.
//!
//! # Races
//! One loop sends everything, one message at a time. What ends meanwhile is in the next message. A refusal that concerns one
//! person delays that person only, longer each time, and after [`FORGET_AFTER`] until something new ends for that person. A
//! limit for opening direct messages concerns everybody. Each attempt, not only the first, is made by the leader, and after
//! MongoDB has its intent.
//!
//! # Crash
//! The next start looks at what ended in the last [`MISSED`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId, Nonce, UserId as DiscordUserId};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::codes::channel::NONCE_WINDOW;
use crate::domain::players::player::UserId;
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{DirectResults as Results, People, Requests, StoreError};

use super::messages::self_service as words;
use super::rest::{Rest, RestError};

/// Between two looks at what ended.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// How far back a start looks.
const MISSED: SignedDuration = SignedDuration::from_hours(24);
/// How much an end may become visible after its time.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);
/// Codes in a message. More have the next one.
const MAX_CODES: u32 = 10;
/// After calls for a person that failed, and for everybody after a failure that concerns all calls.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(15), Duration::from_secs(3600));
/// A person for whom calls failed for so long is given up.
const FORGET_AFTER: Duration = Duration::from_secs(24 * 3600);
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);

/// Why a person was not told.
enum Failure {
    /// Discord will not deliver messages to this person.
    Closed,
    /// It was surely not sent.
    NotSent(Later),
    /// It may have been sent.
    Unknown(Later),
}

/// A call that failed and is made again later.
struct Later {
    error: RestError,
    /// Whether a call for anybody else would fail, too.
    concerns_all: bool,
}

impl From<RestError> for Later {
    fn from(error: RestError) -> Self {
        let concerns_all = match &error {
            RestError::Outage { .. } | RestError::Suspended(_) | RestError::Unreached(_) => true,
            RestError::Refused { is_global, .. } => *is_global || error.is_unauthorized(),
            RestError::Unanswered(_) => false,
        };
        Self { error, concerns_all }
    }
}

/// What the loop remembers.
struct Memory {
    /// What ended before this is looked at, or its people are in `waiting`.
    since: Timestamp,
    waiting: BTreeMap<UserId, Waiting>,
}

/// When a person is looked at again; the times are since the clock's start.
#[derive(Debug, Clone, Copy, Default)]
struct Waiting {
    at: Duration,
    /// In a row.
    failures: u32,
    failing_since: Option<Duration>,
}

pub struct DirectResults {
    people: People,
    requests: Requests,
    rest: Arc<Rest>,
    clock: Clock,
}

#[derive(Deserialize)]
struct Channel {
    id: ChannelId,
}

impl Service for DirectResults {
    fn name(&self) -> &'static str {
        "direct messages"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let since = self.clock.now().checked_sub(MISSED).unwrap_or(Timestamp::MIN);
        let mut memory = Memory { since, waiting: BTreeMap::new() };
        let mut rest = POLL_INTERVAL;
        while shutdown.run_until_cancelled(tokio::time::sleep(rest)).await.is_some() {
            rest = self.poll(&mut memory, &shutdown).await.unwrap_or_else(|error| {
                let seconds = STORE_COOL_DOWN.as_secs();
                tracing::warn!("Cannot see whose results are to be sent, next try in {seconds} s: {error}");
                STORE_COOL_DOWN
            });
        }
        Ok(())
    }
}

impl DirectResults {
    pub fn new(people: People, requests: Requests, rest: Arc<Rest>, clock: Clock) -> Self {
        Self { people, requests, rest, clock }
    }

    /// Sends everybody the results that are due. Returns how long to rest.
    async fn poll(&self, memory: &mut Memory, shutdown: &CancellationToken) -> Result<Duration, StoreError> {
        let now = self.clock.now();
        for user in self.people.with_news(memory.since).await? {
            memory.waiting.entry(user).or_default();
        }
        memory.since = now.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN);
        let now = self.clock.elapsed();
        let is_due = |(_, waiting): &(&UserId, &Waiting)| waiting.at <= now;
        let due: Vec<UserId> = memory.waiting.iter().filter(is_due).map(|(user, _)| *user).collect();
        for user in due {
            // A message that has begun is not cut off: its end would be unknown.
            if shutdown.is_cancelled() {
                break;
            }
            match self.notify(user).await? {
                Ok(true) => _ = memory.waiting.insert(user, Waiting::default()),
                Ok(false) => _ = memory.waiting.remove(&user),
                Err(Later { error, concerns_all }) => {
                    tracing::debug!("The results of a person are sent later: {error}");
                    if concerns_all {
                        return Ok(error.retry_after().unwrap_or(BACK_OFF.first).max(POLL_INTERVAL));
                    }
                    memory.failed(user, self.clock.elapsed(), error.retry_after());
                }
            }
        }
        Ok(POLL_INTERVAL)
    }

    /// Sends a person the results that are due. Returns whether there may be more.
    async fn notify(&self, user: UserId) -> Result<Result<bool, Later>, StoreError> {
        let Some(results) = self.people.unsent_results(user, MAX_CODES).await? else { return Ok(Ok(false)) };
        let until = match (results.attempt, results.codes.last()) {
            (Some((until, at)), None) => return self.give_up(user, until, at).await,
            (Some((until, _)), Some(_)) => until,
            (None, Some(last)) => last.ended_at,
            (None, None) => return Ok(Ok(false)),
        };
        // Even if an intent is noted here: perhaps MongoDB does not have it, and another instance leads.
        self.people.begin_telling(user, until).await?;
        if let Some((until, at)) = results.attempt
            && self.clock.now().duration_since(at) >= NONCE_WINDOW
        {
            return self.give_up(user, until, at).await;
        }
        let sent = self.send(user, until, &results).await?;
        match sent {
            Ok(()) => self.people.notified(user, until).await?,
            Err(Failure::Closed) => {
                self.people.refuses_messages(user).await?;
                tracing::info!("A person takes no direct messages: they are turned off for that person");
                return Ok(Ok(false));
            }
            Err(Failure::NotSent(later)) => {
                // The end of an earlier attempt stays unknown, whatever became of this one.
                if results.attempt.is_none() {
                    self.people.not_notified(user).await?;
                }
                return Ok(Err(later));
            }
            Err(Failure::Unknown(later)) => return Ok(Err(later)),
        }
        Ok(Ok(true))
    }

    /// Nobody knows whether that message was sent, and Discord no longer drops a second one.
    async fn give_up(&self, user: UserId, until: Timestamp, at: Timestamp) -> Result<Result<bool, Later>, StoreError> {
        tracing::debug!("A direct message that was begun at {at} counts as sent");
        self.people.notified(user, until).await?;
        Ok(Ok(true))
    }

    async fn send(&self, user: UserId, until: Timestamp, results: &Results) -> Result<Result<(), Failure>, StoreError> {
        let mut codes = Vec::new();
        for ended in &results.codes {
            let mut standings = Vec::new();
            for player in &results.accounts {
                let standing = self.requests.standing(*player, ended.code.key(), ended.generation).await?;
                standings.extend(standing.filter(|standing| standing.outcome.is_some()));
            }
            codes.push((ended.code.clone(), standings));
        }
        let message = words::direct_results(results.language, &codes);
        let channel: Channel = match self.rest.direct_channel(DiscordUserId::new(user.0.max(1))).await {
            Ok(channel) => channel,
            Err(error) if is_closed(&error) => return Ok(Err(Failure::Closed)),
            Err(error) => return Ok(Err(Failure::NotSent(error.into()))),
        };
        let body = message.create().nonce(Nonce::String(nonce(user, until))).enforce_nonce(true);
        Ok(match self.rest.create_message::<serde::de::IgnoredAny>(channel.id, &body, &[]).await {
            Ok(_) => Ok(()),
            Err(error) if is_closed(&error) => Err(Failure::Closed),
            Err(error) if error.maybe_done() => Err(Failure::Unknown(error.into())),
            Err(error) => Err(Failure::NotSent(error.into())),
        })
    }
}

impl Memory {
    /// Notes that a call for a person failed.
    fn failed(&mut self, user: UserId, now: Duration, retry_after: Option<Duration>) {
        let waiting = self.waiting.entry(user).or_default();
        let since = *waiting.failing_since.get_or_insert(now);
        waiting.at = now + BACK_OFF.doubled(waiting.failures).max(retry_after.unwrap_or_default());
        waiting.failures = waiting.failures.saturating_add(1);
        if now.saturating_sub(since) >= FORGET_AFTER {
            self.waiting.remove(&user);
        }
    }
}

/// Whether Discord delivers no message of the bot to this person: 50007, or, without a common server, 50278.
fn is_closed(error: &RestError) -> bool {
    matches!(error, RestError::Refused { code: 50007 | 50278, .. })
}

/// The same for every attempt of a message, and for every process that would send it.
fn nonce(user: UserId, until: Timestamp) -> String {
    let digest = Sha256::digest(format!("results/{user}/{}", until.as_millisecond()));
    digest.iter().take(11).fold("d".to_owned(), |nonce, byte| format!("{nonce}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::language::Language;
    use crate::leadership::{HeldLease, Leadership, Phase};
    use crate::store::{FileLock, Opening, RESULTS_USER, StateKind, Store, with_a_result};

    /// A new leader may have told the person meanwhile.
    #[tokio::test(start_paused = true)]
    async fn a_message_whose_intent_is_noted_is_sent_by_the_leader_only() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let leadership = Leadership::waiting(clock);
        let opening = Opening { leader: Arc::new(leadership.clone()), ..Opening::new(StateKind::Bot, clock) };
        let store = Store::open_locked(FileLock::take(&folder.path().join("giftcode.db")).unwrap(), opening).unwrap();
        let until = clock.boot() + Duration::from_secs(3600);
        leadership.set(Phase::Leading(HeldLease { term: 1, round: 0, until, has_standby: false }));
        let user = RESULTS_USER;
        store.people().set_results(user, true, Language::En).await.unwrap();
        with_a_result(&store, 1, "CODE").await;
        let ended = store.people().unsent_results(user, 1).await.unwrap().unwrap().codes[0].ended_at;
        store.people().begin_telling(user, ended).await.unwrap();
        // A closed port.
        let proxy = Some("http://127.0.0.1:9".parse().unwrap());
        let rest = super::super::rest::Access { token: "token".to_owned().into(), proxy }.rest(clock).unwrap();
        let messages = DirectResults::new(store.people(), store.requests(), Arc::new(rest), clock);
        let sent = messages.notify(user).await;
        assert!(matches!(sent, Ok(Err(_))), "the leader tries");
        leadership.set(Phase::Waiting);
        let sent = messages.notify(user).await;
        assert!(matches!(sent, Err(StoreError::NotActive)), "it sends without leading");
    }

    #[test]
    fn a_person_who_cannot_be_told_is_tried_less_and_less_and_given_up_after_a_day() {
        let user = UserId(1);
        let mut memory = Memory { since: Timestamp::UNIX_EPOCH, waiting: BTreeMap::new() };
        let (mut now, mut waits) = (Duration::from_secs(100), Vec::new());
        loop {
            memory.failed(user, now, None);
            let Some(waiting) = memory.waiting.get(&user) else { break };
            waits.push((waiting.at - now).as_secs());
            now = waiting.at;
        }
        assert_eq!(waits[..10], [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert!(waits.len() < 40, "{waits:?}");
        memory.failed(user, now, Some(Duration::from_secs(7200)));
        assert_eq!(memory.waiting[&user].at - now, Duration::from_secs(7200));
    }
}
