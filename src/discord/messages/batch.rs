//! The message of a batch: its progress, and its result.

use jiff::Timestamp;
use serenity::all::{CreateActionRow, CreateEmbed, CreateEmbedFooter};

use crate::domain::codes::code::Code;
use crate::domain::players::player::PlayerId;
use crate::domain::players::spreadsheet;
use crate::domain::redeeming::batch_progress::{FailedGroup, Tally, bar};
use crate::domain::text::language::Language;
use crate::ports::BatchMessage;

pub use super::escape::player;
use super::escape::{clip, in_text};
use super::explanation::{advice, meaning};
use super::health::{MAX_REASON, wait_reason};
use super::post::mark;
use super::states::of_batch;
use super::texts::text;
use super::{MAX_DESCRIPTION, MAX_EMBED_TEXT, MAX_TITLE, Message, after, colour};

/// Cells of the progress bar.
const BAR: u32 = 20;
/// The most groups of failures that a message lists.
const MAX_GROUPS: usize = 8;
/// The most characters of a result without its footer.
pub(super) const ROOM: usize = MAX_EMBED_TEXT - 300;
/// The most names per group. If any name is left out, a file with all of them is attached.
const MAX_NAMES: usize = 15;
/// The most characters of a group's field.
const MAX_FIELD: usize = 600;

/// `now` turns the remaining time into a time of day.
pub fn batch(language: Language, batch: &BatchMessage, now: Timestamp) -> Message {
    if batch.is_finished { result(language, batch) } else { progress(language, batch, now) }
}

fn progress(language: Language, batch: &BatchMessage, now: Timestamp) -> Message {
    let tally = &batch.tally;
    let (done, all) = (tally.done(), tally.players());
    let percent = u64::from(done) * 100 / u64::from(all.max(1));
    let percent = text!(language, "batch-percent", percent = percent);
    let mut text = format!("{} {percent}\n{}", bar(done, all, BAR), counts(language, tally));
    let end = batch.remaining.and_then(|left| now.checked_add(left).ok());
    if let Some(end) = end {
        let end = format!("<t:{}:R>", end.as_second());
        text += &format!("\n{}", text!(language, "batch-done-by", when = end));
    }
    if let Some(reason) = &batch.wait_reason {
        let why = clip(&wait_reason(language, reason), MAX_REASON);
        text += &format!("\n{}", text!(language, "batch-waits", why = why));
    }
    if let Some(states) = of_batch(language, tally) {
        text += &format!("\n{}", clip(&states, 1500));
    }
    let title = text!(language, "batch-title", code = in_text(&batch.code), players = all);
    let embed = CreateEmbed::new()
        .title(clip(&title, MAX_TITLE))
        .url(mark(&batch.nonce))
        .colour(colour::BUSY)
        .description(clip(&text, MAX_DESCRIPTION));
    Message::embed(embed)
}

/// The result for a channel in which the bot may attach no files.
pub fn without_file(language: Language, batch: &BatchMessage) -> Message {
    let text = text!(language, "batch-no-room-for-names");
    Message::embed(result_embed(language, batch).0.footer(CreateEmbedFooter::new(text)))
        .with_rows(rows(language, batch))
}

fn rows(language: Language, batch: &BatchMessage) -> Vec<CreateActionRow> {
    match batch.offers_retry() {
        true => vec![CreateActionRow::Buttons(vec![after::retry_button(language, &batch.code, batch.guild)])],
        false => Vec::new(),
    }
}

fn result(language: Language, batch: &BatchMessage) -> Message {
    let (embed, is_whole) = result_embed(language, batch);
    let message = Message::embed(embed).with_rows(rows(language, batch));
    let name = format!("{}-not-redeemed.csv", batch.code);
    if is_whole { message } else { message.with_file(name, failures_file(language, &batch.tally)) }
}

