//! Answers to `/manage giftcode`.
#![allow(unused_variables, reason = "texts are being moved to Fluent")]

use jiff::Timestamp;
use serenity::all::CreateEmbed;

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::{Code, CodeError};
use crate::domain::health::{DiscordStatus, EnginePhase, EngineStatus, Feeds, ReplicaStatus};
use crate::domain::players::player::ChannelId;
use crate::domain::text::language::Language;
use crate::ports::AnnouncedCode;
use crate::store::{BatchStart, CheckCounts, GuildSettings, OverCode, PastBatch};

use super::appeal::{Recheck, code_over, over_lines};
use super::batch::{by_reason, counts, reason};
use super::escape::{clip, escape, in_text};
use super::{Message, colour, count, health, mentions, states, thousands, when};

/// Batches that the history shows.
pub const HISTORY_BATCHES: u32 = 10;
/// Codes that the list shows.
const LIST_CODES: usize = 40;

pub(super) fn in_words(language: Language, items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => format!("**{only}**"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|item| format!("**{item}**")).collect();
            format!("{} and **{last}**", first.join(", "))
        }
    }
}

pub fn channel_refused(language: Language, channel: ChannelId, missing: &[&str]) -> Message {
    Message::text(format!(
        "❌ I cannot post in <#{channel}>: I need {} there. Allow me that in the channel's settings, then use this command \
         again. Nothing was changed.",
        in_words(language, missing)
    ))
}

pub fn in_a_timeout(language: Language, until: Timestamp) -> Message {
    Message::text(format!(
        "❌ I am in a timeout in this server until {} and cannot post. A moderator can end the timeout; then use this command \
         again. Nothing was changed.",
        when(until)
    ))
}

/// @everyone was chosen as the role.
pub fn everyone_refused(language: Language) -> Message {
    Message::text(
        "❌ I do not mention everyone. Choose a role for members who want to hear about gift codes. Nothing was changed.",
    )
}

pub fn role_or_none(language: Language) -> Message {
    Message::text("❌ Use either `role` or `no_role`, not both. Nothing was changed.")
}

/// The channel is missing, in another server, or of a kind without messages.
pub fn channel_unknown(language: Language) -> Message {
    Message::text(
        "❌ I cannot post there. Choose a text channel, announcement channel, thread or forum of this server. Nothing was changed.",
    )
}

pub fn channel_unset(language: Language, was_set: bool) -> Message {
    Message::text(if was_set {
        "✅ I no longer post gift codes in this server. Redemptions in progress continue."
    } else {
        "No channel is set, so no gift codes are posted in this server."
    })
}

pub fn auto_off(language: Language) -> Message {
    Message::text("✅ New codes are no longer redeemed automatically. Redemptions in progress continue.")
}

pub fn no_code(language: Language, error: &CodeError) -> Message {
    Message::text(format!("❌ {}.", escape(&error.to_string(), 200)))
}

pub fn code_unknown(language: Language, code: &Code) -> Message {
    Message::text(format!("❌ I do not know the code `{code}`. To add it to this server, use `/manage giftcode add`."))
}

/// The answer to `remove` for an unknown code.
pub fn nothing_to_remove(language: Language, code: &Code) -> Message {
    Message::text(format!("❌ I do not know the code `{code}`. Nothing was changed."))
}

pub fn code_added(language: Language, code: &Code, settings: &GuildSettings) -> Message {
    let posted = match settings.channel {
        Some(channel) => format!(" It will be posted in <#{channel}>"),
        None => " No channel is set, so it is not posted".to_owned(),
    };
    let redeemed = match (settings.auto_redeem, settings.players) {
        (true, players) if players > 0 => format!(" and redeemed for {}.", count(players, "player")),
        _ => format!(". Redeem it with `/manage giftcode redeem code:{code}`."),
    };
    Message::text(format!("✅ `{code}` was added to this server.{posted}{redeemed}"))
}

pub fn code_known(language: Language, code: &Code) -> Message {
    Message::text(format!("`{code}` is already active in this server."))
}

/// `dropped` counts the redemptions that were still waiting.
pub fn code_removed(language: Language, code: &Code, dropped: u32) -> Message {
    let stopped = if dropped > 0 {
        format!(" It will not be redeemed for the {} still waiting.", count(dropped, "player"))
    } else {
        String::new()
    };
    Message::text(format!("✅ `{code}` is no longer posted or redeemed in this server.{stopped}"))
}

