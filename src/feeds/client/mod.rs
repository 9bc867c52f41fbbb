//! Polls a feed: one conditional request, and the codes that it lists. The watcher decides when to poll.
//!
//! The validators are kept by hand, because a caching client decides by itself when to send a request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use crate::domain::codes::listing::Entry;
use crate::ports::{CodeFeed, FeedError, FeedFailure};
use crate::runtime::config::Feed;
use crate::runtime::http::{self, BodyError};

use super::shapes::{self, Shape};
use super::unread::Unread;

/// The largest answer that is read, in bytes.
const MAX_BODY: usize = 1024 * 1024;
/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 3;
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, application/rss+xml;q=0.9, */*;q=0.1");

pub struct FeedClient {
    sources: Vec<Source>,
}

struct Source {
    url: Url,
    name: String,
    /// One client per feed: the one with a feed's key follows no other feed's redirects.
    http: reqwest::Client,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Those of the last good answer.
    validators: HeaderMap,
    entries: Option<Arc<Vec<Entry>>>,
    unread: Unread,
}

/// A feed's name for people: host and path, never a key.
pub fn source_name(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
}

impl FeedClient {
    /// A request takes no longer than `timeout`, including the answer's body.
    pub fn new(feeds: &[Feed], timeout: Duration) -> anyhow::Result<Self> {
        let mut sources: Vec<Source> = Vec::new();
        for feed in feeds {
            let name = source_name(&feed.url);
            // Two addresses may differ in a part that is not shown. Their listings must not be mixed up.
            let same = sources.iter().filter(|other| source_name(&other.url) == name).count();
            let name = if same == 0 { name } else { format!("{name}#{}", same + 1) };
            let (http, memory) = (client(feed, timeout)?, Mutex::default());
            sources.push(Source { url: feed.url.clone(), name, http, memory });
        }
        Ok(Self { sources })
    }

    /// Gives the client's only feed a fixed name. For a feed with a new address at each start, such as the sandbox's,
    /// so that its earlier listings stay its own.
    pub fn called(mut self, name: &str) -> Self {
        if let [source] = self.sources.as_mut_slice() {
            name.clone_into(&mut source.name);
        }
        self
    }

    async fn request(&self, source: &Source) -> Result<Vec<Entry>, FeedFailure> {
        let validators = source.memory().validators.clone();
        let response = source.send(validators).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return source.unchanged();
        }
        let validators = validators_of(response.headers());
        source.take_over(parse(response).await?, validators)
    }

    /// Asks a feed as if for the first time, and remembers nothing. The second value is the feed's clock, if it answered.
    pub async fn describe(&self, place: usize) -> (Result<FeedDescription, FeedFailure>, Option<Timestamp>) {
        let Some(source) = self.sources.get(place) else {
            return (Err(failure(FeedError::Unreachable("there is no such feed".to_owned()))), None);
        };
        let response = match source.exchange(HeaderMap::new()).await {
            Ok(response) => response,
            Err(failure) => return (Err(failure), None),
        };
        let date = http::date(response.headers());
        let described = async {
            let found = parse(accepted(response)?).await?;
            if found.entries.is_empty() && found.skipped > 0 {
                return Err(unusable(&found));
            }
            let active = found.entries.iter().filter(|entry| entry.is_active).count();
            Ok(FeedDescription { shape: found.shape, active, listed: found.entries.len(), skipped: found.skipped })
        };
        (described.await, date)
    }
}

/// What a feed answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedDescription {
    pub shape: Shape,
    /// The active codes.
    pub active: usize,
    /// All codes.
    pub listed: usize,
    /// Entries that are no codes.
    pub skipped: usize,
}

/// An answer with a listing, or none because nothing has changed.
fn accepted(response: Response) -> Result<Response, FeedFailure> {
    match response.status() {
        StatusCode::NOT_MODIFIED | StatusCode::OK => Ok(response),
        status => {
            let retry_after = http::retry_after(&response);
            Err(FeedFailure { error: FeedError::Status(status.as_u16()), retry_after })
        }
    }
}

async fn parse(response: Response) -> Result<shapes::Parsed, FeedFailure> {
    let body = http::read_body(response, MAX_BODY).await.map_err(|e| failure(body_error(e)))?;
    shapes::parse(&body).map_err(failure)
}

fn unusable(found: &shapes::Parsed) -> FeedFailure {
    failure(FeedError::Unusable(found.skipped, found.unread.first().cloned().unwrap_or_default()))
}

fn client(feed: &Feed, timeout: Duration) -> anyhow::Result<reqwest::Client> {
    let mut headers = HeaderMap::from_iter([(ACCEPT, ACCEPTED)]);
    if let Some(key) = &feed.key {
        let mut key = HeaderValue::from_str(key.expose_secret()).context("a code feed's key cannot be sent")?;
        key.set_sensitive(true);
        headers.insert("X-API-Key", key);
    }
    let redirects = if feed.key.is_some() { Policy::custom(same_host) } else { Policy::limited(MAX_REDIRECTS) };
    http::client(std::slice::from_ref(&feed.url), timeout)
        .default_headers(headers)
        .redirect(redirects)
        .build()
        .context("cannot set up the connection to the code feeds")
}

/// A redirect to another host, or to an unencrypted connection, would reveal the key.
fn same_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let stays = attempt.previous().first().is_some_and(|first| {
        let next = attempt.url();
        let same_place = (first.host(), first.port()) == (next.host(), next.port());
        same_place && (next.scheme() == first.scheme() || next.scheme() == "https")
    });
    if stays && attempt.previous().len() <= MAX_REDIRECTS { attempt.follow() } else { attempt.stop() }
}

impl Source {
    async fn exchange(&self, headers: HeaderMap) -> Result<Response, FeedFailure> {
        let sent = self.http.get(self.url.clone()).headers(headers).send().await;
        sent.map_err(|e| failure(FeedError::Unreachable(http::failure(&e))))
    }

    async fn send(&self, headers: HeaderMap) -> Result<Response, FeedFailure> {
        accepted(self.exchange(headers).await?)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last good answer is still valid.
    fn unchanged(&self) -> Result<Vec<Entry>, FeedFailure> {
        let mut memory = self.memory();
        let entries = memory.entries.as_deref().cloned();
        entries.ok_or_else(|| {
            memory.validators.clear();
            failure(FeedError::Shape("it reports no change since an answer that it never gave".to_owned()))
        })
    }

    fn take_over(&self, found: shapes::Parsed, validators: HeaderMap) -> Result<Vec<Entry>, FeedFailure> {
        let mut memory = self.memory();
        for what in memory.unread.new_ones(&found.unread) {
            tracing::info!("The feed {} lists something that cannot be read: {what}", self.name);
        }
        if found.entries.is_empty() && found.skipped > 0 {
            return Err(unusable(&found));
        }
        memory.validators = validators;
        memory.entries = Some(Arc::new(found.entries.clone()));
        Ok(found.entries)
    }
}

fn failure(error: FeedError) -> FeedFailure {
    FeedFailure { error, retry_after: None }
}

fn validators_of(answer: &HeaderMap) -> HeaderMap {
    let pairs = [(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)];
    pairs.into_iter().filter_map(|(theirs, ours)| Some((ours, answer.get(theirs)?.clone()))).collect()
}

fn body_error(error: BodyError) -> FeedError {
    match error {
        BodyError::TooLarge => FeedError::TooLarge(MAX_BODY),
        BodyError::TimedOut | BodyError::CutOff => FeedError::Unreachable(error.to_string()),
    }
}

impl CodeFeed for FeedClient {
    fn sources(&self) -> Vec<String> {
        self.sources.iter().map(|source| source.name.clone()).collect()
    }

    async fn ask(&self, place: usize) -> Result<Vec<Entry>, FeedFailure> {
        match self.sources.get(place) {
            Some(source) => self.request(source).await,
            None => Ok(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests;
