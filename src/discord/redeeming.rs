//! Redeeming for whoever asks: by command, button, menu or form.
//!
//! What was asked for is in the store before anybody is told that it is under way; the answer only watches it. So a
//! restart, or an answer that Discord does not take, changes nothing of what the player gets.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::codes::channel::Over;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{GuildId, MAX_WAITING, Player, PlayerId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::state_check::StateCheck;
use crate::ports::AnnouncedCode;
use crate::store::{CheckStart, FoundCode, Linked, Standing, StoreError};

use super::answer::{Asked, Error};
use super::bot::{Bot, Request};
use super::messages::appeal::AskedAnew;
use super::messages::{Message, people};

/// The last word is said so long before the answer can be changed no more.
const LAST_WORD: Duration = Duration::from_secs(60);
/// After a change of an answer there is none for so long.
const COOL_DOWN: Duration = Duration::from_secs(1);
/// How it goes is looked at this often, though one is woken.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Codes asked for at once: as many as a menu has.
const MAX_CODES: usize = 25;
/// How long whoever thinks that a code is good waits for what the game says.
const APPEAL_FOR: Duration = Duration::from_secs(10);

/// For which accounts.
#[derive(Debug, Clone)]
pub(super) enum Whom {
    /// Those that this user linked.
    Linked(UserId),
    /// One that the user named, and the game confirmed.
    One(PlayerId),
}

/// Redeems these codes and keeps the answer up to date until all is decided. The request ends before the last answer, so
/// that whoever reads it can ask for more.
///
/// # Errors
/// When the state cannot be read or written, or Discord does not take the answer.
pub(super) async fn redeem(
    bot: &Bot,
    asked: &Asked<'_>,
    request: Request,
    whom: Whom,
    codes: &[Code],
) -> Result<(), Error> {
    let wanted = match wanted(bot, whom, codes).await? {
        Ok(wanted) => wanted,
        Err(refusal) => {
            drop(request);
            return asked.answer(&refusal).await;
        }
    };
    for (code, generation) in &wanted.codes {
        bot.store.requests().request_for_person(wanted.players.clone(), code.key(), *generation).await?;
    }
    watch(bot, asked, request, &wanted).await
}

/// What is to be redeemed.
struct RedeemRequest {
    players: Vec<PlayerId>,
    /// With their generations.
    codes: Vec<(Code, u32)>,
    /// Asked for, and over.
    over: Vec<(Code, Over)>,
    /// Asked for, and too many at once.
    left: Vec<Code>,
}

impl RedeemRequest {
    /// The answer as it stands.
    fn answer(&self, standings: &[(Code, Vec<Standing>)], is_waiting: bool) -> Message {
        people::standings(standings, &self.over, &self.left, is_waiting)
    }
}

/// What is to be redeemed, or what to answer where there is nothing.
async fn wanted(bot: &Bot, whom: Whom, codes: &[Code]) -> Result<Result<RedeemRequest, Message>, StoreError> {
    let players: Vec<PlayerId> = match whom {
        Whom::Linked(user) => bot.store.rosters().links(user).await?.into_iter().map(|player| player.id).collect(),
        Whom::One(player) => vec![player],
    };
    if players.is_empty() {
        return Ok(Err(people::no_links()));
    }
    let mut room = MAX_WAITING.saturating_sub(bot.store.requests().waiting_for_person(players.clone()).await?);
    let mut wanted = RedeemRequest { players, codes: Vec::new(), over: Vec::new(), left: Vec::new() };
    for code in codes.iter().take(MAX_CODES) {
        let found = bot.store.codes().find_code_for_person(code.key()).await?;
        let (code, generation) = match found {
            Some(FoundCode { shown, over: Some(why) }) => {
                wanted.over.push((shown.code, why));
                continue;
            }
            Some(FoundCode { shown, over: None }) => (shown.code, Some(shown.generation)),
            None => (code.clone(), None),
        };
        if needs_room(bot, &wanted.players, &code, generation).await? {
            if room == 0 {
                wanted.left.push(code);
                continue;
            }
            room -= 1;
        }
        let generation = match generation {
            Some(generation) => generation,
            None => bot.store.codes().add_code(code.clone()).await?,
        };
        wanted.codes.push((code, generation));
    }
    match (wanted.codes.is_empty(), wanted.left.is_empty(), wanted.over.first()) {
        (true, true, Some((code, why))) => Ok(Err(people::code_over(code, why))),
        (true, false, _) => Ok(Err(people::too_many_waiting(&wanted.left))),
        _ => Ok(Ok(wanted)),
    }
}

