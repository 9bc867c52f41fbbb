//! A double of Discord's servers, REST and gateway, on loopback.
//!
//! It promises:
//!
//! * **It behaves as Discord does** in all that the bot relies on: registration, interactions with their time limits,
//!   messages with `nonce` and `enforce_nonce`, history, permissions, rate limits, sessions with resume.
//! * **It is stricter than Discord.** A request with an unknown field, a value that is too long, a missing token, an
//!   unknown path, a second acknowledgement, a late answer, an intent that is not needed, or a text without a closed
//!   `allowed_mentions` is a *problem*: it is refused as Discord refuses it (where Discord does), and it fails the test
//!   when the last [`Double`] is dropped. Refusals that a test provokes (no permission, unknown channel, 429, a revoked
//!   token) are none.
//! * **A person cannot do what a Discord client would not let them**: commands are looked up among the registered ones,
//!   their options checked; a button must be there and enabled. Such a mistake of a test panics.
//! * **What Discord has received it carries out**, even if the sender dies meanwhile; only a gate or a fault stops it.
//! * **Every session of a shard gets every event**, so that a bot connected twice is noticed by its double answers.
//!
//! The clock is the wall's, and the servers run on a thread of their own: a test that blocks does not make them late. A
//! test that waits for them cannot have paused time.
//!
//! Not covered: direct messages but for commands in them, threads as such, voice, webhooks that are not an interaction's, compressed gateways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a mistake of a test fails that test")]

mod answered;
mod answers;
mod channels;
mod command_schema;
mod component_schema;
mod faults;
mod gateway;
mod guild;
mod http;
mod interaction;
mod invocation;
mod limits;
mod message;
mod people;
mod registration;
mod request;
mod routes;
mod schema;
mod state;
mod world;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use answered::Answered;
pub use faults::{Attempt, Fault, Gate, Point};
pub use guild::{Channel, Guild, Overwrite, Role, User, permission};
pub use interaction::Response;
pub use limits::Limits;
pub use message::{Attachment, Edit, Message};
use state::Inner;
pub use state::RequestLog;

/// The double. Clones are the same one.
#[derive(Clone)]
pub struct Double {
    inner: Arc<Inner>,
    /// Ends the servers with the last clone.
    _running: Arc<Running>,
}

struct Running {
    inner: Arc<Inner>,
    runtime: Option<Runtime>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Not waited for: this may be dropped in a task.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if !std::thread::panicking() {
            assert_clean(&self.inner.read().problems);
        }
    }
}

/// What Discord would not take of a message create with this body.
pub fn problems_of_message(body: &Value) -> Vec<String> {
    schema::message(body, &[], schema::BodyKind::Create)
}

fn assert_clean(problems: &[String]) {
    assert!(problems.is_empty(), "the bot did what Discord would not put up with:\n{}", problems.join("\n"));
}

impl Double {
    /// In the form of a real one: the user's id, a moment, a secret.
    pub const TOKEN: &str = "MTA0MDAwMDAwMDAwMDAwMDAwMg.double.of-discord-for-tests-only-00";
    pub const APPLICATION: u64 = 1_040_000_000_000_000_001;
    pub const BOT_USER: u64 = 1_040_000_000_000_000_002;

