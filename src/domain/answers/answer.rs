//! What came back from the game API, before its meaning is decided.

use std::fmt;
use std::time::Duration;

/// The longest `msg` of an answer that is kept, in characters.
pub const MAX_MSG_CHARS: usize = 64;

/// An answer, or the lack of one. A strange answer is a value, not an error that somebody could forget to classify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// JSON with the API's own fields.
    Api(ApiAnswer),
    RateLimited,
    /// An HTTP status other than 200 and 429, whatever the body contains.
    Http(u16),
    /// An HTML page instead of JSON, with any status but 401, 403 and 429.
    Html(u16),
    /// A body that is truncated, too large, or not JSON.
    Malformed,
    /// The connection could not be made, or broke.
    Connection,
    TimedOut,
}

/// The fields of the API's JSON that say what happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiAnswer {
    /// As it came, trimmed, with a limited length.
    pub msg: String,
    pub err_code: ErrCode,
}

/// The API's `err_code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrCode {
    /// Missing, null or an empty string.
    #[default]
    Absent,
    /// A number, or digits in a string.
    Number(i64),
    /// Anything else: matches no row of the status table.
    Odd,
}

impl fmt::Display for ErrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("no err_code"),
            Self::Number(number) => write!(f, "err_code {number}"),
            Self::Odd => f.write_str("an err_code that is not a number"),
        }
    }
}

impl Answer {
    pub fn reached(&self) -> bool {
        !matches!(self, Self::Connection | Self::TimedOut)
    }
}

/// What an answer's headers say about the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimitHints {
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// `X-RateLimit-Limit`: calls per window.
    pub limit: Option<u32>,
    /// `X-RateLimit-Remaining`: calls left in the present window.
    pub remaining: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<T> {
    pub answer: T,
    pub hints: RateLimitHints,
}

impl<T> Reply<T> {
    /// An answer without hints about limits.
    pub fn plain(answer: T) -> Self {
        Self { answer, hints: RateLimitHints::default() }
    }
}
