//! The poster, with announcers that fail in every way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use giftcode_bot::domain::codes::channel::{Blocked, NONCE_WINDOW, OverReason};
use giftcode_bot::domain::codes::post_plan::MessageKind;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId};
use giftcode_bot::ports::{AnnounceError, Announcement, Announcer, Correction, MessageId, Posted};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::poster::Poster;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::{GUILD, Lines, StateFile, players};

/// A channel's reaction to the next message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    Takes,
    Refuses,
    /// Refuses it until somebody acts.
    Blocks,
    /// Takes it, but the answer is lost.
    LosesAnswer,
    /// Does not accept it, but answers as if it might have.
    MayHaveSent,
    /// Accepts it, and never answers.
    Hangs,
    /// Does not accept it, and asks to wait this many seconds.
    AsksFor(u64),
    /// Answers HTTP 400 to everything.
    Objects,
    /// Is unreachable for this many seconds.
    IsOut(u64),
}

/// Channels that deduplicate by nonce, like Discord's.
#[derive(Clone, Default)]
pub struct Channels {
    pub posts: Arc<Mutex<Vec<Announcement>>>,
    pub script: Arc<Mutex<BTreeMap<AllianceId, Vec<Next>>>>,
    pub calls: Arc<Mutex<usize>>,
    pub corrections: Arc<Mutex<Vec<Correction>>>,
    /// When each attempt was made, and in which guild and channel.
    pub tries: Arc<Mutex<Vec<(Instant, AllianceId, ChannelId)>>>,
    pub sent: Arc<Mutex<Vec<(String, Instant)>>>,
    /// Nonces older than this are forgotten.
    pub forgets_after: Option<Duration>,
    pub clock: Option<Clock>,
}

impl Channels {
    pub fn script(&self, guild: AllianceId, mut next: Vec<Next>) {
        next.reverse();
        self.script.lock().unwrap().insert(guild, next);
    }

    /// (guild, code, generation) of every post, in order.
    pub fn posted(&self) -> Vec<(u64, String, u32)> {
        let posts = self.posts.lock().unwrap();
        let codes = |a: &Announcement| -> Vec<_> {
            a.codes.iter().map(|c| (a.guild.0, c.code.to_string(), c.generation)).collect()
        };
        posts.iter().flat_map(codes).collect()
    }
}

impl Announcer for Channels {
    async fn announce(&self, message: &Announcement) -> Result<Posted, AnnounceError> {
        *self.calls.lock().unwrap() += 1;
        self.tries.lock().unwrap().push((Instant::now(), message.guild, message.channel));
        if let Some(found) = self.looked_up(message) {
            return found;
        }
        let next = self.script.lock().unwrap().get_mut(&message.guild).and_then(Vec::pop).unwrap_or(Next::Takes);
        let error = |maybe_sent| Err(AnnounceError::passing("Missing Access", maybe_sent));
        if next == Next::Refuses {
            return error(false);
        }
        match next {
            Next::MayHaveSent => return error(true),
            Next::AsksFor(seconds) => return Err(told(Duration::from_secs(seconds), false)),
            Next::IsOut(seconds) => return Err(told(Duration::from_secs(seconds), true)),
            Next::Objects => return error_of("Discord answers 400 (code 50083): Thread is archived"),
            _ => {}
        }
        if next == Next::Blocks {
            let blocked = Some(Blocked::MissingPermissions);
            return Err(AnnounceError { blocked, ..AnnounceError::passing("Missing Permissions", false) });
        }
        let (id, is_as_given) = {
            let mut posts = self.posts.lock().unwrap();
            let known = posts.iter().position(|known| known.nonce == message.nonce);
            match known.filter(|_| self.remembers(message)) {
                Some(index) => (index, false),
                None => {
                    posts.push(message.clone());
                    self.sent.lock().unwrap().push((message.nonce.clone(), Instant::now()));
                    (posts.len() - 1, true)
                }
            }
        };
        match next {
            Next::LosesAnswer => error(true),
            Next::Hangs => std::future::pending().await,
            _ => Ok(Posted::new(MessageId(id as u64 + 1), is_as_given)),
        }
    }

    async fn correct(&self, correction: &Correction) -> Result<(), AnnounceError> {
        let mut corrections = self.corrections.lock().unwrap();
        corrections.push(correction.clone());
        // The first answer is lost.
        if corrections.len() == 1 { Err(AnnounceError::passing("no answer", true)) } else { Ok(()) }
    }
}

