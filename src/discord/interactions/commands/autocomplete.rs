//! Suggestions while a person types.

use poise::serenity_prelude::{AutocompleteChoice, CreateAutocompleteResponse, ResolvedValue};

use crate::discord::messages::manage;
use crate::domain::players::alliance_name::is_same;
use crate::domain::players::player::{AllianceId, Player, display_name};
use crate::domain::text::{folded, trim};
use crate::store::Alliance;

use super::{Context, guild, here, language, may_manage_alliance, user};
use crate::discord::interactions::alliances::choose;

/// The most suggestions that Discord shows (docs/protocol.md, "Sizes").
const MAX_CHOICES: u32 = 25;
/// The most characters that are searched for.
const MAX_TYPED: usize = 64;

fn offer(choices: impl IntoIterator<Item = AutocompleteChoice>) -> CreateAutocompleteResponse {
    let shown = choices.into_iter().take(MAX_CHOICES as usize);
    CreateAutocompleteResponse::new().set_choices(shown.collect())
}

/// The alliance that the command will be about, as far as it is typed.
async fn typed_alliance(ctx: Context<'_>) -> Option<AllianceId> {
    let server = guild(ctx).ok()?;
    let alliances = ctx.data().guilds.alliances(server).await.ok()?;
    let named = ctx.args.iter().find_map(|option| match (option.name, &option.value) {
        ("alliance", ResolvedValue::String(text)) => Some(*text),
        _ => None,
    });
    choose(language(ctx), &alliances, here(ctx), named).ok().or_else(|| alliances.first().map(|first| first.id))
}

/// The server's alliances, in their order.
pub(super) async fn alliances(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    named(own(ctx).await, typed)
}

/// The same, then those that were removed: their results stay.
pub(super) async fn alliances_ever(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let mut found = own(ctx).await;
    if let Ok(server) = guild(ctx) {
        found.extend(ctx.data().guilds.past_alliances(server).await.unwrap_or_default());
    }
    named(found, typed)
}

async fn own(ctx: Context<'_>) -> Vec<Alliance> {
    let Ok(server) = guild(ctx) else { return Vec::new() };
    ctx.data().guilds.alliances(server).await.unwrap_or_default()
}

/// Offers those whose names contain what is typed, each name once: an alliance of today is meant before an earlier one.
fn named(found: Vec<Alliance>, typed: &str) -> CreateAutocompleteResponse {
    let typed = folded(trim(typed));
    let mut names: Vec<String> = Vec::new();
    for name in found.into_iter().filter_map(|it| it.name) {
        if folded(&name).contains(&typed) && !names.iter().any(|known| is_same(known, &name)) {
            names.push(name);
        }
    }
    offer(names.into_iter().map(|name| AutocompleteChoice::new(name.clone(), name)))
}

async fn codes(ctx: Context<'_>, typed: &str, active_only: bool) -> CreateAutocompleteResponse {
    // Otherwise the suggestions are the codes that feeds list.
    let alliance = typed_alliance(ctx).await.unwrap_or(AllianceId(0));
    let typed: String = typed.trim().chars().take(MAX_TYPED).collect();
    let found = ctx.data().codes.suggest_codes(alliance, typed, active_only, MAX_CHOICES).await;
    let choice = |code: crate::store::FoundCode| {
        let label = manage::suggested(language(ctx), &code.shown.code, code.over.is_some());
        AutocompleteChoice::new(label, code.shown.code.to_string())
    };
    // A failed search suggests nothing: the typed text is used as it is.
    offer(found.unwrap_or_default().into_iter().map(choice))
}

pub(super) async fn codes_active(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    codes(ctx, typed, true).await
}

/// All known codes, active or not.
pub(super) async fn codes_known(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    codes(ctx, typed, false).await
}

fn player(player: &Player) -> AutocompleteChoice {
    let (id, name) = (player.id.to_string(), display_name(&player.nickname, player.id));
    let label = if name == id { id.clone() } else { format!("{name} ({id})") };
    AutocompleteChoice::new(label, id)
}

pub(super) async fn roster(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let Some(alliance) = typed_alliance(ctx).await else { return offer([]) };
    if !may_manage_alliance(ctx, alliance).await.unwrap_or(false) {
        return offer([]);
    }
    let typed: String = typed.trim().chars().take(MAX_TYPED).collect();
    let found = ctx.data().rosters.find_on_roster(alliance, typed, MAX_CHOICES).await.unwrap_or_default();
    offer(found.iter().map(player))
}

/// The person's own linked accounts.
pub(super) async fn own_accounts(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let own = ctx.data().rosters.links(user(ctx)).await.unwrap_or_default();
    offer(own.iter().filter(|account| account.is_meant_by(typed)).map(player))
}
