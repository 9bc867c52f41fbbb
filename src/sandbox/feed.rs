//! The simulated code feed: a real HTTP server that lists codes in windows of time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde_json::json;

use crate::domain::codes::code::Code;
use crate::runtime::clock::Clock;

use super::http::Server;

/// A code that the feed lists for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    pub code: Code,
    pub rewards: String,
    /// The expiry as the feed writes it.
    pub expiry: Option<String>,
    /// Listed from the first time until the second (for ever with `None`), counted from the world's start.
    pub windows: Vec<(Duration, Option<Duration>)>,
}

/// What is wrong with every answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedFault {
    Status(u16),
    /// HTTP 429, with this `Retry-After` in seconds.
    TooMany(u32),
    /// An HTML page.
    Html,
    /// 10 MB.
    Huge,
    /// Half the JSON.
    HalfJson,
    Hang,
    /// An empty list.
    Empty,
    /// This body.
    Raw(String),
}

pub struct FeedSim {
    server: Server,
    feed: Arc<Feed>,
}

struct Feed {
    clock: Clock,
    world_started: Timestamp,
    entries: Mutex<Vec<FeedEntry>>,
    fault: Mutex<Option<FeedFault>>,
    requests: AtomicUsize,
    not_modified: AtomicUsize,
}

impl FeedSim {
    /// Starts it on a free port of 127.0.0.1.
    /// When no port can be had.
    pub fn start(entries: Vec<FeedEntry>, world_started: Timestamp, clock: Clock) -> anyhow::Result<Self> {
        let feed = Arc::new(Feed {
            clock,
            world_started,
            entries: Mutex::new(entries),
            fault: Mutex::new(None),
            requests: AtomicUsize::new(0),
            not_modified: AtomicUsize::new(0),
        });
        let router = Router::new().route("/api/gift-codes", get(list)).with_state(feed.clone());
        Ok(Self { server: Server::start(router)?, feed })
    }

    /// The address for `GIFTCODE_API_URL`.
    pub fn url(&self) -> String {
        self.server.url("/api/gift-codes")
    }

    pub fn set_entries(&self, entries: Vec<FeedEntry>) {
        *self.feed.entries.lock().unwrap_or_else(PoisonError::into_inner) = entries;
    }

    /// Sets or removes a fault.
    pub fn set_fault(&self, fault: Option<FeedFault>) {
        *self.feed.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Requests so far, and how many of them were answered with 304.
    pub fn requests(&self) -> (usize, usize) {
        (self.feed.requests.load(Ordering::Relaxed), self.feed.not_modified.load(Ordering::Relaxed))
    }
}

impl Feed {
    fn body(&self) -> String {
        let age = Duration::try_from(self.clock.now().duration_since(self.world_started)).unwrap_or_default();
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let listed = |entry: &&FeedEntry| {
            entry.windows.iter().any(|(from, until)| *from <= age && until.is_none_or(|until| age < until))
        };
        let codes: Vec<_> = entries
            .iter()
            .filter(listed)
            .map(|entry| {
                let (code, expiry) = (entry.code.as_str(), entry.expiry.as_deref().unwrap_or("Unknown"));
                json!({"code": code, "status": "active", "rewards": entry.rewards, "expiry": expiry})
            })
            .collect();
        json!({"success": true, "codes": codes}).to_string()
    }
}

async fn list(Shared(feed): Shared<Arc<Feed>>, headers: HeaderMap) -> Response {
    feed.requests.fetch_add(1, Ordering::Relaxed);
    let body = feed.body();
    let fault = feed.fault.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let body = match fault {
        None => body,
        Some(FeedFault::Status(status)) => {
            return StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
        Some(FeedFault::TooMany(seconds)) => {
            return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())]).into_response();
        }
        Some(FeedFault::Html) => {
            return Html("<!doctype html><html><body>Just a moment…</body></html>").into_response();
        }
        Some(FeedFault::Huge) => format!("{{\"codes\":[\"{}\"]}}", "A".repeat(10_000_000)),
        Some(FeedFault::HalfJson) => body[..body.len() / 2].to_owned(),
        Some(FeedFault::Hang) => std::future::pending().await,
        Some(FeedFault::Empty) => json!({"success": true, "codes": []}).to_string(),
        Some(FeedFault::Raw(body)) => body,
    };
    let tag = format!("\"{:x}\"", md5_of(&body));
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        feed.not_modified.fetch_add(1, Ordering::Relaxed);
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(CONTENT_TYPE, "application/json".to_owned()), (ETAG, tag)], body).into_response()
}

fn md5_of(body: &str) -> u128 {
    use md5::{Digest, Md5};
    u128::from_be_bytes(Md5::digest(body).into())
}
