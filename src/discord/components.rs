//! Buttons, menus and forms. What they are about stands in their `custom_id`.

use serenity::all::{
    ActionRowComponent, ComponentInteraction, ComponentInteractionDataKind, CreateInteractionResponse, ModalInteraction,
};

use crate::domain::codes::code::Code;
use crate::domain::players::player::{GuildId, PlayerId, State, UserId};

use super::answer::{Asked, Error};
use super::bot::Bot;
use super::custom_id::{Action, chosen};
use super::messages::people::{self, form};
use super::messages::{manage, players};
use super::permissions::may_manage;
use super::redeeming::{self, Appealed, Whom};
use crate::store::{FoundCode, Linked};

/// Works off a pressed button or a choice in a menu.
pub(super) async fn pressed(bot: &Bot, interaction: &ComponentInteraction) {
    let asked = Asked::component(bot, interaction);
    if let Err(error) = press(bot, &asked, interaction).await {
        asked.fail(&asked.name(), &error).await;
    }
}

/// Works off a form that was sent.
pub(super) async fn submitted(bot: &Bot, interaction: &ModalInteraction) {
    let asked = Asked::form(bot, interaction);
    if let Err(error) = submit(bot, &asked, interaction).await {
        asked.fail(&asked.name(), &error).await;
    }
}

async fn press(bot: &Bot, asked: &Asked<'_>, interaction: &ComponentInteraction) -> Result<(), Error> {
    let values = match &interaction.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => chosen(values),
        _ => None,
    };
    let action = Action::parse(&interaction.data.custom_id);
    let guild = interaction.guild_id.map(|id| GuildId(id.get()));
    let manages = may_manage(interaction.member.as_ref().and_then(|member| member.permissions));
    match (action, guild, values) {
        (Some(_), None, _) => asked.answer(&people::servers_only()).await,
        (Some(Action::RedeemForMe(code)), _, _) => for_me(bot, asked, user(&interaction.user), vec![code]).await,
        (Some(Action::ChooseForMe), _, Some(codes)) => for_me(bot, asked, user(&interaction.user), codes).await,
        (Some(Action::RedeemForAll(_) | Action::ChooseForAll | Action::RosterPage(_)), _, _) if !manages => {
            asked.answer(&people::managers_only()).await
        }
        (Some(Action::RedeemForAll(code)), Some(guild), _) => for_all(bot, asked, guild, vec![code]).await,
        (Some(Action::ChooseForAll), Some(guild), Some(codes)) => for_all(bot, asked, guild, codes).await,
        (Some(Action::RosterPage(number)), Some(guild), _) => {
            let page = bot.store.rosters().roster(guild, number.saturating_mul(players::PAGE), players::PAGE).await?;
            // The roster may have become shorter meanwhile.
            let last = players::last_page(page.total);
            let (page, number) = match number <= last {
                true => (page, number),
                false => (bot.store.rosters().roster(guild, last * players::PAGE, players::PAGE).await?, last),
            };
            let message = players::roster(&page, number);
            asked.first(CreateInteractionResponse::UpdateMessage(message.respond())).await
        }
        _ => asked.answer(&people::outdated()).await,
    }
}

fn user(user: &serenity::all::User) -> UserId {
    UserId(user.id.get())
}

/// Redeems for whoever asks: at once where it is known who that is, else after a form.
async fn for_me(bot: &Bot, asked: &Asked<'_>, user: UserId, codes: Vec<Code>) -> Result<(), Error> {
    // Before anybody is asked for anything.
    if let Some(over) = redeeming::all_over(bot, &codes).await? {
        return asked.answer(&over).await;
    }
    if bot.store.rosters().links(user).await?.is_empty() {
        let mut action = Action::WhoAmI(codes);
        if let Action::WhoAmI(codes) = &action
            && !action.fits()
        {
            action = Action::WhoChose(bot.store.codes().keep_choice(codes).await?);
        }
        return asked.first(CreateInteractionResponse::Modal(people::who_are_you(&action))).await;
    }
    let Some(request) = bot.requests.begin(user) else {
        return asked.answer(&people::one_at_a_time()).await;
    };
    asked.defer().await?;
    redeeming::redeem(bot, asked, request, Whom::Linked(user), &codes).await
}

