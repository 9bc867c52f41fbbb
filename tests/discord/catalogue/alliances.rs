//! Several alliances in one server.

use giftcode_bot::discord::messages::{Message, alliances, post};
use giftcode_bot::domain::codes::post_plan::MessageKind;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId};
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::store::Alliance;

use super::{CHANNEL, Chapter, announcement, one};

fn two() -> [Alliance; 2] {
    let frost = Alliance {
        id: AllianceId(3),
        name: Some("Frostfire".to_owned()),
        channel: Some(CHANNEL),
        auto_redeem: true,
        players: 98,
    };
    let ember = Alliance {
        id: AllianceId(30),
        name: Some("Ember_*".to_owned()),
        channel: None,
        auto_redeem: false,
        players: 1,
    };
    [frost, ember]
}

/// As many alliances as a server can have, with the longest names.
pub fn longest(language: Language) -> Message {
    let alliance = |number: u64| Alliance {
        id: AllianceId(number),
        name: Some(format!("{number:*>32}")),
        channel: Some(ChannelId(u64::MAX)),
        auto_redeem: false,
        players: u32::MAX,
    };
    alliances::order(language, &(0..25).map(alliance).collect::<Vec<_>>())
}

/// `/manage alliance`, and what changes with the second one.
pub fn several(language: Language) -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let all = two();
    let [frost, ember] = &all;
    let post = post::post(language, &announcement(MessageKind::New, 1, vec![one()]));
    let names = ["Frostfire".to_owned(), "Ember".to_owned()];
    let messages = vec![
        say("/manage alliance add", alliances::added(language, ("Ember_*", AllianceId(30)), Some("Frostfire"), false)),
        say(
            "/manage alliance add channel, for the third one",
            alliances::added(language, ("Ash", AllianceId(31)), None, true),
        ),
        say("/manage alliance add, sent twice by Discord", alliances::known(language, "Ember")),
        say("/manage alliance add or rename, with a name that is taken", alliances::name_taken(language, "Ember")),
        say("/manage alliance add or rename, without a name", alliances::bad_name(language)),
        say("/manage alliance add, with too many", alliances::too_many(language)),
        say("/manage alliance add role, without a channel", alliances::role_without_channel(language)),
        say("/manage alliance rename", alliances::renamed(language, "Ember")),
        say("/manage alliance remove", alliances::are_you_sure(language, frost)),
        say("the button", alliances::removed(language, frost, 98, 2)),
        say("the button, with one alliance left", alliances::removed(language, ember, 0, 1)),
        say("the button, again", alliances::gone(language)),
        say("/manage alliance remove, of the only one", alliances::last(language)),
        say("/manage alliance order", alliances::order(language, &all)),
        say("a command, without `alliance`", alliances::which(language, &all, false)),
        say("the same in a channel that two share", alliances::which(language, &all, true)),
        say("a command, with a name that nobody has", alliances::unknown(language, "Frost", &all)),
        say("the same, where there is one alliance", alliances::unknown(language, "Frost", &all[..1])),
        say(
            "the answer of a command, button or form",
            alliances::renamed(language, "x").with_content("…").under(&alliances::about(language, frost)),
        ),
        say("a post for two alliances", post.headed(alliances::posted_for(language, &names))),
    ];
    ("Several alliances in one server", messages)
}
