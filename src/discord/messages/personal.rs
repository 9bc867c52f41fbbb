//! Answers for everybody: linking an account, redeeming for oneself, refusals and failures.

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{MAX_LINKS, MAX_WAITING, Player, PlayerError, PlayerId, State};
use crate::domain::redeeming::batch_progress::{FailedGroup, Tally};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::state_check::StateCheck;
use crate::domain::text::language::Language;
use crate::store::{Forgotten, Standing};

use super::appeal::over;
use super::batch::{counts, player as named};
use super::escape::in_text;
use super::explanation::{advice, meaning};
use super::texts::text;
use super::{MAX_CONTENT, Message, errors};

pub fn too_many_links(language: Language) -> Message {
    Message::text(text!(language, "link-too-many", most = MAX_LINKS))
}

/// The game did not confirm that the player is in this state.
pub fn not_confirmed(language: Language, player: PlayerId, state: State, check: &StateCheck) -> Message {
    let player = player.to_string();
    Message::text(match check {
        StateCheck::WrongState => {
            text!(language, "link-wrong-state", player = player, state = state.to_string())
        }
        StateCheck::NoSuchPlayer => text!(language, "link-no-such-player", player = player),
        StateCheck::Right | StateCheck::Unclear(_) => text!(language, "link-cannot-check"),
    })
}

pub fn bad_player(language: Language, error: &PlayerError) -> Message {
    Message::text(text!(language, "player-error-nothing-changed", error = errors::player(language, error)))
}

/// `is_listed` says that a player list still has the account.
pub fn unlinked(language: Language, accounts: usize, is_listed: bool) -> Message {
    if accounts == 0 {
        return Message::text(text!(language, "unlink-not-yours"));
    }
    let done = text!(language, "unlink-done", accounts = accounts);
    Message::text(match is_listed {
        true => format!("{done} {}", text!(language, "unlink-still-listed")),
        false => done,
    })
}

/// The answer to `/unlink everything:true`.
pub fn forgotten(language: Language, forgotten: &Forgotten) -> Message {
    let Forgotten { links, erased, kept } = forgotten;
    if *links == 0 && erased.is_empty() {
        return Message::text(text!(language, "forget-nothing-known"));
    }
    let list = |players: &[PlayerId]| players.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let erased = (!erased.is_empty()).then(|| text!(language, "forget-erased", players = list(erased)));
    let kept = (!kept.is_empty()).then(|| text!(language, "forget-kept", players = list(kept)));
    let lines: Vec<String> = [Some(text!(language, "forget-done")), erased, kept].into_iter().flatten().collect();
    Message::text(lines.join("\n"))
}

pub fn one_or_everything(language: Language) -> Message {
    Message::text(text!(language, "unlink-one-or-everything"))
}

pub fn no_links(language: Language) -> Message {
    Message::text(text!(language, "link-none-yet"))
}

pub fn too_many_requests(language: Language) -> Message {
    Message::text(text!(language, "redeem-busy"))
}

pub fn code_over(language: Language, code: &Code, why: &OverReason) -> Message {
    Message::text(text!(language, "redeem-code-over", code = code.as_str(), why = over(language, why)))
}

pub fn too_many_waiting(language: Language, codes: &[Code]) -> Message {
    Message::text(too_many(language, codes))
}

fn too_many(language: Language, codes: &[Code]) -> String {
    let listed: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    text!(language, "redeem-too-many-waiting", most = MAX_WAITING, codes = listed.join(", "))
}

/// The outcome of each code for each account. `over` and `beyond_limit` are requested codes that are not redeemed;
/// `is_waiting` while the answer will be edited again.
pub fn standings(
    language: Language,
    codes: &[(Code, Vec<Standing>)],
    over_codes: &[(Code, OverReason)],
    beyond_limit: &[Code],
    is_waiting: bool,
) -> Message {
    let all = || codes.iter().flat_map(|(_, of_code)| of_code);
    let over_line = |(code, why): &(Code, OverReason)| {
        text!(language, "redeem-over", code = in_text(code), why = over(language, why))
    };
    let over_lines: Vec<String> = over_codes.iter().map(over_line).collect();
    let mut end: Vec<String> = Vec::new();
    for status in all().filter(|standing| has_failed(standing)).filter_map(|standing| standing.status.as_ref()) {
        let line = advice(language, status)
            .map(|advice| text!(language, "explanation-with-advice", why = meaning(language, status), advice = advice));
        end.extend(line.filter(|line| !end.contains(line)));
    }
    if !is_waiting && all().any(is_open) {
        end.push(text!(language, "redeem-goes-on"));
    }
    if !beyond_limit.is_empty() {
        end.push(too_many(language, beyond_limit));
    }
    let each = |(code, of_code): &(Code, Vec<Standing>)| {
        let lines = of_code.iter().map(|standing| line(language, standing, is_waiting));
        std::iter::once(format!("**{}**", in_text(code))).chain(lines).collect::<Vec<_>>()
    };
    let lines: Vec<String> = over_lines.iter().cloned().chain(codes.iter().flat_map(each)).chain(end.clone()).collect();
    let text = lines.join("\n");
    if text.chars().count() <= MAX_CONTENT {
        return Message::text(text);
    }
    // Many codes for many accounts: a line for each code.
    let counted = |(code, of_code): &(Code, Vec<Standing>)| {
        format!("**{}**: {}", in_text(code), counts(language, &tally(of_code)))
    };
    end.push(text!(language, "redeem-see-each-account"));
    let lines: Vec<String> = over_lines.into_iter().chain(codes.iter().map(counted)).collect();
    Message::text(whole_lines(language, &lines, &end.join("\n"), MAX_CONTENT))
}

