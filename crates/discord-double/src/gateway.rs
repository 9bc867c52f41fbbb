//! The gateway: sessions, what they are told, and how they are taken from the bot.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::Double;
use super::guild::bot_json;
use super::schema::Findings;
use super::state::{Inner, State};

/// The only intent that the project needs: GUILDS.
const INTENTS: u64 = 1;
/// Members, presences, message content.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;
/// One identify per bucket of shards in this time.
const IDENTIFY_WINDOW: Duration = Duration::from_secs(5);

/// What a connection is told to do.
pub enum Order {
    Send(Value),
    Close(u16),
    /// Gone, as when a network breaks.
    Cut,
}

/// A session; it outlives its connection, for a resume.
pub struct Session {
    pub id: String,
    /// This shard, of so many.
    pub shard: (u32, u32),
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

    fn dispatch(&mut self, name: &str, data: Value) {
        let event = json!({ "op": 0, "t": name, "s": self.events.len() + 1, "d": data });
        self.events.push(event.clone());
        self.order(Order::Send(event));
    }

    fn has(&self, guild: u64) -> bool {
        (guild >> 22) % u64::from(self.shard.1) == u64::from(self.shard.0)
    }
}

impl State {
    /// Tells every session of the guild's shard.
    pub fn dispatch(&mut self, guild: u64, name: &str, data: Value) {
        for session in self.sessions.iter_mut().filter(|session| session.has(guild)) {
            session.dispatch(name, data.clone());
        }
    }

    pub fn open_sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.is_open())
    }

    fn is_token(&self, token: &Value) -> bool {
        let token = token.as_str().unwrap_or_default();
        token.strip_prefix("Bot ").unwrap_or(token) == Double::TOKEN && !self.is_token_revoked
    }

    /// The close code that ends the connection, if it must end.
    fn identify(&mut self, inner: &Inner, data: &Value, connection: &UnboundedSender<Order>) -> Result<String, u16> {
        let known = ["token", "properties", "compress", "large_threshold", "shard", "presence", "intents"];
        let mut findings = Findings::default();
        findings.known("identify", data, &known);
        self.problems.append(&mut findings.0);
        if !self.is_token(&data["token"]) {
            return Err(4004);
        }
        let intents = data["intents"].as_u64().unwrap_or_default();
        if intents != INTENTS {
            let which = if intents & PRIVILEGED == 0 { "more than it needs" } else { "privileged ones" };
            self.problem(format!("identify with the intents {intents}: {which}"));
        }
        let shard: (u32, u32) = match &data["shard"] {
            Value::Null => (0, 1),
            shard => serde_json::from_value(shard.clone()).unwrap_or((1, 0)),
        };
        if shard.0 >= shard.1 {
            self.problem(format!("identify as shard {}", data["shard"]));
            return Err(4010);
        }
        // The same shard again is a restart, which cannot know; another one is a start that did not wait.
        let bucket = |id: u32| id % self.settings.max_concurrency;
        let is_early = |(id, at): &(u32, Instant)| {
            *id != shard.0 && bucket(*id) == bucket(shard.0) && at.elapsed() < IDENTIFY_WINDOW
        };
        if self.identifies.iter().any(is_early) {
            self.problem(format!("identify of shard {} within 5 s of another of its bucket", shard.0));
        }
        self.identifies.push((shard.0, Instant::now()));
        self.settings.sessions_left = self.settings.sessions_left.saturating_sub(1);
        if data["presence"].is_object() {
            self.presence = Some(data["presence"].clone());
        }
        let id = format!("session-{}", self.next_id());
        let mut session = Session { id: id.clone(), shard, connection: Some(connection.clone()), events: Vec::new() };
        let guilds: Vec<u64> = self.guilds.keys().copied().filter(|guild| session.has(*guild)).collect();
        let stubs: Vec<Value> =
            guilds.iter().map(|guild| json!({ "id": guild.to_string(), "unavailable": true })).collect();
        let ready = json!({
            "v": 10, "user": bot_json(), "guilds": stubs, "session_id": id, "session_type": "normal",
            "resume_gateway_url": super::routes::gateway_url(inner), "shard": [shard.0, shard.1],
            "application": { "id": Double::APPLICATION.to_string(), "flags": 0 },
        });
        session.dispatch("READY", ready);
        for guild in guilds.iter().filter(|guild| !self.unavailable.contains(guild)) {
            session.dispatch("GUILD_CREATE", self.guilds[guild].create_json());
        }
        self.sessions.push(session);
        Ok(id)
    }

    /// Takes a session up again; None: it is not there any more.
    fn resume(&mut self, data: &Value, connection: &UnboundedSender<Order>) -> Option<String> {
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

pub async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        tokio::spawn(connection(stream, inner.clone()));
    }
}

