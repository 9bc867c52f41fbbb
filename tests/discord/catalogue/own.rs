//! Who may manage, what members do for themselves, and the welcome.

use giftcode_bot::discord::messages::access;
use giftcode_bot::domain::players::access::AccessRole;
use giftcode_bot::domain::text::language::Language;

use super::{Chapter, ROLE};

pub fn access_roles() -> [AccessRole; 1] {
    [AccessRole { alliance: None, role: ROLE }]
}

/// `/manage access`.
pub fn who_may(language: Language) -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let all = vec![
        say("/manage access, at first", access::who_may(language, &[])),
        say("/manage access, later", access::who_may(language, &access_roles())),
        say("/manage access role", access::added(language, ROLE)),
        say("/manage access role, again", access::known(language, ROLE)),
        say("/manage access role remove", access::removed(language, ROLE, true)),
        say("/manage access role remove, with a role that is not named", access::removed(language, ROLE, false)),
        say("/manage access role, by a leader without Manage Server", access::server_managers_only(language)),
        say("/manage access role, with @everyone", access::not_everyone(language)),
        say("/manage access role, with too many", access::too_many(language)),
        say("/manage access remove, without a role", access::which_role(language)),
    ];
    ("Who may manage", all)
}
