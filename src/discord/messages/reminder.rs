//! The reminder in a channel, a day before a code ends: who does not have it.

use jiff::Timestamp;
use serenity::all::{ButtonStyle, CreateActionRow, CreateEmbed, CreateEmbedFooter};

use crate::discord::custom_id::Action;
use crate::domain::players::player::PlayerId;
use crate::domain::players::spreadsheet;
use crate::domain::redeeming::batch_progress::Tally;
use crate::domain::text::language::Language;
use crate::ports::notices::{Notice, NoticeContent};

use super::after::{button, retry_button};
use super::batch::{ROOM, failure_rows, names, with_reasons};
use super::escape::in_text;
use super::post::mark;
use super::texts::text;
use super::{Message, colour};

struct Reminder<'a> {
    ends_at: Timestamp,
    tally: &'a Tally,
    untried: &'a [(PlayerId, String)],
}

fn content(notice: &Notice) -> Option<Reminder<'_>> {
    match &notice.content {
        NoticeContent::Reminder { ends_at, tally, untried } => Some(Reminder { ends_at: *ends_at, tally, untried }),
        NoticeContent::Failed { .. } => None,
    }
}

pub fn reminder(language: Language, notice: &Notice) -> Message {
    let Some(content) = content(notice) else { return Message::default() };
    let (embed, is_whole) = embed(language, notice, &content);
    let footer = CreateEmbedFooter::new(text!(language, "reminder-off"));
    let message = Message::embed(embed.footer(footer)).with_rows(rows(language, notice, &content));
    if is_whole {
        return message;
    }
    message.with_file(format!("{}-missing.csv", notice.code), file(language, &content))
}

/// The reminder for a channel in which the bot may attach no files.
pub fn without_file(language: Language, notice: &Notice) -> Message {
    let Some(content) = content(notice) else { return Message::default() };
    let footer = CreateEmbedFooter::new(text!(language, "reminder-without-file"));
    let embed = embed(language, notice, &content).0.footer(footer);
    Message::embed(embed).with_rows(rows(language, notice, &content))
}

/// The reminder, and whether it names everybody.
fn embed(language: Language, notice: &Notice, content: &Reminder<'_>) -> (CreateEmbed, bool) {
    let Reminder { ends_at, tally, untried } = content;
    let number = u32::try_from(untried.len()).unwrap_or(u32::MAX);
    let when = format!("<t:{}:R>", ends_at.as_second());
    let missing = tally.failures().saturating_add(number);
    let title = text!(language, "reminder-title", code = in_text(&notice.code));
    let text = text!(language, "reminder-text", when = when, missing = missing);
    let (heading, (shown, is_all)) = (text!(language, "reminder-untried", players = number), names(language, untried));
    let used: usize = [&title, &text, &heading, &shown].map(|text| text.chars().count()).iter().sum();
    let embed = CreateEmbed::new().title(title).url(mark(&notice.nonce)).colour(colour::BUSY).description(text);
    let room = ROOM.saturating_sub(used);
    let (embed, is_whole) = with_reasons(language, embed, room, &tally.failed, Some(&notice.code));
    if untried.is_empty() {
        return (embed, is_whole);
    }
    (embed.field(heading, shown, false), is_whole && is_all)
}

fn rows(language: Language, notice: &Notice, content: &Reminder<'_>) -> Vec<CreateActionRow> {
    let mut buttons = Vec::new();
    if !content.untried.is_empty() {
        let action = Action::RedeemForList(notice.code.clone(), notice.guild);
        buttons.push(button(&action, &text!(language, "reminder-redeem-button"), ButtonStyle::Success));
    }
    if content.tally.failures() > 0 {
        buttons.push(retry_button(language, &notice.code, notice.guild));
    }
    // Discord takes no row without a button.
    if buttons.is_empty() { Vec::new() } else { vec![CreateActionRow::Buttons(buttons)] }
}

/// Everybody who does not have the code, as CSV.
fn file(language: Language, content: &Reminder<'_>) -> Vec<u8> {
    let untried = content.untried.iter().map(|(id, name)| [id.to_string(), name.clone(), String::new(), String::new()]);
    let failed = failure_rows(language, content.tally);
    spreadsheet::write(["player_id", "nickname", "status", "reason"], failed.into_iter().chain(untried))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::code::Code;
    use crate::domain::players::player::{AllianceId, ChannelId, GuildId};

    /// One whose sending was cut off is sent again, though everybody has the code by now.
    #[test]
    fn a_reminder_about_nobody_has_no_empty_row() {
        let notice = Notice {
            nonce: "n1".to_owned(),
            server: GuildId(1),
            guild: AllianceId(1),
            alliance: None,
            language: Language::En,
            channel: ChannelId(2),
            attempted_at: Some(Timestamp::UNIX_EPOCH),
            is_moved: false,
            code: Code::parse("X1").unwrap(),
            content: NoticeContent::Reminder {
                ends_at: Timestamp::UNIX_EPOCH,
                tally: Tally::default(),
                untried: Vec::new(),
            },
        };
        let sent = serde_json::to_value(reminder(Language::En, &notice).create()).unwrap();
        assert_eq!(sent["components"], serde_json::json!([]), "Discord takes no row without a button");
    }
}
