//! What `/manage giftcode` answers.

use jiff::Timestamp;
use serenity::all::CreateEmbed;

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::{Code, CodeError};
use crate::domain::health::{EnginePhase, EngineStatus, Feeds, ReplicaStatus};
use crate::domain::players::player::{ChannelId, RoleId};
use crate::ports::AnnouncedCode;
use crate::store::{BatchStart, GuildSettings, OverCode, PastBatch};

use super::appeal::{Recheck, code_over, over_lines};
use super::batch::{by_reason, counts, reason};
use super::escape::{clip, escape, in_text};
use super::{Message, colour, count, health, thousands, when};

/// Runs that the history shows.
pub const HISTORY_BATCHES: u32 = 10;
/// Codes that a list shows.
const LIST_CODES: usize = 40;

/// Whom a server's posts mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// Nobody, as before.
    Nobody,
    /// Nobody any more, as was asked for.
    Removed,
    /// Nobody any more, for the role was deleted.
    Gone,
    /// This role.
    Role(RoleId),
    /// This role, whose members are not notified.
    Silent(RoleId),
}

impl Mention {
    /// The role, if there is one.
    pub fn role(self) -> Option<RoleId> {
        match self {
            Self::Role(role) | Self::Silent(role) => Some(role),
            Self::Nobody | Self::Removed | Self::Gone => None,
        }
    }
}

/// The channel is set; where it is the server's first, the active codes are posted there too. `lacks` names what is not
/// needed to post, but for all that a message can have.
pub fn channel_set(channel: ChannelId, is_first: bool, mention: Mention, lacks: &[&str]) -> Message {
    let active = if is_first { ", the active ones first" } else { "" };
    let mut text = format!("✅ Gift codes are posted in <#{channel}> from now on{active}.");
    match mention {
        Mention::Nobody => {}
        Mention::Removed => text += " Posts mention no role any more.",
        Mention::Gone => text += " The role that posts mentioned is gone, so they mention nobody now.",
        Mention::Role(role) => text += &format!(" Each post mentions <@&{role}>."),
        Mention::Silent(role) => {
            text += &format!(
                " Each post names <@&{role}>, but nobody is notified: turn on “Allow anyone to @mention this role” in its \
                 settings."
            );
        }
    }
    if !lacks.is_empty() {
        text += &format!(" Please allow me to {} there too.", in_words(lacks));
    }
    Message::text(text)
}

fn in_words(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => format!("**{only}**"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|item| format!("**{item}**")).collect();
            format!("{} and **{last}**", first.join(", "))
        }
    }
}

/// The channel cannot be posted to: these permissions are missing.
pub fn channel_refused(channel: ChannelId, missing: &[&str]) -> Message {
    Message::text(format!(
        "❌ I may not post in <#{channel}>: I lack {}. Allow me that in the channel's settings, then use the command again. \
         Nothing was changed.",
        in_words(missing)
    ))
}

/// The bot is in a timeout.
pub fn in_a_timeout(until: Timestamp) -> Message {
    Message::text(format!(
        "❌ I am in a timeout in this server until {} and may post nowhere. A moderator can end it; then use the command again. \
         Nothing was changed.",
        when(until)
    ))
}

/// Everybody was named as the role to mention.
pub fn everyone_refused() -> Message {
    Message::text(
        "❌ I do not mention everyone. Name a role for those who want to hear of gift codes. Nothing was changed.",
    )
}

/// A role was named, and none was asked for.
pub fn role_or_none() -> Message {
    Message::text("❌ Use either `role` or `no_role`, not both. Nothing was changed.")
}

/// The channel is not there, not of this server, or a thread.
pub fn channel_unknown() -> Message {
    Message::text("❌ I cannot post there: choose a text or announcement channel of this server. Nothing was changed.")
}

/// No channel any more.
pub fn channel_unset(was_set: bool) -> Message {
    Message::text(if was_set {
        "✅ No gift codes are posted in this server any more. Redemptions under way go on."
    } else {
        "No channel was set: no gift codes are posted in this server."
    })
}

/// Auto-redemption is on.
pub fn auto_on(players: u32) -> Message {
    Message::text(match players {
        0 => {
            "✅ Every new code will be redeemed for the roster. It is empty: add players with `/manage players add` or \
              `/manage players import`."
                .to_owned()
        }
        _ => format!("✅ Every code is redeemed for the roster from now on: {}.", count(players, "player")),
    })
}

