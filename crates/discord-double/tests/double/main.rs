//! The double, driven by a plain HTTP client, a plain gateway client, serenity and poise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bot;
mod framework;
mod interactions;
mod malformed;
mod messages;
mod sessions;
mod threads;
mod wire;

use std::time::Duration;

use serde_json::{Value, json};

use discord_double::{Double, Guild};

pub const GUILD: u64 = 1001;
pub const CHANNEL: u64 = 2001;
pub const SOON: Duration = Duration::from_secs(60);

/// A double with one guild and one channel.
async fn world() -> Double {
    let double = Double::start().await;
    double.add_guild(Guild::new(GUILD).text(CHANNEL, "codes"));
    double
}

/// The status and the body of a response.
async fn call(double: &Double, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    call_as(double, method, path, body, Some(&format!("Bot {}", Double::TOKEN))).await
}

async fn call_as(
    double: &Double,
    method: &str,
    path: &str,
    body: Option<Value>,
    authorization: Option<&str>,
) -> (u16, Value) {
    let url = format!("{}/api/v10{path}", double.url());
    let mut request = reqwest::Client::new().request(method.parse().unwrap(), url);
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    if let Some(body) = body {
        request = request.header("Content-Type", "application/json").body(body.to_string());
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn create(double: &Double, body: Value) -> (u16, Value) {
    call(double, "POST", &format!("/channels/{CHANNEL}/messages"), Some(body)).await
}

/// A correct body of a message.
fn says(text: &str) -> Value {
    json!({ "content": text, "allowed_mentions": { "parse": [] } })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// The one problem that there must be.
fn only_problem(double: &Double) -> String {
    let problems = double.take_problems();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.into_iter().next().unwrap()
}
