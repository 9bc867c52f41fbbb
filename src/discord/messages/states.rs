//! What people read about the checks of ids and states.

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::batch_progress::Tally;
use crate::domain::redeeming::state_search::CheckStatus;
use crate::store::CheckCounts;

use super::batch::player as named;
use super::{count, thousands};

/// The most players whose found states a message names.
const MAX_FOUND: usize = 10;

/// What a line of the player list says of a player's check, if there is anything to say.
pub fn mark(check: Option<CheckStatus>) -> Option<&'static str> {
    match check? {
        CheckStatus::Right | CheckStatus::Found => Some("✅"),
        CheckStatus::Unchecked => Some("⏳ not checked yet"),
        CheckStatus::Searching => Some("🔎 looking for the state"),
        CheckStatus::NotFound => Some("⚠️ state not found"),
        CheckStatus::NoSuchPlayer => Some("⚠️ no player has this id"),
        CheckStatus::Unclear => Some("❔ could not be checked"),
    }
}

/// What the batch's message says of states: who is waited for, and whose state was found.
pub fn of_batch(tally: &Tally) -> Option<String> {
    let mut lines = Vec::new();
    if tally.searching > 0 {
        lines.push(format!(
            "🔎 {}: the state is wrong or missing. I am looking for it and redeem the code when I have it.",
            count(tally.searching, "player")
        ));
    }
    if !tally.found.is_empty() {
        let found = |(id, name, state): &(PlayerId, String, State)| format!("{} ({state})", named(*id, name));
        let mut names: Vec<String> = tally.found.iter().take(MAX_FOUND).map(found).collect();
        let number = u32::try_from(tally.found.len()).unwrap_or(u32::MAX);
        let left = tally.found.len().saturating_sub(MAX_FOUND);
        if left > 0 {
            names.push(format!("… and {left} more"));
        }
        lines.push(format!("🔎 I found the state of {}: {}", count(number, "player"), names.join(", ")));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What `/manage giftcode status` says of the checks, if anything is open.
pub fn of_status(counts: &CheckCounts) -> Option<String> {
    let parts = [
        ("⏳", counts.unchecked, "to check"),
        ("🔎", counts.searching, "whose state I am looking for"),
        ("⚠️", counts.not_found, "whose state I did not find"),
        ("⚠️", counts.no_such_player, "whose id the game does not know"),
        ("❔", counts.unclear, "who could not be checked"),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(_, number, _)| *number > 0)
        .map(|(sign, number, what)| format!("{sign} {} {what}", thousands(*number)))
        .collect();
    let advice = if counts.not_found + counts.no_such_player > 0 {
        "\nSee `/manage players list`, and add those players again with the right id or state."
    } else {
        ""
    };
    (!shown.is_empty()).then(|| shown.join("\n") + advice)
}

/// The end of the answer to `add` and `import`.
pub fn checked_in_background() -> &'static str {
    "I check ids and states in the background: `/manage players list` shows the results."
}
