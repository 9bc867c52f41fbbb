//! Buttons and menus. Their `custom_id` holds everything needed to act on them.

use serenity::all::{ComponentInteraction, ComponentInteractionDataKind, CreateInteractionResponse};

use crate::discord::bot::Bot;
use crate::discord::custom_id::{Action, chosen};
use crate::discord::managers::may_manage;
use crate::discord::messages::self_service;
use crate::discord::messages::{Message, access, alliances as words, panel as panel_words, personal};
use crate::discord::roster_action::RosterAction;
use crate::domain::codes::code::Code;
use crate::domain::players::access::{AccessRole, Managed};
use crate::domain::players::player::{AllianceId, GuildId, UserId};
use crate::ports::MessageId;

use super::after;
use super::alliances::{Here, nearest};
use super::commands::alliances;
use super::linking::{self, Person};
use super::managing::{about, name_alliance, refusal};
use super::panel;
use super::redeem::{self, Accounts};
use super::response::Interaction;
use super::rosters;

/// Answers a pressed button or a choice in a menu.
pub(in crate::discord) async fn handle(bot: &Bot, component: &ComponentInteraction) {
    let interaction = Interaction::component(bot, component);
    if let Err(error) = act(bot, &interaction, component).await {
        interaction.fail(&interaction.name(), &error).await;
    }
}

async fn act(bot: &Bot, interaction: &Interaction<'_>, component: &ComponentInteraction) -> anyhow::Result<()> {
    if let Some(action) = RosterAction::parse(&component.data.custom_id) {
        return rosters::press(bot, interaction, component, action).await;
    }
    let chosen_values = match &component.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.as_slice(),
        _ => &[],
    };
    let values = chosen(chosen_values);
    let language = interaction.language();
    let action = Action::parse(&component.data.custom_id);
    let user = UserId(component.user.id.get());
    let guild = component.guild_id.map(|id| GuildId(id.get()));
    let here = Here::new(component.channel_id, component.channel.as_ref());
    let named = action.as_ref().and_then(Action::alliance);
    let alliance = match (named, guild) {
        (Some(named), _) => named,
        (_, Some(guild)) => nearest(bot, guild, here).await?,
        (_, None) => AllianceId(0),
    };
    let managed = match action {
        Some(Action::RemoveAlliance(_)) => Managed::Server,
        // Of several alliances, those are meant that the person manages.
        Some(Action::RedeemForAll(_) | Action::ChooseForAll) => Managed::Anything,
        _ => Managed::Alliance(alliance),
    };
    let gone = if matches!(action, Some(Action::Panel(..))) { panel_words::gone } else { words::gone };
    if let (Some(action), Some(guild)) = (&action, guild)
        && is_for_managers(action)
    {
        if let Some(refusal) = refusal(bot, language, guild, managed, component.member.as_ref(), gone).await? {
            return interaction.answer(&refusal).await;
        }
        if let Managed::Alliance(alliance) = managed {
            name_alliance(bot, interaction, guild, alliance).await?;
        }
    }
    match (action, guild, values) {
        (Some(_), None, _) => interaction.answer(&personal::servers_only(language)).await,
        (Some(Action::RedeemForMe(code)), _, _) => redeem_for_person(bot, interaction, user, vec![code]).await,
        (Some(Action::ChooseForMe), _, Some(codes)) => redeem_for_person(bot, interaction, user, codes).await,
        (Some(Action::RedeemForAll(code)), Some(guild), _) => {
            redeem_for_rosters(bot, interaction, guild, component, vec![code]).await
        }
        (Some(Action::ChooseForAll), Some(guild), Some(codes)) => {
            redeem_for_rosters(bot, interaction, guild, component, codes).await
        }
        (Some(Action::RemoveAlliance(alliance)), Some(guild), _) => {
            interaction.defer().await?;
            let removed = alliances::confirmed(bot, language, guild, alliance).await?;
            interaction.answer(&removed).await
        }
        (Some(Action::RosterPage(number, _)), Some(_), _) => {
            interaction.defer_update().await?;
            interaction.answer(&rosters::page(bot, language, alliance, number).await?).await
        }
        (Some(Action::Results(on)), Some(_), _) => {
            bot.people.set_results(user, on, language).await?;
            interaction.answer(&self_service::results_set(language, on)).await
        }
        (Some(action @ (Action::Join(..) | Action::JoinChosen(_))), Some(guild), _) => {
            let person = Person::new(user, guild, component.member.as_ref(), language);
            let (player, alliance) = match action {
                Action::Join(player, alliance) => (player, Some(alliance)),
                Action::JoinChosen(player) => {
                    (player, chosen_values.first().and_then(|id| id.parse().ok()).map(AllianceId))
                }
                _ => return interaction.answer(&personal::outdated(language)).await,
            };
            let Some(alliance) = alliance else {
                return interaction.answer(&personal::outdated(language)).await;
            };
            let joined = linking::join(bot, &person, player, alliance).await?;
            interaction.answer(&joined.unwrap_or_else(|| personal::outdated(language))).await
        }
        (Some(Action::Panel(alliance, part)), Some(guild), _) => {
            panel::press(bot, interaction, guild, alliance, part, component).await
        }
        (Some(action), Some(_), _) => after::act(bot, interaction, action, component).await,
        _ => interaction.answer(&personal::outdated(language)).await,
    }
}

