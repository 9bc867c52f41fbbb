//! All that the double knows, behind one lock, and how to wait for a change of it.

pub mod faults;
pub mod guild;
pub mod interaction_record;
pub mod invocation;
pub mod limits;
pub mod message;
pub mod session;
pub mod thread;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use faults::Faults;
use guild::{Channel, Guild};
use interaction_record::InteractionRecord;
use limits::RateLimiter;
use message::{Attachment, Message};
use session::Session;

/// In the form of a real token: the user's id, a moment, a secret.
pub const TOKEN: &str = "MTA0MDAwMDAwMDAwMDAwMDAwMg.double.of-discord-for-tests-only-00";
pub const APPLICATION: u64 = 1_040_000_000_000_000_001;
pub const BOT_USER: u64 = 1_040_000_000_000_000_002;

/// The moment that Discord's ids count from, in milliseconds of Unix time.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

pub struct Inner {
    state: Mutex<State>,
    changed: Notify,
    rest: SocketAddr,
    gateway: SocketAddr,
}

/// A request that the bot made.
#[derive(Clone, Debug)]
pub struct RequestLog {
    pub at: Timestamp,
    pub method: String,
    /// After `/api/v10`, without the query.
    pub path: String,
    /// None: no response, or none yet.
    pub status: Option<u16>,
}

/// What a test can set, faults apart. The setters on `Double` say what each is for.
pub struct Settings {
    pub shards: u32,
    pub max_concurrency: u32,
    pub heartbeat: Duration,
    pub gateway_hangs: bool,
    pub message_content: Option<bool>,
    pub nonce_window: Duration,
    pub history_has_nonce: bool,
    pub history_page: usize,
    /// In milliseconds.
    pub latency: RangeInclusive<u64>,
    pub sessions_left: u64,
    /// In milliseconds.
    pub sessions_reset: u64,
    pub response_deadline: Duration,
    pub follow_up_deadline: Duration,
    pub interaction_age: Duration,
    /// How many messages of a channel may be published within the window.
    pub publishes: usize,
    pub publish_window: Duration,
}

#[derive(Default)]
pub struct State {
    pub settings: Settings,
    pub is_token_revoked: bool,
    pub guilds: BTreeMap<u64, Guild>,
    pub unavailable: BTreeSet<u64>,
    /// Channels of guilds that the bot was removed from. Discord still knows them.
    pub former_channels: BTreeSet<u64>,
    /// By user: the channel for direct messages with the bot.
    pub direct_channels: BTreeMap<u64, u64>,
    guild_of: HashMap<u64, u64>,
    pub messages: BTreeMap<u64, Message>,
    pub in_channel: HashMap<u64, Vec<u64>>,
    /// By nonce: the message, and when it was created.
    pub nonces: HashMap<String, (u64, Instant)>,
    /// When messages of a channel were published.
    pub published: HashMap<u64, Vec<Instant>>,
    /// Content type and bytes, by the path they are served at.
    pub files: HashMap<String, (String, Vec<u8>)>,
    /// Paths of files that can no longer be downloaded.
    pub forgotten_files: HashSet<String>,
    /// Files that users attach to commands.
    pub uploads: HashMap<u64, Attachment>,
    /// By guild; None: global commands.
    pub commands: BTreeMap<Option<u64>, Vec<Value>>,
    pub interactions: BTreeMap<u64, InteractionRecord>,
    pub sessions: Vec<Session>,
    /// Shard, and when.
    pub identifies: Vec<(u32, Instant)>,
    pub presence: Option<Value>,
    pub faults: Faults,
    pub rate_limiter: RateLimiter,
    pub log: Vec<RequestLog>,
    pub problems: Vec<String>,
    last_id: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shards: 1,
            max_concurrency: 1,
            heartbeat: Duration::from_millis(41_250),
            gateway_hangs: false,
            message_content: None,
            nonce_window: Duration::from_secs(300),
            history_has_nonce: false,
            history_page: 100,
            latency: 0..=0,
            sessions_left: 1000,
            sessions_reset: 86_400_000,
            response_deadline: Duration::from_secs(3),
            follow_up_deadline: Duration::from_secs(15 * 60),
            interaction_age: Duration::ZERO,
            publishes: 10,
            publish_window: Duration::from_secs(3600),
        }
    }
}

