//! Redeeming codes for one person, by command, button, menu or form.
//!
//! The request is in the store before the person learns that it is in progress; the answer only watches it. So neither a
//! restart nor a response that Discord does not accept changes what the player gets.

use std::time::Duration;

use tokio::time::Instant;

use crate::discord::bot::Bot;
use crate::discord::messages::self_service::Afterword;
use crate::discord::messages::{Message, personal};
use crate::discord::user_limit::UserPermit;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{MAX_WAITING, PlayerId, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::text::language::Language;
use crate::store::{FoundCode, Standing, StoreError};

use super::response::Interaction;

/// The last edit comes this long before edits end.
const LAST_EDIT_BEFORE: Duration = Duration::from_secs(60);
/// The shortest time between two edits of an answer.
const EDIT_INTERVAL: Duration = Duration::from_secs(1);
/// How often progress is polled, besides the store's wakes.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Codes per request: as many as a menu has.
const MAX_CODES: usize = 25;

/// The accounts to redeem for.
#[derive(Debug, Clone)]
pub(super) enum Accounts {
    LinkedTo(UserId),
    /// An account that the person named and the game confirmed.
    One(PlayerId),
}

/// Redeems these codes and keeps the answer up to date until every outcome is final. The permit ends before the last edit,
/// so that the person can ask for more as soon as they read it. `afterword` is added to each answer.
pub(super) async fn redeem(
    bot: &Bot,
    interaction: &Interaction<'_>,
    permit: UserPermit,
    accounts: Accounts,
    codes: &[Code],
    afterword: Afterword,
) -> anyhow::Result<()> {
    let request = match prepare(bot, interaction.language(), accounts, codes).await? {
        Ok(request) => RedeemRequest { afterword, ..request },
        Err(refusal) => {
            drop(permit);
            return interaction.answer(&afterword.after(refusal)).await;
        }
    };
    for (code, generation) in &request.codes {
        bot.requests.request_for_person(request.players.clone(), code.key(), *generation).await?;
    }
    show_progress(bot, interaction, permit, &request).await
}

struct RedeemRequest {
    players: Vec<PlayerId>,
    /// Each with its generation.
    codes: Vec<(Code, u32)>,
    over: Vec<(Code, OverReason)>,
    /// Codes beyond the most that may wait for one person.
    too_many: Vec<Code>,
    /// Follows every answer.
    afterword: Afterword,
}

impl RedeemRequest {
    fn answer(&self, language: Language, standings: &[(Code, Vec<Standing>)], is_waiting: bool) -> Message {
        self.afterword.after(personal::standings(language, standings, &self.over, &self.too_many, is_waiting))
    }
}

/// Sorts the codes into those to redeem and the rest. Where none is to be redeemed, returns the answer instead.
async fn prepare(
    bot: &Bot,
    language: Language,
    accounts: Accounts,
    codes: &[Code],
) -> Result<Result<RedeemRequest, Message>, StoreError> {
    let players: Vec<PlayerId> = match accounts {
        Accounts::LinkedTo(user) => bot.rosters.links(user).await?.into_iter().map(|player| player.id).collect(),
        Accounts::One(player) => vec![player],
    };
    if players.is_empty() {
        return Ok(Err(personal::no_links(language)));
    }
    let mut room = MAX_WAITING.saturating_sub(bot.requests.waiting_for_person(players.clone()).await?);
    let mut request = RedeemRequest {
        players,
        codes: Vec::new(),
        over: Vec::new(),
        too_many: Vec::new(),
        afterword: Afterword::default(),
    };
    for code in codes.iter().take(MAX_CODES) {
        let found = bot.codes.find_code_for_person(code.key()).await?;
        let (code, generation) = match found {
            Some(FoundCode { shown, over: Some(over) }) => {
                request.over.push((shown.code, over));
                continue;
            }
            Some(FoundCode { shown, over: None }) => (shown.code, Some(shown.generation)),
            None => (code.clone(), None),
        };
        if needs_room(bot, &request.players, &code, generation).await? {
            if room == 0 {
                request.too_many.push(code);
                continue;
            }
            room -= 1;
        }
        let generation = match generation {
            Some(generation) => generation,
            None => bot.codes.add_code(code.clone()).await?,
        };
        request.codes.push((code, generation));
    }
    match (request.codes.is_empty(), request.too_many.is_empty(), request.over.first()) {
        (true, true, Some((code, over))) => Ok(Err(personal::code_over(language, code, over))),
        (true, false, _) => Ok(Err(personal::too_many_waiting(language, &request.too_many))),
        _ => Ok(Ok(request)),
    }
}

/// Whether requesting this code would add a redemption that does not wait yet.
async fn needs_room(bot: &Bot, players: &[PlayerId], code: &Code, generation: Option<u32>) -> Result<bool, StoreError> {
    let Some(generation) = generation else { return Ok(true) };
    for player in players {
        let standing = bot.requests.standing(*player, code.key(), generation).await?;
        let outcome = standing.and_then(|standing| standing.outcome);
        if outcome.is_none_or(|outcome| outcome.is_final() && !outcome.is_success()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the answer where every one of these codes is over.
pub(super) async fn all_over(bot: &Bot, language: Language, codes: &[Code]) -> Result<Option<Message>, StoreError> {
    let mut answer = None;
    for code in codes {
        match bot.codes.find_code_for_person(code.key()).await? {
            Some(FoundCode { shown, over: Some(over) }) => {
                answer = Some(personal::code_over(language, &shown.code, &over))
            }
            _ => return Ok(None),
        }
    }
    Ok(answer)
}

/// Edits the answer until every outcome is final. The next edit makes up for one that fails.
async fn show_progress(
    bot: &Bot,
    interaction: &Interaction<'_>,
    permit: UserPermit,
    request: &RedeemRequest,
) -> anyhow::Result<()> {
    let until = interaction.editable_until() - LAST_EDIT_BEFORE;
    let mut shown = None;
    loop {
        let woken = bot.requests.wake().listen();
        let standings = standings(bot, request).await?;
        let is_open = |standing: &Standing| !standing.outcome.is_some_and(Outcome::is_final);
        let is_done = !standings.iter().flat_map(|(_, of_code)| of_code).any(is_open);
        if is_done || Instant::now() >= until {
            drop(permit);
            return interaction.answer(&request.answer(interaction.language(), &standings, false)).await;
        }
        if shown.as_ref() != Some(&standings) {
            match interaction.try_edit(&request.answer(interaction.language(), &standings, true)).await {
                Ok(()) => shown = Some(standings),
                Err(error) if error.is_permanent() => return Err(error.into()),
                Err(error) => tracing::debug!("{}: {error}; the redemption continues", interaction.name()),
            }
            tokio::time::sleep(EDIT_INTERVAL).await;
        }
        tokio::select! {
            () = bot.shutdown.cancelled() => return interaction.answer(&personal::restarting(interaction.language())).await,
            () = woken => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
    }
}

async fn standings(bot: &Bot, request: &RedeemRequest) -> Result<Vec<(Code, Vec<Standing>)>, StoreError> {
    let mut standings = Vec::new();
    for (code, generation) in &request.codes {
        let mut of_code = Vec::new();
        for player in &request.players {
            of_code.extend(bot.requests.standing(*player, code.key(), *generation).await?);
        }
        standings.push((code.clone(), of_code));
    }
    Ok(standings)
}
