//! Which of two versions of a record wins (invariant 7).

use sha2::{Digest, Sha256};

use super::{Record, RecordKind, Value};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::version::Version;

/// Of two versions of a record, the one with the greater key wins. Two versions with equal keys have the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeKey {
    /// Keeps a version that holds a fact from being replaced by one without it. For redemptions [`Outcome::rank`], for
    /// posts and notices 1 once the message is sent, for codes the generation, for tallies how many they count, otherwise 0.
    pub rank: i64,
    /// For a pending redemption, the tries that count against its limits; otherwise 0.
    pub tries: i64,
    /// The last writer wins.
    pub version: Version,
    /// A hash of the content, so that every store decides alike between two writes with the same version.
    pub digest: u64,
}

impl Record {
    /// The rank that keeps outcomes from being downgraded.
    fn outcome_rank(&self) -> i64 {
        let round = if let Value::Int(round) = self.get("round") { *round } else { 0 };
        if let Value::Text(outcome) = self.get("outcome") { Outcome::read(outcome).rank(round) } else { 0 }
    }

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
            // The greater number of counted redemptions knows more.
            RecordKind::Tallies => {
                let counted = ["granted", "already", "failed", "gave_up"].into_iter().map(number);
                (counted.fold(0, i64::saturating_add), 0)
            }
            RecordKind::Notices => (i64::from(*self.get("ended_at") != Value::Null), 0),
            _ => (0, 0),
        };
        MergeKey { rank, tries, version: self.version(), digest: self.digest() }
    }

    /// A hash of all values. It must never change, because stores compare it over years.
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

    /// Whether this version replaces `other`. As a merge it is commutative, associative and idempotent.
    pub fn wins_over(&self, other: &Self) -> bool {
        self.merge_key() > other.merge_key()
    }
}