/// Whether asking for a code makes something wait that does not yet.
async fn needs_room(bot: &Bot, players: &[PlayerId], code: &Code, generation: Option<u32>) -> Result<bool, StoreError> {
    let Some(generation) = generation else { return Ok(true) };
    for player in players {
        let standing = bot.store.requests().standing(*player, code.key(), generation).await?;
        let outcome = standing.and_then(|standing| standing.outcome);
        if outcome.is_none_or(|outcome| outcome.is_final() && !outcome.is_success()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What to answer where all of these codes are over.
///
/// # Errors
/// When the state cannot be read.
pub(super) async fn all_over(bot: &Bot, codes: &[Code]) -> Result<Option<Message>, StoreError> {
    let mut over = None;
    for code in codes {
        match bot.store.codes().find_code_for_person(code.key()).await? {
            Some(FoundCode { shown, over: Some(why) }) => over = Some(people::code_over(&shown.code, &why)),
            _ => return Ok(None),
        }
    }
    Ok(over)
}

/// Shows how it goes until it is decided. What cannot be shown now is shown with the next change.
async fn watch(bot: &Bot, asked: &Asked<'_>, request: Request, wanted: &RedeemRequest) -> Result<(), Error> {
    let until = asked.changes_until() - LAST_WORD;
    let mut shown = None;
    loop {
        let requests = bot.store.requests();
        let mut woken = std::pin::pin!(requests.wake().notified());
        woken.as_mut().enable();
        let standings = look(bot, wanted).await?;
        let is_open = |standing: &Standing| !standing.outcome.is_some_and(Outcome::is_final);
        let is_done = !standings.iter().flat_map(|(_, of_code)| of_code).any(is_open);
        if is_done || Instant::now() >= until {
            drop(request);
            return asked.answer(&wanted.answer(&standings, false)).await;
        }
        if shown.as_ref() != Some(&standings) {
            match asked.show(&wanted.answer(&standings, true)).await {
                Ok(()) => shown = Some(standings),
                Err(error) if error.is_for_good() => return Err(error.into()),
                Err(error) => tracing::debug!("{}: {error}; it goes on", asked.name()),
            }
            tokio::time::sleep(COOL_DOWN).await;
        }
        tokio::select! {
            () = bot.shutdown.cancelled() => return asked.answer(&people::restarting()).await,
            () = woken => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

async fn look(bot: &Bot, wanted: &RedeemRequest) -> Result<Vec<(Code, Vec<Standing>)>, StoreError> {
    let mut standings = Vec::new();
    for (code, generation) in &wanted.codes {
        let mut of_code = Vec::new();
        for player in &wanted.players {
            of_code.extend(bot.store.requests().standing(*player, code.key(), *generation).await?);
        }
        standings.push((code.clone(), of_code));
    }
    Ok(standings)
}

/// What became of a code that was over, when somebody thought that it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Appealed {
    /// It is good.
    Good(AnnouncedCode),
    /// It is over, and this is what is known by now.
    Over(Over, AskedAnew),
}

/// Asks the game about a code that is over, with a player of this server, and waits some seconds for what it says. `None`
/// for a code that is not known.
///
/// # Errors
/// When the state cannot be read or written.
pub(super) async fn appeal(bot: &Bot, guild: GuildId, code: &Code) -> Result<Option<Appealed>, StoreError> {
    let start = bot.store.codes().check_now(guild, code.key()).await?;
    hear(bot, code, start).await
}

/// Waits some seconds for what the game says of a code that it is being asked about.
///
/// # Errors
/// When the state cannot be read.
pub(super) async fn hear(bot: &Bot, code: &Code, start: CheckStart) -> Result<Option<Appealed>, StoreError> {
    let until = Instant::now() + APPEAL_FOR;
    let mut asked = match start {
        CheckStart::Nobody => AskedAnew::Nobody,
        CheckStart::Asked | CheckStart::NotOver => AskedAnew::StillAsking,
    };
    while asked == AskedAnew::StillAsking && Instant::now() < until {
        let requests = bot.store.requests();
        let mut woken = std::pin::pin!(requests.wake().notified());
        woken.as_mut().enable();
        if !bot.store.codes().is_checking(code.key()).await? {
            asked = AskedAnew::Answered;
            break;
        }
        tokio::select! {
            () = bot.shutdown.cancelled() => break,
            () = woken => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }
    Ok(bot.store.codes().find_code(code.key()).await?.map(|found| match found.over {
        None => Appealed::Good(found.shown),
        Some(over) => Appealed::Over(over, asked),
    }))
}

/// Lets the game confirm who somebody is: the answer to give if it does not.
pub(super) async fn confirm(bot: &Bot, player: PlayerId, state: State) -> Result<(), Message> {
    let told = tokio::select! {
        told = bot.state_checker.check_state(player, state) => told,
        () = bot.shutdown.cancelled() => return Err(people::restarting()),
    };
    match told {
        StateCheck::Right => Ok(()),
        told => Err(people::not_confirmed(player, state, &told)),
    }
}

/// Links an account whose state the game confirmed; what to answer.
///
/// # Errors
/// When it cannot be written.
pub(super) async fn link(bot: &Bot, user: UserId, id: PlayerId, state: State) -> Result<(Linked, Message), StoreError> {
    let player = Player { id, nickname: String::new(), state: Some(state), furnace_level: None };
    let linked = bot.store.rosters().link(user, player).await?;
    let message = match linked {
        Linked::TooMany => people::too_many_links(),
        Linked::New | Linked::Known => {
            let retried = bot.store.redemptions().retry_wrong_state(id).await?;
            people::linked(id, state, linked == Linked::New, retried)
        }
    };
    Ok((linked, message))
}
