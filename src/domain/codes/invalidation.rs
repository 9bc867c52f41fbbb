//! When answers to single players invalidate the code for everybody (invariant 6).

use crate::domain::answers::status::{Class, Scope, Status};
use crate::domain::players::player::PlayerId;

/// How many different players must get the answer that a code has expired or does not exist.
const CONFIRMATIONS: usize = 2;
/// How many different players in a row must get the answer that the claim limit is reached. More than two, because
/// single players got it for codes that still worked for others (docs/protocol.md, "Statuses", USED).
const CLAIM_LIMIT_IN_A_ROW: usize = 3;

/// How many of a code's latest final answers [`verdict`] needs to see.
pub const ANSWERS_CONSIDERED: usize = 8;

/// The verdict that follows from a code's latest final answers, newest first; `None` while the code may still be valid.
///
/// A success after an invalidating answer clears the code: somebody has just redeemed it.
pub fn verdict(newest_first: &[(PlayerId, Status)]) -> Option<Status> {
    let invalidating: Vec<&(PlayerId, Status)> = newest_first
        .iter()
        .take_while(|(_, status)| status.class() != Class::Success)
        .filter(|(_, status)| status.class() == Class::Permanent(Scope::Code))
        .collect();
    let (_, latest) = invalidating.first()?;
    let is_claim_limit = |status: &Status| matches!(status, Status::Used | Status::UsageLimit);
    let (needed, agreeing) = if is_claim_limit(latest) {
        (CLAIM_LIMIT_IN_A_ROW, distinct(invalidating.iter().take_while(|(_, s)| is_claim_limit(s)).map(|(p, _)| *p)))
    } else {
        (CONFIRMATIONS, distinct(invalidating.iter().filter(|(_, s)| !is_claim_limit(s)).map(|(p, _)| *p)))
    };
    (agreeing >= needed).then(|| latest.clone())
}

/// Whether the same answer, given twice to the only player, is enough. A reached claim limit is not: it may be that
/// player's own.
pub fn is_enough_alone(twice: &Status) -> bool {
    twice.class() == Class::Permanent(Scope::Code) && !matches!(twice, Status::Used | Status::UsageLimit)
}

fn distinct(players: impl Iterator<Item = PlayerId>) -> usize {
    players.collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(list: &[(u64, Status)]) -> Vec<(PlayerId, Status)> {
        list.iter().map(|(id, status)| (PlayerId::new(*id).unwrap(), status.clone())).collect()
    }

    #[test]
    fn a_second_player_confirms() {
        use Status::{CdkNotFound, StoveLevel, Success, TimeError};
        assert_eq!(verdict(&answers(&[])), None);
        assert_eq!(verdict(&answers(&[(1, TimeError)])), None);
        assert_eq!(verdict(&answers(&[(1, TimeError), (1, TimeError)])), None);
        assert_eq!(verdict(&answers(&[(2, TimeError), (1, TimeError)])), Some(TimeError));
        assert_eq!(verdict(&answers(&[(2, CdkNotFound), (3, StoveLevel), (1, TimeError)])), Some(CdkNotFound));
        assert_eq!(verdict(&answers(&[(2, TimeError), (3, Success), (1, TimeError)])), None);
    }

    #[test]
    fn the_only_player_confirms_by_the_same_answer_twice() {
        assert!(is_enough_alone(&Status::CdkNotFound) && is_enough_alone(&Status::TimeError));
        assert!(!is_enough_alone(&Status::Used) && !is_enough_alone(&Status::UserInfoError));
    }

    #[test]
    fn the_claim_limit_takes_three_in_a_row() {
        use Status::{Received, TimeError, UsageLimit, Used};
        assert_eq!(verdict(&answers(&[(2, Used), (1, Used)])), None);
        assert_eq!(verdict(&answers(&[(3, UsageLimit), (2, Used), (1, Used)])), Some(UsageLimit));
        assert_eq!(verdict(&answers(&[(3, Used), (4, Received), (2, Used), (1, Used)])), None);
        assert_eq!(verdict(&answers(&[(3, Used), (2, Used), (4, TimeError), (1, Used)])), None);
    }
}