/// Whether only those may do it who manage the bot in this server.
fn is_for_managers(action: &Action) -> bool {
    match action {
        Action::RedeemForMe(_)
        | Action::ChooseForMe
        | Action::WhoAmI(_)
        | Action::WhoChose(_)
        | Action::Join(..)
        // It changes nothing.
        | Action::Dismiss
        | Action::Results(_)
        | Action::JoinChosen(_) => false,
        Action::RedeemForAll(_)
        | Action::ChooseForAll
        | Action::RosterPage(..)
        | Action::RemoveAlliance(_)
        | Action::RetryFailed(..)
        | Action::RedeemForList(..)
        | Action::CodePlayers(..)
        | Action::ChooseCodePlayers(..)
        | Action::AutoOn(_)
        | Action::Panel(..) => true,
    }
}

/// Redeems at once for a person with a linked account; otherwise asks for the account with a form.
async fn redeem_for_person(
    bot: &Bot,
    interaction: &Interaction<'_>,
    user: UserId,
    codes: Vec<Code>,
) -> anyhow::Result<()> {
    // Checked before the person has to fill in anything.
    if let Some(over) = redeem::all_over(bot, interaction.language(), &codes).await? {
        return interaction.answer(&over).await;
    }
    if bot.rosters.links(user).await?.is_empty() {
        let mut action = Action::WhoAmI(codes);
        if let Action::WhoAmI(codes) = &action
            && !action.fits()
        {
            action = Action::WhoChose(bot.codes.keep_choice(codes).await?);
        }
        let form = self_service::who_are_you(interaction.language(), &action);
        return interaction.respond(CreateInteractionResponse::Modal(form)).await;
    }
    let Some(permit) = bot.request_limit.acquire(user) else {
        return interaction.answer(&personal::too_many_requests(interaction.language())).await;
    };
    interaction.defer().await?;
    let afterword = linking::refusal_of_messages(bot, user, interaction.language()).await?;
    redeem::redeem(bot, interaction, permit, Accounts::LinkedTo(user), &codes, afterword).await
}

/// Redeems for the alliances for which the message was posted, as far as the person manages them.
async fn redeem_for_rosters(
    bot: &Bot,
    interaction: &Interaction<'_>,
    server: GuildId,
    component: &ComponentInteraction,
    codes: Vec<Code>,
) -> anyhow::Result<()> {
    interaction.defer().await?;
    let language = interaction.language();
    let here = Here::new(component.channel_id, component.channel.as_ref());
    let message = MessageId(component.message.id.get());
    let mut named = bot.guilds.alliances_of_post(server, message, &here.channels(), &codes).await?;
    if named.is_empty() {
        // It was posted by another program, or its alliance was removed.
        named.push(nearest(bot, server, here).await?);
    }
    let mut answer: Option<Message> = None;
    for alliance in named.iter().copied() {
        if !may_manage(bot, server, Managed::Alliance(alliance), component.member.as_ref()).await? {
            continue;
        }
        let started = after::redeem_codes(bot, language, alliance, codes.clone()).await?;
        let started = about(bot, language, server, alliance, started).await?;
        answer = Some(match answer {
            Some(answer) => answer.and(started),
            None => started,
        });
    }
    match answer {
        Some(answer) => interaction.answer(&answer).await,
        None => {
            let roles = bot.guilds.access_roles(server).await?;
            // Of those alliances, any would do.
            let covers = |access: &AccessRole| named.iter().any(|it| access.covers(Managed::Alliance(*it)));
            let roles: Vec<AccessRole> = roles.into_iter().filter(covers).collect();
            interaction.answer(&access::managers_only(language, Managed::Anything, &roles)).await
        }
    }
}
