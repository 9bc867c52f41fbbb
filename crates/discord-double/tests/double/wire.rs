//! A gateway client that does nothing on its own.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{SOON, call};
use discord_double::Double;

pub struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What arrived: a message, a close frame with its code, or the end of the connection without one.
#[derive(Debug, PartialEq)]
pub enum Came {
    Message(Value),
    Close(u16),
    End,
}

pub fn identify(shard: [u32; 2]) -> Value {
    let properties = json!({ "os": "linux", "browser": "test", "device": "test" });
    json!({ "token": Double::TOKEN, "intents": 1, "properties": properties, "shard": shard })
}

impl Wire {
    /// Connects, and reads the hello.
    pub async fn connect(double: &Double) -> Self {
        let url = call(double, "GET", "/gateway/bot", None).await.1["url"].as_str().unwrap().to_owned();
        let (socket, _) = tokio_tungstenite::connect_async(format!("{url}/?v=10")).await.unwrap();
        let mut wire = Self(socket);
        assert_eq!(wire.message().await["op"], 10);
        wire
    }

    /// Connects, identifies, and waits for READY.
    pub async fn ready(double: &Double) -> Self {
        let mut wire = Self::connect(double).await;
        wire.send(2, identify([0, 1])).await;
        wire.event("READY").await;
        wire
    }

    pub async fn send(&mut self, op: u8, data: Value) {
        self.0.send(Frame::Text(json!({ "op": op, "d": data }).to_string())).await.unwrap();
    }

    pub async fn came(&mut self) -> Came {
        match tokio::time::timeout(SOON, self.0.next()).await.expect("nothing came") {
            Some(Ok(Frame::Text(text))) => Came::Message(serde_json::from_str(&text).unwrap()),
            Some(Ok(Frame::Close(frame))) => Came::Close(frame.map_or(0, |frame| frame.code.into())),
            Some(Ok(other)) => panic!("{other:?}"),
            Some(Err(_)) | None => Came::End,
        }
    }

    pub async fn message(&mut self) -> Value {
        match self.came().await {
            Came::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The data of the next event with this name. Skips others.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            let message = self.message().await;
            if message["t"] == name {
                return message["d"].clone();
            }
        }
    }

    /// The callback path of the next interaction, and its token.
    pub async fn interaction(&mut self) -> (String, String) {
        let event = self.event("INTERACTION_CREATE").await;
        let (id, token) = (event["id"].as_str().unwrap(), event["token"].as_str().unwrap());
        (format!("/interactions/{id}/{token}/callback"), token.to_owned())
    }
}