async fn connection(stream: TcpStream, inner: Arc<Inner>) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let (orders, mut received): (_, UnboundedReceiver<Order>) = unbounded_channel();
    let heartbeat = u64::try_from(inner.read().settings.heartbeat.as_millis()).unwrap();
    drop(orders.send(Order::Send(json!({ "op": 10, "d": { "heartbeat_interval": heartbeat } }))));
    let mut session = None;
    let mut is_over = false;
    loop {
        tokio::select! {
            order = received.recv() => match order {
                Some(Order::Send(event)) => {
                    if socket.send(Frame::Text(event.to_string())).await.is_err() {
                        break;
                    }
                }
                Some(Order::Close(code)) => {
                    let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
                    drop(socket.close(Some(frame)).await);
                    // Read on, so that the frame arrives before the connection ends.
                    let rest = async { while let Some(Ok(_)) = socket.next().await {} };
                    drop(tokio::time::timeout(Duration::from_secs(1), rest).await);
                    break;
                }
                Some(Order::Cut) | None => break,
            },
            frame = socket.next() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    inner.change(|state| receive(state, &inner, &text, &mut session, &orders));
                }
                Some(Ok(Frame::Close(frame))) => {
                    // These two end the session; any other leaves it to be resumed.
                    is_over = frame.is_none_or(|frame| [1000, 1001].contains(&u16::from(frame.code)));
                    break;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    inner.change(|state| {
        let is_ours = |session: &Session| session.connection.as_ref().is_some_and(|c| c.same_channel(&orders));
        state.sessions.retain(|session| !(is_over && is_ours(session)));
        for session in state.sessions.iter_mut().filter(|session| is_ours(session)) {
            session.connection = None;
        }
    });
}

fn receive(
    state: &mut State,
    inner: &Inner,
    text: &str,
    session: &mut Option<String>,
    orders: &UnboundedSender<Order>,
) {
    let tell = |order| drop(orders.send(order));
    let Ok(message) = serde_json::from_str::<Value>(text) else {
        state.problem(format!("the gateway was sent {text:?}"));
        return tell(Order::Close(4002));
    };
    let data = &message["d"];
    // After an invalidation the same connection may identify again.
    session.take_if(|id| state.sessions.iter().all(|known| known.id != *id));
    match (message["op"].as_u64(), session.is_some()) {
        (Some(1), _) => tell(Order::Send(json!({ "op": 11 }))),
        (Some(2), false) => match state.identify(inner, data, orders) {
            Ok(id) => *session = Some(id),
            Err(code) => tell(Order::Close(code)),
        },
        (Some(6), false) if !state.is_token(&data["token"]) => tell(Order::Close(4004)),
        (Some(6), false) => match state.resume(data, orders) {
            Some(id) => *session = Some(id),
            None => tell(Order::Send(json!({ "op": 9, "d": false }))),
        },
        (Some(3), true) => state.presence = Some(data.clone()),
        (Some(2 | 6), true) => {
            state.problem("identified twice on one connection");
            tell(Order::Close(4005));
        }
        (Some(3), false) => {
            state.problem("a presence before the identify");
            tell(Order::Close(4003));
        }
        _ => {
            state.problem(format!("the gateway was sent {text}"));
            tell(Order::Close(4001));
        }
    }
}