impl Channels {
    fn remembers(&self, message: &Announcement) -> bool {
        let sent = self.sent.lock().unwrap();
        let at = sent.iter().find(|(nonce, _)| *nonce == message.nonce).map(|(_, at)| *at);
        self.forgets_after.is_none_or(|after| at.is_none_or(|at| at.elapsed() < after))
    }

    /// Like the announcer: a message that may have been sent long ago, or elsewhere, is looked up.
    fn looked_up(&self, message: &Announcement) -> Option<Result<Posted, AnnounceError>> {
        let at = message.attempted_at?;
        let age = self.clock?.now().duration_since(at);
        if !message.is_moved && age < NONCE_WINDOW {
            return None;
        }
        let posts = self.posts.lock().unwrap();
        let is_it = |known: &Announcement| known.nonce == message.nonce && known.channel == message.channel;
        let found = posts.iter().position(is_it);
        Some(found.map(|at| Posted::new(MessageId(at as u64 + 1), false)).ok_or_else(AnnounceError::absent))
    }

    pub fn tries_of(&self, guild: AllianceId) -> Vec<(Instant, ChannelId)> {
        let tries = self.tries.lock().unwrap();
        tries.iter().filter(|(_, of, _)| *of == guild).map(|(at, _, channel)| (*at, *channel)).collect()
    }
}

fn told(wait: Duration, is_outage: bool) -> AnnounceError {
    AnnounceError { retry_after: Some(wait), is_outage, ..AnnounceError::passing("not now", false) }
}

fn error_of(reason: &str) -> Result<Posted, AnnounceError> {
    Err(AnnounceError::passing(reason, false))
}

pub fn run(state: &StateFile, channels: &Channels) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    let stop = CancellationToken::new();
    let poster = Poster::new(channels.clone(), state.store.posts(), state.store.guilds(), state.clock);
    (tokio::spawn(Arc::new(poster).run(stop.clone())), stop)
}

pub async fn settle() {
    tokio::time::sleep(Duration::from_millis(500)).await;
}

