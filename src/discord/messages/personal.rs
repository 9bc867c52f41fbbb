//! Answers for everybody: linking an account, redeeming for oneself, refusals and failures.
#![allow(unused_variables, reason = "texts are being moved to Fluent")]

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{MAX_LINKS, MAX_WAITING, Player, PlayerError, PlayerId, State};
use crate::domain::redeeming::batch_progress::{FailedGroup, Tally};
use crate::domain::redeeming::explanation::{advice, meaning};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::state_check::StateCheck;
use crate::domain::text::language::Language;
use crate::store::{Forgotten, Standing};

use super::batch::{counts, player as named};
use super::escape::{escape, in_text};
use super::{MAX_CONTENT, Message};

pub fn too_many_links(language: Language) -> Message {
    Message::text(format!(
        "❌ You already have {MAX_LINKS} linked accounts, the most allowed. Remove one with `/unlink` first."
    ))
}

/// The game did not confirm that the player is in this state.
pub fn not_confirmed(language: Language, player: PlayerId, state: State, check: &StateCheck) -> Message {
    Message::text(match check {
        StateCheck::WrongState => format!(
            "❌ According to the game, {player} is not in state {state}. Your state is shown in your in-game profile, after \
             the # sign. Nothing was changed."
        ),
        StateCheck::NoSuchPlayer => format!(
            "❌ The game knows no player {player}. Your player id is shown in your in-game profile. Nothing was changed."
        ),
        StateCheck::Right | StateCheck::Unclear(_) => {
            "❌ The game is not responding properly at the moment, so I cannot check this. Please try again in a few \
             minutes. Nothing was changed."
                .to_owned()
        }
    })
}

pub fn bad_player(language: Language, error: &PlayerError) -> Message {
    Message::text(format!("❌ {}. Nothing was changed.", escape(&error.to_string(), 120)))
}

pub fn unlinked(language: Language, accounts: usize) -> Message {
    Message::text(match accounts {
        0 => "That account is not linked to you. Nothing was changed.".to_owned(),
        1 => "✅ The account is no longer linked to you.".to_owned(),
        more => format!("✅ Your {more} accounts are no longer linked to you."),
    })
}

/// The answer to `/unlink everything:true`.
pub fn forgotten(language: Language, forgotten: &Forgotten) -> Message {
    let Forgotten { links, erased, kept } = forgotten;
    if *links == 0 && erased.is_empty() {
        return Message::text("I have no data about you. Nothing was changed.");
    }
    let list = |players: &[PlayerId]| players.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut text = "✅ I erased everything I had stored about you. No account is linked to you any more.".to_owned();
    if !erased.is_empty() {
        text += &format!("\nErased, together with their redemption history: {}.", list(erased));
    }
    if !kept.is_empty() {
        text += &format!(
            "\nThese accounts stay, but without any link to you: {}. Each is on the player list of a server, which belongs to \
             that server, or is linked by another member. To have an account removed from a player list, ask the server's \
             admins.",
            list(kept)
        );
    }
    Message::text(text)
}

pub fn one_or_everything(language: Language) -> Message {
    Message::text("❌ Use either `player_id`, to unlink one account, or `everything`, not both. Nothing was changed.")
}

pub fn no_links(language: Language) -> Message {
    Message::text("You have no linked account yet. Use `/link` with your player id and state first.")
}

pub fn too_many_requests(language: Language) -> Message {
    Message::text("⏳ Your last requests are still in progress. Please wait until one of them is done.")
}

pub fn code_over(language: Language, code: &Code, over: &OverReason) -> Message {
    Message::text(format!("⌛ `{code}` is not active: {}.", over.meaning()))
}

pub fn too_many_waiting(language: Language, codes: &[Code]) -> Message {
    Message::text(too_many(language, codes))
}

fn too_many(language: Language, codes: &[Code]) -> String {
    let listed: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    format!(
        "⏳ You have {MAX_WAITING} codes waiting, the most allowed. Try again when some of them are done: {}",
        listed.join(", ")
    )
}