/// The active codes, and codes in `over` that a feed still lists or somebody added.
pub fn codes(language: Language, codes: &[AnnouncedCode], over: &[OverCode], is_for_managers: bool) -> Message {
    if codes.is_empty() {
        let over = over_lines(language, over);
        return Message::text(format!("There are no active gift codes at the moment.\n{over}").trim_end());
    }
    let line = |code: &AnnouncedCode| {
        let mut line = format!("`{}`", code.code);
        if let Some(at) = code.expires_at {
            line += &format!(" · expires <t:{}:R>", at.as_second());
        }
        if let Some(rewards) = &code.rewards {
            line += &format!("\n{}", escape(rewards, 60));
        }
        if is_for_managers {
            line += &format!("\nfrom {}", escape(&code.source, 60));
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
        shown += &format!("… and {left} more\n");
    }
    shown += &over;
    let number = u32::try_from(codes.len()).unwrap_or(u32::MAX);
    let title = format!("🎁 {}", count(number, "active gift code"));
    Message::embed(CreateEmbed::new().title(title).colour(colour::GOOD).description(shown.trim_end()))
}

/// The batch was started, is in progress, or has nothing to do.
pub fn batch_started(language: Language, code: &Code, start: BatchStart, channel: Option<ChannelId>) -> Message {
    let BatchStart { players, due, pending } = start;
    if players == 0 {
        return Message::text(
            "❌ The player list is empty. Add players with `/manage players add` or `/manage players import`.",
        );
    }
    let shown = channel.map_or_else(
        || " To see the progress, use `/manage giftcode history`.".to_owned(),
        |channel| format!(" The progress is shown in <#{channel}>."),
    );
    Message::text(match (due, pending) {
        (0, 0) => format!(
            "`{code}` is done for all {}. To try failed players again, use `/manage giftcode retry code:{code}`.",
            count(players, "player")
        ),
        (0, pending) => format!("`{code}` is already being redeemed: {} to go.{shown}", count(pending, "player")),
        (due, _) => format!("✅ I am redeeming `{code}` for {}.{shown}", count(due, "player")),
    })
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
    let line = |(code, started): &Started| match started {
        Ok(BatchStart { players: 0, .. }) => format!("❌ `{code}`: the player list is empty"),
        Ok(BatchStart { due: 0, pending: 0, .. }) => format!("`{code}`: already done for everybody"),
        Ok(BatchStart { due, pending, .. }) => {
            format!("✅ `{code}`: redeeming for {}", count(*due.max(pending), "player"))
        }
        Err((over, _)) => format!("⌛ `{code}` is not active: {}", over.meaning()),
    };
    Message::text(started.iter().map(line).collect::<Vec<_>>().join("\n"))
}

pub fn retried(language: Language, code: &Code, again: u32) -> Message {
    Message::text(match again {
        0 => format!("`{code}` did not fail for anybody here, so there is nothing to try again."),
        again => format!("✅ I am trying `{code}` again for {}.", count(again, "player")),
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
    let channel = match (guild.channel, guild.paused, &guild.failing) {
        (None, ..) => "none: set one with `/manage giftcode setchannel`".to_owned(),
        (Some(channel), Some(blocked), _) => format!("⏸ <#{channel}> is paused: {}", blocked.meaning()),
        (Some(channel), None, Some(failing)) => format!(
            "⚠️ <#{channel}>: posts have failed since <t:{}:f>. {}. I keep trying: fix this, or set another channel",
            failing.since.as_second(),
            escape(failing.reason.trim_end_matches('.'), 300)
        ),
        (Some(channel), None, None) => format!("<#{channel}>"),
    };
    let role = match guild.mention_roles.as_slice() {
        [] => String::new(),
        roles => format!("\nmentions {}", mentions(roles, ", ")),
    };
    let auto = if guild.auto_redeem { "on" } else { "off: turn it on with `/manage giftcode auto`" };
    let queue =
        format!("{} here, {} in all servers", thousands(status.waiting_here), thousands(status.waiting_everywhere));
    let troubled = guild.paused.is_some()
        || (guild.channel.is_some() && guild.failing.is_some())
        || status.feeds.trouble().is_some()
        || status.engine.phase != EnginePhase::Working
        || status.replica.trouble().is_some()
        || status.discord.as_ref().is_some_and(|discord| !discord.is_connected());
    let embed = CreateEmbed::new()
        .title("📊 Bot status")
        .colour(if troubled { colour::BAD } else { colour::GOOD })
        .field("Channel", clip(&format!("{channel}{role}"), 1024), true)
        .field("Auto-redemption", auto, true)
        .field("Players", thousands(guild.players), true)
        .field("Active codes", thousands(status.active_codes), true)
        .field("Waiting to be redeemed", queue, true)
        .field("Code feeds", clip(&health::feeds(language, &status.feeds), 1024), false)
        .field("Game", clip(&health::game(language, &status.engine), 1024), false)
        .field("MongoDB", clip(&health::mongodb(language, &status.replica), 1024), false);
    let checks = states::of_status(language, &status.checks).map(|(title, text)| (title, clip(&text, 1024), false));
    let embed = embed.fields(checks);
    let discord = status.discord.as_ref().map(|discord| ("Discord", health::discord(language, discord), false));
    Message::embed(embed.fields(discord))
}

/// The guild's latest batches, and codes that are over.
pub fn history(language: Language, batches: &[PastBatch], over: &[OverCode], code: Option<&Code>) -> Message {
    let over = over_lines(language, over);
    if batches.is_empty() {
        let nothing = match code {
            Some(code) => format!("`{code}` was never redeemed for this server's player list."),
            None => "No codes were redeemed for this server's player list yet.".to_owned(),
        };
        return Message::text(format!("{nothing}\n{over}").trim_end());
    }
    let embed = CreateEmbed::new().title("📜 Redemption history").colour(colour::PLAIN);
    let embed = if over.is_empty() { embed } else { embed.description(clip(&over, 2000)) };
    let embed = batches.iter().fold(embed, |embed, batch| {
        let again = if batch.generation > 1 { format!(" (round {})", batch.generation) } else { String::new() };
        let mut text = counts(language, &batch.tally);
        for group in by_reason(language, &batch.tally.failed).iter().take(4) {
            let number = u32::try_from(group.players.len()).unwrap_or(u32::MAX);
            text += &format!("\n-# {}: {}", count(number, "player"), reason(language, group));
        }
        text += &match batch.finished_at {
            Some(at) => format!("\n-# finished {}", when(at)),
            None => format!("\n-# started {}, not finished yet", when(batch.started_at)),
        };
        embed.field(format!("{}{again}", in_text(&batch.code)), clip(&text, 500), false)
    });
    Message::embed(embed)
}
