//! What every HTTP client of ours does alike: who it says it is, how long it waits, how much it reads.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{ClientBuilder, Response};
use thiserror::Error;
use url::{Host, Url};

/// Who we are, honestly.
pub const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
/// The longest `Retry-After` that is believed.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    /// It did not end in time.
    #[error("the answer did not end in time")]
    TimedOut,
    /// It is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke before its end.
    #[error("the answer ends early")]
    CutOff,
}

/// A client for these addresses: a whole request takes no longer than `timeout`, TLS is verified, and a proxy of the
/// environment is used unless every address is this computer's own.
pub fn client(urls: &[Url], timeout: Duration) -> ClientBuilder {
    let builder = reqwest::Client::builder().user_agent(USER_AGENT).timeout(timeout);
    if urls.iter().all(is_loopback) { builder.no_proxy() } else { builder }
}

/// Whether an address is this computer's own.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Reads a body of at most `max` bytes, and no more than that: a length that the header claims is not believed.
///
/// # Errors
/// When it is larger, ends early or takes too long.
pub async fn read_body(mut response: Response, max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= max => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(BodyError::TooLarge),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err(BodyError::TimedOut),
            Err(_) => return Err(BodyError::CutOff),
        }
    }
}

/// How many seconds the server asks us to stay away, at most an hour. A date is not understood.
#[must_use]
pub fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computers_addresses_are_its_own() {
        for (text, own) in [
            ("http://127.0.0.1:1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:1/", true),
            ("http://LOCALHOST/", true),
            ("http://localhost.example/", false),
            ("http://10.0.0.1/", false),
            ("https://wostools.net/", false),
        ] {
            assert_eq!(is_loopback(&text.parse().unwrap()), own, "{text}");
        }
    }
}
