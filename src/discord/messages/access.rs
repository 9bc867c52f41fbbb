//! Who may manage the bot.

use crate::domain::players::access::{AccessRole, MAX_ACCESS_ROLES, Managed};
use crate::domain::players::player::RoleId;
use crate::domain::text::language::Language;
use crate::store::{AccessRemoved, Alliance};

use super::texts::text;
use super::{Message, alliances as alliance_words};

/// As many roles as a refusal names.
const NAMED: usize = 5;
/// The most characters of the list of roles: it is a part of a message, which has 2000 at most.
const LISTED_CHARS: usize = 1500;

fn mention(role: RoleId) -> String {
    format!("<@&{role}>")
}

/// Mentions of the roles, which notify nobody, each once.
fn mentions<'a>(roles: impl IntoIterator<Item = &'a AccessRole>, at_most: usize) -> String {
    let mut shown: Vec<RoleId> = Vec::new();
    for access in roles {
        if !shown.contains(&access.role) {
            shown.push(access.role);
        }
    }
    shown.into_iter().take(at_most).map(mention).collect::<Vec<_>>().join(", ")
}

/// A command or button for managers only. Of the server's `roles`, those are named that may manage this.
pub fn managers_only(language: Language, managed: Managed, roles: &[AccessRole]) -> Message {
    let named = mentions(roles.iter().filter(|access| access.covers(managed)), NAMED);
    Message::text(match named.as_str() {
        "" => text!(language, "access-managers-only"),
        roles => text!(language, "access-managers-and-roles-only", roles = roles),
    })
}

pub fn server_managers_only(language: Language) -> Message {
    Message::text(text!(language, "access-only-server-managers-change"))
}

/// `alliances` are those of the server. While there is one, no role is limited to it.
pub fn who_may(language: Language, roles: &[AccessRole], alliances: &[Alliance]) -> Message {
    let is_whole = |role| roles.iter().any(|access| access.role == role && access.alliance.is_none());
    let shown = |access: &AccessRole| match access.alliance {
        None => Some(mention(access.role)),
        Some(_) if is_whole(access.role) => None,
        // It may have been removed since.
        Some(id) => alliances.iter().find(|it| it.id == id).map(|only| match alliances {
            [_] => mention(access.role),
            _ => {
                let name = alliance_words::name(only);
                text!(language, "access-role-of-alliance", role = mention(access.role), alliance = name)
            }
        }),
    };
    let mut listed = String::new();
    for role in roles.iter().filter_map(shown) {
        if listed.chars().count() + role.chars().count() > LISTED_CHARS {
            listed.push_str(", …");
            break;
        }
        listed.push_str(if listed.is_empty() { "" } else { ", " });
        listed.push_str(&role);
    }
    Message::text(match listed.as_str() {
        "" => text!(language, "access-nobody-named"),
        roles => text!(language, "access-roles-named", roles = roles),
    })
}

pub fn added(language: Language, role: RoleId) -> Message {
    Message::text(text!(language, "access-role-added", role = mention(role)))
}

pub fn known(language: Language, role: RoleId) -> Message {
    Message::text(text!(language, "access-role-known", role = mention(role)))
}

pub fn removed(language: Language, role: RoleId, removed: AccessRemoved) -> Message {
    Message::text(match removed {
        AccessRemoved::Removed => text!(language, "access-role-removed", role = mention(role)),
        AccessRemoved::NotNamed => text!(language, "access-role-not-named", role = mention(role)),
        AccessRemoved::OfWholeServer => text!(language, "access-role-of-all-alliances", role = mention(role)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::players::player::AllianceId;

    fn alliance(id: u64, name: &str) -> Alliance {
        let name = Some(name.to_owned());
        Alliance { id: AllianceId(id), name, channel: None, auto_redeem: false, players: 0 }
    }

    fn limited(role: u64, alliance: u64) -> AccessRole {
        AccessRole { alliance: Some(AllianceId(alliance)), role: RoleId(role) }
    }

    #[test]
    fn a_refusal_names_the_roles_that_may_do_it() {
        let roles = [limited(5, 2), limited(6, 1), limited(7, 1), AccessRole { alliance: None, role: RoleId(7) }];
        for (managed, named) in [
            (Managed::Anything, "<@&5>, <@&6>, <@&7>"),
            (Managed::Alliance(AllianceId(1)), "<@&6>, <@&7>"),
            (Managed::Server, "<@&7>"),
        ] {
            let shown = managers_only(Language::En, managed, &roles).content;
            assert!(shown.ends_with(&format!(": {named}")), "{shown}");
        }
        let alone = managers_only(Language::En, Managed::Server, &roles[..2]);
        assert_eq!(alone.content, managers_only(Language::En, Managed::Server, &[]).content);
    }

    #[test]
    fn a_role_has_its_alliance_where_there_are_several() {
        let two = [alliance(1, "Frost"), alliance(2, "<@9>")];
        let roles = [
            limited(5, 2),
            limited(5, 1),
            limited(6, 3),
            limited(7, 1),
            AccessRole { alliance: None, role: RoleId(7) },
        ];
        let shown = who_may(Language::En, &roles, &two).content;
        assert!(shown.contains("<@&5> (for Frost)") && shown.contains("<@&5> (for "), "{shown}");
        // The name mentions nobody, a removed alliance has no leaders, and a role for the whole server is for each of them.
        assert!(!shown.contains("<@9>") && !shown.contains("<@&6>") && shown.contains(", <@&7>\n"), "{shown}");
        let shown = who_may(Language::En, &roles[..2], &two[..1]).content;
        assert!(shown.contains("<@&5>\n") && !shown.contains("(for"), "{shown}");
        let many: Vec<AccessRole> = (0..25).map(|role| limited(u64::MAX - role, 2)).collect();
        let long = [alliance(1, "Frost"), alliance(2, &"_".repeat(32))];
        for language in Language::ALL {
            let shown = who_may(language, &many, &long).content;
            assert!(shown.chars().count() <= 2000 && shown.contains(", …"), "{shown}");
        }
    }
}
