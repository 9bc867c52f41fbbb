//! Hides the process's secrets in everything that it writes.
//!
//! The code that handles a secret does not log it, and libraries are kept to their warnings ([`telemetry`](super::telemetry)).
//! This is the net below both: whatever is written to the log, to standard error or by a panic passes here, and each known
//! secret in it is replaced, as it is, percent-encoded, percent-decoded, and in Base64. A secret is known from the moment it
//! is read ([`hide`]), before it is checked.
//!
//! Secrets that only Discord makes, an interaction's or a webhook's, are recognised by the path they stand in.
//!
//! aho-corasick looks for all of them at once, in one pass over a line.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

/// Stands where a secret stood.
const HIDDEN: &[u8] = b"[hidden]";
/// Shorter secrets are hidden only together with what is around them: `abc` is a part of many words.
const MIN_SECRET: usize = 6;
/// A piece of an address counts as a secret from this length on, or from [`MIN_TOKEN`] with a digit: other pieces are words,
/// such as `webhooks` or `heartbeat`.
const MIN_WORDLESS: usize = 16;
const MIN_TOKEN: usize = 8;
/// Paths of Discord's API in which a token follows the id.
const TOKEN_PATHS: [&str; 2] = ["/webhooks/", "/interactions/"];

/// What must not be shown.
static KNOWN: RwLock<Known> = RwLock::new(Known { patterns: Vec::new(), redactor: None });

struct Known {
    patterns: Vec<Vec<u8>>,
    redactor: Option<Arc<Redactor>>,
}

/// Hides these from now on, for the whole process. An address is hidden with its parts: its password, its query, and what
/// looks like a token in its path.
pub fn hide<'a>(secrets: impl IntoIterator<Item = &'a str>) {
    add(secrets.into_iter().flat_map(|secret| pieces(secret.trim())).collect());
}

/// Hides what is secret in these addresses, which are none themselves.
pub fn hide_within<'a>(addresses: impl IntoIterator<Item = &'a str>) {
    add(addresses.into_iter().flat_map(|address| secret_parts(address.trim())).collect());
}

fn add(pieces: Vec<String>) {
    let mut new = forms(pieces);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    new.retain(|pattern| !known.patterns.contains(pattern));
    if !new.is_empty() || known.redactor.is_none() {
        known.patterns.append(&mut new);
        known.redactor = Redactor::new(known.patterns.clone()).map(Arc::new);
    }
}

/// The text without the secrets.
pub fn redacted(text: &str) -> String {
    String::from_utf8_lossy(&redact(text.as_bytes())).into_owned()
}

fn redact(line: &[u8]) -> Cow<'_, [u8]> {
    let redactor = KNOWN.read().unwrap_or_else(PoisonError::into_inner).redactor.clone();
    match redactor {
        Some(redactor) => redactor.redact(line),
        None => Cow::Borrowed(line),
    }
}

/// Writes everything without the secrets. Whoever writes gives whole lines.
pub struct Redacted<W>(pub W);

