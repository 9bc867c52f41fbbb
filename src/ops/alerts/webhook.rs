//! Sends a message to a Discord webhook. No error names the address, which is a secret.

use std::time::Duration;

use anyhow::Context;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use crate::runtime::http;

/// For the whole request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most of an answer that is read: Discord says in it how long to wait.
const MAX_BODY: usize = 16 * 1024;
/// The longest wait that is believed.
const MAX_WAIT: Duration = Duration::from_secs(3600);
/// Discord's flag for a message without previews of links.
const SUPPRESS_EMBEDS: u32 = 1 << 2;

pub(super) struct Webhook {
    http: reqwest::Client,
    url: Url,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    Arrived,
    /// It may have arrived.
    Unknown(String),
    Refused {
        why: String,
        wait: Option<Duration>,
    },
    /// Nothing arrives there until the operator changes something.
    Gone(String),
}

impl Webhook {
    pub fn new(url: &SecretString) -> anyhow::Result<Self> {
        let url: Url = url.expose_secret().parse().ok().context("ALERT_WEBHOOK_URL is no address")?;
        // A redirect would turn the message into a request without one.
        let client = http::client(std::slice::from_ref(&url), TIMEOUT).redirect(Policy::none());
        Ok(Self { http: client.build().context("cannot set up the alerts")?, url })
    }

    pub async fn send(&self, text: &str) -> Sent {
        let body = json!({ "content": text, "allowed_mentions": { "parse": [] }, "flags": SUPPRESS_EMBEDS });
        let request = self.http.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body.to_string());
        match request.send().await {
            Ok(response) => judge(response).await,
            // It never left.
            Err(error) if error.is_connect() || error.is_builder() => {
                Sent::Refused { why: http::failure(&error), wait: None }
            }
            Err(error) => Sent::Unknown(http::failure(&error)),
        }
    }
}

async fn judge(response: Response) -> Sent {
    let status = response.status();
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    match status {
        // Whatever answers with a page is not Discord: a portal, or a proxy.
        _ if status.is_success() && is_page => {
            Sent::Refused { why: "a web page answers instead of a webhook".to_owned(), wait: None }
        }
        _ if status.is_success() => Sent::Arrived,
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = retry_after(response).await;
            Sent::Refused { why: "it answers HTTP 429: too many messages".to_owned(), wait }
        }
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::GONE => Sent::Gone(format!(
            "it answers HTTP {}: the webhook was deleted, or the address is incomplete; make one under the channel's \
                 settings, Integrations, and set ALERT_WEBHOOK_URL to its address",
            status.as_u16()
        )),
        _ if status.is_redirection() => {
            Sent::Gone(format!("it redirects (HTTP {}): set ALERT_WEBHOOK_URL to the final address", status.as_u16()))
        }
        _ if status.is_server_error() => Sent::Unknown(format!("it answers HTTP {}", status.as_u16())),
        _ => Sent::Refused { why: format!("it answers HTTP {}", status.as_u16()), wait: None },
    }
}

/// Discord gives the wait in the body, to the millisecond, and in a header.
async fn retry_after(response: Response) -> Option<Duration> {
    let header = http::retry_after(&response);
    let body = http::read_body(response, MAX_BODY).await.ok();
    let value: Option<serde_json::Value> = body.and_then(|body| serde_json::from_slice(&body).ok());
    let seconds = value.as_ref().and_then(|value| value.get("retry_after")?.as_f64());
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).or(header);
    wait.map(|wait| wait.min(MAX_WAIT))
}