/// The result, and whether it names everybody who did not get the code.
fn result_embed(language: Language, batch: &BatchMessage) -> (CreateEmbed, bool) {
    let tally = &batch.tally;
    let all = tally.players();
    let code = in_text(&batch.code);
    let (title, colour) = match tally.failures() {
        0 => (text!(language, "batch-result-all", code = code, players = all), colour::GOOD),
        failures if failures == all => (text!(language, "batch-result-none", code = code, players = all), colour::BAD),
        _ => (text!(language, "batch-result-some", code = code, players = all), colour::PLAIN),
    };
    let title = clip(&title, MAX_TITLE);
    let description = match of_batch(language, tally) {
        Some(states) => format!("{}\n{}", counts(language, tally), clip(&states, 1500)),
        None => counts(language, tally),
    };
    let room = ROOM.saturating_sub(title.chars().count() + description.chars().count());
    let embed = CreateEmbed::new().title(title).url(mark(&batch.nonce)).colour(colour).description(description);
    with_reasons(language, embed, room, &tally.failed, Some(&batch.code).filter(|_| !batch.is_over))
}

/// `🎁 90 redeemed · 📦 5 already claimed · ❌ 5 failed · ⏳ 12 to go`, without the zeros.
pub fn counts(language: Language, tally: &Tally) -> String {
    let some = |number: u32| (number > 0).then_some(number);
    let parts = [
        some(tally.granted).map(|number| text!(language, "count-redeemed", number = number)),
        some(tally.already).map(|number| text!(language, "count-already", number = number)),
        some(tally.failures()).map(|number| text!(language, "count-failed", number = number)),
        some(tally.pending).map(|number| text!(language, "count-pending", number = number)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { text!(language, "count-empty-list") } else { parts.join(" · ") }
}

/// Why the players of a group did not get the code.
pub fn reason(language: Language, group: &FailedGroup) -> String {
    let meaning = meaning(language, &group.status);
    if group.gave_up { text!(language, "batch-gave-up", why = meaning) } else { meaning }
}

/// How many players a group has, and why they did not get the code.
pub(super) fn group_title(language: Language, group: &FailedGroup) -> String {
    text!(language, "batch-group", players = group.players.len(), why = reason(language, group))
}

/// Merges groups with the same reason and advice: several statuses mean the same to a player. The largest group comes first.
pub fn by_reason(language: Language, groups: &[FailedGroup]) -> Vec<FailedGroup> {
    let mut merged: Vec<FailedGroup> = Vec::new();
    for group in groups {
        let is_same = |known: &FailedGroup| {
            reason(language, known) == reason(language, group)
                && advice(language, &known.status) == advice(language, &group.status)
        };
        match merged.iter_mut().find(|known| is_same(known)) {
            Some(known) => known.players.extend(group.players.iter().cloned()),
            None => merged.push(group.clone()),
        }
    }
    merged.sort_by_key(|group| std::cmp::Reverse(group.players.len()));
    merged
}

/// Adds a field for each reason, in at most `room` characters. `code` is `None` if it cannot be tried again. Also returns whether
/// all names had room.
pub(super) fn with_reasons(
    language: Language,
    mut embed: CreateEmbed,
    mut room: usize,
    groups: &[FailedGroup],
    code: Option<&Code>,
) -> (CreateEmbed, bool) {
    let groups = by_reason(language, groups);
    let mut is_whole = groups.len() <= MAX_GROUPS;
    for group in groups.iter().take(MAX_GROUPS) {
        let advice = advice(language, &group.status).map(|advice| text!(language, "batch-advice", advice = advice));
        let (names, is_all) = names(language, &group.players);
        let lines = [advice, after::command(language, group, code), Some(names)];
        let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        is_whole &= is_all && text.chars().count() <= MAX_FIELD;
        let (title, text) = (clip(&group_title(language, group), MAX_TITLE), clip(&text, MAX_FIELD));
        let Some(left) = room.checked_sub(title.chars().count() + text.chars().count()) else {
            return (embed, false);
        };
        room = left;
        embed = embed.field(title, text, false);
    }
    (embed, is_whole)
}

/// The names that have room, and whether these are all.
pub(super) fn names(language: Language, players: &[(PlayerId, String)]) -> (String, bool) {
    let names: Vec<String> = players.iter().take(MAX_NAMES).map(|(id, name)| player(*id, name)).collect();
    let left = players.len().saturating_sub(MAX_NAMES);
    let text = match left {
        0 => names.join(", "),
        left => text!(language, "batch-names-more", names = names.join(", "), number = left),
    };
    let is_all = left == 0 && text.chars().count() <= MAX_FIELD;
    (clip(&text, MAX_FIELD), is_all)
}

/// Everybody who did not get the code, as CSV.
fn failures_file(language: Language, tally: &Tally) -> Vec<u8> {
    spreadsheet::write(["player_id", "nickname", "status", "reason"], failure_rows(language, tally))
}

/// Id, name, status and reason of each player who did not get the code.
pub(super) fn failure_rows(language: Language, tally: &Tally) -> Vec<[String; 4]> {
    let of_group = |group: &FailedGroup| {
        let (status, reason) = (group.status.to_string(), reason(language, group));
        let row = move |(id, name): &(PlayerId, String)| [id.to_string(), name.clone(), status.clone(), reason.clone()];
        group.players.iter().map(row).collect::<Vec<_>>()
    };
    tally.failed.iter().flat_map(of_group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::status::Status;

    #[test]
    fn one_player_is_counted_as_one_in_every_language() {
        let failed = FailedGroup {
            status: Status::StoveLevel,
            gave_up: false,
            players: PlayerId::new(1).map(|id| (id, String::new())).into_iter().collect(),
        };
        let one = Tally { granted: 1, already: 1, pending: 1, failed: vec![failed], ..Tally::default() };
        for (language, shown) in [
            (Language::En, "🎁 1 redeemed · 📦 1 already claimed · ❌ 1 failed · ⏳ 1 to go"),
            (Language::De, "🎁 1 eingelöst · 📦 1 schon abgeholt · ❌ 1 fehlgeschlagen · ⏳ noch 1"),
            (Language::Fr, "🎁 1 obtenu · 📦 1 déjà récupéré · ❌ 1 échec · ⏳ 1 restant"),
            (Language::Es, "🎁 1 canjeado · 📦 1 ya lo tenía · ❌ 1 fallido · ⏳ 1 pendiente"),
            (Language::PtBr, "🎁 1 resgatado · 📦 1 já tinha · ❌ 1 falhou · ⏳ 1 pendente"),
        ] {
            assert_eq!(counts(language, &one), shown);
        }
        let several: Vec<(PlayerId, String)> =
            (1..=16).filter_map(PlayerId::new).map(|id| (id, String::new())).collect();
        for (language, end) in
            [(Language::En, "… and 1 more"), (Language::De, "… und 1 weiterer"), (Language::Fr, "… et 1 autre")]
        {
            let (shown, _) = names(language, &several);
            assert!(shown.ends_with(end), "{shown}");
        }
    }

    #[test]
    fn statuses_that_mean_the_same_are_explained_once() {
        let group = |status, gave_up, ids: std::ops::Range<u64>| FailedGroup {
            status,
            gave_up,
            players: ids.filter_map(PlayerId::new).map(|id| (id, String::new())).collect(),
        };
        let groups = [
            group(Status::StoveLevel, false, 1..4),
            group(Status::CaptchaCheckError, true, 11..13),
            group(Status::CaptchaExpired, true, 13..15),
            group(Status::CaptchaExpired, false, 15..16),
        ];
        let merged = by_reason(Language::En, &groups);
        assert_eq!(merged.iter().map(|group| group.players.len()).collect::<Vec<_>>(), [4, 3, 1]);
        let within = |room| {
            let (embed, is_whole) = with_reasons(Language::En, CreateEmbed::new(), room, &groups[..3], None);
            (serde_json::to_value(embed).unwrap(), is_whole)
        };
        let (shown, is_whole) = within(MAX_EMBED_TEXT);
        assert_eq!(shown.to_string().matches("https://").count(), 1, "{shown:#}");
        assert!(is_whole && shown["fields"].as_array().unwrap().len() == 2);
        let field = |at: usize| {
            shown["fields"][at]["name"].to_string().chars().count() - 2
                + shown["fields"][at]["value"].as_str().unwrap().chars().count()
        };
        // One character too few for the second reason.
        let (cut, is_whole) = within(field(0) + field(1) - 1);
        assert!(!is_whole && cut["fields"].as_array().unwrap().len() == 1, "{cut:#}");
    }
}