impl<W: Write> Write for Redacted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(&redact(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

struct Redactor {
    finder: AhoCorasick,
    /// The first patterns are [`TOKEN_PATHS`].
    paths: usize,
}

impl Redactor {
    /// `None` if they are too many to look for at once, which a few hundred are not.
    fn new(secrets: Vec<Vec<u8>>) -> Option<Self> {
        let paths = TOKEN_PATHS.iter().map(|path| path.as_bytes().to_vec());
        let patterns: Vec<Vec<u8>> = paths.chain(secrets).collect();
        // Of two that begin at one place, the longer.
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()?;
        Some(Self { finder, paths: TOKEN_PATHS.len() })
    }

    fn redact<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out = Vec::new();
        let mut done = 0;
        let mut at = 0;
        while let Some(found) = line.get(at..).and_then(|rest| self.finder.find(rest)) {
            let (start, end) = (at + found.start(), at + found.end());
            at = end;
            let hidden =
                if found.pattern().as_usize() < self.paths { token_after(line, end) } else { Some(start..end) };
            if let Some(hidden) = hidden.filter(|hidden| !hidden.is_empty()) {
                out.extend_from_slice(line.get(done..hidden.start).unwrap_or_default());
                out.extend_from_slice(HIDDEN);
                (done, at) = (hidden.end, hidden.end);
            }
        }
        if done == 0 {
            return Cow::Borrowed(line);
        }
        out.extend_from_slice(line.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }
}

/// The token behind an id: `123/TOKEN`.
fn token_after(line: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let rest = line.get(at..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let token = rest.get(digits..)?.strip_prefix(b"/").filter(|_| digits > 0)?;
    let length = token.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(byte)).count();
    let start = at + digits + 1;
    Some(start..start + length)
}

/// Every way in which these may be written.
fn forms(pieces: Vec<String>) -> Vec<Vec<u8>> {
    let mut forms: Vec<String> = Vec::new();
    for piece in pieces {
        let decoded = percent_decode_str(&piece).decode_utf8().map(Cow::into_owned);
        for plain in std::iter::once(piece).chain(decoded) {
            forms.push(utf8_percent_encode(&plain, NON_ALPHANUMERIC).to_string());
            forms.extend(base64_forms(plain.as_bytes()));
            // As a quoted text within a text shows it.
            forms.push(plain.escape_debug().collect());
            forms.push(plain);
        }
    }
    forms.retain(|form| form.len() >= MIN_SECRET);
    forms.sort();
    forms.dedup();
    forms.into_iter().map(String::into_bytes).collect()
}

/// The secret itself, and the parts of an address that are secret alone.
fn pieces(secret: &str) -> Vec<String> {
    let mut pieces = secret_parts(secret);
    pieces.push(secret.to_owned());
    if let Ok(url) = secret.parse::<Url>()
        && matches!(url.scheme(), "http" | "https")
    {
        pieces.extend(url.path_segments().into_iter().flatten().filter(|piece| is_token(piece)).map(str::to_owned));
        let after_host = [Some(url.path()), url.query()].into_iter().flatten().collect::<Vec<_>>().join("?");
        pieces.extend(Some(after_host).filter(|after_host| is_token(after_host)));
        // As a client writes the whole of it.
        pieces.push(url.to_string());
    }
    pieces
}

/// What is secret in any address: its password, and what looks like a token in its query.
fn secret_parts(address: &str) -> Vec<String> {
    let Some((scheme, rest)) = address.split_once("://") else { return Vec::new() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // By hand: a connection string may name several hosts, and an unescaped character in its password may be what is wrong.
    let is_mongodb = scheme.starts_with("mongodb");
    let user_info = authority.rsplit_once('@').or_else(|| rest.rsplit_once('@').filter(|_| is_mongodb));
    let mut parts = Vec::new();
    if let Some((user_info, _)) = user_info {
        parts.push(user_info.to_owned());
        parts.extend(user_info.split_once(':').map(|(_, password)| password.to_owned()));
    }
    if let Some(url) = address.parse::<Url>().ok().filter(|_| !is_mongodb) {
        parts.extend(url.query_pairs().map(|(_, value)| value.into_owned()).filter(|value| is_token(value)));
    }
    parts
}

fn is_token(piece: &str) -> bool {
    piece.len() >= MIN_WORDLESS || piece.len() >= MIN_TOKEN && piece.bytes().any(|byte| byte.is_ascii_digit())
}

/// In Base64, wherever in the encoded text the secret begins: the letters that depend on nothing else.
fn base64_forms(secret: &[u8]) -> Vec<String> {
    let mut forms = Vec::new();
    for before in 0..3 {
        let bytes = [&[0; 2][..before], secret].concat();
        // Each letter has six bits.
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.extend(text.get(first..last).map(str::to_owned));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redactor(secrets: &[&str]) -> impl Fn(&str) -> String + use<> {
        let redactor = Redactor::new(forms(secrets.iter().flat_map(|secret| pieces(secret)).collect())).unwrap();
        move |line| String::from_utf8(redactor.redact(line.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn a_secret_is_hidden_in_each_of_its_forms() {
        let shown = redactor(&["MTIz.G-token_x/y+z", "short"]);
        for (line, hidden) in [
            ("Bot MTIz.G-token_x/y+z!", "Bot [hidden]!"),
            ("MTIz.G-token_x/y+zMTIz.G-token_x/y+z", "[hidden][hidden]"),
            ("token=MTIz%2EG%2Dtoken%5Fx%2Fy%2Bz&x", "token=[hidden]&x"),
            ("nothing here", "nothing here"),
            ("MTIz.G-token_x/y+", "MTIz.G-token_x/y+"),
            ("a short word", "a short word"),
        ] {
            assert_eq!(shown(line), hidden);
        }
        for whole in ["", "a", "ab", "Basic user:"] {
            let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{whole}MTIz.G-token_x/y+z"));
            assert!(shown(&encoded).contains("[hidden]"), "{whole} {encoded}");
        }
    }

    #[test]
    fn an_address_is_hidden_with_the_parts_that_are_secret_alone() {
        let shown = redactor(&[
            "mongodb+srv://giftcode:p%40ssw0rd@cluster0.example.net/?retryWrites=true",
            "https://hc-ping.com/0d1f6a2e-5b1c-4a0e-9a55-1b2c3d4e5f60",
            "https://watch.example/heartbeat?key=abcd1234",
            "https://user:abc@proxy.example/",
            "mongodb://one:tw/o-three@a.example:27017,b.example:27017/?replicaSet=rs0",
        ]);
        for (line, hidden) in [
            ("cannot reach cluster0.example.net:27017", "cannot reach cluster0.example.net:27017"),
            ("retryWrites=true", "retryWrites=true"),
            ("password p%40ssw0rd or p@ssw0rd", "password [hidden] or [hidden]"),
            ("(https://hc-ping.com/0d1f6a2e-5b1c-4a0e-9a55-1b2c3d4e5f60)", "([hidden])"),
            ("GET /0d1f6a2e-5b1c-4a0e-9a55-1b2c3d4e5f60", "GET [hidden]"),
            ("the heartbeat of hc-ping.com", "the heartbeat of hc-ping.com"),
            ("key abcd1234", "key [hidden]"),
            ("https://user:abc@proxy.example/x", "[hidden]x"),
            ("tw/o-three of b.example:27017", "[hidden] of b.example:27017"),
            ("an abc", "an abc"),
        ] {
            assert_eq!(shown(line), hidden);
        }
    }

    #[test]
    fn tokens_that_discord_makes_are_known_by_their_paths() {
        let shown = redactor(&[]);
        for (line, hidden) in [
            (
                "POST https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb24-_x/callback failed",
                "POST https://discord.com/api/v10/interactions/123/[hidden]/callback failed",
            ),
            ("/webhooks/9/tok.en/messages/@original", "/webhooks/9/[hidden]/messages/@original"),
            ("/webhooks/9", "/webhooks/9"),
            ("/webhooks/x/y /interactions/", "/webhooks/x/y /interactions/"),
        ] {
            assert_eq!(shown(line), hidden);
        }
    }

    #[test]
    fn what_is_hidden_for_the_process_is_hidden_in_every_writer() {
        hide(["", "a-secret-of-this-test"]);
        let mut out = Redacted(Vec::new());
        out.write_all(b"say a-secret-of-this-test twice\n").unwrap();
        assert_eq!(out.0, b"say [hidden] twice\n");
        assert_eq!(redacted("a-secret-of-this-test"), "[hidden]");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_and_nothing_else_is_lost(
            secret in "[a-zA-Z0-9._%/+-]{6,40}", before in "[ a-z]{0,20}", after in "[ a-z]{0,20}"
        ) {
            let shown = redactor(&[&secret]);
            let line = format!("{before}\u{2502}{secret}\u{2502}{after}");
            prop_assert_eq!(shown(&line), format!("{before}\u{2502}[hidden]\u{2502}{after}"));
            let encoded = base64::engine::general_purpose::URL_SAFE.encode(&line);
            prop_assert!(shown(&encoded).contains("[hidden]"));
        }
    }
}
