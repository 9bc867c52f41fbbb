//! Answers to `/manage giftcode`.

use jiff::Timestamp;
use serenity::all::CreateEmbed;

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::{Code, CodeError};
use crate::domain::health::{DiscordStatus, EnginePhase, EngineStatus, Feeds, ReplicaStatus};
use crate::domain::players::player::ChannelId;
use crate::domain::text::language::Language;
use crate::ports::AnnouncedCode;
use crate::store::{BatchStart, CheckCounts, GuildSettings, OverCode, PastBatch};

use super::appeal::{Recheck, code_over, over, over_lines};
use super::batch::{by_reason, counts, group_title};
use super::escape::{clip, escape, in_text};
use super::texts::text;
use super::{MAX_DESCRIPTION, MAX_FIELD, Message, colour, errors, health, mentions, states, when};

/// Batches that the history shows.
pub const HISTORY_BATCHES: u32 = 10;
/// Codes that the list shows.
const LIST_CODES: usize = 40;

/// The permissions in the language, in bold.
pub(super) fn permissions(language: Language, names: &[&str]) -> String {
    let named = |name: &&str| {
        let name = match *name {
            "View Channel" => text!(language, "permission-view-channel"),
            "Send Messages" => text!(language, "permission-send-messages"),
            "Embed Links" => text!(language, "permission-embed-links"),
            "Send Messages in Threads" => text!(language, "permission-send-in-threads"),
            "Create Posts" => text!(language, "permission-create-posts"),
            "Send Messages in Posts" => text!(language, "permission-send-in-posts"),
            "Add Reactions" => text!(language, "permission-add-reactions"),
            "Attach Files" => text!(language, "permission-attach-files"),
            "Read Message History" => text!(language, "permission-read-history"),
            other => other.to_owned(),
        };
        format!("**{name}**")
    };
    let named: Vec<String> = names.iter().map(named).collect();
    match named.as_slice() {
        [first @ .., last] if !first.is_empty() => {
            text!(language, "permissions-and", first = first.join(", "), last = last)
        }
        few => few.concat(),
    }
}

pub fn channel_refused(language: Language, channel: ChannelId, missing: &[&str]) -> Message {
    let channel = format!("<#{channel}>");
    Message::text(text!(language, "channel-refused", channel = channel, permissions = permissions(language, missing)))
}

pub fn in_a_timeout(language: Language, until: Timestamp) -> Message {
    Message::text(text!(language, "channel-timeout", until = when(until)))
}

/// @everyone was chosen as the role.
pub fn everyone_refused(language: Language) -> Message {
    Message::text(text!(language, "channel-everyone-refused"))
}

pub fn role_or_none(language: Language) -> Message {
    Message::text(text!(language, "channel-role-or-none"))
}

/// The channel is missing, in another server, or of a kind without messages.
pub fn channel_unknown(language: Language) -> Message {
    Message::text(text!(language, "channel-unknown"))
}

pub fn channel_unset(language: Language, was_set: bool) -> Message {
    Message::text(match was_set {
        true => text!(language, "channel-unset"),
        false => text!(language, "channel-was-not-set"),
    })
}

pub fn auto_off(language: Language) -> Message {
    Message::text(text!(language, "auto-off"))
}

pub fn no_code(language: Language, error: &CodeError) -> Message {
    Message::text(errors::code(language, error))
}

pub fn code_unknown(language: Language, code: &Code) -> Message {
    Message::text(text!(language, "code-unknown", code = code.as_str()))
}

/// The answer to `remove` for an unknown code.
pub fn nothing_to_remove(language: Language, code: &Code) -> Message {
    Message::text(text!(language, "code-unknown-unchanged", code = code.as_str()))
}

pub fn code_added(language: Language, code: &Code, settings: &GuildSettings) -> Message {
    let players = Some(settings.players).filter(|players| settings.auto_redeem && *players > 0);
    let channel = settings.channel.map(|channel| format!("<#{channel}>"));
    let code = code.as_str();
    Message::text(match (channel, players) {
        (Some(channel), Some(players)) => {
            text!(language, "code-added-posted-redeemed", code = code, channel = channel, players = players)
        }
        (Some(channel), None) => text!(language, "code-added-posted", code = code, channel = channel),
        (None, Some(players)) => text!(language, "code-added-redeemed", code = code, players = players),
        (None, None) => text!(language, "code-added", code = code),
    })
}

pub fn code_known(language: Language, code: &Code) -> Message {
    Message::text(text!(language, "code-known", code = code.as_str()))
}

