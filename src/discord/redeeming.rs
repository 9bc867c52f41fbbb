//! Redeeming for whoever asks: by command, button, menu or form.
//!
//! What was asked for is in the store before anybody is told that it is under way; the answer only watches it. So a
//! restart, or an answer that Discord does not take, changes nothing of what the player gets.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::channel::Over;
use crate::domain::code::Code;
use crate::domain::outcome::Outcome;
use crate::domain::player::{Player, PlayerId, State, UserId};
use crate::domain::probe::ProbeOutcome;
use crate::store::{FoundCode, Linked, Standing, StoreError};

use super::answer::{Asked, Error};
use super::bot::{Bot, Request};
use super::messages::{Message, people};

/// The last word is said so long before the answer can be changed no more.
const LAST_WORD: Duration = Duration::from_secs(60);
/// After a change of an answer there is none for so long.
const REST: Duration = Duration::from_secs(1);
/// How it goes is looked at this often, though one is woken.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Codes asked for at once: as many as a menu has.
const MAX_CODES: usize = 25;

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
        bot.store.request_for_person(wanted.players.clone(), code.key(), *generation).await?;
    }
    watch(bot, asked, request, &wanted).await
}

/// What is to be redeemed.
struct Wanted {
    players: Vec<PlayerId>,
    /// With their generations.
    codes: Vec<(Code, u32)>,
    /// Asked for, and over.
    over: Vec<(Code, Over)>,
}

/// What is to be redeemed, or what to answer where there is nothing.
async fn wanted(bot: &Bot, whom: Whom, codes: &[Code]) -> Result<Result<Wanted, Message>, StoreError> {
    let players: Vec<PlayerId> = match whom {
        Whom::Linked(user) => bot.store.links(user).await?.into_iter().map(|player| player.id).collect(),
        Whom::One(player) => vec![player],
    };
    if players.is_empty() {
        return Ok(Err(people::no_links()));
    }
    let mut wanted = Wanted { players, codes: Vec::new(), over: Vec::new() };
    for code in codes.iter().take(MAX_CODES) {
        match bot.store.find_code(code.key()).await? {
            Some(FoundCode { shown, over: Some(why) }) => wanted.over.push((shown.code, why)),
            Some(FoundCode { shown, over: None }) => wanted.codes.push((shown.code, shown.generation)),
            None => wanted.codes.push((code.clone(), bot.store.add_code(code.clone()).await?)),
        }
    }
    match (wanted.codes.is_empty(), wanted.over.first()) {
        (true, Some((code, why))) => Ok(Err(people::code_over(code, why))),
        _ => Ok(Ok(wanted)),
    }
}

/// What to answer where all of these codes are over.
///
/// # Errors
/// When the state cannot be read.
pub(super) async fn all_over(bot: &Bot, codes: &[Code]) -> Result<Option<Message>, StoreError> {
    let mut over = None;
    for code in codes {
        match bot.store.find_code(code.key()).await? {
            Some(FoundCode { shown, over: Some(why) }) => over = Some(people::code_over(&shown.code, &why)),
            _ => return Ok(None),
        }
    }
    Ok(over)
}

/// Shows how it goes until it is decided. What cannot be shown now is shown with the next change.
async fn watch(bot: &Bot, asked: &Asked<'_>, request: Request, wanted: &Wanted) -> Result<(), Error> {
    let until = asked.changes_until() - LAST_WORD;
    let mut shown = None;
    loop {
        let mut woken = std::pin::pin!(bot.store.work_wake().notified());
        woken.as_mut().enable();
        let standings = look(bot, wanted).await?;
        let is_open = |standing: &Standing| !standing.outcome.is_some_and(Outcome::is_final);
        let is_done = !standings.iter().flat_map(|(_, of_code)| of_code).any(is_open);
        if is_done || Instant::now() >= until {
            drop(request);
            return asked.answer(&people::standings(&standings, &wanted.over, false)).await;
        }
        if shown.as_ref() != Some(&standings) {
            match asked.show(&people::standings(&standings, &wanted.over, true)).await {
                Ok(()) => shown = Some(standings),
                Err(error) if error.is_for_good() => return Err(error.into()),
                Err(error) => tracing::debug!("{}: {error}; it goes on", asked.name()),
            }
            tokio::time::sleep(REST).await;
        }
        tokio::select! {
            () = bot.shutdown.cancelled() => return asked.answer(&people::restarting()).await,
            () = woken => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn look(bot: &Bot, wanted: &Wanted) -> Result<Vec<(Code, Vec<Standing>)>, StoreError> {
    let mut standings = Vec::new();
    for (code, generation) in &wanted.codes {
        let mut of_code = Vec::new();
        for player in &wanted.players {
            of_code.extend(bot.store.standing(*player, code.key(), *generation).await?);
        }
        standings.push((code.clone(), of_code));
    }
    Ok(standings)
}

/// Lets the game confirm who somebody is: the answer to give if it does not.
pub(super) async fn confirm(bot: &Bot, player: PlayerId, state: State) -> Result<(), Message> {
    let told = tokio::select! {
        told = bot.prober.probe(player, state) => told,
        () = bot.shutdown.cancelled() => return Err(people::restarting()),
    };
    match told {
        ProbeOutcome::Right => Ok(()),
        told => Err(people::not_confirmed(player, state, &told)),
    }
}

/// Links an account whose state the game confirmed; what to answer.
///
/// # Errors
/// When it cannot be written.
pub(super) async fn link(bot: &Bot, user: UserId, id: PlayerId, state: State) -> Result<(Linked, Message), StoreError> {
    let player = Player { id, nickname: String::new(), state: Some(state), furnace_level: None };
    let linked = bot.store.link(user, player).await?;
    let message = match linked {
        Linked::TooMany => people::too_many_links(),
        Linked::New | Linked::Known => {
            let retried = bot.store.retry_wrong_state(id).await?;
            people::linked(id, state, linked == Linked::New, retried)
        }
    };
    Ok((linked, message))
}