/// The outcome of each code for each account. `over` and `beyond_limit` are requested codes that are not redeemed;
/// `is_waiting` while the answer will be edited again.
pub fn standings(
    language: Language,
    codes: &[(Code, Vec<Standing>)],
    over: &[(Code, OverReason)],
    beyond_limit: &[Code],
    is_waiting: bool,
) -> Message {
    let all = || codes.iter().flat_map(|(_, of_code)| of_code);
    let over: Vec<String> =
        over.iter().map(|(code, why)| format!("⌛ **{}** is not active: {}", in_text(code), why.meaning())).collect();
    let mut end: Vec<String> = Vec::new();
    for status in all().filter(|standing| has_failed(standing)).filter_map(|standing| standing.status.as_ref()) {
        let line = advice(status).map(|advice| format!("→ {}: {advice}", meaning(status)));
        end.extend(line.filter(|line| !end.contains(line)));
    }
    if !is_waiting && all().any(is_open) {
        end.push("I will keep trying. To see the result later, redeem the code again.".to_owned());
    }
    if !beyond_limit.is_empty() {
        end.push(too_many(language, beyond_limit));
    }
    let each = |(code, of_code): &(Code, Vec<Standing>)| {
        let lines = of_code.iter().map(|standing| line(language, standing, is_waiting));
        std::iter::once(format!("**{}**", in_text(code))).chain(lines).collect::<Vec<_>>()
    };
    let lines: Vec<String> = over.iter().cloned().chain(codes.iter().flat_map(each)).chain(end.clone()).collect();
    let text = lines.join("\n");
    if text.chars().count() <= MAX_CONTENT {
        return Message::text(text);
    }
    // Many codes for many accounts: a line for each code.
    let counted = |(code, of_code): &(Code, Vec<Standing>)| {
        format!("**{}**: {}", in_text(code), counts(language, &tally(of_code)))
    };
    end.push("To see each account, use `/redeem` with one code.".to_owned());
    let lines: Vec<String> = over.into_iter().chain(codes.iter().map(counted)).collect();
    Message::text(whole_lines(language, &lines, &end.join("\n"), MAX_CONTENT))
}

/// As many of the lines as fit before `end`, and the number of those left out.
fn whole_lines(language: Language, lines: &[String], end: &str, room: usize) -> String {
    let more = |left: usize| if left > 0 { format!("… and {left} more\n") } else { String::new() };
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
    let status = standing.status.as_ref();
    let why = status.map_or("unknown reason", meaning);
    match standing.outcome {
        Some(Outcome::Granted) => format!("🎁 {who}: sent, check your in-game mail"),
        Some(Outcome::Already) => format!("📦 {who}: already claimed"),
        Some(Outcome::Failed | Outcome::GaveUp) => format!("❌ {who}: {why}"),
        Some(Outcome::Pending) | None => match (is_waiting, status) {
            (true, None) => format!("⏳ {who}: waiting"),
            (_, Some(_)) => format!("⏳ {who}: {why}, trying again"),
            (false, None) => format!("⏳ {who}: not done yet"),
        },
    }
}

pub fn servers_only(language: Language) -> Message {
    Message::text("I only work in servers. Please use this command in a server that I am in.")
}

/// A button or menu whose `custom_id` cannot be read.
pub fn outdated(language: Language) -> Message {
    Message::text("This button no longer works. Use `/giftcode` and `/redeem` instead.")
}

/// The log has the details under this incident number.
pub fn failed(language: Language, incident: &str) -> Message {
    Message::text(format!(
        "❌ Something went wrong on my side. Please try again in a minute. If it keeps happening, give the bot's operator this \
         number: `{incident}`."
    ))
}

pub fn not_saved(language: Language, incident: &str) -> Message {
    Message::text(format!(
        "❌ This could not be saved, so nothing was changed. Please try again in a minute. If it keeps happening, give the bot's \
         operator this number: `{incident}`."
    ))
}

/// The bot shuts down, or another instance takes over.
pub fn restarting(language: Language) -> Message {
    Message::text("⏳ I am restarting. Your request continues. To see the result, ask again in a minute.")
}

pub fn form_expired(language: Language) -> Message {
    Message::text(
        "⌛ This form was open for too long, and I no longer know which codes you chose. Please choose them again.",
    )
}

pub fn accounts(language: Language, players: &[Player]) -> Message {
    let listed: Vec<String> =
        players.iter().map(|player| format!("• {}", named(player.id, &player.nickname))).collect();
    Message::text(format!(
        "You have several linked accounts. Choose the one to unlink with `player_id`:\n{}",
        listed.join("\n")
    ))
}