/// `dropped` counts the redemptions that were still waiting.
pub fn code_removed(language: Language, code: &Code, dropped: u32) -> Message {
    Message::text(match dropped {
        0 => text!(language, "code-removed", code = code.as_str()),
        dropped => text!(language, "code-removed-waiting", code = code.as_str(), players = dropped),
    })
}

/// The active codes, and codes in `over` that a feed still lists or somebody added.
pub fn codes(language: Language, codes: &[AnnouncedCode], over: &[OverCode], is_for_managers: bool) -> Message {
    if codes.is_empty() {
        let over = over_lines(language, over);
        return Message::text(format!("{}\n{over}", text!(language, "list-no-codes")).trim_end());
    }
    let line = |code: &AnnouncedCode| {
        let name = code.code.as_str();
        let mut line = match code.expires_at {
            Some(at) => {
                text!(language, "list-code-expires", code = name, when = format!("<t:{}:R>", at.as_second()))
            }
            None => format!("`{name}`"),
        };
        if let Some(rewards) = &code.rewards {
            line += &format!("\n{}", escape(rewards, 60));
        }
        if is_for_managers {
            line += &format!("\n{}", text!(language, "list-code-source", source = escape(&code.source, 60)));
        }
        line
    };
    let over = over_lines(language, over);
    let mut shown = String::new();
    let mut left = codes.len();
    for code in codes.iter().take(LIST_CODES) {
        let line = line(code) + "\n";
        if over.chars().count() + shown.chars().count() + line.chars().count() > 3900 {
            break;
        }
        shown += &line;
        left -= 1;
    }
    if left > 0 {
        shown += &format!("{}\n", text!(language, "list-more", number = left));
    }
    shown += &over;
    let title = text!(language, "list-title", codes = codes.len());
    let embed = CreateEmbed::new().title(title).colour(colour::GOOD);
    Message::embed(embed.description(clip(shown.trim_end(), MAX_DESCRIPTION)))
}

/// How a code is called in a suggestion while a person types.
pub fn suggested(language: Language, code: &Code, is_over: bool) -> String {
    match is_over {
        true => text!(language, "suggestion-not-active", code = code.as_str()),
        false => code.to_string(),
    }
}

/// The batch was started, is in progress, or has nothing to do.
pub fn batch_started(language: Language, code: &Code, start: BatchStart, channel: Option<ChannelId>) -> Message {
    let BatchStart { players, due, pending } = start;
    let code = code.as_str();
    let begun = match (players, due, pending) {
        (0, ..) => return Message::text(text!(language, "list-empty-add-players")),
        (players, 0, 0) => {
            return Message::text(text!(language, "batch-done-already", code = code, players = players));
        }
        (_, 0, pending) => text!(language, "batch-going-on", code = code, players = pending),
        (_, due, _) => text!(language, "batch-started", code = code, players = due),
    };
    let shown = match channel {
        Some(channel) => text!(language, "batch-see-channel", channel = format!("<#{channel}>")),
        None => text!(language, "batch-see-history"),
    };
    Message::text(format!("{begun} {shown}"))
}

/// A code with the start of its batch, or the reason why there is none.
pub type Started = (Code, Result<BatchStart, (OverReason, Recheck)>);

pub fn batches_started(language: Language, started: &[Started], channel: Option<ChannelId>) -> Message {
    if let [(code, only)] = started {
        return match only {
            Ok(start) => batch_started(language, code, *start, channel),
            Err((over, recheck)) => code_over(language, code, over, *recheck),
        };
    }
    let line = |(code, started): &Started| {
        let code = code.as_str();
        match started {
            Ok(BatchStart { players: 0, .. }) => text!(language, "batch-line-empty", code = code),
            Ok(BatchStart { due: 0, pending: 0, .. }) => text!(language, "batch-line-done", code = code),
            Ok(BatchStart { due, pending, .. }) => {
                text!(language, "batch-line-started", code = code, players = *due.max(pending))
            }
            Err((why, _)) => text!(language, "batch-line-over", code = code, why = over(language, why)),
        }
    };
    Message::text(started.iter().map(line).collect::<Vec<_>>().join("\n"))
}

pub fn retried(language: Language, code: &Code, again: u32) -> Message {
    Message::text(match again {
        0 => text!(language, "retry-nothing", code = code.as_str()),
        again => text!(language, "retry-started", code = code.as_str(), players = again),
    })
}

