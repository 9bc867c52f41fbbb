//! Which of two versions of a record wins (invariant 7).

use sha2::{Digest, Sha256};

use super::{Record, RecordKind, Value};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::version::Version;

/// What decides which of two versions of a record wins: the greater one. Two that are equal have the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeKey {
    /// What is a fact is never replaced by what lacks it: for redemptions [`Outcome::rank`], for posts 1 once the message is
    /// sent, for codes the generation, for tallies how many they count; else 0.
    pub rank: i64,
    /// For a redemption that is not decided, the tries that count against its limits; else 0.
    pub tries: i64,
    /// The version: the last writer wins.
    pub version: Version,
    /// A hash of the content, so that everybody decides alike between two writes with one version.
    pub digest: u64,
}

impl Record {
    /// How good a redemption's outcome is: none is ever downgraded.
    fn outcome_rank(&self) -> i64 {
        let round = if let Value::Int(round) = self.get("round") { *round } else { 0 };
        if let Value::Text(outcome) = self.get("outcome") { Outcome::read(outcome).rank(round) } else { 0 }
    }

    /// What decides which of two versions of it wins.
    pub fn merge_key(&self) -> MergeKey {
        let number = |name| if let Value::Int(number) = self.get(name) { *number } else { 0 };
        let is_pending = *self.get("outcome") == Value::Text(Outcome::Pending.name().to_owned());
        let (rank, tries) = match self.kind {
            RecordKind::Redemptions if is_pending => {
                (self.outcome_rank(), number("unknown").saturating_add(number("temporary")))
            }
            RecordKind::Redemptions => (self.outcome_rank(), 0),
            RecordKind::Posts => (i64::from(*self.get("message_id") != Value::Null), 0),
            RecordKind::Codes => (number("generation"), 0),
            // Whoever counted more knew more.
            RecordKind::Tallies => {
                let counted = ["granted", "already", "failed", "gave_up"].into_iter().map(number);
                (counted.fold(0, i64::saturating_add), 0)
            }
            _ => (0, 0),
        };
        MergeKey { rank, tries, version: self.version(), digest: self.digest() }
    }

    /// A hash of all values; the same everywhere and for ever.
    fn digest(&self) -> u64 {
        let mut hasher = Sha256::new();
        for value in &self.values {
            match value {
                Value::Null => hasher.update([0]),
                Value::Int(number) => hasher.update([&[1], number.to_be_bytes().as_slice()].concat()),
                Value::Bool(flag) => hasher.update([2, u8::from(*flag)]),
                Value::Text(text) => {
                    hasher.update([3]);
                    hasher.update((text.len() as u64).to_be_bytes());
                    hasher.update(text.as_bytes());
                }
                Value::Time(millis) => hasher.update([&[4], millis.to_be_bytes().as_slice()].concat()),
            }
        }
        hasher.finalize().iter().take(8).fold(0, |digest, byte| digest << 8 | u64::from(*byte))
    }

    /// Whether this version of a record replaces `other`. Commutative, associative and idempotent as a merge.
    pub fn wins_over(&self, other: &Self) -> bool {
        self.merge_key() > other.merge_key()
    }
}
