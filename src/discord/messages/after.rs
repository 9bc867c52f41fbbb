//! After a batch: the button that tries again, what to do for each reason, who has a code; and how long auto-redemption will
//! take.

use std::time::Duration;

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateEmbed, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption,
};

use crate::discord::custom_id::Action;
use crate::domain::answers::status::{Class, Status};
use crate::domain::codes::code::Code;
use crate::domain::players::player::{AllianceId, PlayerId, UserId};
use crate::domain::players::spreadsheet;
use crate::domain::redeeming::batch_progress::FailedGroup;
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::text::language::Language;
use crate::ports::notices::{Notice, NoticeContent};
use crate::store::{CodePlayer, CodePlayers, Notifications, Outstanding, Which};

use super::escape::{clip, in_text, player};
use super::explanation::meaning;
use super::paging;
use super::post::mark;
use super::texts::text;
use super::{Message, colour};

/// Players on one page.
pub const PAGE: u32 = 25;
/// Batches of one code that its history shows beside the players.
pub const HISTORY_OF_CODE: u32 = 3;
/// The most characters of a command's ids: names follow in the same field.
const MAX_IDS: usize = 160;
/// The most characters of the players' lines: there is a history beside them.
const MAX_LINES: usize = 3500;

pub(super) fn button(action: &Action, label: &str, style: ButtonStyle) -> CreateButton {
    CreateButton::new(action.to_string()).label(label).style(style)
}

/// The button below a result with failures.
pub(super) fn retry_button(language: Language, code: &Code, guild: AllianceId) -> CreateButton {
    let label = text!(language, "after-retry-button");
    button(&Action::RetryFailed(code.clone(), guild), &label, ButtonStyle::Primary)
}

/// What a leader can do about a group of failures, with the exact command. A code that is over is not tried again: `code` is
/// `None` then.
pub(super) fn command(language: Language, group: &FailedGroup, code: Option<&Code>) -> Option<String> {
    let first = group.players.first()?.0.to_string();
    let code = code.map(Code::as_str);
    Some(match &group.status {
        Status::UserInfoError | Status::NoState if group.players.len() == 1 => {
            text!(language, "after-fix-state-of-one", player = first)
        }
        Status::UserInfoError => text!(language, "after-fix-states", player = first),
        Status::NoState => text!(language, "after-fix-no-states", player = first),
        Status::RoleNotExist if group.players.len() == 1 => text!(language, "after-fix-id", player = first),
        Status::RoleNotExist => text!(language, "after-fix-ids", players = ids(&group.players)),
        Status::StoveLevel | Status::RechargeMoney | Status::RechargeMoneyVip => {
            text!(language, "after-retry-when-ready", code = code?)
        }
        // The game's page is the way, and the advice names it.
        status if status.is_captcha() => return None,
        // Whoever gets such an answer cannot have the code.
        status if matches!(status.class(), Class::Permanent(_)) && !group.gave_up => return None,
        _ => text!(language, "after-try-again", code = code?),
    })
}

/// The ids of these players, as far as there is room, with spaces between them.
fn ids(players: &[(PlayerId, String)]) -> String {
    let mut shown = String::new();
    for (id, _) in players {
        let id = id.to_string();
        if shown.len() + id.len() >= MAX_IDS {
            break;
        }
        shown.push_str(if shown.is_empty() { "" } else { " " });
        shown.push_str(&id);
    }
    shown
}

/// Mentions these people, for whose accounts the code failed.
pub fn failed_for(language: Language, notice: &Notice, people: &[UserId]) -> Message {
    let result = match &notice.content {
        NoticeContent::Failed { result, .. } => *result,
        NoticeContent::Reminder { .. } => None,
    };
    let explanation = match result {
        Some((channel, message)) => {
            let link = format!("https://discord.com/channels/{}/{channel}/{}", notice.server, message.0);
            text!(language, "after-mention", link = link)
        }
        None => text!(language, "after-mention-without-result", code = notice.code.as_str()),
    };
    let embed = CreateEmbed::new()
        .title(text!(language, "after-mention-title", code = in_text(&notice.code)))
        .url(mark(&notice.nonce))
        .colour(colour::BAD)
        .description(explanation);
    Message::embed(embed).mentioning_people(people)
}

fn line(language: Language, one: &CodePlayer) -> String {
    let name = player(one.id, &one.nickname);
    let why =
        || one.status.as_ref().map_or_else(|| text!(language, "status-no-reason"), |status| meaning(language, status));
    match one.outcome {
        None => text!(language, "after-player-untried", player = name),
        Some(Outcome::Pending) => text!(language, "after-player-pending", player = name),
        Some(Outcome::Granted) => text!(language, "after-player-granted", player = name),
        Some(Outcome::Already) => text!(language, "after-player-already", player = name),
        Some(Outcome::Failed) => text!(language, "after-player-failed", player = name, why = why()),
        Some(Outcome::GaveUp) => text!(language, "after-player-gave-up", player = name, why = why()),
    }
}

fn entry(language: Language, which: Which, players: u32) -> String {
    match which {
        Which::Missing => text!(language, "after-players-missing", players = players),
        Which::Failed => text!(language, "after-players-failed", players = players),
        Which::Redeemed => text!(language, "after-players-redeemed", players = players),
        Which::All => text!(language, "after-players-all", players = players),
    }
}

