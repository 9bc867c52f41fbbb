//! Discord, the game and the code feed, as far as the checks need them.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use giftcode_bot::domain::answers::answer::{Answer, ApiAnswer, ErrCode, Reply};
use giftcode_bot::domain::codes::channel::NONCE_WINDOW;
use giftcode_bot::domain::codes::code::{Code, CodeKey};
use giftcode_bot::domain::codes::listing::Entry;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, PlayerId, State};
use giftcode_bot::ports::{
    AnnounceError, Announcement, Announcer, CodeFeed, Correction, FeedError, FeedFailure, GameApi, LoginAnswer,
    MessageId, Posted,
};
use giftcode_bot::runtime::clock::Clock;

use crate::checker::Actor;
use crate::world::{At, Outside, World, answer};

/// The shortest time for which Discord remembers a nonce.
const NONCES_KNOWN: At = 180_000;
const DISCORD_TIMEOUT: Duration = Duration::from_secs(20);
const GAME_TIMEOUT: Duration = Duration::from_secs(10);

/// One code in one guild, as announced.
pub type Announced = (AllianceId, CodeKey, u32);
/// One player and one code.
pub type Redeemed = (PlayerId, CodeKey);

#[derive(Debug, Clone)]
struct Message {
    id: u64,
    nonce: String,
    channel: ChannelId,
    at: At,
}

#[derive(Default)]
pub struct Discord {
    messages: Vec<Message>,
    /// Nonces are remembered for ever: with clocks far apart, nobody can tell how long ago an attempt was.
    pub knows_all_nonces: bool,
    /// How many messages in a hundred are refused.
    pub fails: u64,
    /// All messages are refused.
    pub is_down: bool,
}

impl Discord {
    fn fails(&self, random: &mut Rng) -> bool {
        self.is_down || random.u64(0..100) < self.fails
    }
}

#[derive(Default)]
pub struct Game {
    granted: BTreeMap<Redeemed, At>,
    /// How many calls in a hundred fail.
    pub fails: u64,
}

#[derive(Default)]
pub struct Feed {
    pub codes: Vec<Code>,
}

/// An instance's connection to Discord, the game and the feed.
#[derive(Clone)]
pub struct Services {
    outside: Outside,
    clock: Clock,
}

impl Services {
    pub fn new(outside: Outside, clock: Clock) -> Self {
        Self { outside, clock }
    }

    /// The sender at this moment.
    fn actor(&self) -> Actor {
        let (host, now) = (self.outside.host, self.outside.now());
        let checker = &self.outside.world().checker;
        (host, self.outside.process, checker.knows_standby(host, now), checker.must_know_before(host, now))
    }

    async fn create(&self, message: &Announcement) -> Result<Posted, AnnounceError> {
        let actor = self.actor();
        let (nonce, channel, guild) = (message.nonce.clone(), message.channel, message.guild);
        let codes: Vec<Announced> =
            message.codes.iter().map(|code| (guild, code.code.key(), code.generation)).collect();
        let sent = self.outside.ask(DISCORD_TIMEOUT, move |world: &mut World, to| {
            if world.discord.fails(&mut world.random) {
                return world.lose(to);
            }
            let now = world.now;
            let is_known = |known: &&Message| {
                let is_fresh = now - known.at < NONCES_KNOWN || world.discord.knows_all_nonces;
                known.nonce == nonce && known.channel == channel && is_fresh
            };
            let earlier = world.discord.messages.iter().find(is_known).map(|known| known.id);
            let posted = match earlier {
                Some(id) => Posted::new(MessageId(id), false),
                None => {
                    let id = world.discord.messages.len() as u64 + 1;
                    world.discord.messages.push(Message { id, nonce: nonce.clone(), channel, at: now });
                    world.note(&format!("discord: {} posts {nonce} with {} codes", actor.0, codes.len()));
                    world.checker.posted(actor, now, &nonce, &codes, &world.mongo);
                    Posted::new(MessageId(id), true)
                }
            };
            if world.discord.fails(&mut world.random) {
                return world.lose(to);
            }
            answer(world, to, posted);
        });
        sent.await.map_err(|_| AnnounceError::passing("no answer", true))
    }

