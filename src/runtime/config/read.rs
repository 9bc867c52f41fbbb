//! Turns a value's text into its type; `None` if the value is not allowed.
//!
//! jiff reads durations. Sizes are read by hand, because the bytesize crate takes a MB as 1,000,000 bytes.

use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

use crate::domain::limits::budget::RateLimit;

use super::{Feed, LogFormat};

pub(super) const URL: &str = "give an address that begins with http:// or https://";
pub(super) const PAGE: &str = "give the address of the game's page, for example https://wos-giftcode.centurygame.com";
pub(super) const FEEDS: &str = "give 1 to 20 different addresses that begin with http:// or https://, separated by commas, with KEY@ before an address that needs a key: KEY@https://…";
pub(super) const DURATION: &str = "give a time from 0s to 24h such as 2.2s, 500ms or 1m";

pub(super) const SIZE: &str = "give a size from 1MB to 1000TB with its unit (KB, MB, GB or TB), such as 512MB or 2GB";

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn whole<T: FromStr>(text: &str) -> Option<T> {
    // `parse` would also accept a plus sign.
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `2.2s`, `500ms`, `1m 30s`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let bare = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let text = if bare { format!("{text}s") } else { text.to_owned() };
    let signed: SignedDuration = text.parse().ok()?;
    Duration::try_from(signed).ok().filter(|d| *d <= DAY)
}

/// `30/60s`, or `off`.
#[allow(clippy::option_option, reason = "the outer says whether it can be read, the inner whether there is a limit")]
pub(super) fn rate(text: &str) -> Option<Option<RateLimit>> {
    if text.eq_ignore_ascii_case("off") {
        return Some(None);
    }
    let (calls, window) = text.split_once('/')?;
    let calls = whole(calls.trim()).filter(|calls| (1..=10_000).contains(calls))?;
    let window = duration(window.trim()).filter(|window| !window.is_zero())?;
    Some(Some(RateLimit { calls, window }))
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `512MB`, `2 GB`, `1.5GiB`, in bytes. Each unit is 1,024 times the one before, as database hosts count. A number
/// without a unit is ambiguous and not allowed.
pub(super) fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, unit) = text.split_at(digits);
    let power = match unit.trim().to_ascii_uppercase().as_str() {
        "KB" | "KIB" | "K" => 1,
        "MB" | "MIB" | "M" => 2,
        "GB" | "GIB" | "G" => 3,
        "TB" | "TIB" | "T" => 4,
        _ => return None,
    };
    let (whole_part, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let (least, most) = (1 << 20, 1000 << 40);
    let unit: u64 = 1 << (10 * power);
    // Thousandths are precise enough.
    let thousandths = whole::<u64>(fraction.get(..3).unwrap_or(fraction)).filter(|_| !fraction.is_empty())?;
    let thousandths = thousandths * [1000, 100, 10, 1][fraction.len().min(3)];
    whole::<u64>(fraction.get(3..).filter(|rest| !rest.is_empty()).unwrap_or("0"))?;
    let bytes = whole::<u64>(whole_part)?.checked_mul(unit)?.checked_add(unit.checked_mul(thousandths)? / 1000)?;
    (least..=most).contains(&bytes).then_some(bytes)
}

pub(super) fn url(text: &str) -> Option<Url> {
    let url: Url = text.parse().ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// An address without user name and password, so that its host can be sent to the game.
pub(super) fn page(text: &str) -> Option<Url> {
    url(text).filter(|url| url.username().is_empty() && url.password().is_none())
}

/// `https://…`, or `KEY@https://…`.
fn feed(text: &str) -> Option<Feed> {
    if let Some(url) = url(text) {
        return Some(Feed { url, key: None });
    }
    let at = ["@https://", "@http://"].iter().filter_map(|begin| text.find(begin)).min()?;
    let (key, address) = (&text[..at], &text[at + 1..]);
    let is_sendable = !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic());
    Some(Feed { url: url(address)?, key: is_sendable.then(|| SecretString::from(key))?.into() })
}

pub(super) fn feeds(text: &str) -> Option<Vec<Feed>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let feeds: Vec<Feed> = parts.map(feed).collect::<Option<_>>()?;
    let different = feeds.iter().enumerate().all(|(i, feed)| feeds[..i].iter().all(|other| other.url != feed.url));
    (different && (1..=20).contains(&feeds.len())).then_some(feeds)
}

/// MongoDB forbids most punctuation in database names, and more than 63 bytes.
pub(super) fn database(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (plain && text.len() <= 63).then(|| text.to_owned())
}

pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}
