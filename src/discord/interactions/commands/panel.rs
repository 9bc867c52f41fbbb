//! `/manage panel`.

use crate::discord::interactions::panel as panels;
use crate::domain::players::player::ChannelId;

use super::autocomplete::alliances;
use super::{Context, guild, language, respond_for};

/// Post a message here with buttons for what leaders do every day
#[poise::command(slash_command, guild_only)]
pub(super) async fn panel(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let channel = ChannelId(ctx.interaction.channel_id.get());
        let id = ctx.interaction.id.get();
        panels::make(ctx.data(), guild(ctx)?, alliance, channel, language(ctx), id).await
    })
    .await
}
