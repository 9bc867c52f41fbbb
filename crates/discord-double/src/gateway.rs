//! The gateway: accepts connections, and lets them identify, resume, and set a presence.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::schema::Findings;
use crate::state::session::{Order, Session};
use crate::state::{Inner, State, TOKEN};

/// A house rule: a bot that posts and answers interactions needs GUILDS and nothing else.
const INTENTS: u64 = 1;
/// What reading messages needs in addition: messages in guilds, and their content.
const READING: u64 = 1 << 9 | 1 << 15;
/// Members, presences, message content.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;

pub async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        tokio::spawn(connection(stream, inner.clone()));
    }
}

async fn connection(stream: TcpStream, inner: Arc<Inner>) {
    while inner.read().settings.gateway_hangs {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
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
                    // These two codes end the session. After any other it can be resumed.
                    is_over = frame.is_none_or(|frame| [1000, 1001].contains(&u16::from(frame.code)));
                    break;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    inner.change(|state| {
        let is_ours = |session: &Session| session.is_served_by(&orders);
        state.sessions.retain(|session| !(is_over && is_ours(session)));
        state.sessions.iter_mut().filter(|session| is_ours(session)).for_each(Session::disconnect);
    });
}

fn is_token(state: &State, token: &Value) -> bool {
    let token = token.as_str().unwrap_or_default();
    token.strip_prefix("Bot ").unwrap_or(token) == TOKEN && !state.is_token_revoked
}

/// Begins a session and returns its id.
///
/// # Errors
/// The code to close the connection with.
fn identify(state: &mut State, inner: &Inner, data: &Value, orders: &UnboundedSender<Order>) -> Result<String, u16> {
    let known = ["token", "properties", "compress", "large_threshold", "shard", "presence", "intents"];
    let mut findings = Findings::default();
    findings.only_fields("identify", data, &known);
    state.problems.append(&mut findings.0);
    if !is_token(state, &data["token"]) {
        return Err(4004);
    }
    let intents = data["intents"].as_u64().unwrap_or_default();
    let may_read = state.settings.message_content;
    if intents == INTENTS | READING && may_read == Some(false) {
        return Err(4014);
    }
    if intents != INTENTS && (intents != INTENTS | READING || may_read.is_none()) {
        let which = if intents & PRIVILEGED == 0 { "more than it needs" } else { "privileged ones" };
        state.problem(format!("identify with the intents {intents}: {which}"));
    }
    let shard: (u32, u32) = match &data["shard"] {
        Value::Null => (0, 1),
        shard => serde_json::from_value(shard.clone()).unwrap_or((1, 0)),
    };
    if shard.0 >= shard.1 {
        state.problem(format!("identify as shard {}", data["shard"]));
        return Err(4010);
    }
    if data["presence"].is_object() {
        state.presence = Some(data["presence"].clone());
    }
    Ok(state.begin_session(&inner.gateway_url(), shard, intents, orders))
}

fn receive(
    state: &mut State,
    inner: &Inner,
    text: &str,
    session: &mut Option<String>,
    orders: &UnboundedSender<Order>,
) {
    let order = |order| drop(orders.send(order));
    let Ok(message) = serde_json::from_str::<Value>(text) else {
        state.problem(format!("the gateway was sent {text:?}"));
        return order(Order::Close(4002));
    };
    let data = &message["d"];
    // After an invalidation the same connection may identify again.
    session.take_if(|id| state.sessions.iter().all(|known| known.id != *id));
    match (message["op"].as_u64(), session.is_some()) {
        (Some(1), _) => order(Order::Send(json!({ "op": 11 }))),
        (Some(2), false) => match identify(state, inner, data, orders) {
            Ok(id) => *session = Some(id),
            Err(code) => order(Order::Close(code)),
        },
        (Some(6), false) if !is_token(state, &data["token"]) => order(Order::Close(4004)),
        (Some(6), false) => match state.resume_session(data, orders) {
            Some(id) => *session = Some(id),
            None => order(Order::Send(json!({ "op": 9, "d": false }))),
        },
        (Some(3), true) => state.presence = Some(data.clone()),
        (Some(2 | 6), true) => {
            state.problem("identified twice on one connection");
            order(Order::Close(4005));
        }
        (Some(3), false) => {
            state.problem("a presence before the identify");
            order(Order::Close(4003));
        }
        _ => {
            state.problem(format!("the gateway was sent {text}"));
            order(Order::Close(4001));
        }
    }
}