async fn for_all(bot: &Bot, asked: &Asked<'_>, guild: GuildId, codes: Vec<Code>) -> Result<(), Error> {
    asked.defer().await?;
    let mut started = Vec::new();
    for code in codes {
        let (code, generation) = match bot.store.codes().find_code(code.key()).await? {
            None => (code.clone(), bot.store.codes().add_code(code).await?),
            Some(FoundCode { shown, over: None }) => (shown.code, shown.generation),
            Some(FoundCode { shown, over: Some(_) }) => match redeeming::appeal(bot, guild, &shown.code).await? {
                Some(Appealed::Good(shown)) => (shown.code, shown.generation),
                Some(Appealed::Over(over, heard)) => {
                    started.push((shown.code, Err((over, heard))));
                    continue;
                }
                None => continue,
            },
        };
        let start = bot.store.requests().start_batch(guild, code.key(), generation).await?;
        started.push((code, Ok(start)));
    }
    let channel = bot.store.guilds().guild(guild).await?.channel;
    asked.answer(&manage::batches_started(&started, channel)).await
}

/// The value of a form's field.
fn value<'a>(interaction: &'a ModalInteraction, id: &str) -> &'a str {
    let fields = interaction.data.components.iter().flat_map(|row| &row.components);
    let found = fields.filter_map(|field| match field {
        ActionRowComponent::InputText(input) if input.custom_id == id => input.value.as_deref(),
        _ => None,
    });
    found.map(str::trim).next().unwrap_or_default()
}

async fn submit(bot: &Bot, asked: &Asked<'_>, interaction: &ModalInteraction) -> Result<(), Error> {
    let codes = match Action::parse(&interaction.data.custom_id) {
        Some(Action::WhoAmI(codes)) => codes,
        Some(Action::WhoChose(id)) => match bot.store.codes().choice(id).await? {
            Some(codes) => codes,
            None => return asked.answer(&people::too_late()).await,
        },
        _ => return asked.answer(&people::outdated()).await,
    };
    let (player, state) = (value(interaction, form::PLAYER), value(interaction, form::STATE));
    let (player, state) = match (player.parse::<PlayerId>(), state.parse::<State>()) {
        (Ok(player), Ok(state)) => (player, state),
        (Err(error), _) | (_, Err(error)) => return asked.answer(&people::bad_player(&error)).await,
    };
    let remembers = match value(interaction, form::REMEMBER).to_ascii_lowercase().as_str() {
        "yes" | "y" => true,
        "no" | "n" => false,
        _ => return asked.answer(&people::yes_or_no()).await,
    };
    let user = user(&interaction.user);
    let Some(request) = bot.requests.begin(user) else {
        return asked.answer(&people::one_at_a_time()).await;
    };
    let Some(check) = bot.checks.begin(user) else {
        return asked.answer(&people::one_at_a_time()).await;
    };
    asked.defer().await?;
    if let Err(refusal) = redeeming::confirm(bot, player, state).await {
        drop(request);
        return asked.answer(&refusal).await;
    }
    drop(check);
    if remembers {
        let (linked, message) = redeeming::link(bot, user, player, state).await?;
        if linked == Linked::TooMany {
            drop(request);
            return asked.answer(&message).await;
        }
    } else {
        let known = crate::domain::players::player::Player {
            id: player,
            nickname: String::new(),
            state: Some(state),
            furnace_level: None,
        };
        bot.store.rosters().put_players(vec![known]).await?;
    }
    redeeming::redeem(bot, asked, request, Whom::One(player), &codes).await
}
