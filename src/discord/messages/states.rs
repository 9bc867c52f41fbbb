//! What people read about the checks of ids and states.

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::batch_progress::Tally;
use crate::domain::redeeming::state_search::CheckStatus;
use crate::domain::text::language::Language;
use crate::store::{CheckCounts, RosterPage};

use super::escape::player as named;
use super::texts::text;

/// The most players whose found states a message names.
const MAX_FOUND: usize = 10;

/// What a line of the player list says of a player's check, if there is anything to say.
pub fn mark(language: Language, check: Option<CheckStatus>) -> Option<String> {
    Some(match check? {
        CheckStatus::Right | CheckStatus::Found => text!(language, "state-mark-right"),
        CheckStatus::Unchecked => text!(language, "state-mark-unchecked"),
        CheckStatus::Searching => text!(language, "state-mark-searching"),
        CheckStatus::NotFound => text!(language, "state-mark-not-found"),
        CheckStatus::NoSuchPlayer => text!(language, "state-mark-no-such-player"),
        CheckStatus::Unclear => text!(language, "state-mark-unclear"),
    })
}

/// What a page of the player list says below its lines: what to do where a mark warns.
pub fn below_list(language: Language, page: &RosterPage) -> Option<String> {
    let mut notes = Vec::new();
    let stateless = page.stateless();
    if let Some(player) = stateless {
        notes.push(nobody_has_a_state(language, player));
    } else if page.without_state > 0 {
        notes.push(text!(language, "state-list-missing", players = page.without_state));
    }
    // Where nobody has a state, none could be found.
    let is_wrong = |check: &CheckStatus| match check {
        CheckStatus::NotFound => stateless.is_none(),
        check => check.needs_a_person(),
    };
    if page.checks.values().any(is_wrong) {
        notes.push(text!(language, "state-list-correct"));
    }
    (!notes.is_empty()).then(|| notes.join("\n"))
}

/// What the batch's message says of states: who is waited for, and whose state was found.
pub fn of_batch(language: Language, tally: &Tally) -> Option<String> {
    let mut lines = Vec::new();
    if tally.searching > 0 {
        lines.push(text!(language, "state-batch-searching", players = tally.searching));
    }
    if !tally.found.is_empty() {
        let found = |(id, name, state): &(PlayerId, String, State)| {
            let (player, state) = (named(*id, name), state.to_string());
            text!(language, "state-batch-found-player", player = player, state = state)
        };
        let mut names = tally.found.iter().take(MAX_FOUND).map(found).collect::<Vec<_>>().join(", ");
        let left = tally.found.len().saturating_sub(MAX_FOUND);
        if left > 0 {
            names += " ";
            names += &text!(language, "state-batch-found-more", left = left);
        }
        lines.push(text!(language, "state-batch-found", players = tally.found.len(), names = names));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What `/manage giftcode status` says of the checks, with its title; `None` if all is well.
pub fn of_status(language: Language, counts: &CheckCounts) -> Option<(String, String)> {
    let mut lines = Vec::new();
    if counts.unchecked > 0 {
        lines.push(text!(language, "state-status-unchecked", players = counts.unchecked));
    }
    if counts.searching > 0 {
        lines.push(text!(language, "state-status-searching", players = counts.searching));
    }
    if counts.not_found > 0 {
        lines.push(text!(language, "state-status-not-found", players = counts.not_found));
    }
    if counts.no_such_player > 0 {
        lines.push(text!(language, "state-status-no-such-player", players = counts.no_such_player));
    }
    if counts.unclear > 0 {
        lines.push(text!(language, "state-status-unclear", players = counts.unclear));
    }
    if counts.not_found > 0 || counts.no_such_player > 0 {
        lines.push(text!(language, "state-status-correct"));
    }
    (!lines.is_empty()).then(|| (text!(language, "state-status-title"), lines.join("\n")))
}

/// What to do where nobody on a list has a state: `player` is one of them.
pub fn nobody_has_a_state(language: Language, player: PlayerId) -> String {
    text!(language, "state-list-none", player = player.to_string())
}

/// The end of the answer to somebody who added players.
pub fn checked_in_background(language: Language) -> String {
    text!(language, "state-checked-in-background")
}
