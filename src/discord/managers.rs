//! Who may manage the bot in a server. Every command, button and form that manages asks here.

use serenity::all::Member;

use crate::domain::players::access::{Managed, is_granted};
use crate::domain::players::player::{GuildId, RoleId};
use crate::store::StoreError;

use super::bot::Bot;
use super::permissions::manages_server;

/// Whether the member who sent an interaction may manage this: by Manage Server, or by a role that the server names
/// (`/manage access`). Discord vouches for the member's roles and permissions.
///
/// # Errors
/// Returns an error if the store cannot be read; nothing may be managed then.
pub async fn may_manage(
    bot: &Bot,
    server: GuildId,
    managed: Managed,
    member: Option<&Member>,
) -> Result<bool, StoreError> {
    let Some(member) = member else { return Ok(false) };
    if manages_server(member.permissions) {
        return Ok(true);
    }
    let held: Vec<RoleId> = member.roles.iter().map(|role| RoleId(role.get())).collect();
    Ok(is_granted(&bot.guilds.access_roles(server).await?, managed, &held))
}