    /// An empty world on two free ports.
    pub async fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let bind = || async { TcpListener::bind("127.0.0.1:0").await.unwrap() };
        let (rest, gateway) = runtime.spawn(async move { (bind().await, bind().await) }).await.unwrap();
        let inner = Arc::new(Inner::new(rest.local_addr().unwrap(), gateway.local_addr().unwrap()));
        runtime.spawn(http::serve(rest, inner.clone()));
        runtime.spawn(gateway::serve(gateway, inner.clone()));
        Self { _running: Arc::new(Running { inner: inner.clone(), runtime: Some(runtime) }), inner }
    }

    /// What stands for `https://discord.com`.
    pub fn url(&self) -> String {
        self.inner.url()
    }

    /// The commands registered for everybody.
    pub fn commands(&self) -> Vec<Value> {
        self.inner.read().commands.get(&None).cloned().unwrap_or_default()
    }

    /// The commands registered in a guild.
    pub fn guild_commands(&self, guild: u64) -> Vec<Value> {
        self.inner.read().commands.get(&Some(guild)).cloned().unwrap_or_default()
    }

    /// The commands that a client shows in a guild, with what is there twice.
    pub fn shown_commands(&self, guild: u64) -> Vec<String> {
        let all = self.commands().into_iter().chain(self.guild_commands(guild));
        all.map(|command| command["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until the bot has registered a command of this name, for everybody or in a guild.
    pub async fn registered(&self, name: &str, within: Duration) {
        let has = || {
            let state = self.inner.read();
            state.commands.values().flatten().any(|command| command["name"] == name).then_some(())
        };
        let registered = self.inner.wait(within, has).await;
        assert!(registered.is_some(), "the bot has registered no /{name}; {}", self.describe());
    }

    /// What stands in a channel, the oldest first.
    pub fn messages(&self, channel: u64) -> Vec<Message> {
        self.inner.read().visible(channel).cloned().collect()
    }

    /// A message as it is now, deleted or not.
    pub fn message(&self, id: u64) -> Message {
        self.inner.read().messages[&id].clone()
    }

    /// The first message in a channel that is like this, as soon as there is one.
    pub async fn wait_for_message(&self, channel: u64, within: Duration, is_it: impl Fn(&Message) -> bool) -> Message {
        let found = self.inner.wait(within, || self.messages(channel).into_iter().find(&is_it)).await;
        found.unwrap_or_else(|| {
            let there: Vec<String> = self.messages(channel).iter().map(Message::text).collect();
            panic!("no such message in {channel} after {within:?}; there are {there:#?}; {}", self.describe())
        })
    }

    /// Waits until something is so; it is asked again after every change of the double.
    pub async fn until<T>(&self, within: Duration, what: &str, check: impl FnMut() -> Option<T>) -> T {
        let found = self.inner.wait(within, check).await;
        found.unwrap_or_else(|| panic!("not within {within:?}: {what}; {}", self.describe()))
    }

    /// Waits until a session is open.
    pub async fn connected(&self, within: Duration) {
        self.until(within, "a session", || (self.sessions() > 0).then_some(())).await;
    }

    /// How many sessions are open.
    pub fn sessions(&self) -> usize {
        self.inner.read().open_sessions().count()
    }

    /// The last presence that the bot gave itself.
    pub fn presence(&self) -> Option<Value> {
        self.inner.read().presence.clone()
    }

    /// All requests so far, in the order they came.
    pub fn requests(&self) -> Vec<RequestLog> {
        self.inner.read().log.clone()
    }

    /// How many requests were refused for coming too fast; faults do not count.
    pub fn refused_as_too_fast(&self) -> usize {
        self.inner.read().windows.refused
    }

    /// The most requests in any second of those that count globally.
    pub fn busiest_second(&self) -> usize {
        self.inner.read().windows.busiest_second()
    }

    /// What the bot did wrong.
    pub fn problems(&self) -> Vec<String> {
        self.inner.read().problems.clone()
    }

    /// The problems so far, which the test then answers for.
    pub fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut self.inner.read().problems)
    }

    pub fn assert_clean(&self) {
        assert_clean(&self.problems());
    }

    /// The last requests and the problems, for a failing test.
    fn describe(&self) -> String {
        let state = self.inner.read();
        let line = |log: &RequestLog| format!("{} {} {:?}", log.method, log.path, log.status);
        let requests: Vec<String> = state.log.iter().rev().take(15).rev().map(line).collect();
        let sessions = state.open_sessions().count();
        format!("{sessions} sessions; last requests: {requests:#?}; problems: {:#?}", state.problems)
    }
}