/// Auto-redemption is off.
pub fn auto_off() -> Message {
    Message::text("✅ New codes are no longer redeemed automatically. Redemptions under way go on.")
}

/// What was typed is no gift code.
pub fn no_code(error: &CodeError) -> Message {
    Message::text(format!("❌ {}.", escape(&error.to_string(), 200)))
}

/// A code that nobody ever saw.
pub fn code_unknown(code: &Code) -> Message {
    Message::text(format!("❌ I do not know the code `{code}`. `/manage giftcode add` adds it to this server."))
}

/// The same for somebody who wants it removed.
pub fn nothing_to_remove(code: &Code) -> Message {
    Message::text(format!("❌ I do not know the code `{code}`. Nothing was changed."))
}

/// A code was added.
pub fn code_added(code: &Code, settings: &GuildSettings) -> Message {
    let posted = match settings.channel {
        Some(channel) => format!(" It is posted in <#{channel}>"),
        None => " No channel is set, so it is not posted".to_owned(),
    };
    let redeemed = match (settings.auto_redeem, settings.players) {
        (true, players) if players > 0 => format!(" and redeemed for {}.", count(players, "player")),
        _ => format!(". Redeem it with `/manage giftcode redeem code:{code}`."),
    };
    Message::text(format!("✅ `{code}` is added to this server.{posted}{redeemed}"))
}

/// A code that is active here already.
pub fn code_known(code: &Code) -> Message {
    Message::text(format!("`{code}` is active in this server already."))
}

/// A code was removed.
pub fn code_removed(code: &Code, dropped: u32) -> Message {
    let stopped = if dropped > 0 {
        format!(" {} will not be redeemed.", count(dropped, "waiting player"))
    } else {
        String::new()
    };
    Message::text(format!("✅ `{code}` is neither posted nor redeemed in this server any more.{stopped}"))
}

