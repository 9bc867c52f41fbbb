//! All that the double knows, behind one lock, and the way to wait for a change of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use super::faults::Faults;
use super::gateway::Session;
use super::guild::{Channel, Guild};
use super::interaction::Interaction;
use super::limits::Windows;
use super::message::{Attachment, Message};

/// Discord's first moment, in milliseconds of Unix time.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

pub struct Inner {
    state: Mutex<State>,
    changed: Notify,
    pub rest: SocketAddr,
    pub gateway: SocketAddr,
}

/// One request that the bot made.
#[derive(Clone, Debug)]
pub struct RequestLog {
    pub at: Timestamp,
    pub method: String,
    /// Below `/api/v10`, with its query.
    pub path: String,
    /// None: not answered, or not yet.
    pub status: Option<u16>,
}

/// What a test can set that is not a fault.
pub struct Settings {
    pub shards: u32,
    pub max_concurrency: u32,
    pub heartbeat: Duration,
    pub nonce_window: Duration,
    pub history_has_nonce: bool,
    /// The most messages of a page of a history.
    pub history_page: usize,
    /// How many milliseconds a request waits before it is carried out.
    pub latency: RangeInclusive<u64>,
    /// Sessions of the day that may still begin.
    pub sessions_left: u64,
    /// In how many milliseconds there are all of them again.
    pub sessions_reset: u64,
    pub answer_deadline: Duration,
    pub follow_up_deadline: Duration,
    /// How old interactions are when they reach the bot.
    pub interaction_age: Duration,
}

pub struct State {
    pub settings: Settings,
    pub is_token_revoked: bool,
    pub guilds: BTreeMap<u64, Guild>,
    pub unavailable: BTreeSet<u64>,
    /// Channels of the guilds that the bot has left: Discord still knows them.
    pub former_channels: BTreeSet<u64>,
    guild_of: HashMap<u64, u64>,
    pub messages: BTreeMap<u64, Message>,
    pub in_channel: HashMap<u64, Vec<u64>>,
    /// Nonce: the message, and when.
    pub nonces: HashMap<String, (u64, Instant)>,
    /// Files by the path they are served at.
    pub files: HashMap<String, (String, Vec<u8>)>,
    /// Files that people attach to commands.
    pub uploads: HashMap<u64, Attachment>,
    /// Registered commands: globally (None) or in a guild.
    pub commands: BTreeMap<Option<u64>, Vec<Value>>,
    pub interactions: BTreeMap<u64, Interaction>,
    pub sessions: Vec<Session>,
    pub identifies: Vec<(u32, Instant)>,
    pub presence: Option<Value>,
    pub faults: Faults,
    pub windows: Windows,
    pub log: Vec<RequestLog>,
    pub problems: Vec<String>,
    last_id: u64,
}

impl Default for State {
    fn default() -> Self {
        let settings = Settings {
            shards: 1,
            max_concurrency: 1,
            heartbeat: Duration::from_millis(41_250),
            nonce_window: Duration::from_secs(300),
            history_has_nonce: false,
            history_page: 100,
            latency: 0..=0,
            sessions_left: 1000,
            sessions_reset: 86_400_000,
            answer_deadline: Duration::from_secs(3),
            follow_up_deadline: Duration::from_secs(15 * 60),
            interaction_age: Duration::ZERO,
        };
        Self {
            settings,
            is_token_revoked: false,
            guilds: BTreeMap::new(),
            unavailable: BTreeSet::new(),
            former_channels: BTreeSet::new(),
            guild_of: HashMap::new(),
            messages: BTreeMap::new(),
            in_channel: HashMap::new(),
            nonces: HashMap::new(),
            files: HashMap::new(),
            uploads: HashMap::new(),
            commands: BTreeMap::new(),
            interactions: BTreeMap::new(),
            sessions: Vec::new(),
            identifies: Vec::new(),
            presence: None,
            faults: Faults::default(),
            windows: Windows::default(),
            log: Vec::new(),
            problems: Vec::new(),
            last_id: 0,
        }
    }
}

impl Inner {
    pub fn new(rest: SocketAddr, gateway: SocketAddr) -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), rest, gateway }
    }

    /// To read. A test that panicked under the lock has failed already.
    pub fn read(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// To change, and to tell those who wait.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let outcome = change(&mut self.read());
        self.changed.notify_waiters();
        outcome
    }

    /// Waits until the check finds what it looks for; it is asked after every change. None: not within this time.
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
}

impl State {
    /// A new id, which holds its moment as Discord's do.
    pub fn next_id(&mut self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let now = (u64::try_from(now).unwrap() - DISCORD_EPOCH) << 22;
        self.last_id = now.max(self.last_id + 1);
        self.last_id
    }

    /// An id for an interaction that was made a while ago, if a test wants it so.
    pub fn next_interaction_id(&mut self) -> u64 {
        let age = u64::try_from(self.settings.interaction_age.as_millis()).unwrap();
        self.next_id() - (age << 22)
    }

    /// How long ago the id was made.
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

    /// The bot is thrown out of a guild.
    pub fn remove_guild(&mut self, id: u64) {
        let guild = self.guilds.remove(&id).unwrap_or_else(|| panic!("there is no guild {id}"));
        self.unavailable.remove(&id);
        for channel in guild.channels {
            self.guild_of.remove(&channel.id);
            self.former_channels.insert(channel.id);
        }
        self.commands.remove(&Some(id));
    }

    pub fn remove_channel(&mut self, id: u64) -> (Guild, Channel) {
        let guild = self.guild_of.remove(&id).unwrap_or_else(|| panic!("there is no channel {id}"));
        let guild = self.guilds.get_mut(&guild).unwrap();
        let at = guild.channels.iter().position(|channel| channel.id == id).unwrap();
        let channel = guild.channels.remove(at);
        (guild.clone(), channel)
    }

    /// A channel and its guild.
    pub fn channel(&self, id: u64) -> Option<(&Guild, &Channel)> {
        let guild = self.guilds.get(self.guild_of.get(&id)?)?;
        Some((guild, guild.channels.iter().find(|channel| channel.id == id)?))
    }

    pub fn channel_mut(&mut self, id: u64) -> Option<&mut Channel> {
        let guild = self.guilds.get_mut(self.guild_of.get(&id)?)?;
        guild.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// Something that Discord would not put up with, or the project does not.
    pub fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    /// What stands in a channel, for everybody to see.
    pub fn visible(&self, channel: u64) -> impl DoubleEndedIterator<Item = &Message> {
        let ids = self.in_channel.get(&channel).map_or(&[][..], Vec::as_slice);
        ids.iter().map(|id| &self.messages[id]).filter(|message| !message.is_deleted && !message.is_ephemeral())
    }
}