#[tokio::test(start_paused = true)]
async fn a_first_start_posts_one_digest_and_then_new_codes() {
    let lines = Lines::capture();
    let (state, channels) = (StateFile::new(), Channels::default());
    state.guild(GUILD, players(1..=2)).await;
    let (task, stop) = run(&state, &channels);
    state.list(&["A1", "B2"]).await;
    settle().await;
    state.list(&["A1", "B2", "C3", "D4"]).await;
    settle().await;
    let kinds: Vec<MessageKind> = channels.posts.lock().unwrap().iter().map(|a| a.kind).collect();
    assert_eq!(kinds, [MessageKind::Digest, MessageKind::New]);
    assert_eq!(lines.count("Found 2 new codes for guild 1001: ['C3', 'D4']"), 1, "{:?}", lines.all());
    assert_eq!(lines.count("Posted 2 new codes to guild 1001"), 2, "{:?}", lines.all());
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 8);
    // A guild that sets its channel later gets the active codes once.
    state.store.guilds().set_channel(AllianceId(7), ChannelId(8)).await.unwrap();
    settle().await;
    assert_eq!(channels.posted().iter().filter(|(guild, ..)| *guild == 7).count(), 4);
    assert_eq!(channels.posts.lock().unwrap().last().unwrap().kind, MessageKind::Digest);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_post_that_fails_stays_due_and_no_other_guild_waits() {
    let (state, channels) = (StateFile::new(), Channels::default());
    state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    state.store.guilds().set_channel(AllianceId(7), ChannelId(8)).await.unwrap();
    channels.script(GUILD, vec![Next::Refuses; 8]);
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    assert_eq!(channels.posted(), [(7, "A1".to_owned(), 1)]);
    assert_eq!(state.store.reports().failing_guilds().await.unwrap(), 1);
    // Waits of 1, 2, 4, 8, 16, 32, 64 and 128 s.
    tokio::time::sleep(Duration::from_secs(253)).await;
    assert_eq!((channels.posted().len(), *channels.calls.lock().unwrap()), (1, 9));
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(channels.posted().len(), 2);
    assert_eq!(state.store.reports().failing_guilds().await.unwrap(), 0);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn invariant_1_lost_answers_and_hangs_post_nothing_twice() {
    let (state, channels) = (StateFile::new(), Channels::default());
    state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    channels.script(GUILD, vec![Next::LosesAnswer, Next::Hangs, Next::LosesAnswer]);
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!((channels.posted().len(), *channels.calls.lock().unwrap()), (1, 4));
    assert_eq!(state.store.reports().waiting_messages().await.unwrap(), 0);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn invariant_1_a_crash_between_any_two_steps_posts_exactly_once() {
    // Killed after some milliseconds, with a channel that accepts the message and then hangs: before the plan, after it, after
    // the attempt was recorded, after the message was accepted, or after its id was stored.
    for (kill_after, script) in
        [(0, vec![]), (1, vec![Next::Hangs]), (5, vec![Next::Hangs]), (500, vec![]), (7, vec![Next::LosesAnswer])]
    {
        let (mut state, channels) = (StateFile::new(), Channels::default());
        state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
        channels.script(GUILD, script);
        state.list(&["A1", "B2"]).await;
        let (task, _stop) = run(&state, &channels);
        tokio::time::sleep(Duration::from_millis(kill_after)).await;
        task.abort();
        drop(task.await);
        state = state.reopened().await;
        let (task, stop) = run(&state, &channels);
        tokio::time::sleep(Duration::from_secs(60)).await;
        let expected = [(GUILD.0, "A1".to_owned(), 1), (GUILD.0, "B2".to_owned(), 1)];
        assert_eq!(channels.posted(), expected, "killed after {kill_after} ms");
        stop.cancel();
        task.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_five_codes_are_spelled_out_or_listed_and_none_is_lost() {
    let (state, channels) = (StateFile::new(), Channels::default());
    state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    let names: Vec<String> = (10..35).map(|i| format!("CODE{i}")).collect();
    state.list(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    let posts = channels.posts.lock().unwrap().clone();
    assert_eq!(posts.iter().map(|a| (a.codes.len(), a.total)).collect::<Vec<_>>(), [(10, 25), (15, 25)]);
    assert_eq!(channels.posted().into_iter().map(|(_, code, _)| code).collect::<Vec<_>>(), names);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_guild_whose_channel_refuses_posts_is_paused_until_somebody_acts() {
    let lines = Lines::capture();
    let (state, channels) = (StateFile::new(), Channels::default());
    state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    state.store.guilds().set_channel(AllianceId(7), ChannelId(8)).await.unwrap();
    channels.script(GUILD, vec![Next::Blocks; 3]);
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    assert_eq!(channels.posted(), [(7, "A1".to_owned(), 1)]);
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().paused, Some(Blocked::MissingPermissions));
    assert_eq!(state.store.reports().failing_guilds().await.unwrap(), 0, "its own admins' business");
    // Further codes are not tried there at first. Later one is, and the failure is logged once.
    state.list(&["A1", "B2"]).await;
    tokio::time::sleep(Duration::from_secs(14 * 60)).await;
    assert_eq!((channels.posted().len(), *channels.calls.lock().unwrap()), (2, 3));
    tokio::time::sleep(Duration::from_secs(2 * 60)).await;
    assert_eq!(*channels.calls.lock().unwrap(), 4);
    assert_eq!(lines.count("Guild 1001 is paused"), 1, "{:?}", lines.all());
    // Somebody acts, so it is tried at once.
    assert!(state.store.guilds().resume_guild(GUILD).await.unwrap());
    settle().await;
    assert_eq!(*channels.calls.lock().unwrap(), 5);
    state.store.guilds().set_channel(GUILD, ChannelId(2)).await.unwrap();
    settle().await;
    assert_eq!(channels.posted().iter().filter(|(guild, ..)| *guild == GUILD.0).count(), 2);
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().paused, None);
    assert!(!state.store.guilds().resume_guild(GUILD).await.unwrap());
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_post_whose_code_is_over_says_so_once() {
    let (state, channels) = (StateFile::new(), Channels::default());
    state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    let in_an_hour = state.clock.now() + jiff::SignedDuration::from_hours(1);
    state.list_until(&[("A1", Some(in_an_hour)), ("B2", None)]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    tokio::time::sleep(Duration::from_secs(3500)).await;
    assert!(channels.corrections.lock().unwrap().is_empty());
    tokio::time::sleep(Duration::from_secs(7200)).await;
    let corrections = channels.corrections.lock().unwrap().clone();
    // Twice, because the first answer was lost.
    assert_eq!(corrections.len(), 2);
    assert_eq!((corrections[1].channel, corrections[1].message), (ChannelId(1), MessageId(1)));
    let over: Vec<_> = corrections[1].codes.iter().map(|(code, over)| (code.code.to_string(), over.clone())).collect();
    assert_eq!(over, [("A1".to_owned(), Some(OverReason::Expired)), ("B2".to_owned(), None)]);
    stop.cancel();
    task.await.unwrap().unwrap();
}
