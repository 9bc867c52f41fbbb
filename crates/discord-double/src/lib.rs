#![doc = include_str!("../README.md")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a mistake of a test fails that test")]

mod controls;
mod gateway;
mod interaction;
mod rest;
mod schema;
mod state;
mod threads;
mod users;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use interaction::Interaction;
use state::Inner;
pub use state::RequestLog;
pub use state::faults::{Attempt, Fault, Gate, Point};
pub use state::guild::{Channel, Guild, Overwrite, Role, User, permission};
pub use state::interaction_record::ResponseKind;
pub use state::limits::Limits;
pub use state::message::{Attachment, CROSSPOSTED, Edit, Message};
pub use state::thread::{Tag, Thread};

/// Clones share one double.
#[derive(Clone)]
pub struct Double {
    inner: Arc<Inner>,
    /// The last clone ends the servers.
    _running: Arc<Running>,
}

struct Running {
    inner: Arc<Inner>,
    runtime: Option<Runtime>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Not awaited: this may be dropped in a task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if !std::thread::panicking() {
            assert_clean(&self.inner.read().problems);
        }
    }
}

/// Why Discord would refuse to create a message with this body.
pub fn problems_of_message(body: &Value) -> Vec<String> {
    schema::message::message(body, &[], schema::message::BodyKind::Create)
}

fn assert_clean(problems: &[String]) {
    assert!(problems.is_empty(), "the bot did what Discord or a house rule does not accept:\n{}", problems.join("\n"));
}

impl Double {
    pub const TOKEN: &str = state::TOKEN;
    pub const APPLICATION: u64 = state::APPLICATION;
    pub const BOT_USER: u64 = state::BOT_USER;

    /// Starts the double, without guilds, on two free ports.
    pub async fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let bind = || async { TcpListener::bind("127.0.0.1:0").await.unwrap() };
        let (rest, gateway) = runtime.spawn(async move { (bind().await, bind().await) }).await.unwrap();
        let inner = Arc::new(Inner::new(rest.local_addr().unwrap(), gateway.local_addr().unwrap()));
        runtime.spawn(rest::serve(rest, inner.clone()));
        runtime.spawn(gateway::serve(gateway, inner.clone()));
        Self { _running: Arc::new(Running { inner: inner.clone(), runtime: Some(runtime) }), inner }
    }

    /// The bot uses this instead of `https://discord.com`.
    pub fn url(&self) -> String {
        self.inner.url()
    }

    /// The global commands.
    pub fn commands(&self) -> Vec<Value> {
        self.inner.read().commands.get(&None).cloned().unwrap_or_default()
    }

    pub fn guild_commands(&self, guild: u64) -> Vec<Value> {
        self.inner.read().commands.get(&Some(guild)).cloned().unwrap_or_default()
    }

    /// The names of all commands that a client shows in a guild, duplicates included.
    pub fn shown_commands(&self, guild: u64) -> Vec<String> {
        let all = self.commands().into_iter().chain(self.guild_commands(guild));
        all.map(|command| command["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until the bot has registered a command with this name, globally or in a guild.
    pub async fn registered(&self, name: &str, within: Duration) {
        let has = || {
            let state = self.inner.read();
            state.commands.values().flatten().any(|command| command["name"] == name).then_some(())
        };
        let registered = self.inner.wait(within, has).await;
        assert!(registered.is_some(), "the bot has registered no /{name}; {}", self.describe());
    }

    /// The messages in a channel that everybody can see, the oldest first.
    pub fn messages(&self, channel: u64) -> Vec<Message> {
        self.inner.read().visible(channel).cloned().collect()
    }

    /// The direct messages to a user, the oldest first.
    pub fn direct_messages(&self, user: u64) -> Vec<Message> {
        let channel = self.inner.read().direct_channels.get(&user).copied();
        channel.map(|channel| self.messages(channel)).unwrap_or_default()
    }

    /// The present state of a message, deleted or not.
    pub fn message(&self, id: u64) -> Message {
        self.inner.read().messages[&id].clone()
    }

    /// Waits for a message in a channel that satisfies the predicate.
    pub async fn wait_for_message(&self, channel: u64, within: Duration, is_it: impl Fn(&Message) -> bool) -> Message {
        let found = self.inner.wait(within, || self.messages(channel).into_iter().find(&is_it)).await;
        found.unwrap_or_else(|| {
            let there: Vec<String> = self.messages(channel).iter().map(Message::text).collect();
            panic!("no such message in {channel} after {within:?}; there are {there:#?}; {}", self.describe())
        })
    }

    /// Runs the check after every change of the double until it finds something.
    pub async fn until<T>(&self, within: Duration, what: &str, check: impl FnMut() -> Option<T>) -> T {
        let found = self.inner.wait(within, check).await;
        found.unwrap_or_else(|| panic!("not within {within:?}: {what}; {}", self.describe()))
    }

    /// Waits until the bot has an open session.
    pub async fn connected(&self, within: Duration) {
        self.until(within, "a session", || (self.sessions() > 0).then_some(())).await;
    }

    /// The number of open sessions.
    pub fn sessions(&self) -> usize {
        self.inner.read().open_sessions().count()
    }

    /// The last presence that the bot set.
    pub fn presence(&self) -> Option<Value> {
        self.inner.read().presence.clone()
    }

    /// All requests so far, in the order in which they arrived.
    pub fn requests(&self) -> Vec<RequestLog> {
        self.inner.read().log.clone()
    }

    /// How many requests a rate limit has refused, faults not included.
    pub fn rate_limited(&self) -> usize {
        self.inner.read().rate_limiter.refused
    }

    /// The most requests within any one second, of those that count globally.
    pub fn busiest_second(&self) -> usize {
        self.inner.read().rate_limiter.busiest_second()
    }

    pub fn problems(&self) -> Vec<String> {
        self.inner.read().problems.clone()
    }

    /// Removes and returns the problems so far, so that they do not fail the test.
    pub fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut self.inner.read().problems)
    }

    pub fn assert_clean(&self) {
        assert_clean(&self.problems());
    }

    /// The last requests and the problems, to show in a failing test.
    fn describe(&self) -> String {
        let state = self.inner.read();
        let line = |log: &RequestLog| format!("{} {} {:?}", log.method, log.path, log.status);
        let requests: Vec<String> = state.log.iter().rev().take(15).rev().map(line).collect();
        let sessions = state.open_sessions().count();
        format!("{sessions} sessions; last requests: {requests:#?}; problems: {:#?}", state.problems)
    }
}
