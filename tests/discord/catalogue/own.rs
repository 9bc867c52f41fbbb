//! Who may manage, what members do for themselves, and the welcome.

use giftcode_bot::discord::messages::access;
use giftcode_bot::domain::players::access::AccessRole;
use giftcode_bot::domain::text::language::Language;

use super::{Chapter, ROLE};

pub fn access_roles() -> [AccessRole; 1] {
    [AccessRole { alliance: None, role: ROLE }]
}

/// `/manage access`.
pub fn who_may() -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let all = vec![
        say("/manage access, at first", access::who_may(Language::En, &[])),
        say("/manage access, later", access::who_may(Language::En, &access_roles())),
        say("/manage access role", access::added(Language::En, ROLE)),
        say("/manage access role, again", access::known(Language::En, ROLE)),
        say("/manage access role remove", access::removed(Language::En, ROLE, true)),
        say("/manage access role remove, with a role that is not named", access::removed(Language::En, ROLE, false)),
        say("/manage access role, by a leader without Manage Server", access::server_managers_only(Language::En)),
        say("/manage access role, with @everyone", access::not_everyone(Language::En)),
        say("/manage access role, with too many", access::too_many(Language::En)),
        say("/manage access remove, without a role", access::which_role(Language::En)),
    ];
    ("Who may manage", all)
}
