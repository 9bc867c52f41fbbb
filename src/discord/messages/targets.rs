//! Where codes are posted: answers to `setchannel` and `test`, and the sample post.

use serenity::all::CreateEmbed;

use crate::domain::codes::channel::{Blocked, ChannelKind, MAX_ROLES};
use crate::domain::players::player::{ChannelId, RoleId};

use super::escape::escape;
use super::manage::in_words;
use super::{Message, colour, mentions};

/// The roles that posts mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentioned {
    pub roles: Vec<RoleId>,
    /// Those of them whose members Discord does not notify.
    pub silent: Vec<RoleId>,
    /// How many roles were deleted.
    pub gone: u32,
}

impl Mentioned {
    fn loud(&self) -> Vec<RoleId> {
        self.roles.iter().filter(|role| !self.silent.contains(role)).copied().collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSet {
    pub channel: ChannelId,
    pub kind: ChannelKind,
    /// The server had no channel before, so the active codes are posted.
    pub is_first: bool,
    /// Posts mentioned a role before.
    pub is_removed: bool,
    pub mentioned: Mentioned,
    /// Permissions that are useful but not required.
    pub missing: Vec<&'static str>,
}

pub fn channel_set(set: &ChannelSet) -> Message {
    let active = if set.is_first { ", starting with the active ones" } else { "" };
    let mut text = format!("✅ From now on, I post gift codes in <#{}>{active}.", set.channel);
    text += match set.kind {
        ChannelKind::Text | ChannelKind::Thread => "",
        ChannelKind::Announcement => " I publish every post to the channels that follow it.",
        ChannelKind::Forum => " Every code gets its own post there, and its progress is shown in that post.",
    };
    let Mentioned { roles, silent, gone } = &set.mentioned;
    if *gone > 0 {
        text += " A role that posts mentioned was deleted. Set another one with `role` or `add_role`.";
    }
    if roles.is_empty() {
        if set.is_removed {
            text += " Posts no longer mention a role.";
        }
    } else {
        text += &format!(" Each post mentions {}.", mentions(roles, ", "));
    }
    if !silent.is_empty() {
        text += &format!(
            " Discord does not notify {}: turn on “Allow anyone to @mention this role” in the role's settings.",
            mentions(silent, ", ")
        );
    }
    if !set.missing.is_empty() {
        text += &format!(" Please also allow me to {} there.", in_words(&set.missing));
    }
    Message::text(text)
}

/// Nothing can be posted there although the permissions suffice.
pub fn channel_blocked(channel: ChannelId, blocked: Blocked) -> Message {
    Message::text(format!("❌ I cannot post in <#{channel}>: {}. Nothing was changed.", blocked.meaning()))
}

pub fn too_many_roles() -> Message {
    Message::text(format!(
        "❌ A post mentions at most {MAX_ROLES} roles. Take one away with `remove_role` first. Nothing was changed."
    ))
}

pub fn no_channel() -> Message {
    Message::text("No channel is set. Set one with `/manage giftcode setchannel`, then test it.")
}

/// An earlier sample is not taken back yet.
pub fn sample_there() -> Message {
    Message::text("A sample is still being taken back. Try again in a minute.")
}

pub const SAMPLE_FILE: &[u8] = b"player_id,nickname,state\n";

pub fn sample_title() -> String {
    "Test of the gift code bot".to_owned()
}

/// The sample post. It mentions nobody.
pub fn sample() -> Message {
    let embed = CreateEmbed::new()
        .title("🧪 This is a test")
        .colour(colour::PLAIN)
        .description("New gift codes will appear here. This sample disappears in a few seconds.");
    Message::embed(embed).with_content("Test")
}

/// What became of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    There,
    /// In a forum, it could not be taken back.
    NotTried,
    Blocked(Blocked),
    Failed(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    pub channel: ChannelId,
    pub kind: ChannelKind,
    pub sent: Sent,
    pub mentioned: Mentioned,
    /// Permissions that are useful but not required.
    pub missing: Vec<&'static str>,
}

/// What works in the channel, step by step.
pub fn tested(tested: &Tested) -> Message {
    let mut lines = Vec::new();
    let is_there = tested.sent == Sent::There;
    lines.push(match &tested.sent {
        Sent::There => "✅ Post: it is there. I delete it in a few seconds.".to_owned(),
        Sent::NotTried => "➖ Post: not tried, because I could not delete it from a forum. To try it, allow me to \
                           **Manage Posts** there."
            .to_owned(),
        Sent::Blocked(blocked) => format!("❌ Post: {}.", blocked.meaning()),
        Sent::Failed(reason) => format!("❌ Post: {}.", escape(reason.trim_end_matches('.'), 300)),
    });
    let Mentioned { silent, gone, .. } = &tested.mentioned;
    let loud = tested.mentioned.loud();
    if !loud.is_empty() {
        lines.push(format!("✅ Mention: posts notify {}. The test notified nobody.", mentions(&loud, ", ")));
    }
    if !silent.is_empty() {
        lines.push(format!(
            "❌ Mention: Discord does not notify {}. Turn on “Allow anyone to @mention this role” in the role's settings.",
            mentions(silent, ", ")
        ));
    }
    if *gone > 0 {
        lines.push("❌ Mention: a role was deleted. Set another one with `/manage giftcode setchannel role:`.".to_owned());
    }
    if loud.is_empty() && silent.is_empty() && *gone == 0 {
        lines.push("➖ Mention: no role is set. Add one with `/manage giftcode setchannel add_role:`.".to_owned());
    }
    let lacks = |name: &str| tested.missing.contains(&name);
    if is_there {
        lines.push("✅ Embed: the card is shown.".to_owned());
    }
    lines.push(match lacks("Attach Files") {
        false => "✅ Files: lists of failed players can be attached.".to_owned(),
        true => "❌ Files: long lists of failed players are cut off. Allow me to **Attach Files** there.".to_owned(),
    });
    if lacks("Read Message History") {
        lines.push(
            "❌ History: after an interruption I cannot see whether a code was posted. Allow me to **Read Message History** \
             there."
                .to_owned(),
        );
    }
    if tested.kind == ChannelKind::Announcement {
        lines.push("✅ Publish: I publish posts to the channels that follow this one. The test was not published.".to_owned());
    }
    let is_well = lines.iter().all(|line| !line.starts_with('❌'));
    let embed = CreateEmbed::new()
        .title(if is_well { "🧪 Posting works" } else { "🧪 Something is missing" })
        .colour(if is_well { colour::GOOD } else { colour::BAD })
        .description(format!("<#{}>\n{}", tested.channel, lines.join("\n")));
    Message::embed(embed)
}

/// Added to the answer when a leader presses the button of an older post.
pub fn auto_is_on() -> &'static str {
    "-# Automatic redemption is on: new codes are redeemed for the whole player list without this button."
}
