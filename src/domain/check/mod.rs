//! What `giftcode-bot check` finds: a line for each thing that the bot needs, and the rules by which it is well.

mod finding;
mod rules;
mod skew;

pub use finding::{Finding, FindingId, Need, Verdict};
pub use rules::{MAX_SERVER_LINES, RESERVED_SESSIONS, disk_space, mongodb_size, servers, servers_in_words, sessions};
pub use skew::{ServerDate, clock};
