//! `/manage`, for members with Manage Server.

use super::{Context, codes, giftcode, players};

/// Manage gift codes and players
#[poise::command(
    slash_command,
    guild_only,
    default_member_permissions = "MANAGE_GUILD",
    subcommands("giftcode", "players"),
    subcommand_required
)]
pub(super) async fn manage(_ctx: Context<'_>) -> anyhow::Result<()> {
    Ok(())
}

/// Channel, codes and results
#[poise::command(
    slash_command,
    guild_only,
    subcommands(
        "giftcode::setchannel",
        "giftcode::unsetchannel",
        "giftcode::auto",
        "codes::add",
        "codes::remove",
        "codes::list",
        "codes::redeem",
        "codes::retry",
        "giftcode::status",
        "giftcode::history",
        "giftcode::stats"
    ),
    subcommand_required
)]
async fn giftcode(_ctx: Context<'_>) -> anyhow::Result<()> {
    Ok(())
}

/// The player list: the players to redeem codes for
#[poise::command(
    slash_command,
    guild_only,
    subcommands(
        "players::add",
        "players::edit",
        "players::setstate",
        "players::remove",
        "players::list",
        "players::import",
        "players::export"
    ),
    subcommand_required
)]
async fn players(_ctx: Context<'_>) -> anyhow::Result<()> {
    Ok(())
}
