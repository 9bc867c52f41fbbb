//! `/manage`, for members with Manage Server.

use super::{Context, Error};

use super::{giftcode, players};

/// Manage gift codes and players
#[poise::command(
    slash_command,
    guild_only,
    default_member_permissions = "MANAGE_GUILD",
    subcommands("giftcode", "players"),
    subcommand_required
)]
pub(super) async fn manage(_ctx: Context<'_>) -> Result<(), Error> {
    Ok(())
}

/// Channel, codes and what came of them
#[poise::command(
    slash_command,
    guild_only,
    subcommands(
        "giftcode::setchannel",
        "giftcode::unsetchannel",
        "giftcode::auto",
        "super::codes::add",
        "super::codes::remove",
        "super::codes::list",
        "super::codes::redeem",
        "super::codes::retry",
        "giftcode::status",
        "giftcode::history"
    ),
    subcommand_required
)]
async fn giftcode(_ctx: Context<'_>) -> Result<(), Error> {
    Ok(())
}

/// The roster: whose codes are redeemed
#[poise::command(
    slash_command,
    guild_only,
    subcommands("players::add", "players::remove", "players::list", "players::import", "players::export"),
    subcommand_required
)]
async fn players(_ctx: Context<'_>) -> Result<(), Error> {
    Ok(())
}
