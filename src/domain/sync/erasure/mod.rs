//! Erasures: how a record vanishes from both stores and stays away.
//!
//! A record that is marked as deleted still says whose it was, in its key alone. An erased record is gone. What stays is
//! an *erasure*: a hash of what was erased, and a version. Whoever holds an older copy meets the erasure before the copy's
//! records are taken over, and drops them.
//!
//! Only *roots* are erased: a guild, a player, a code, a Discord user. With a root goes every record that names it. So one
//! erasure covers also those of its records that the erasing store never saw, and there are as many erasures as there were
//! roots, not records.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::record::{Key, Record, RecordKind, Value};
use super::version::Version;

/// How long an erasure is kept: a copy that was away for longer brings back what it has.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(92 * 24);

/// How long the data of a guild that removed the bot waits for its return.
pub const REMOVED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a code that only persons typed, and a player who came with nothing but such a request, are kept.
pub const UNNEEDED_FOR: SignedDuration = SignedDuration::from_hours(48);

/// How long a player who was taken off the last roster, or unlinked by the last person, is kept: whoever was taken off by
/// mistake is put back before that, and is not redeemed for again.
pub const LEFT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What can be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    /// A guild.
    Guild,
    /// A player.
    Player,
    /// A code.
    Code,
    /// A Discord user. There is no record of one; links name users.
    User,
}

impl Root {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Guild, Self::Player, Self::Code, Self::User];

    /// The kind whose records are the roots themselves; `None` where there is none.
    pub fn kind(self) -> Option<RecordKind> {
        match self {
            Self::Guild => Some(RecordKind::Guilds),
            Self::Player => Some(RecordKind::Players),
            Self::Code => Some(RecordKind::Codes),
            Self::User => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Guild => "guild",
            Self::Player => "player",
            Self::Code => "code",
            Self::User => "user",
        }
    }

    /// What is left of the root that has this key: a hash, from which the key cannot be read.
    pub fn mark(self, key: &Value) -> String {
        let text = match key {
            Value::Text(text) => format!("{}/{text}", self.name()),
            Value::Int(number) | Value::Time(number) => format!("{}/{number}", self.name()),
            Value::Bool(flag) => format!("{}/{flag}", self.name()),
            Value::Null => format!("{}/", self.name()),
        };
        // In one piece: whoever restores a copy asks this of every record.
        Sha256::digest(text).iter().fold(String::with_capacity(64), |mut mark, byte| {
            let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
            mark.extend([digit(byte >> 4), digit(byte & 15)]);
            mark
        })
    }
}

/// The roots that a record of this kind names, and in which field.
pub fn roots(kind: RecordKind) -> &'static [(Root, &'static str)] {
    const GUILD: (Root, &str) = (Root::Guild, "guild_id");
    const PLAYER: (Root, &str) = (Root::Player, "player_id");
    const CODE: (Root, &str) = (Root::Code, "code_key");
    const USER: (Root, &str) = (Root::User, "user_id");
    match kind {
        RecordKind::Erasures => &[],
        RecordKind::Guilds => &[GUILD],
        RecordKind::Players => &[PLAYER],
        RecordKind::Codes | RecordKind::Listings => &[CODE],
        RecordKind::Rosters => &[GUILD, PLAYER],
        RecordKind::Redemptions => &[PLAYER, CODE],
        RecordKind::Posts | RecordKind::Batches | RecordKind::GuildCodes | RecordKind::Tallies => &[GUILD, CODE],
        RecordKind::Links => &[USER, PLAYER],
    }
}

/// A record that the replica must not have, up to this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Its kind.
    pub kind: RecordKind,
    /// Its key.
    pub key: Key,
    /// A newer one stays.
    pub version: Version,
}

/// Whether a record is erased, where `erased` tells the version of a root's erasure, if there is one: by an erasure that
/// is not older than the record. A newer record lives: whoever was erased has come again.
pub fn is_erased(record: &Record, mut erased: impl FnMut(Root, &Value) -> Option<Version>) -> bool {
    let version = record.version();
    roots(record.kind).iter().any(|(root, field)| erased(*root, record.get(field)).is_some_and(|at| at >= version))
}

/// Watches the wall clock for jumps ahead: after one by a month everything looks a month older.
#[derive(Debug, Clone, Copy)]
pub struct ClockWatch {
    wall: Timestamp,
    elapsed: SignedDuration,
}

/// A clock that went ahead by more than this within no time has jumped.
const JUMP: SignedDuration = SignedDuration::from_hours(24);
/// For so long nothing is erased after a jump: the clock is set right in that time, or somebody sees that it is wrong.
pub const DISTRUST: SignedDuration = SignedDuration::from_hours(24);

impl ClockWatch {
    /// A clock that is known to have shown `wall`. `elapsed` is a time that never steps.
    pub fn new(wall: Timestamp, elapsed: SignedDuration) -> Self {
        Self { wall, elapsed }
    }

    /// Whether the clock, which shows `wall` now, has jumped ahead since it was last looked at.
    pub fn has_jumped(&mut self, wall: Timestamp, elapsed: SignedDuration) -> bool {
        let went = wall.duration_since(self.wall);
        let should = elapsed.saturating_sub(self.elapsed);
        // A clock that was set back is looked at from where it was: that it comes back there is no jump.
        if went > SignedDuration::ZERO {
            (self.wall, self.elapsed) = (wall, elapsed);
        }
        went.saturating_sub(should) > JUMP
    }
}

#[cfg(test)]
mod tests;
