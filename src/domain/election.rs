//! Which instance leads, and when a working copy may be acted on.
//!
//! The lease is one document in MongoDB. Its holder renews it; each renewal makes its `beat` grow. Nobody compares clocks: who
//! waits for it watches, on its own clock, that it stays as it is for the whole length of a lease.

use std::time::Duration;

/// A lease that was watched unchanged for so long, while MongoDB could be reached all the time, is over.
pub const LEASE: Duration = Duration::from_secs(30);
/// Its holder counts on it for so long, from before a renewal was sent. The rest is for clocks that run at different speeds.
pub const HOLD: Duration = Duration::from_secs(29);
/// How often its holder renews it.
pub const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How often a waiting instance polls it.
pub const POLL_EVERY: Duration = Duration::from_millis(500);
/// How often a waiting instance registers as standby.
pub const REGISTER_EVERY: Duration = Duration::from_secs(2);
/// A standby whose beat did not grow for so long, on the leader's clock, is gone.
pub const STANDBY_COUNTS: Duration = Duration::from_secs(15);
/// Who cannot renew stops taking up work this long before the lease is over, so that calls in flight may end.
pub const CALLS_END_WITHIN: Duration = Duration::from_secs(8);

/// A place in the sequence of everything that leaders ever wrote to one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The leader's term.
    pub term: i64,
    /// Its round of writes, from 1.
    pub round: i64,
}

/// The lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lease {
    /// The database's random name: another database, or one that was made anew, has another.
    pub database: String,
    /// Which process holds it, or held it last: a name per start of a process.
    pub holder: String,
    /// Grows with every taking, and is never used twice: milliseconds of the server's clock, or more.
    pub term: i64,
    /// Grows with every renewal.
    pub beat: i64,
    /// All of its holder's rounds of writes up to this one are done.
    pub round: i64,
    /// Its holder gave it back.
    pub released: bool,
    /// So many changes its holder could not send before it gave it back.
    pub unsent: i64,
    /// Grows whenever a waiting instance says that it is there; 0 where none has since the lease was taken.
    pub standby_beat: i64,
    /// Grows whenever a former leader has written late.
    pub late: i64,
    /// The largest schema number of any program that has led.
    pub schema: i64,
}
