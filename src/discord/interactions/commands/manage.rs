//! `/manage`, for members with Manage Server or a role that `/manage access` names.
//!
//! It is registered without default permissions, so everybody sees it and [`super::check`] refuses: Discord would hide it from
//! the named roles, and what an admin may change about that (Server Settings, Integrations) cannot be changed on a telephone.

use super::{Context, access, alliances, codes, giftcode, idchannel, language, panel, players, targets};

/// Manage gift codes and players
#[poise::command(
    slash_command,
    guild_only,
    subcommands("giftcode", "players", "alliance", "access::access", "language::language", "panel::panel"),
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
        "targets::setchannel",
        "giftcode::unsetchannel",
        "giftcode::auto",
        "giftcode::notify",
        "codes::add",
        "codes::remove",
        "codes::list",
        "codes::redeem",
        "codes::retry",
        "giftcode::status",
        "giftcode::history",
        "giftcode::stats",
        "targets::test"
    ),
    subcommand_required
)]
async fn giftcode(_ctx: Context<'_>) -> anyhow::Result<()> {
    Ok(())
}

/// Several alliances in one server
#[poise::command(
    slash_command,
    guild_only,
    subcommands("alliances::add", "alliances::rename", "alliances::remove", "alliances::order"),
    subcommand_required
)]
async fn alliance(_ctx: Context<'_>) -> anyhow::Result<()> {
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
        "players::export",
        "idchannel::idchannel"
    ),
    subcommand_required
)]
async fn players(_ctx: Context<'_>) -> anyhow::Result<()> {
    Ok(())
}
