//! Redeeming for whoever asks: by command, button, menu or form.
//!
//! What was asked for is in the store before anybody is told that it is under way; the answer only watches it. So a
//! restart, or an answer that Discord does not take, changes nothing of what the player gets.

use std::time::Duration;

use serenity::all::Http;
use tokio::time::Instant;

use crate::domain::code::Code;
use crate::domain::outcome::Outcome;
use crate::domain::player::{Player, PlayerId, State, UserId};
use crate::domain::probe::ProbeOutcome;
use crate::store::{FoundCode, Linked, Standing, StoreError};

use super::answer::{Asked, Error};
use super::bot::{Bot, Request};
use super::messages::{Message, people};

/// How long an answer can be changed: a little less than Discord's 15 minutes (PROTOCOL §3).
const WATCH_FOR: Duration = Duration::from_secs(14 * 60);
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
    http: &Http,
    asked: &Asked<'_>,
    request: Request,
    whom: Whom,
    codes: &[Code],
) -> Result<(), Error> {
    let (players, wanted) = match wanted(bot, whom, codes).await? {
        Ok(wanted) => wanted,
        Err(refusal) => {
            drop(request);
            return asked.answer(http, &refusal).await;
        }
    };
    for (code, generation) in &wanted {
        bot.store.request_for_person(players.clone(), code.key(), *generation).await?;
    }
    watch(bot, http, asked, request, &players, &wanted).await
}

/// The accounts, and the codes with their generations.
type Wanted = (Vec<PlayerId>, Vec<(Code, u32)>);

/// What is to be redeemed, or what to answer where there is nothing.
async fn wanted(bot: &Bot, whom: Whom, codes: &[Code]) -> Result<Result<Wanted, Message>, StoreError> {
    let players: Vec<PlayerId> = match whom {
        Whom::Linked(user) => bot.store.links(user).await?.into_iter().map(|player| player.id).collect(),
        Whom::One(player) => vec![player],
    };
    if players.is_empty() {
        return Ok(Err(people::no_links()));
    }
    let mut wanted: Vec<(Code, u32)> = Vec::new();
    let mut over = None;
    for code in codes.iter().take(MAX_CODES) {
        match bot.store.find_code(code.key()).await? {
            Some(found) => match found.over {
                Some(why) => over = Some(people::code_over(&found.shown.code, &why)),
                None => wanted.push((found.shown.code, found.shown.generation)),
            },
            None => wanted.push((code.clone(), bot.store.add_code(code.clone()).await?)),
        }
    }
    match (wanted.is_empty(), over) {
        (true, Some(over)) => Ok(Err(over)),
        _ => Ok(Ok((players, wanted))),
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

/// Shows how it goes until it is decided.
async fn watch(
    bot: &Bot,
    http: &Http,
    asked: &Asked<'_>,
    request: Request,
    players: &[PlayerId],
    wanted: &[(Code, u32)],
) -> Result<(), Error> {
    let until = Instant::now() + WATCH_FOR;
    let mut shown = None;
    loop {
        let mut woken = std::pin::pin!(bot.store.work_wake().notified());
        woken.as_mut().enable();
        let standings = look(bot, players, wanted).await?;
        let is_open = |standing: &Standing| !standing.outcome.is_some_and(Outcome::is_final);
        let is_done = !standings.iter().flat_map(|(_, of_code)| of_code).any(is_open);
        if is_done || Instant::now() >= until {
            drop(request);
            return asked.answer(http, &people::standings(&standings, false)).await;
        }
        if shown.as_ref() != Some(&standings) {
            asked.answer(http, &people::standings(&standings, true)).await?;
            shown = Some(standings);
            tokio::time::sleep(REST).await;
        }
        tokio::select! {
            () = bot.shutdown.cancelled() => return asked.answer(http, &people::restarting()).await,
            () = woken => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn look(
    bot: &Bot,
    players: &[PlayerId],
    wanted: &[(Code, u32)],
) -> Result<Vec<(Code, Vec<Standing>)>, StoreError> {
    let mut standings = Vec::new();
    for (code, generation) in wanted {
        let mut of_code = Vec::new();
        for player in players {
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
