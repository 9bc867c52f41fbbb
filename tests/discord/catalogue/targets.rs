//! Where codes are posted, and the posts' buttons.

use giftcode_bot::discord::messages::Message;
use giftcode_bot::discord::messages::targets::{self, ChannelSet, Mentioned, Sent, Tested};
use giftcode_bot::domain::codes::channel::{Blocked, ChannelKind};
use giftcode_bot::domain::players::player::RoleId;
use giftcode_bot::domain::text::language::Language;

use super::{CHANNEL, ROLE};

const ALL_MISSING: [&str; 2] = ["Attach Files", "Read Message History"];

fn set() -> ChannelSet {
    ChannelSet {
        channel: CHANNEL,
        kind: ChannelKind::Text,
        is_forum_post: false,
        is_first: true,
        is_removed: false,
        mentioned: Mentioned::default(),
        missing: Vec::new(),
    }
}

pub fn setchannel(language: Language, say: &mut impl FnMut(&str, Message)) {
    let one = Mentioned { roles: vec![ROLE], ..Mentioned::default() };
    let silent = Mentioned { roles: vec![ROLE], silent: vec![ROLE], gone: 0 };
    let gone = Mentioned { gone: 1, ..Mentioned::default() };
    let later = || ChannelSet { is_first: false, ..set() };
    let mut is_set = |when: &str, set: ChannelSet| say(when, targets::channel_set(language, &set));
    is_set("setchannel", set());
    is_set(
        "setchannel, with a role, or with some that are set already",
        ChannelSet { mentioned: one.clone(), ..set() },
    );
    is_set(
        "setchannel, with a role that cannot be mentioned, and without useful permissions",
        ChannelSet { mentioned: silent, missing: ALL_MISSING.to_vec(), ..set() },
    );
    is_set("setchannel, with an announcement channel", ChannelSet { kind: ChannelKind::Announcement, ..later() });
    is_set("setchannel, with a forum", ChannelSet { kind: ChannelKind::Forum, mentioned: one, ..later() });
    let post = ChannelSet { kind: ChannelKind::Thread, is_forum_post: true, ..later() };
    is_set("setchannel, in one post of a forum", post);
    is_set("setchannel, when another channel was set", later());
    is_set("setchannel, with no_role", ChannelSet { is_removed: true, ..later() });
    is_set("setchannel, when the role was deleted", ChannelSet { mentioned: gone, ..later() });
    say("setchannel, with a locked thread", targets::channel_blocked(language, CHANNEL, Blocked::ThreadLocked));
    say(
        "setchannel, with a forum that requires a tag",
        targets::channel_blocked(language, CHANNEL, Blocked::TagRequired),
    );
    say("setchannel, with a sixth role", targets::too_many_roles(language));
}

pub fn test(language: Language, say: &mut impl FnMut(&str, Message)) {
    let well = Tested {
        channel: CHANNEL,
        kind: ChannelKind::Announcement,
        sent: Sent::There,
        mentioned: Mentioned { roles: vec![ROLE], ..Mentioned::default() },
        missing: Vec::new(),
    };
    say("test", targets::tested(language, &well));
    say("The test post, for ten seconds", targets::sample(language));
    let badly = Tested {
        kind: ChannelKind::Text,
        mentioned: Mentioned { roles: vec![RoleId(6), ROLE], silent: vec![RoleId(6), ROLE], gone: 1 },
        missing: ALL_MISSING.to_vec(),
        sent: Sent::Failed("Discord answers 400 (code 200000): Message was blocked by automatic moderation".into()),
        ..well.clone()
    };
    say("test, with every kind of problem", targets::tested(language, &badly));
    let forum =
        Tested { kind: ChannelKind::Forum, sent: Sent::NotTried, mentioned: Mentioned::default(), ..well.clone() };
    say("test, in a forum where the bot may not delete posts", targets::tested(language, &forum));
    let locked = Tested { kind: ChannelKind::Thread, sent: Sent::Blocked(Blocked::ThreadLocked), ..well };
    say("test, in a thread that was locked meanwhile", targets::tested(language, &locked));
    say("test, or setchannel with a role, when the channel was deleted", targets::channel_gone(language));
    say("test, without a channel", targets::no_channel(language));
    say("test, twice at once", targets::sample_there(language));
}
