//! What everybody gets to see: linking, redeeming for oneself, refusals, failures.

use serenity::all::{CreateActionRow, CreateInputText, CreateModal, InputTextStyle};

use crate::discord::custom_id::Action;
use crate::domain::answers::status::Status;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{MAX_LINKS, MAX_WAITING, Player, PlayerError, PlayerId, State};
use crate::domain::redeeming::batch_progress::{FailedGroup, Tally};
use crate::domain::redeeming::explanation::{advice, meaning};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::state_check::StateCheck;
use crate::store::{Forgotten, Standing};

use super::batch::{counts, player as named};
use super::escape::{clip, escape, in_text};
use super::{MAX_CONTENT, Message};

/// The fields of the form that asks who somebody is.
pub mod form {
    /// The player id.
    pub const PLAYER: &str = "player_id";
    /// The state.
    pub const STATE: &str = "state";
    /// Whether to remember both.
    pub const REMEMBER: &str = "remember";
}

/// An account is linked.
pub fn linked(player: PlayerId, state: State, is_new: bool, retried: u32) -> Message {
    let mut text = if is_new {
        format!(
            "✅ {player} in state {state} is linked to you. `/redeem` and the buttons under posts redeem codes for it."
        )
    } else {
        format!("✅ {player} was linked to you already; its state is {state} now.")
    };
    if retried > 0 {
        text += " Codes that failed because of the state are tried again.";
    }
    Message::text(text)
}

/// As many accounts as there may be.
pub fn too_many_links() -> Message {
    Message::text(format!(
        "❌ You have {MAX_LINKS} linked accounts, the most there can be. Remove one with `/unlink` first."
    ))
}

/// The game does not confirm who somebody says to be.
pub fn not_confirmed(player: PlayerId, state: State, told: &StateCheck) -> Message {
    Message::text(match told {
        StateCheck::WrongState => format!(
            "❌ The game says that {player} does not live in state {state}. The state is shown in your profile in the game, \
             behind the # sign. Nothing was changed."
        ),
        StateCheck::NoSuchPlayer => format!(
            "❌ The game knows no player {player}. The id is shown in your profile in the game. Nothing was changed."
        ),
        StateCheck::Right | StateCheck::Unclear(_) => {
            "❌ The game does not answer as it should at the moment, so I cannot check this. Please try again in a few \
             minutes. Nothing was changed."
                .to_owned()
        }
    })
}

/// What was typed is no player id or state.
pub fn bad_player(error: &PlayerError) -> Message {
    Message::text(format!("❌ {}. Nothing was changed.", escape(&error.to_string(), 120)))
}

/// Accounts are not linked any more.
pub fn unlinked(accounts: usize) -> Message {
    Message::text(match accounts {
        0 => "That account is not linked to you. Nothing was changed.".to_owned(),
        1 => "✅ The account is not linked to you any more.".to_owned(),
        more => format!("✅ Your {more} accounts are not linked to you any more."),
    })
}

/// All that was known of somebody is erased.
pub fn forgotten(forgotten: &Forgotten) -> Message {
    let Forgotten { links, erased, kept } = forgotten;
    if *links == 0 && erased.is_empty() {
        return Message::text("I keep nothing about you. Nothing was changed.");
    }
    let list = |players: &[PlayerId]| players.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut text = "✅ All that I kept about you is erased: no account is linked to you any more.".to_owned();
    if !erased.is_empty() {
        text += &format!("\nErased with all that was redeemed for them: {}.", list(erased));
    }
    if !kept.is_empty() {
        text += &format!(
            "\nThese accounts stay, but nothing says that they are yours: {}. A server has them on its roster, which belongs \
             to the server, or another member has linked them. To get an account off a roster, ask the server's admins.",
            list(kept)
        );
    }
    Message::text(text)
}

/// Somebody who named one account and wants everything erased.
pub fn one_or_everything() -> Message {
    Message::text(
        "❌ Name one account with `player_id`, or erase everything with `everything`, but not both. Nothing was changed.",
    )
}

/// Somebody without an account to redeem for.
pub fn no_links() -> Message {
    Message::text("You have no linked account yet: `/link` your player id and state first.")
}

/// Somebody who has as many requests under way as may be.
pub fn too_many_requests() -> Message {
    Message::text("⏳ Your last requests are still under way. Please wait until one is done.")
}

/// A code that is over, or never was one.
pub fn code_over(code: &Code, over: &OverReason) -> Message {
    Message::text(format!("⌛ `{code}` is over: {}.", over.meaning()))
}

/// As much waits for somebody as may.
pub fn too_many_waiting(codes: &[Code]) -> Message {
    Message::text(left(codes))
}

fn left(codes: &[Code]) -> String {
    let listed: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    format!(
        "⏳ {MAX_WAITING} codes wait for you, which is the most. Ask again when they are done: {}",
        listed.join(", ")
    )
}