/// The codes that are active, and those that a feed lists or somebody added but that are over.
pub fn codes(codes: &[AnnouncedCode], over: &[OverCode], is_for_managers: bool) -> Message {
    if codes.is_empty() {
        let over = over_lines(over);
        return Message::text(format!("No gift code is active at the moment.\n{over}").trim_end());
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
    let over = over_lines(over);
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
    let title = format!("🎁 {} active", count(number, "gift code"));
    Message::embed(CreateEmbed::new().title(title).colour(colour::GOOD).description(shown.trim_end()))
}

/// A run was begun, goes on, or has nothing to do.
pub fn batch_started(code: &Code, start: BatchStart, channel: Option<ChannelId>) -> Message {
    let BatchStart { players, due, pending } = start;
    if players == 0 {
        return Message::text(
            "❌ The roster is empty: add players with `/manage players add` or `/manage players import`.",
        );
    }
    let shown = channel.map_or_else(
        || " `/manage giftcode history` shows how it goes.".to_owned(),
        |channel| format!(" How it goes is shown in <#{channel}>."),
    );
    Message::text(match (due, pending) {
        (0, 0) => format!(
            "`{code}` is done for all {}. `/manage giftcode retry code:{code}` tries again what failed.",
            count(players, "player")
        ),
        (0, pending) => format!("`{code}` is being redeemed already: {} to go.{shown}", count(pending, "player")),
        (due, _) => format!("✅ `{code}` is redeemed for {} now.{shown}", count(due, "player")),
    })
}

/// A code, and what its run was begun with, or why there is none.
pub type Started = (Code, Result<BatchStart, (OverReason, Recheck)>);

/// Runs of several codes were begun.
pub fn batches_started(started: &[Started], channel: Option<ChannelId>) -> Message {
    if let [(code, only)] = started {
        return match only {
            Ok(start) => batch_started(code, *start, channel),
            Err((over, recheck)) => code_over(code, over, *recheck),
        };
    }
    let line = |(code, started): &Started| match started {
        Ok(BatchStart { players: 0, .. }) => format!("❌ `{code}`: the roster is empty"),
        Ok(BatchStart { due: 0, pending: 0, .. }) => format!("`{code}`: done for all"),
        Ok(BatchStart { due, pending, .. }) => {
            format!("✅ `{code}`: redeemed for {} now", count(*due.max(pending), "player"))
        }
        Err((over, _)) => format!("⌛ `{code}`: over, {}", over.meaning()),
    };
    Message::text(started.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// What failed is tried again.
pub fn retried(code: &Code, again: u32) -> Message {
    Message::text(match again {
        0 => format!("`{code}` failed for nobody here: there is nothing to try again."),
        again => format!("✅ `{code}` is tried again for {}.", count(again, "player")),
    })
}

/// How everything is, for `/manage giftcode status`.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// The guild's settings.
    pub guild: GuildSettings,
    /// Codes active in the guild.
    pub active_codes: u32,
    /// Redemptions of the guild's roster that wait.
    pub waiting_here: u32,
    /// Redemptions that wait, of all guilds.
    pub waiting_everywhere: u32,
    pub feeds: Feeds,
    pub replica: ReplicaStatus,
    pub engine: EngineStatus,
}

/// How everything is.
pub fn status(status: &Status) -> Message {
    let guild = &status.guild;
    let channel = match (guild.channel, guild.paused, &guild.failing) {
        (None, ..) => "none: `/manage giftcode setchannel`".to_owned(),
        (Some(channel), Some(blocked), _) => format!("⏸ <#{channel}>: paused, {}", blocked.meaning()),
        (Some(channel), None, Some(failing)) => format!(
            "⚠️ <#{channel}>: posts fail since <t:{}:f>. {}. I go on trying; mend it, or set another channel",
            failing.since.as_second(),
            escape(failing.reason.trim_end_matches('.'), 300)
        ),
        (Some(channel), None, None) => format!("<#{channel}>"),
    };
    let role = guild.mention_role.map_or(String::new(), |role| format!("\nmentions <@&{role}>"));
    let auto = if guild.auto_redeem { "on" } else { "off: `/manage giftcode auto`" };
    let queue =
        format!("{} here, {} in all servers", thousands(status.waiting_here), thousands(status.waiting_everywhere));
    let troubled = guild.paused.is_some()
        || (guild.channel.is_some() && guild.failing.is_some())
        || status.feeds.trouble().is_some()
        || status.engine.phase != EnginePhase::Working
        || status.replica.trouble().is_some();
    let embed = CreateEmbed::new()
        .title("📊 How it is")
        .colour(if troubled { colour::BAD } else { colour::GOOD })
        .field("Channel", clip(&format!("{channel}{role}"), 1024), true)
        .field("Auto-redemption", auto, true)
        .field("Players", thousands(guild.players), true)
        .field("Active codes", thousands(status.active_codes), true)
        .field("Waiting to be redeemed", queue, true)
        .field("Code feeds", clip(&health::feeds(&status.feeds), 1024), false)
        .field("Game", clip(&health::game(&status.engine), 1024), false)
        .field("MongoDB", clip(&health::mongodb(&status.replica), 1024), false);
    Message::embed(embed)
}

/// What came of a guild's codes, and which of them are over.
pub fn history(batches: &[PastBatch], over: &[OverCode], code: Option<&Code>) -> Message {
    let over = over_lines(over);
    if batches.is_empty() {
        let nothing = match code {
            Some(code) => format!("`{code}` was never redeemed for this server's roster."),
            None => "Nothing was redeemed for this server's roster yet.".to_owned(),
        };
        return Message::text(format!("{nothing}\n{over}").trim_end());
    }
    let embed = CreateEmbed::new().title("📜 What came of it").colour(colour::PLAIN);
    let embed = if over.is_empty() { embed } else { embed.description(clip(&over, 2000)) };
    let embed = batches.iter().fold(embed, |embed, batch| {
        let again =
            if batch.generation > 1 { format!(" (valid again, {}×)", batch.generation) } else { String::new() };
        let mut text = counts(&batch.tally);
        for group in by_reason(&batch.tally.failed).iter().take(4) {
            let number = u32::try_from(group.players.len()).unwrap_or(u32::MAX);
            text += &format!("\n-# {}: {}", count(number, "player"), reason(group));
        }
        text += &match batch.finished_at {
            Some(at) => format!("\n-# done {}", when(at)),
            None => format!("\n-# begun {}, not done yet", when(batch.started_at)),
        };
        embed.field(format!("{}{again}", in_text(&batch.code)), clip(&text, 500), false)
    });
    Message::embed(embed)
}
