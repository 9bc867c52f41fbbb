//! Asking the feeds: retries, conditional requests, and one report per feed.
//!
//! All feeds are asked at once and each within its own bounds, so one that fails or hangs hides no other.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use backon::{ExponentialBuilder, Retryable};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::domain::code::ListedCode;
use crate::domain::text::clean;
use crate::http::{self, BodyError};
use crate::ports::{CodeFeed, FeedError, SourceReport};

use super::shapes;

/// The largest answer that is read, in bytes.
const MAX_BODY: usize = 1024 * 1024;
/// Requests per feed and poll.
const TRIES: usize = 3;
/// A feed that asks us to stay away for longer than this is not asked again in the same poll.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Which feeds to ask, and how.
#[derive(Debug, Clone)]
pub struct FeedSettings {
    /// The feeds.
    pub urls: Vec<Url>,
    /// Sent as `X-API-Key`, to the feeds themselves only.
    pub api_key: Option<SecretString>,
    /// The longest that one request may take, the answer's body included.
    pub timeout: Duration,
    /// The wait before the second try; the third waits twice as long.
    pub retry_base: Duration,
    /// The feeds, by [`source_name`], that had codes when they were last asked.
    pub had_codes: BTreeSet<String>,
}

/// The feeds.
pub struct FeedClient {
    http: reqwest::Client,
    settings: FeedSettings,
    sources: Vec<Source>,
}

struct Source {
    url: Url,
    name: String,
    memory: Mutex<Memory>,
}

/// What is remembered of a feed's last good answer.
#[derive(Default)]
struct Memory {
    validators: HeaderMap,
    codes: Option<Arc<Vec<ListedCode>>>,
    had_codes: bool,
}

/// A failed request, and whether another one may help now.
struct Failure {
    error: FeedError,
    passes: bool,
}

/// A feed as people see it: host and path, never a key.
#[must_use]
pub fn source_name(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}{}", url.host_str().unwrap_or_default(), url.path())
}

impl FeedClient {
    /// A client of these feeds.
    ///
    /// # Errors
    /// When TLS cannot be set up or the key cannot be sent.
    pub fn new(settings: FeedSettings) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        if let Some(key) = &settings.api_key {
            let mut key = HeaderValue::from_str(key.expose_secret()).context("GIFTCODE_API_KEY cannot be sent")?;
            key.set_sensitive(true);
            headers.insert("X-API-Key", key);
        }
        // A redirect to another host would hand the key to it.
        let same_host = Policy::custom(|attempt| {
            let first = attempt.previous().first();
            let moved =
                first.is_some_and(|first| first.host() != attempt.url().host() || first.port() != attempt.url().port());
            if moved || attempt.previous().len() > 3 { attempt.stop() } else { attempt.follow() }
        });
        let redirects = if settings.api_key.is_some() { same_host } else { Policy::limited(3) };
        let http = http::client(&settings.urls, settings.timeout)
            .default_headers(headers)
            .redirect(redirects)
            .build()
            .context("cannot set up the connection to the code feeds")?;
        let source = |url: &Url| {
            let name = source_name(url);
            let memory = Memory { had_codes: settings.had_codes.contains(&name), ..Memory::default() };
            Source { url: url.clone(), name, memory: Mutex::new(memory) }
        };
        let sources = settings.urls.iter().map(source).collect();
        Ok(Self { http, settings, sources })
    }

    async fn ask(&self, source: &Source) -> SourceReport {
        let mut attempts = 0;
        let back_off = ExponentialBuilder::default()
            .with_min_delay(self.settings.retry_base)
            .with_factor(2.0)
            .with_max_times(TRIES - 1);
        let tries = || {
            attempts += 1;
            self.request(source)
        };
        let result = tries.retry(back_off).when(|failure: &Failure| failure.passes).await;
        if let Err(failure) = &result {
            tracing::debug!("{} {} (after {attempts} attempts)", source.name, failure.error);
        }
        let codes = result.map(|codes| codes.as_ref().clone()).map_err(|failure| failure.error);
        SourceReport { source: source.name.clone(), result: codes, attempts }
    }

    async fn request(&self, source: &Source) -> Result<Arc<Vec<ListedCode>>, Failure> {
        let validators = source.memory.lock().unwrap_or_else(PoisonError::into_inner).validators.clone();
        let sent = self.http.get(source.url.clone()).headers(validators).send().await;
        let response = sent.map_err(|e| Failure { error: unreachable(&e), passes: true })?;
        match response.status() {
            StatusCode::NOT_MODIFIED => return unchanged(source),
            StatusCode::OK => {}
            status => {
                let passes = status.is_server_error() || [408, 425, 429].contains(&status.as_u16());
                let soon = http::retry_after(&response).is_none_or(|wait| wait <= LONGEST_RETRY_AFTER);
                return Err(Failure { error: FeedError::Status(status.as_u16()), passes: passes && soon });
            }
        }
        let validators = validators_of(response.headers());
        let body =
            http::read_body(response, MAX_BODY).await.map_err(|e| Failure { error: body_error(e), passes: true })?;
        let listing = shapes::parse(&body, &source.name).map_err(|error| Failure { error, passes: true })?;
        take_over(source, listing, validators)
    }
}

/// The last good answer holds.
fn unchanged(source: &Source) -> Result<Arc<Vec<ListedCode>>, Failure> {
    let mut memory = source.memory.lock().unwrap_or_else(PoisonError::into_inner);
    memory.codes.clone().ok_or_else(|| {
        memory.validators.clear();
        let error = FeedError::Shape("it says that nothing changed since an answer that it never gave".to_owned());
        Failure { error, passes: true }
    })
}

fn take_over(
    source: &Source,
    listing: shapes::Listing,
    validators: HeaderMap,
) -> Result<Arc<Vec<ListedCode>>, Failure> {
    let mut memory = source.memory.lock().unwrap_or_else(PoisonError::into_inner);
    if listing.skipped > 0 {
        tracing::debug!("{} lists {} entries that were left out", source.name, listing.skipped);
    }
    // Codes that all ended are a list too; no codes at all, where there were some, is a feed that lost its own.
    if listing.usable == 0 && memory.had_codes {
        return Err(Failure { error: FeedError::Emptied, passes: false });
    }
    memory.had_codes |= listing.usable > 0;
    memory.validators = validators;
    let codes = Arc::new(listing.codes);
    memory.codes = Some(codes.clone());
    Ok(codes)
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

/// The innermost cause: the outer ones repeat the address, which may hold a key.
fn unreachable(error: &reqwest::Error) -> FeedError {
    if error.is_timeout() {
        return FeedError::Unreachable("no answer in time".to_owned());
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let is_outermost = error.source().is_none();
    FeedError::Unreachable(if is_outermost { "the request failed".to_owned() } else { clean(&cause.to_string(), 120) })
}

impl CodeFeed for FeedClient {
    async fn poll(&self) -> Vec<SourceReport> {
        futures_util::future::join_all(self.sources.iter().map(|source| self.ask(source))).await
    }
}

#[cfg(test)]
mod tests;
