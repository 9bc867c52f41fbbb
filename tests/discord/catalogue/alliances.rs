//! Servers with several alliances.

use giftcode_bot::discord::messages::alliances;
use giftcode_bot::domain::players::player::AllianceId;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::store::Alliance;

use super::Chapter;

pub fn alliances(language: Language) -> Chapter {
    let alliance = |id: u64, name: &str| Alliance { id: AllianceId(id), name: Some(name.into()), channel: None };
    let two = [alliance(3, "Frostfire"), alliance(4, "*Snow*")];
    let say = |when: &str, message| (when.to_owned(), message);
    (
        "Several alliances",
        vec![
            say("any command, without an alliance where it is not clear", alliances::which(language, &two, false)),
            say("the same, in a channel that several share", alliances::which(language, &two, true)),
            say("any command, with an alliance that does not exist", alliances::unknown(language, "Ice", &two)),
            say("the same, in a server with one alliance", alliances::unknown(language, "Ice", &two[..1])),
        ],
    )
}