#[derive(Debug, Clone, Default)]
pub struct Status {
    pub guild: GuildSettings,
    /// The checks of the players' ids and states.
    pub checks: CheckCounts,
    pub active_codes: u32,
    /// Pending redemptions of the guild's roster.
    pub waiting_here: u32,
    pub waiting_everywhere: u32,
    pub feeds: Feeds,
    pub replica: ReplicaStatus,
    pub engine: EngineStatus,
    pub discord: Option<DiscordStatus>,
}

pub fn status(language: Language, status: &Status) -> Message {
    let guild = &status.guild;
    let channel = guild.channel.map(|channel| format!("<#{channel}>"));
    let channel = match (channel, guild.paused, &guild.failing) {
        (None, ..) => text!(language, "status-channel-none"),
        (Some(channel), Some(blocked), _) => {
            text!(language, "status-channel-paused", channel = channel, why = health::blocked(language, blocked))
        }
        (Some(channel), None, Some(failing)) => text!(
            language,
            "status-channel-failing",
            channel = channel,
            since = format!("<t:{}:f>", failing.since.as_second()),
            reason = escape(failing.reason.trim_end_matches('.'), 300)
        ),
        (Some(channel), None, None) => channel,
    };
    let role = match guild.mention_roles.as_slice() {
        [] => String::new(),
        roles => format!("\n{}", text!(language, "status-mentions-role", role = mentions(roles, ", "))),
    };
    let auto = match guild.auto_redeem {
        true => text!(language, "status-auto-on"),
        false => text!(language, "status-auto-off"),
    };
    let number = |number: u32| text!(language, "status-number", number = number);
    let (here, everywhere) = (status.waiting_here, status.waiting_everywhere);
    let queue = text!(language, "status-waiting", here = here, everywhere = everywhere);
    let troubled = guild.paused.is_some()
        || (guild.channel.is_some() && guild.failing.is_some())
        || status.feeds.trouble().is_some()
        || status.engine.phase != EnginePhase::Working
        || status.replica.trouble().is_some()
        || status.discord.as_ref().is_some_and(|discord| !discord.is_connected());
    let mut embed = CreateEmbed::new().title(text!(language, "status-title")).colour(if troubled {
        colour::BAD
    } else {
        colour::GOOD
    });
    for (name, value, is_inline) in [
        (text!(language, "status-field-channel"), format!("{channel}{role}"), true),
        (text!(language, "status-field-auto"), auto, true),
        (text!(language, "status-field-players"), number(guild.players), true),
        (text!(language, "status-field-codes"), number(status.active_codes), true),
        (text!(language, "status-field-waiting"), queue, true),
        (text!(language, "status-field-sources"), health::feeds(language, &status.feeds), false),
        (text!(language, "status-field-game"), health::game(language, &status.engine), false),
        (text!(language, "status-field-storage"), health::storage(language, &status.replica), false),
    ] {
        embed = embed.field(name, clip(&value, MAX_FIELD), is_inline);
    }
    let checks =
        states::of_status(language, &status.checks).map(|(title, text)| (title, clip(&text, MAX_FIELD), false));
    let embed = embed.fields(checks);
    let discord = status
        .discord
        .as_ref()
        .map(|discord| (text!(language, "status-field-discord"), health::discord(language, discord), false));
    Message::embed(embed.fields(discord))
}

/// The guild's latest batches, and codes that are over.
pub fn history(language: Language, batches: &[PastBatch], over: &[OverCode], code: Option<&Code>) -> Message {
    let over = over_lines(language, over);
    if batches.is_empty() {
        let nothing = match code {
            Some(code) => text!(language, "history-nothing-of-code", code = code.as_str()),
            None => text!(language, "history-nothing"),
        };
        return Message::text(format!("{nothing}\n{over}").trim_end());
    }
    let embed = CreateEmbed::new().title(text!(language, "history-title")).colour(colour::PLAIN);
    let embed = if over.is_empty() { embed } else { embed.description(clip(&over, 2000)) };
    let embed = batches.iter().fold(embed, |embed, batch| {
        let code = in_text(&batch.code);
        let title = match batch.generation {
            0 | 1 => code,
            round => text!(language, "history-round", code = code, round = round),
        };
        let mut text = counts(language, &batch.tally);
        for group in by_reason(language, &batch.tally.failed).iter().take(4) {
            text += &format!("\n-# {}", group_title(language, group));
        }
        let time = match batch.finished_at {
            Some(at) => text!(language, "history-finished", when = when(at)),
            None => text!(language, "history-started", when = when(batch.started_at)),
        };
        embed.field(title, clip(&format!("{text}\n-# {time}"), 500), false)
    });
    Message::embed(embed)
}
