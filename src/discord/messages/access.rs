//! Who may manage the bot.

use crate::domain::players::access::{AccessRole, MAX_ACCESS_ROLES};
use crate::domain::players::player::RoleId;

use super::Message;

/// As many roles as a sentence can hold.
const NAMED: usize = 5;

/// Mentions of the roles, which notify nobody, each once.
fn mentions(roles: &[AccessRole], at_most: usize) -> String {
    let mut shown: Vec<RoleId> = Vec::new();
    for access in roles {
        if !shown.contains(&access.role) {
            shown.push(access.role);
        }
    }
    shown.iter().take(at_most).map(|role| format!("<@&{role}>")).collect::<Vec<_>>().join(", ")
}

/// A command or button for managers only.
pub fn managers_only(roles: &[AccessRole]) -> Message {
    Message::text(match roles {
        [] => "🔒 Only members with the **Manage Server** permission can do this. Ask one of them, or ask them to allow your \
               role with `/manage access`."
            .to_owned(),
        roles => format!(
            "🔒 Only members with the **Manage Server** permission or one of these roles can do this: {}.",
            mentions(roles, NAMED)
        ),
    })
}

pub fn server_managers_only() -> Message {
    Message::text("🔒 Only members with the **Manage Server** permission can change who may use `/manage`.")
}

pub fn who_may(roles: &[AccessRole]) -> Message {
    Message::text(match roles {
        [] => "Only members with the **Manage Server** permission can use `/manage`. To allow your R4s and R5s, use \
               `/manage access role:` and choose their role."
            .to_owned(),
        roles => format!(
            "Members with the **Manage Server** permission can use `/manage`, and members with these roles: {}.\nTo take it away \
             from a role, use `/manage access role: remove:True`.",
            mentions(roles, MAX_ACCESS_ROLES as usize)
        ),
    })
}

pub fn added(role: RoleId) -> Message {
    Message::text(format!(
        "✅ Members with <@&{role}> can now use `/manage` and the buttons for leaders. Only members with **Manage Server** can \
         change this list.\nIf they do not see `/manage`: somebody limited it under *Server Settings → Integrations* (on a \
         computer). Allow the role there too."
    ))
}

pub fn known(role: RoleId) -> Message {
    Message::text(format!("Members with <@&{role}> can already use `/manage`. Nothing was changed."))
}

pub fn removed(role: RoleId, was_named: bool) -> Message {
    Message::text(match was_named {
        true => format!(
            "✅ Members with <@&{role}> can no longer use `/manage`, unless another role or **Manage Server** allows it."
        ),
        false => format!("<@&{role}> is not among the roles that can use `/manage`. Nothing was changed."),
    })
}

pub fn too_many() -> Message {
    Message::text(format!(
        "❌ {MAX_ACCESS_ROLES} roles can use `/manage` already, the most allowed. Take it away from one first: `/manage access role: \
         remove:True`. Nothing was changed."
    ))
}

pub fn not_everyone() -> Message {
    Message::text("❌ I do not let everyone use `/manage`. Choose a role of your leaders. Nothing was changed.")
}

pub fn which_role() -> Message {
    Message::text(
        "❌ Choose the role that should no longer use `/manage`: `/manage access role: remove:True`. Nothing was changed.",
    )
}