/// Where codes stand for one's accounts, which of those asked for are over, and which are too many at once (`too_many`).
/// `is_waiting` while the answer will be edited again.
pub fn standings(
    codes: &[(Code, Vec<Standing>)],
    over: &[(Code, OverReason)],
    too_many: &[Code],
    is_waiting: bool,
) -> Message {
    let all = || codes.iter().flat_map(|(_, of_code)| of_code);
    let over: Vec<String> =
        over.iter().map(|(code, why)| format!("⌛ **{}** is over: {}", in_text(code), why.meaning())).collect();
    let mut end: Vec<String> = Vec::new();
    for status in all().filter(|standing| has_failed(standing)).filter_map(|standing| standing.status.as_ref()) {
        let told = advice(status).map(|advice| format!("→ {}: {advice}", meaning(status)));
        end.extend(told.filter(|told| !end.contains(told)));
    }
    if !is_waiting && all().any(is_open) {
        end.push("I keep trying. Ask again to see how it ended.".to_owned());
    }
    if !too_many.is_empty() {
        end.push(left(too_many));
    }
    let each = |(code, of_code): &(Code, Vec<Standing>)| {
        let lines = of_code.iter().map(|standing| line(standing, is_waiting));
        std::iter::once(format!("**{}**", in_text(code))).chain(lines).collect::<Vec<_>>()
    };
    let lines: Vec<String> = over.iter().cloned().chain(codes.iter().flat_map(each)).chain(end.clone()).collect();
    let text = lines.join("\n");
    if text.chars().count() <= MAX_CONTENT {
        return Message::text(text);
    }
    // Many codes for many accounts: a line for each code.
    let counted =
        |(code, of_code): &(Code, Vec<Standing>)| format!("**{}**: {}", in_text(code), counts(&tally(of_code)));
    end.push("`/redeem` with one code shows each account.".to_owned());
    let lines: Vec<String> = over.into_iter().chain(codes.iter().map(counted)).collect();
    Message::text(whole_lines(&lines, &end.join("\n"), MAX_CONTENT))
}

/// As many of the lines as there is room for before the end, and how many are left out.
fn whole_lines(lines: &[String], end: &str, room: usize) -> String {
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

/// Whether it is not decided.
fn is_open(standing: &Standing) -> bool {
    standing.outcome.is_none_or(|outcome| !outcome.is_final())
}

fn line(standing: &Standing, is_waiting: bool) -> String {
    let who = named(standing.player, &standing.nickname);
    let status = standing.status.as_ref();
    let why = status.map_or("nobody knows why", meaning);
    match standing.outcome {
        Some(Outcome::Granted) => format!("🎁 {who}: granted, check your mail in the game"),
        Some(Outcome::Already) => format!("📦 {who}: had it already"),
        Some(Outcome::Failed | Outcome::GaveUp) => format!("❌ {who}: {why}"),
        Some(Outcome::Pending) | None => match (is_waiting, status) {
            (true, None) => format!("⏳ {who}: waiting for its turn"),
            (_, Some(_)) => format!("⏳ {who}: {why}, it is tried again"),
            (false, None) => format!("⏳ {who}: not yet"),
        },
    }
}

/// Somebody who may not do this.
pub fn managers_only() -> Message {
    Message::text("🔒 Only members with the permission **Manage Server** can do this. Ask one of them.")
}

/// A command or button that was used outside of a server.
pub fn servers_only() -> Message {
    Message::text("I work in servers only. Please use this command in a server that I am in.")
}

/// A button or menu that we cannot read.
pub fn outdated() -> Message {
    Message::text("This button does not work any more. Use `/giftcode` and `/redeem` instead.")
}

/// Something failed on our side. The id stands in the log.
pub fn failed(incident: &str) -> Message {
    Message::text(format!(
        "❌ Something went wrong on my side. Please try again in a minute; if it keeps happening, give the bot's operator this number: \
         `{incident}`."
    ))
}

/// The state could not be written.
pub fn not_saved(incident: &str) -> Message {
    Message::text(format!(
        "❌ This could not be saved, so nothing was changed. Please try again in a minute; the bot's operator can look up why under \
         `{incident}`."
    ))
}

/// The bot stops or hands over in the middle of an answer.
pub fn restarting() -> Message {
    Message::text("⏳ I am restarting. What you asked for goes on: ask again to see how it ended.")
}

/// A form came back after what was chosen for it had been forgotten.
pub fn form_expired() -> Message {
    Message::text(
        "⌛ This form was open for too long: I no longer know which codes you chose. Please choose them again.",
    )
}

/// The form that asks who somebody is, to do this then.
pub fn who_are_you(action: &Action) -> CreateModal {
    let input = |label: &str, id: &str, most: u16, example: &str| {
        CreateInputText::new(InputTextStyle::Short, label, id)
            .min_length(1)
            .max_length(most)
            .placeholder(example)
            .required(true)
    };
    let rows = vec![
        input("Your player id (in your profile in the game)", form::PLAYER, 12, "33750731"),
        input("Your state (behind the # in your profile)", form::STATE, 10, "245"),
        input("Remember me for next time? yes or no", form::REMEMBER, 3, "yes").value("yes"),
    ];
    CreateModal::new(action.to_string(), clip("Who are you in the game?", 45))
        .components(rows.into_iter().map(CreateActionRow::InputText).collect())
}

/// What somebody wrote into the last field of the form is neither yes nor no.
pub fn yes_or_no() -> Message {
    Message::text("❌ Write yes or no into the last field. Nothing was changed.")
}

/// The accounts that are linked, for a command that needs one named.
pub fn accounts(players: &[Player]) -> Message {
    let listed: Vec<String> =
        players.iter().map(|player| format!("• {}", named(player.id, &player.nickname))).collect();
    Message::text(format!("You have these accounts linked; name the one to unlink:\n{}", listed.join("\n")))
}