/// As many of the lines as fit before `end`, and the number of those left out.
fn whole_lines(language: Language, lines: &[String], end: &str, room: usize) -> String {
    let more = |left: usize| match left {
        0 => String::new(),
        left => text!(language, "list-more", number = left) + "\n",
    };
    let mut shown = String::new();
    for (at, line) in lines.iter().enumerate() {
        let left = lines.len() - at;
        let needed = [&shown, line, &more(left), end].map(|text| text.chars().count()).iter().sum::<usize>() + 1;
        if needed > room {
            return format!("{shown}{}{end}", more(left));
        }
        shown += &format!("{line}\n");
    }
    shown + end
}

fn tally(standings: &[Standing]) -> Tally {
    let mut tally = Tally::default();
    for standing in standings {
        match standing.outcome {
            Some(Outcome::Granted) => tally.granted += 1,
            Some(Outcome::Already) => tally.already += 1,
            Some(Outcome::Failed | Outcome::GaveUp) => tally.failed.push(FailedGroup {
                status: standing.status.clone().unwrap_or(Status::Interrupted),
                gave_up: standing.outcome == Some(Outcome::GaveUp),
                players: vec![(standing.player, standing.nickname.clone())],
            }),
            Some(Outcome::Pending) | None => tally.pending += 1,
        }
    }
    tally
}

fn has_failed(standing: &Standing) -> bool {
    matches!(standing.outcome, Some(Outcome::Failed | Outcome::GaveUp))
}

fn is_open(standing: &Standing) -> bool {
    standing.outcome.is_none_or(|outcome| !outcome.is_final())
}

fn line(language: Language, standing: &Standing, is_waiting: bool) -> String {
    let who = named(standing.player, &standing.nickname);
    let why = || match &standing.status {
        Some(status) => meaning(language, status),
        None => text!(language, "status-no-reason"),
    };
    match standing.outcome {
        Some(Outcome::Granted) => text!(language, "redeem-sent", who = who),
        Some(Outcome::Already) => text!(language, "redeem-already", who = who),
        Some(Outcome::Failed | Outcome::GaveUp) => text!(language, "redeem-failed", who = who, why = why()),
        Some(Outcome::Pending) | None => match (is_waiting, &standing.status) {
            (true, None) => text!(language, "redeem-waiting", who = who),
            (_, Some(_)) => text!(language, "redeem-trying-again", who = who, why = why()),
            (false, None) => text!(language, "redeem-not-done", who = who),
        },
    }
}

pub fn servers_only(language: Language) -> Message {
    Message::text(text!(language, "servers-only"))
}

/// A button or menu whose `custom_id` cannot be read.
pub fn outdated(language: Language) -> Message {
    Message::text(text!(language, "button-outdated"))
}

/// The log has the details under this incident number.
pub fn failed(language: Language, incident: &str) -> Message {
    Message::text(text!(language, "failure-unknown", incident = incident))
}

pub fn not_saved(language: Language, incident: &str) -> Message {
    Message::text(text!(language, "failure-not-saved", incident = incident))
}

/// The bot shuts down, or another instance takes over.
pub fn restarting(language: Language) -> Message {
    Message::text(text!(language, "failure-restarting"))
}

pub fn form_expired(language: Language) -> Message {
    Message::text(text!(language, "form-expired"))
}

pub fn accounts(language: Language, players: &[Player]) -> Message {
    let listed: Vec<String> =
        players.iter().map(|player| format!("• {}", named(player.id, &player.nickname))).collect();
    Message::text(format!("{}\n{}", text!(language, "unlink-which-one"), listed.join("\n")))
}
