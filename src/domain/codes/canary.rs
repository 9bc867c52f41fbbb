//! How far a code is trusted: whether it is tried with everybody or with one player first (invariant 6).
//!
//! A code that nobody has redeemed yet is tried with one player, its canary. If the canary has it now or had it
//! already, everybody follows. If the answer invalidates the code, a second player confirms it;
//! [`crate::domain::codes::invalidation`] decides when that is enough. If the answer says nothing about the code (it is
//! about the player, or the game is busy), or if the canary's call takes long, the next player becomes the canary.

use crate::domain::answers::status::{Class, Scope, Status};
use crate::domain::players::player::PlayerId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeTrust {
    /// Somebody redeemed it: everybody may try.
    Proven,
    /// Not known yet.
    New,
    /// The latest answer about the code, given to this player, invalidated it. Not confirmed yet.
    Suspect(PlayerId),
}

/// So many players in a row who lack what a code requires prove it as well: the game knows the code.
const REQUIREMENTS_IN_A_ROW: usize = 3;
/// The most calls at once for a code that is not proven, once the first of them takes long.
const CANARIES: usize = 2;

/// The trust in a code after its latest final answers, newest first.
pub fn code_trust(newest_first: &[(PlayerId, Status)]) -> CodeTrust {
    let mut lacking = 0;
    for (player, status) in newest_first {
        match (status.class(), status) {
            (Class::Success, _) => return CodeTrust::Proven,
            (Class::Permanent(Scope::Code), _) => return CodeTrust::Suspect(*player),
            (_, Status::StoveLevel | Status::RechargeMoney | Status::RechargeMoneyVip) => lacking += 1,
            _ => {}
        }
        if lacking >= REQUIREMENTS_IN_A_ROW {
            return CodeTrust::Proven;
        }
    }
    CodeTrust::New
}

/// Whether one more call for a code may start while `under_way` calls run, given whether the oldest takes long.
pub fn may_begin(code_trust: CodeTrust, under_way: usize, takes_long: bool) -> bool {
    match code_trust {
        CodeTrust::Proven => true,
        CodeTrust::New | CodeTrust::Suspect(_) => under_way == 0 || (takes_long && under_way < CANARIES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::invalidation;
    use proptest::prelude::*;

    fn answers(list: &[(u64, Status)]) -> Vec<(PlayerId, Status)> {
        list.iter().map(|(id, status)| (PlayerId::new(*id).unwrap(), status.clone())).collect()
    }

    #[test]
    fn the_latest_answer_about_the_code_counts() {
        use Status::{Received, RoleNotExist, StoveLevel, Success, TimeError, TimedOut, UserInfoError};
        let suspect = CodeTrust::Suspect(PlayerId::new(2).unwrap());
        for (latest, trusted) in [
            (vec![], CodeTrust::New),
            (vec![(2, UserInfoError), (1, RoleNotExist)], CodeTrust::New),
            (vec![(2, TimedOut), (1, Received)], CodeTrust::Proven),
            (vec![(2, StoveLevel), (1, StoveLevel)], CodeTrust::New),
            (vec![(3, StoveLevel), (2, StoveLevel), (1, StoveLevel)], CodeTrust::Proven),
            (vec![(3, RoleNotExist), (2, TimeError), (1, Success)], suspect),
            (vec![(3, Success), (2, TimeError)], CodeTrust::Proven),
        ] {
            assert_eq!(code_trust(&answers(&latest)), trusted, "{latest:?}");
        }
    }

    #[test]
    fn a_code_without_proof_is_tried_with_one_player_and_with_two_when_that_takes_long() {
        assert!(may_begin(CodeTrust::New, 0, false) && !may_begin(CodeTrust::New, 1, false));
        assert!(may_begin(CodeTrust::New, 1, true) && !may_begin(CodeTrust::New, 2, true));
        assert!(may_begin(CodeTrust::Proven, 999, false));
    }

    proptest! {
        /// However many answers the game needs to reject a bad code, few calls are made.
        #[test]
        fn a_bad_code_costs_three_calls_at_most(statuses in proptest::collection::vec(0usize..3, 10), slow in any::<bool>()) {
            let bad = [Status::TimeError, Status::CdkNotFound, Status::InvalidCode];
            let mut latest: Vec<(PlayerId, Status)> = Vec::new();
            let (mut calls, mut under_way) = (0usize, Vec::new());
            while invalidation::verdict(&latest).is_none() {
                while may_begin(code_trust(&latest), under_way.len(), slow) {
                    calls += 1;
                    under_way.push(PlayerId::new(calls as u64).unwrap());
                }
                let player = under_way.remove(0);
                latest.insert(0, (player, bad[statuses[calls % statuses.len()]].clone()));
            }
            prop_assert!(calls <= 3, "{} calls", calls);
        }
    }
}