impl Inner {
    pub fn new(rest: SocketAddr, gateway: SocketAddr) -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), rest, gateway }
    }

    /// A poisoned lock does not matter: the test that panicked under it has failed already.
    pub fn read(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Changes the state and wakes everything that waits for a change.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let outcome = change(&mut self.read());
        self.changed.notify_waiters();
        outcome
    }

    /// Runs the check after every change until it finds something. None: it did not within this time.
    pub async fn wait<T>(&self, within: Duration, mut check: impl FnMut() -> Option<T>) -> Option<T> {
        let deadline = tokio::time::Instant::now() + within;
        loop {
            // Made before the check, so that no change is missed.
            let changed = self.changed.notified();
            if let Some(found) = check() {
                return Some(found);
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                return check();
            }
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.rest)
    }

    pub fn gateway_url(&self) -> String {
        format!("ws://{}", self.gateway)
    }
}

impl State {
    /// A new id. As in Discord, an id tells when it was made.
    pub fn next_id(&mut self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let now = (u64::try_from(now).unwrap() - DISCORD_EPOCH) << 22;
        self.last_id = now.max(self.last_id + 1);
        self.last_id
    }

    /// The id of an interaction that is as old as the settings say.
    pub fn next_interaction_id(&mut self) -> u64 {
        let age = u64::try_from(self.settings.interaction_age.as_millis()).unwrap();
        self.next_id() - (age << 22)
    }

    pub fn age(id: u64) -> Duration {
        let made_at = UNIX_EPOCH + Duration::from_millis((id >> 22) + DISCORD_EPOCH);
        SystemTime::now().duration_since(made_at).unwrap_or_default()
    }

    pub fn add_guild(&mut self, guild: Guild) {
        for channel in &guild.channels {
            self.guild_of.insert(channel.id, guild.id);
            self.former_channels.remove(&channel.id);
        }
        self.unavailable.remove(&guild.id);
        self.guilds.insert(guild.id, guild);
    }

    pub fn remove_guild(&mut self, id: u64) {
        let guild = self.guilds.remove(&id).unwrap_or_else(|| panic!("there is no guild {id}"));
        self.unavailable.remove(&id);
        for channel in guild.channels {
            self.guild_of.remove(&channel.id);
            self.former_channels.insert(channel.id);
        }
        self.commands.remove(&Some(id));
    }

    pub fn add_channel(&mut self, guild: u64, channel: Channel) {
        self.guild_of.insert(channel.id, guild);
        self.guilds.get_mut(&guild).unwrap().channels.push(channel);
    }

    pub fn remove_channel(&mut self, id: u64) -> (Guild, Channel) {
        let guild = self.guild_of.remove(&id).unwrap_or_else(|| panic!("there is no channel {id}"));
        let guild = self.guilds.get_mut(&guild).unwrap();
        let at = guild.channels.iter().position(|channel| channel.id == id).unwrap();
        let channel = guild.channels.remove(at);
        (guild.clone(), channel)
    }

    pub fn channel(&self, id: u64) -> Option<(&Guild, &Channel)> {
        let guild = self.guilds.get(self.guild_of.get(&id)?)?;
        Some((guild, guild.channels.iter().find(|channel| channel.id == id)?))
    }

    pub fn channel_mut(&mut self, id: u64) -> Option<&mut Channel> {
        let guild = self.guilds.get_mut(self.guild_of.get(&id)?)?;
        guild.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// Records something that Discord or a house rule does not accept.
    pub fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    /// The messages of a channel that everybody can see, the oldest first.
    pub fn visible(&self, channel: u64) -> impl DoubleEndedIterator<Item = &Message> {
        let ids = self.in_channel.get(&channel).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|id| &self.messages[id]).filter(|message| !message.is_deleted && !message.is_ephemeral())
    }
}

/// An id in JSON, where it may be text or a number.
pub fn id_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Adds the fields of the second object to the first.
pub fn merge(into: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    into.as_object_mut().unwrap().extend(more);
}
