//! Who may manage the bot.

use crate::domain::players::access::{AccessRole, MAX_ACCESS_ROLES};
use crate::domain::players::player::RoleId;
use crate::domain::text::language::Language;

use super::Message;
use super::texts::text;

/// As many roles as a refusal names.
const NAMED: usize = 5;

fn mention(role: RoleId) -> String {
    format!("<@&{role}>")
}

/// Mentions of the roles, which notify nobody, each once.
fn mentions(roles: &[AccessRole], at_most: usize) -> String {
    let mut shown: Vec<RoleId> = Vec::new();
    for access in roles {
        if !shown.contains(&access.role) {
            shown.push(access.role);
        }
    }
    shown.into_iter().take(at_most).map(mention).collect::<Vec<_>>().join(", ")
}

/// A command or button for managers only.
pub fn managers_only(language: Language, roles: &[AccessRole]) -> Message {
    Message::text(match roles {
        [] => text!(language, "access-managers-only"),
        roles => text!(language, "access-managers-and-roles-only", roles = mentions(roles, NAMED)),
    })
}

pub fn server_managers_only(language: Language) -> Message {
    Message::text(text!(language, "access-only-server-managers-change"))
}

pub fn who_may(language: Language, roles: &[AccessRole]) -> Message {
    Message::text(match roles {
        [] => text!(language, "access-nobody-named"),
        roles => text!(language, "access-roles-named", roles = mentions(roles, MAX_ACCESS_ROLES as usize)),
    })
}

pub fn added(language: Language, role: RoleId) -> Message {
    Message::text(text!(language, "access-role-added", role = mention(role)))
}

pub fn known(language: Language, role: RoleId) -> Message {
    Message::text(text!(language, "access-role-known", role = mention(role)))
}

pub fn removed(language: Language, role: RoleId, was_named: bool) -> Message {
    Message::text(match was_named {
        true => text!(language, "access-role-removed", role = mention(role)),
        false => text!(language, "access-role-not-named", role = mention(role)),
    })
}

pub fn too_many(language: Language) -> Message {
    Message::text(text!(language, "access-too-many-roles", most = MAX_ACCESS_ROLES))
}

pub fn not_everyone(language: Language) -> Message {
    Message::text(text!(language, "access-not-everyone"))
}

pub fn which_role(language: Language) -> Message {
    Message::text(text!(language, "access-which-role"))
}