    async fn find(&self, nonce: &str, channel: ChannelId) -> Result<Option<u64>, AnnounceError> {
        let nonce = nonce.to_owned();
        let found = self.outside.ask(DISCORD_TIMEOUT, move |world, to| {
            let is_it = |message: &&Message| message.nonce == nonce && message.channel == channel;
            let found = world.discord.messages.iter().find(is_it).map(|message| message.id);
            answer(world, to, found);
        });
        found.await.map_err(|_| AnnounceError::passing("no answer", true))
    }
}

impl Announcer for Services {
    async fn announce(&self, message: &Announcement) -> Result<Posted, AnnounceError> {
        let is_forgotten = |at| self.clock.now().duration_since(at) >= NONCE_WINDOW;
        if message.attempted_at.is_some_and(|at| message.is_moved || is_forgotten(at)) {
            let found = self.find(&message.nonce, message.channel).await?;
            return found.map(|id| Posted::new(MessageId(id), false)).ok_or_else(AnnounceError::absent);
        }
        self.create(message).await
    }

    async fn correct(&self, _correction: &Correction) -> Result<(), AnnounceError> {
        let changed = self.outside.ask(DISCORD_TIMEOUT, |world, to| answer(world, to, ()));
        changed.await.map_err(|_| AnnounceError::passing("no answer", true))
    }
}

impl GameApi for Services {
    async fn login(&self, _player: PlayerId) -> Reply<LoginAnswer> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Reply::plain(LoginAnswer::Failed(Answer::Http(404)))
    }

    async fn redeem(&self, player: PlayerId, _state: State, code: &Code) -> Reply<Answer> {
        let (actor, key) = (self.actor(), code.key());
        let asked = self.outside.ask(GAME_TIMEOUT, move |world, to| {
            if world.random.u64(0..100) < world.game.fails {
                return world.lose(to);
            }
            if !world.feed.codes.iter().any(|code| code.key() == key) {
                return answer(world, to, (("CDK NOT FOUND", 40014), None));
            }
            let (now, what) = (world.now, (player, key));
            world.note(&format!("game: {} redeems {} for {}", actor.0, what.1.as_str(), player.get()));
            let number = world.checker.called(actor, now, &what, &world.mongo);
            let given = match world.random.u64(0..100) < world.game.fails {
                true => ("TIMEOUT RETRY", 40004),
                false if world.game.granted.contains_key(&what) => ("RECEIVED", 40008),
                false => {
                    world.game.granted.insert(what.clone(), now);
                    ("SUCCESS", 20000)
                }
            };
            if world.random.u64(0..100) < world.game.fails {
                return world.lose(to);
            }
            let is_final = given.1 != 40004;
            answer(world, to, (given, is_final.then_some(number)));
        });
        let asked = asked.await;
        if let Ok((_, Some(number))) = asked {
            self.outside.world().checker.answered(number, self.outside.now());
        }
        Reply::plain(match asked {
            Ok(((msg, number), _)) => Answer::Api(ApiAnswer { msg: msg.to_owned(), err_code: ErrCode::Number(number) }),
            Err(_) => Answer::TimedOut,
        })
    }
}

impl CodeFeed for Services {
    fn sources(&self) -> Vec<String> {
        vec!["feed".to_owned()]
    }

    async fn ask(&self, _place: usize) -> Result<Vec<Entry>, FeedFailure> {
        let asked = self.outside.ask(DISCORD_TIMEOUT, |world, to| {
            let codes = world.feed.codes.clone();
            answer(world, to, codes);
        });
        match asked.await {
            Ok(codes) => Ok(codes.into_iter().map(Entry::active).collect()),
            Err(_) => Err(FeedFailure { error: FeedError::Unreachable("no answer".to_owned()), retry_after: None }),
        }
    }
}
