//! Gateway sessions and the events each of them was sent.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::guild::bot_json;
use super::{APPLICATION, State};

/// One identify per bucket of shards in this time.
const IDENTIFY_WINDOW: Duration = Duration::from_secs(5);

/// What the task that serves a connection must do.
pub enum Order {
    Send(Value),
    /// Closes with this code.
    Close(u16),
    /// Breaks the connection without a close frame, as a failing network does.
    Cut,
}

/// A session outlives its connection, so that it can be resumed.
pub struct Session {
    pub id: String,
    /// The shard's index, and how many shards there are.
    shard: (u32, u32),
    intents: u64,
    connection: Option<UnboundedSender<Order>>,
    events: Vec<Value>,
}

impl Session {
    pub fn is_open(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !connection.is_closed())
    }

    pub fn order(&self, order: Order) {
        if let Some(connection) = &self.connection {
            // A connection that has just ended takes nothing: the event waits for a resume.
            drop(connection.send(order));
        }
    }

    pub fn is_served_by(&self, connection: &UnboundedSender<Order>) -> bool {
        self.connection.as_ref().is_some_and(|own| own.same_channel(connection))
    }

    pub fn disconnect(&mut self) {
        self.connection = None;
    }

    fn dispatch(&mut self, name: &str, data: Value) {
        let event = json!({ "op": 0, "t": name, "s": self.events.len() + 1, "d": data });
        self.events.push(event.clone());
        self.order(Order::Send(event));
    }

    fn covers(&self, guild: u64) -> bool {
        (guild >> 22) % u64::from(self.shard.1) == u64::from(self.shard.0)
    }
}

impl State {
    /// Sends an event to every session of the guild's shard.
    pub fn dispatch(&mut self, guild: u64, name: &str, data: Value) {
        for session in self.sessions.iter_mut().filter(|session| session.covers(guild)) {
            session.dispatch(name, data.clone());
        }
    }

    /// Sends MESSAGE_CREATE to the sessions that asked for messages, without the content for those that did not ask for that.
    pub fn dispatch_message(&mut self, guild: u64, data: &Value) {
        for session in self.sessions.iter_mut().filter(|session| session.covers(guild)) {
            let has = |intent: u64| session.intents & intent != 0;
            if has(1 << 9) {
                let mut data = data.clone();
                if !has(1 << 15) {
                    data["content"] = json!("");
                }
                session.dispatch("MESSAGE_CREATE", data);
            }
        }
    }

    pub fn open_sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.is_open())
    }

    /// Begins a session and returns its id.
    pub fn begin_session(
        &mut self,
        gateway_url: &str,
        shard: (u32, u32),
        intents: u64,
        connection: &UnboundedSender<Order>,
    ) -> String {
        // A restarted bot cannot know when its shard identified last. A bot that starts another shard can.
        let bucket = |id: u32| id % self.settings.max_concurrency;
        let is_early = |(id, at): &(u32, Instant)| {
            *id != shard.0 && bucket(*id) == bucket(shard.0) && at.elapsed() < IDENTIFY_WINDOW
        };
        if self.identifies.iter().any(is_early) {
            self.problem(format!("identify of shard {} within 5 s of another of its bucket", shard.0));
        }
        self.identifies.push((shard.0, Instant::now()));
        self.settings.sessions_left = self.settings.sessions_left.saturating_sub(1);
        let id = format!("session-{}", self.next_id());
        let mut session =
            Session { id: id.clone(), shard, intents, connection: Some(connection.clone()), events: Vec::new() };
        let guilds: Vec<u64> = self.guilds.keys().copied().filter(|guild| session.covers(*guild)).collect();
        let stubs: Vec<Value> =
            guilds.iter().map(|guild| json!({ "id": guild.to_string(), "unavailable": true })).collect();
        let ready = json!({
            "v": 10, "user": bot_json(), "guilds": stubs, "session_id": id, "session_type": "normal",
            "resume_gateway_url": gateway_url, "shard": [shard.0, shard.1],
            "application": { "id": APPLICATION.to_string(), "flags": 0 },
        });
        session.dispatch("READY", ready);
        for guild in guilds.iter().filter(|guild| !self.unavailable.contains(guild)) {
            session.dispatch("GUILD_CREATE", self.guilds[guild].create_json());
        }
        self.sessions.push(session);
        id
    }

    /// Resumes a session and sends the events it missed. None: there is no such session any more.
    pub fn resume_session(&mut self, data: &Value, connection: &UnboundedSender<Order>) -> Option<String> {
        let session = self.sessions.iter_mut().find(|session| data["session_id"] == json!(session.id))?;
        let seen = usize::try_from(data["seq"].as_u64()?).ok()?;
        let missed = session.events.get(seen..)?.to_vec();
        session.order(Order::Cut);
        session.connection = Some(connection.clone());
        for event in missed {
            session.order(Order::Send(event));
        }
        session.dispatch("RESUMED", json!({}));
        Some(session.id.clone())
    }
}
