//! Where codes are posted: answers to `setchannel` and `test`, and the sample post.

use serenity::all::CreateEmbed;

use crate::domain::codes::channel::{Blocked, ChannelKind, MAX_ROLES};
use crate::domain::players::player::{ChannelId, RoleId};
use crate::domain::text::language::Language;

use super::escape::{clip, escape};
use super::health::blocked as why_blocked;
use super::manage::permissions;
use super::texts::text;
use super::{MAX_DESCRIPTION, Message, colour, mentions};

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
    /// It is one post of a forum.
    pub is_forum_post: bool,
    /// The server had no channel before, so the active codes are posted.
    pub is_first: bool,
    /// Posts mentioned a role before.
    pub is_removed: bool,
    pub mentioned: Mentioned,
    /// Permissions that are useful but not required.
    pub missing: Vec<&'static str>,
}

pub fn channel_set(language: Language, set: &ChannelSet) -> Message {
    let channel = format!("<#{}>", set.channel);
    let mut parts = vec![match set.is_first {
        true => text!(language, "target-set-first", channel = channel),
        false => text!(language, "target-set", channel = channel),
    }];
    match set.kind {
        ChannelKind::Thread if set.is_forum_post => parts.push(text!(language, "target-forum-post")),
        ChannelKind::Text | ChannelKind::Thread => {}
        ChannelKind::Announcement => parts.push(text!(language, "target-publishes")),
        ChannelKind::Forum => parts.push(text!(language, "target-forum")),
    }
    let Mentioned { roles, silent, gone } = &set.mentioned;
    if *gone > 0 {
        parts.push(text!(language, "target-role-gone"));
    }
    if !roles.is_empty() {
        parts.push(text!(language, "target-mentions", roles = mentions(roles, ", ")));
    } else if set.is_removed {
        parts.push(text!(language, "target-mentions-nobody"));
    }
    if !silent.is_empty() {
        parts.push(text!(language, "target-not-notified", roles = mentions(silent, ", ")));
    }
    if !set.missing.is_empty() {
        parts.push(text!(language, "target-allow-too", permissions = permissions(language, &set.missing)));
    }
    Message::text(parts.join(" "))
}

/// Nothing can be posted there although the permissions suffice.
pub fn channel_blocked(language: Language, channel: ChannelId, blocked: Blocked) -> Message {
    let channel = format!("<#{channel}>");
    Message::text(text!(language, "target-blocked", channel = channel, why = why_blocked(language, blocked)))
}

pub fn too_many_roles(language: Language) -> Message {
    Message::text(text!(language, "target-too-many-roles", most = MAX_ROLES))
}

/// The channel that is set is not there.
pub fn channel_gone(language: Language) -> Message {
    Message::text(text!(language, "target-channel-gone"))
}

pub fn no_channel(language: Language) -> Message {
    Message::text(text!(language, "test-no-channel"))
}

/// An earlier sample is not taken back yet.
pub fn sample_there(language: Language) -> Message {
    Message::text(text!(language, "test-still-there"))
}

pub const SAMPLE_FILE: &[u8] = b"player_id,nickname,state\n";

pub fn sample_title(language: Language) -> String {
    text!(language, "test-post-name")
}

/// The sample post. It mentions nobody.
pub fn sample(language: Language) -> Message {
    let embed = CreateEmbed::new().title(text!(language, "test-post-title")).colour(colour::PLAIN);
    Message::embed(embed.description(text!(language, "test-post-text")))
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
pub fn tested(language: Language, tested: &Tested) -> Message {
    let Mentioned { silent, gone, .. } = &tested.mentioned;
    let loud = tested.mentioned.loud();
    let lacks = |name: &str| tested.missing.contains(&name);
    let failed = |why: &str| text!(language, "test-post-failed", why = why);
    // Each with whether something is missing.
    let mut lines = vec![match &tested.sent {
        Sent::There => (text!(language, "test-post-there"), false),
        Sent::NotTried => (text!(language, "test-post-not-tried"), false),
        Sent::Blocked(blocked) => (failed(&why_blocked(language, *blocked)), true),
        Sent::Failed(reason) => (failed(&escape(reason.trim_end_matches('.'), 300)), true),
    }];
    if !loud.is_empty() {
        lines.push((text!(language, "test-mention", roles = mentions(&loud, ", ")), false));
    }
    if !silent.is_empty() {
        lines.push((text!(language, "test-mention-silent", roles = mentions(silent, ", ")), true));
    }
    if *gone > 0 {
        lines.push((text!(language, "test-mention-gone"), true));
    }
    if loud.is_empty() && silent.is_empty() && *gone == 0 {
        lines.push((text!(language, "test-mention-none"), false));
    }
    if tested.sent == Sent::There {
        lines.push((text!(language, "test-embed"), false));
    }
    lines.push(match lacks("Attach Files") {
        false => (text!(language, "test-files"), false),
        true => (text!(language, "test-files-missing"), true),
    });
    if lacks("Read Message History") {
        lines.push((text!(language, "test-history-missing"), true));
    }
    if tested.kind == ChannelKind::Announcement {
        lines.push((text!(language, "test-publish"), false));
    }
    let (title, colour) = match lines.iter().any(|(_, is_missing)| *is_missing) {
        false if tested.sent == Sent::NotTried => (text!(language, "test-not-tried"), colour::PLAIN),
        false => (text!(language, "test-works"), colour::GOOD),
        true => (text!(language, "test-something-missing"), colour::BAD),
    };
    let lines: Vec<String> = lines.into_iter().map(|(line, _)| line).collect();
    let description = clip(&format!("<#{}>\n{}", tested.channel, lines.join("\n")), MAX_DESCRIPTION);
    Message::embed(CreateEmbed::new().title(title).colour(colour).description(description))
}

/// Added to the answer when a leader presses the button of an older post.
pub fn auto_is_on(language: Language) -> String {
    text!(language, "post-auto-is-on")
}
