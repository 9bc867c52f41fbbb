//! Erasures: how a record vanishes from both stores and stays away.
//!
//! The key of a record that is marked as deleted still says whose it was. An erased record is gone; what remains is an
//! *erasure*: a hash of what was erased, and a version. A store with an older copy receives the erasure before the
//! copy's records are merged, and drops them.
//!
//! Only *roots* are erased: a guild, a player, a code, a Discord user. With a root goes every record that names it. So
//! one erasure also covers records that the erasing store never saw, and there are as many erasures as roots, not as
//! records.

use jiff::{SignedDuration, Timestamp};

use super::record::{Key, Record, RecordKind, Root, Value, roots};
use super::version::Version;

/// How long an erasure is kept. A copy that was away longer brings erased records back.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(92 * 24);

/// How long the data of a guild that removed the bot is kept in case it returns.
pub const REMOVED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a code that only people typed is kept, and a player known only from such a request.
pub const UNNEEDED_FOR: SignedDuration = SignedDuration::from_hours(48);

/// How long a player is kept who left the last roster or was unlinked by the last person. A player removed by mistake
/// is usually added again before that, and then nothing is redeemed twice.
pub const LEFT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A record that the replica must not have, up to this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    pub kind: RecordKind,
    pub key: Key,
    /// A newer record stays.
    pub version: Version,
}

/// Whether a record is erased: by an erasure that is not older than the record. `erased` gives the version of a root's
/// erasure, if there is one. A newer record stays, because its root came back after the erasure.
pub fn is_erased(record: &Record, mut erased: impl FnMut(Root, &Value) -> Option<Version>) -> bool {
    let version = record.version();
    roots(record.kind).iter().any(|(root, field)| erased(*root, record.get(field)).is_some_and(|at| at >= version))
}

/// Watches the wall clock for jumps forward. After a jump of a month, every record looks a month older.
#[derive(Debug, Clone, Copy)]
pub struct ClockWatch {
    wall: Timestamp,
    elapsed: SignedDuration,
}

/// The clock has jumped if it moved forward by more than this in no time.
const JUMP: SignedDuration = SignedDuration::from_hours(24);
/// How long nothing is erased after a jump. By then the clock is corrected, or somebody has noticed that it is wrong.
pub const DISTRUST: SignedDuration = SignedDuration::from_hours(24);

impl ClockWatch {
    /// The clock showed `wall` at `elapsed`, which is a time that never goes back.
    pub fn new(wall: Timestamp, elapsed: SignedDuration) -> Self {
        Self { wall, elapsed }
    }

    /// Whether the clock, which now shows `wall`, has jumped forward since the last call.
    pub fn has_jumped(&mut self, wall: Timestamp, elapsed: SignedDuration) -> bool {
        let went = wall.duration_since(self.wall);
        let should = elapsed.saturating_sub(self.elapsed);
        // A clock that was set back is compared with its earlier reading, so returning to that is no jump.
        if went > SignedDuration::ZERO {
            (self.wall, self.elapsed) = (wall, elapsed);
        }
        went.saturating_sub(should) > JUMP
    }
}

#[cfg(test)]
mod tests;
