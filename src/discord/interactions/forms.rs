//! Submitted forms. One asks for a player ID and a state before codes are redeemed, and the account is linked.

use serenity::all::ModalInteraction;

use crate::discord::bot::Bot;
use crate::discord::custom_id::{Action, PanelPart};
use crate::discord::messages::personal;
use crate::discord::messages::self_service::{self as words, form as fields};
use crate::discord::roster_action::{RosterAction, RosterActionKind};
use crate::domain::players::player::{GuildId, PlayerId, State, UserId};

use super::form_fields::value;
use super::linking::{self, Person};
use super::panel;
use super::redeem::{self, Accounts};
use super::response::Interaction;
use super::rosters;

/// Answers a submitted form.
pub(in crate::discord) async fn handle(bot: &Bot, form: &ModalInteraction) {
    let interaction = Interaction::form(bot, form);
    if let Err(error) = submit(bot, &interaction, form).await {
        interaction.fail(&interaction.name(), &error).await;
    }
}

async fn submit(bot: &Bot, interaction: &Interaction<'_>, form: &ModalInteraction) -> anyhow::Result<()> {
    if let Some(action) = RosterAction::parse(&form.data.custom_id) {
        let RosterAction { alliance, kind } = action.clone();
        rosters::submit(bot, interaction, form, action).await?;
        // A command opens this form too, and then it stands below no message.
        if let (RosterActionKind::PasteForm, Some(panel), Some(server)) = (kind, &form.message, form.guild_id) {
            panel::renew_quietly(bot, GuildId(server.get()), alliance, panel).await;
        }
        return Ok(());
    }
    let codes = match Action::parse(&form.data.custom_id) {
        Some(Action::Panel(alliance, PanelPart::AddCodeForm)) => {
            return panel::submit(bot, interaction, alliance, form).await;
        }
        Some(Action::WhoAmI(codes)) => codes,
        Some(Action::WhoChose(id)) => match bot.codes.choice(id).await? {
            Some(codes) => codes,
            None => return interaction.answer(&personal::form_expired(interaction.language())).await,
        },
        _ => return interaction.answer(&personal::outdated(interaction.language())).await,
    };
    let Some(server) = form.guild_id else {
        return interaction.answer(&personal::servers_only(interaction.language())).await;
    };
    let (id, state) = (value(form, fields::PLAYER), Some(value(form, fields::STATE)).filter(|state| !state.is_empty()));
    let (id, state) = match (id.parse::<PlayerId>(), state.map(str::parse::<State>).transpose()) {
        (Ok(id), Ok(state)) => (id, state),
        (Err(error), _) | (_, Err(error)) => {
            return interaction.answer(&personal::bad_player(interaction.language(), &error)).await;
        }
    };
    let user = UserId(form.user.id.get());
    let Some(permit) = bot.request_limit.acquire(user) else {
        return interaction.answer(&personal::too_many_requests(interaction.language())).await;
    };
    let Some(check) = bot.check_limit.acquire(user) else {
        return interaction.answer(&personal::too_many_requests(interaction.language())).await;
    };
    interaction.defer().await?;
    if let Err(refusal) = linking::confirm(bot, interaction.language(), id, state).await {
        drop(permit);
        return interaction.answer(&refusal).await;
    }
    drop(check);
    let language = interaction.language();
    let person = Person::new(user, GuildId(server.get()), form.member.as_ref(), language);
    let linked = match linking::link(bot, &person, id, state).await? {
        Ok(linked) => linked,
        Err(refusal) => {
            drop(permit);
            return interaction.answer(&refusal).await;
        }
    };
    let afterword = words::remembered(language, id, &linked.invitation);
    redeem::redeem(bot, interaction, permit, Accounts::One(id), &codes, afterword).await
}
