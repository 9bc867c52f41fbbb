//! What came back from the game API, before anyone says what it means.

use std::fmt;
use std::time::Duration;

/// The longest `msg` of an answer that is kept, in characters.
pub const MAX_MSG_CHARS: usize = 64;

/// One answer, or the lack of one. An odd answer is a value here, never an error that someone could forget to classify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// JSON with the API's own fields.
    Api(ApiAnswer),
    /// HTTP 429.
    RateLimited,
    /// An HTTP status other than 200 and 429, whatever the body says.
    Http(u16),
    /// A page where JSON should be, with any status but 401, 403 and 429.
    Html(u16),
    /// A body that ends early, is larger than allowed, or is no JSON.
    Malformed,
    /// The connection could not be made, or broke.
    Connection,
    /// No answer in time.
    TimedOut,
}

/// The fields of the API's JSON that say what happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiAnswer {
    /// `msg` as it came, trimmed and of bounded length.
    pub msg: String,
    /// `err_code`.
    pub err_code: ErrCode,
}

/// The API's `err_code`: a number, or nothing (missing, null or an empty string), or something else altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrCode {
    /// Missing, null or empty.
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
            Self::Odd => f.write_str("an err_code that is no number"),
        }
    }
}

impl Answer {
    /// Whether the game's server was reached at all.
    pub fn reached(&self) -> bool {
        !matches!(self, Self::Connection | Self::TimedOut)
    }
}

/// What an answer's headers say about the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimitHints {
    /// How long the server asks us to stay away (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// Calls that the endpoint takes per window (`X-RateLimit-Limit`).
    pub limit: Option<u32>,
    /// Calls that are left in the present one (`X-RateLimit-Remaining`).
    pub remaining: Option<u32>,
}

/// An answer with what the headers say about the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<T> {
    /// The answer.
    pub answer: T,
    /// The headers.
    pub hints: RateLimitHints,
}

impl<T> Reply<T> {
    /// An answer that says nothing about limits.
    pub fn plain(answer: T) -> Self {
        Self { answer, hints: RateLimitHints::default() }
    }
}
