//! What all HTTP clients of the bot share: the User-Agent, timeouts, and limits on what is read.
//!
//! Bodies are read by hand, because `Limited` of http-body-util turns the three errors distinguished here into one
//! boxed error.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{ClientBuilder, Response};
use thiserror::Error;
use url::{Host, Url};

use crate::domain::text::clean;

/// An honest User-Agent.
pub const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    #[error("the answer did not end in time")]
    TimedOut,
    #[error("the answer is too large")]
    TooLarge,
    #[error("the answer ends early")]
    CutOff,
}

/// A client for these addresses. A whole request takes no longer than `timeout`, TLS is verified, and the environment's
/// proxy is used unless every address is this computer's own.
pub fn client(urls: &[Url], timeout: Duration) -> ClientBuilder {
    let builder = reqwest::Client::builder().user_agent(USER_AGENT).timeout(timeout);
    if urls.iter().all(is_loopback) { builder.no_proxy() } else { builder }
}

pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Reads a body of at most `max` bytes. The length in the header is not trusted.
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

/// Why a request failed, on one line and without its address, which may hold a secret: the innermost cause, because those
/// around it repeat the address.
pub fn failure(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let cause = anyhow::Chain::new(error).skip(1).last();
    cause.map_or("the request failed".to_owned(), |cause| clean(&cause.to_string(), 120))
}

/// The server's `Retry-After`: seconds, or a time on its own clock. The caller limits it.
pub fn retry_after(response: &Response) -> Option<Duration> {
    let header = |name| response.headers().get(name)?.to_str().ok().map(str::trim);
    let text = header(RETRY_AFTER)?;
    let time = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Duration::try_from(time(text)?.duration_since(time(header(DATE)?)?)).ok(),
    }
}

/// The server's clock, by its `Date`: whole seconds.
pub fn date(headers: &HeaderMap) -> Option<jiff::Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_after_is_read_in_both_formats() {
        let seconds = |headers: &[(&str, &str)]| {
            let mut response = axum::http::Response::builder();
            for (name, value) in headers {
                response = response.header(*name, *value);
            }
            retry_after(&Response::from(response.body("").unwrap())).map(|wait| wait.as_secs())
        };
        let date = ("date", "Wed, 25 Nov 2026 12:00:00 GMT");
        assert_eq!(seconds(&[("retry-after", " 82721 ")]), Some(82_721));
        assert_eq!(seconds(&[("retry-after", "Wed, 25 Nov 2026 12:01:30 GMT"), date]), Some(90));
        for bad in ["soon", "-5", "99999999999999999999", "Wed, 25 Nov 2026 11:00:00 GMT"] {
            assert_eq!(seconds(&[("retry-after", bad), date]), None, "{bad}");
        }
    }

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