/// How a code stands with the players of the player list: one page of them.
pub fn code_players(
    language: Language,
    guild: AllianceId,
    code: &Code,
    which: Which,
    page: u32,
    found: &CodePlayers,
) -> Message {
    if found.count(Which::All) == 0 {
        return Message::text(text!(language, "after-players-empty"));
    }
    let counts = text!(
        language,
        "after-players-counts",
        redeemed = found.redeemed,
        failed = found.failed,
        missing = found.missing
    );
    let lines: Vec<String> = found.players.iter().map(|one| line(language, one)).collect();
    let lines = if lines.is_empty() { text!(language, "after-players-nobody") } else { lines.join("\n") };
    let embed = CreateEmbed::new()
        .title(text!(language, "after-players-title", code = in_text(code)))
        .colour(if found.missing == 0 { colour::GOOD } else { colour::PLAIN })
        .description(clip(&format!("{counts}\n\n{lines}"), MAX_LINES));
    let options = Which::ALL.map(|one| {
        CreateSelectMenuOption::new(entry(language, one, found.count(one)), one.name()).default_selection(one == which)
    });
    let menu = CreateSelectMenu::new(
        Action::ChooseCodePlayers(code.clone(), guild).to_string(),
        CreateSelectMenuKind::String { options: options.to_vec() },
    );
    let mut rows = vec![CreateActionRow::SelectMenu(menu.placeholder(text!(language, "after-players-menu")))];
    let last = paging::last_page(found.count(which), PAGE);
    let id = |to| Action::CodePlayers(code.clone(), guild, which, to).to_string();
    let buttons = paging::buttons(language, page, last, id);
    if !buttons.is_empty() {
        rows.push(CreateActionRow::Buttons(buttons));
    }
    Message::embed(embed).with_rows(rows)
}

/// Everybody on the player list with what the code came to, as CSV.
pub fn code_players_file(all: &CodePlayers) -> Vec<u8> {
    let row = |one: &CodePlayer| {
        let status = one.status.as_ref().map(ToString::to_string).unwrap_or_default();
        [
            one.id.to_string(),
            one.nickname.clone(),
            one.state.map(|state| state.to_string()).unwrap_or_default(),
            one.outcome.map_or("untried", Outcome::name).to_owned(),
            status,
            one.finished_at.map(|at| at.to_string()).unwrap_or_default(),
        ]
    };
    let header = ["player_id", "nickname", "state", "outcome", "status", "finished_at"];
    spreadsheet::write(header, all.players.iter().map(row))
}

/// In words that are as exact as such a time can be.
fn duration(language: Language, takes: Option<Duration>) -> String {
    let Some(takes) = takes else { return text!(language, "after-fast") };
    match takes.as_secs() {
        0..60 => text!(language, "after-seconds"),
        seconds @ 60..7200 => text!(language, "after-minutes", minutes = (seconds + 30) / 60),
        seconds => text!(language, "after-hours", hours = (seconds + 1800) / 3600),
    }
}

fn estimate(language: Language, outstanding: Outstanding, takes: Option<Duration>) -> String {
    let Outstanding { players, codes, redemptions } = outstanding;
    let time = duration(language, takes);
    text!(language, "after-estimate", players = players, codes = codes, redemptions = redemptions, time = time)
}

/// Auto-redemption is on. Says how long the active codes will take, and where the results are if not in a channel.
pub fn auto_on(language: Language, outstanding: Outstanding, takes: Option<Duration>, has_channel: bool) -> Message {
    let done = match (outstanding.players, outstanding.redemptions) {
        (0, _) => text!(language, "after-auto-on-empty"),
        (players, 0) => text!(language, "after-auto-on", players = players),
        _ => text!(language, "after-auto-on-codes", estimate = estimate(language, outstanding, takes)),
    };
    Message::text(match has_channel {
        true => done,
        false => format!("{done} {}", text!(language, "after-auto-on-without-channel")),
    })
}

/// Asks whether to turn auto-redemption on although the active codes will take long.
pub fn auto_takes_long(language: Language, guild: AllianceId, outstanding: Outstanding, takes: Duration) -> Message {
    let asked = text!(language, "after-auto-asks", estimate = estimate(language, outstanding, Some(takes)));
    Message::text(asked).with_rows(vec![CreateActionRow::Buttons(vec![
        button(&Action::AutoOn(guild), &text!(language, "after-auto-yes"), ButtonStyle::Success),
        button(&Action::Dismiss, &text!(language, "after-auto-no"), ButtonStyle::Secondary),
    ])])
}

pub fn auto_stays(language: Language) -> Message {
    Message::text(text!(language, "after-auto-stays"))
}

/// What the server wants to be told, which is nothing without a channel.
pub fn notifications(language: Language, wanted: Notifications, has_channel: bool) -> Message {
    let failed = match wanted.mentions_failed {
        true => text!(language, "after-notify-failed-on"),
        false => text!(language, "after-notify-failed-off"),
    };
    let reminder = match wanted.reminds {
        true => text!(language, "after-notify-reminder-on"),
        false => text!(language, "after-notify-reminder-off"),
    };
    let shown = Message::text(format!("{failed}\n{reminder}"));
    let wants_any = wanted.mentions_failed || wanted.reminds;
    match wants_any && !has_channel {
        true => shown.with_line(&text!(language, "after-auto-on-without-channel")),
        false => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_all_who_are_gone_as_far_as_there_is_room() {
        let gone = |ids: std::ops::Range<u64>| {
            let players = ids.filter_map(PlayerId::new).map(|id| (id, String::new())).collect();
            let group = FailedGroup { status: Status::RoleNotExist, gave_up: false, players };
            command(Language::En, &group, None).unwrap()
        };
        assert!(gone(1001..1002).ends_with("`/manage players remove player:1001`"), "{}", gone(1001..1002));
        let three = gone(1001..1004);
        assert!(three.ends_with("`/manage players remove player_ids:1001 1002 1003`"), "{three}");
        let many = gone(100_000_001..100_000_051);
        assert_eq!(many.matches("1000000").count(), 16, "{many}");
    }
}
