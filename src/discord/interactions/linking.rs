//! Linking a game account to a Discord user, and joining a player list with it.

use serenity::all::Member;

use crate::discord::bot::Bot;
use crate::discord::messages::self_service::{self as words, Afterword, AllianceChoice, Invitation};
use crate::discord::messages::{Message, personal};
use crate::domain::players::player::{AllianceId, GuildId, Player, PlayerId, State, UserId};
use crate::domain::players::self_service::JoinMode;
use crate::domain::redeeming::state_check::StateCheck;
use crate::domain::text::language::Language;
use crate::domain::text::{NAME_CHARS, clean};
use crate::store::{Alliance, Joined, Linked, ResultsChoice, StoreError};

/// Who links an account, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub user: UserId,
    pub server: GuildId,
    /// As the server's members see it.
    pub name: Option<String>,
    pub language: Language,
}

impl Person {
    pub fn new(user: UserId, server: GuildId, member: Option<&Member>, language: Language) -> Self {
        let name = member.map(|member| clean(member.display_name(), NAME_CHARS)).filter(|name| !name.is_empty());
        Self { user, server, name, language }
    }
}

/// Lets the game confirm that the player is in this state. Otherwise returns the answer for the person. A state that the person
/// does not know is searched later.
pub(super) async fn confirm(
    bot: &Bot,
    language: Language,
    player: PlayerId,
    state: Option<State>,
) -> Result<(), Message> {
    let Some(state) = state else { return Ok(()) };
    let check = tokio::select! {
        check = bot.state_checker.check_state(player, state) => check,
        () = bot.shutdown.cancelled() => return Err(personal::restarting(language)),
    };
    match check {
        StateCheck::Right => Ok(()),
        other => Err(personal::not_confirmed(language, player, state, &other)),
    }
}

/// Links an account whose state the game has confirmed, or is not known. Returns what follows, or the answer where the person
/// has too many links.
pub(super) async fn link(
    bot: &Bot,
    person: &Person,
    id: PlayerId,
    state: Option<State>,
) -> Result<Result<LinkedAccount, Message>, StoreError> {
    let player = Player { id, nickname: String::new(), state, furnace_level: None };
    let linked = bot.rosters.link_named(person.user, player, person.name.clone()).await?;
    if linked == Linked::TooMany {
        return Ok(Err(personal::too_many_links(person.language)));
    }
    let mut retried = 0;
    if state.is_some() {
        bot.redemptions.confirm_states(vec![id]).await?;
        retried = bot.redemptions.retry_wrong_state(id).await?;
    }
    let invitation = invite(bot, person, id).await?;
    let results = bot.people.results_choice(person.user).await?;
    if results.was_refused {
        bot.people.note_refusal_known(person.user).await?;
    }
    let is_new = linked == Linked::New;
    // A player list may know it.
    let state = match state {
        None if is_new => bot.rosters.known_state(id).await?,
        given => given,
    };
    Ok(Ok(LinkedAccount { id, state, is_new, retried, invitation, results }))
}

/// An account that was linked just now.
pub(super) struct LinkedAccount {
    id: PlayerId,
    state: Option<State>,
    is_new: bool,
    retried: u32,
    pub invitation: Invitation,
    results: ResultsChoice,
}

impl LinkedAccount {
    /// The answer to `/link`.
    pub fn answer(&self, language: Language) -> Message {
        let message = words::linked(language, self.id, self.state, self.is_new, self.retried);
        let answer = words::invitation(language, &self.invitation).after(message);
        words::results_choice(language, self.results).after(answer)
    }
}

/// What the person is told once, if Discord refused a direct message.
pub(super) async fn refusal_of_messages(bot: &Bot, user: UserId, language: Language) -> Result<Afterword, StoreError> {
    let is_news = bot.people.results_choice(user).await?.was_refused && bot.people.note_refusal_known(user).await?;
    Ok(if is_news { words::messages_were_refused(language) } else { Afterword::default() })
}

/// The alliances of a server.
async fn alliances(bot: &Bot, server: GuildId) -> Result<Vec<AllianceChoice>, StoreError> {
    let choice = |alliance: Alliance| AllianceChoice {
        id: alliance.id,
        // The first one may be without a name beside others.
        name: alliance.name.unwrap_or_else(|| alliance.id.to_string()),
    };
    Ok(bot.guilds.alliances(server).await?.into_iter().map(choice).collect())
}

/// Asks whether to join, or joins, as the server's admins decided.
async fn invite(bot: &Bot, person: &Person, player: PlayerId) -> Result<Invitation, StoreError> {
    let mode = bot.guilds.join_mode(person.server).await?;
    if mode == JoinMode::Off {
        return Ok(Invitation::None);
    }
    let alliances = alliances(bot, person.server).await?;
    for alliance in &alliances {
        if bot.rosters.is_on_roster(alliance.id, player).await? {
            return Ok(Invitation::None);
        }
    }
    if let (JoinMode::Auto, [only]) = (mode, alliances.as_slice()) {
        return Ok(match bot.rosters.join_roster(only.id, person.user, player).await? {
            Joined::New => Invitation::Joined,
            Joined::Full => Invitation::Full,
            Joined::Known | Joined::NotLinked => Invitation::None,
        });
    }
    Ok(Invitation::Ask(player, alliances))
}

/// Does what the button or menu of an [`Invitation`] says. `None` if there is no such alliance any more.
pub(super) async fn join(
    bot: &Bot,
    person: &Person,
    player: PlayerId,
    alliance: AllianceId,
) -> Result<Option<Message>, StoreError> {
    let alliances = alliances(bot, person.server).await?;
    let Some(chosen) = alliances.iter().find(|known| known.id == alliance) else { return Ok(None) };
    if bot.guilds.join_mode(person.server).await? == JoinMode::Off {
        return Ok(Some(words::joining_off(person.language)));
    }
    let joined = bot.rosters.join_roster(alliance, person.user, player).await?;
    let name = (alliances.len() > 1).then_some(chosen.name.as_str());
    let auto_redeem = bot.guilds.guild(alliance).await?.auto_redeem;
    Ok(Some(words::joined(person.language, player, name, joined, auto_redeem)))
}
