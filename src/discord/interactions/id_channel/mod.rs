//! ID channels: people type their player id, and the bot puts the account on the alliance's player list and reacts.
//!
//! # Guarantees
//! An event only says that a channel has something new: the channel's last messages are then read, those after the last one that
//! was answered, oldest first, at most [`MAX_READ`]. So what came while the bot was away is answered, too, and a flood costs no
//! more than that. What is older than the channel's setting is never answered, by no leader. A message that is answered ends
//! with one reaction; until then it may have ⏳. If the game says that it knows no such player, the account is linked, and its check
//! asks again at other moments: one moment of the game decides nothing. Its end decides whether the account joins the list, and
//! which reaction replaces ⏳. Bots, webhooks and edits are ignored, and so is a person who types more than
//! [`MAX_PER_MINUTE`] messages in a minute.
//!
//! # Races
//! A channel is read by one task at a time, and read again if something came meanwhile. [`CONCURRENCY`] channels are read at once,
//! each in turn and for about [`READ_FOR`]: a busy one does not hold up the others. One that could not be read rests for a while,
//! whatever is written in it. Which channels are ID channels is read again every [`REFRESH_INTERVAL`]: a record of another
//! instance may have brought one.
//!
//! # Crash
//! A message is noted as answered after its reaction, or after it is noted that it waits for a check. One that a crash left with ⏳
//! before that is answered again: that changes nothing.

mod message;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serenity::all::{ChannelId as DiscordChannelId, MessageId};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use message::Typed;

use crate::discord::bot::Bot;
use crate::discord::message_content::Reading;
use crate::discord::rest::RestError;
use crate::domain::answers::status::Status;
use crate::domain::codes::channel::Blocked;
use crate::domain::players::player::{ChannelId, Player, PlayerId, State, UserId};
use crate::domain::players::self_service::typed_id;
use crate::domain::redeeming::state_check::StateCheck;
use crate::domain::text::{NAME_CHARS, clean};
use crate::store::{IdChannel, IdMessage, Joined, Linked, StoreError};

/// The most messages that are read at once.
const MAX_READ: usize = 50;
/// The most messages of one person that are answered in a minute.
const MAX_PER_MINUTE: usize = 10;
/// Channels that are read at once.
const CONCURRENCY: usize = 4;
/// How often a reaction is tried, and the pause after a refusal without one.
const ATTEMPTS: usize = 5;
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long a channel is read before others are, and the longest wait for Discord in that time.
const READ_FOR: Duration = Duration::from_secs(10);
/// How long the game is asked about one message: it may be busy for a minute.
const CHECK_FOR: Duration = Duration::from_secs(30);
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);
/// After a channel could not be read.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// The same if the bot may not: Discord does not tell when a timeout ends.
const BLOCKED_FOR: Duration = Duration::from_secs(3600);
/// Between two looks at which channels are ID channels, if nothing asks for one.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60);

const ADDED: &str = "✅";
const KNOWN: &str = "🔁";
const REFUSED: &str = "❌";
const CHECKING: &str = "⏳";

/// Answers what people type, for as long as it is polled.
pub(in crate::discord) async fn answer_all(bot: Bot) {
    let recent = Arc::new(Recent::default());
    // The channels that have something new, the longest waiting first.
    let mut waiting: VecDeque<ChannelId> = VecDeque::new();
    let mut tasks: JoinSet<()> = JoinSet::new();
    let mut busy: HashMap<tokio::task::Id, ChannelId> = HashMap::new();
    let mut refresh = tokio::time::interval_at(Instant::now() + REFRESH_INTERVAL, REFRESH_INTERVAL);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut checked = bot.requests.wake().listen();
    loop {
        let retry_at = bot.id_inbox.next_retry();
        tokio::select! {
            Some(ended) = tasks.join_next_with_id() => {
                busy.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
                if waiting.is_empty() {
                    continue;
                }
            }
            () = bot.id_inbox.filled() => {}
            () = at(retry_at) => bot.id_inbox.retry(Instant::now()),
            () = &mut checked => checked = bot.requests.wake().listen(),
            _ = refresh.tick() => {}
        }
        if bot.message_content.reading() != Reading::On {
            continue;
        }
        let (known, due) = match refresh_channels(&bot).await {
            Ok(channels) => channels,
            Err(error) => {
                tracing::warn!("The ID channels are not read: {error}");
                tokio::time::sleep(STORE_COOL_DOWN).await;
                bot.id_inbox.wake();
                continue;
            }
        };
        let new: Vec<ChannelId> = due.into_iter().filter(|channel| !waiting.contains(channel)).collect();
        waiting.extend(new);
        while tasks.len() < CONCURRENCY {
            let is_free = |channel: &ChannelId| !busy.values().any(|busy| busy == channel);
            let Some(channel) = waiting.iter().position(is_free).and_then(|at| waiting.remove(at)) else { break };
            // It may have been turned off meanwhile.
            let Some(known) = known.iter().find(|known| known.channel == channel).copied() else { continue };
            let (bot, recent) = (bot.clone(), recent.clone());
            let task = tasks.spawn(async move { answer_channel(&bot, known, &recent).await });
            busy.insert(task.id(), channel);
        }
    }
}

/// Returns the ID channels, and those of them that are to be read.
async fn refresh_channels(bot: &Bot) -> Result<(Vec<IdChannel>, Vec<ChannelId>), StoreError> {
    for (waiting, _) in bot.rosters.due_id_answers().await? {
        bot.id_inbox.note(waiting.channel);
    }
    let news = bot.id_inbox.take();
    match bot.guilds.id_channels().await {
        Ok(known) => {
            let due = bot.id_inbox.know(known.iter().map(|known| known.channel), &news);
            Ok((known, due))
        }
        Err(error) => {
            bot.id_inbox.put_back(news);
            Err(error)
        }
    }
}

/// Completes at this time; never, if there is none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// When each person wrote in the last minute.
type Recent = Mutex<HashMap<UserId, Vec<Instant>>>;

/// Whether a person may be answered once more in this minute.
fn is_within_limit(recent: &Recent, user: UserId) -> bool {
    let mut recent = recent.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    let is_recent = |at: &Instant| now.duration_since(*at) < Duration::from_secs(60);
    recent.retain(|_, times| {
        times.retain(is_recent);
        !times.is_empty()
    });
    let times = recent.entry(user).or_default();
    let is_within = times.len() < MAX_PER_MINUTE;
    if is_within {
        times.push(now);
    }
    is_within
}

async fn answer_channel(bot: &Bot, known: IdChannel, recent: &Recent) {
    let channel = known.channel;
    bot.id_inbox.begin_reading(channel);
    let error = match try_answer_channel(bot, known, recent).await {
        Ok(has_more) => {
            bot.id_inbox.read(channel);
            if has_more {
                bot.id_inbox.push(channel);
            }
            return;
        }
        Err(error) => error,
    };
    let refusal = error.downcast_ref::<RestError>();
    let blocked = refusal.and_then(RestError::blocked);
    let wait = match blocked {
        Some(_) => BLOCKED_FOR,
        None => refusal.and_then(RestError::retry_after).unwrap_or(READ_AGAIN_AFTER).max(RETRY_AFTER),
    };
    // A deleted channel never returns.
    let retries = blocked != Some(Blocked::UnknownChannel);
    if !bot.id_inbox.failed(channel, retries.then(|| Instant::now() + wait)) {
        return;
    }
    match blocked {
        Some(Blocked::UnknownChannel) => tracing::info!("The ID channel {channel} cannot be read: {error:#}"),
        Some(_) => tracing::info!(
            "The ID channel {channel} cannot be read, next try in {} minutes or when its permissions change: {error:#}",
            wait.as_secs() / 60
        ),
        None => tracing::debug!("The ID channel {channel} is read again in {} s: {error:#}", wait.as_secs()),
    }
}

/// Answers the channel's new messages. Returns whether there may be more.
async fn try_answer_channel(bot: &Bot, known: IdChannel, recent: &Recent) -> anyhow::Result<bool> {
    let began = Instant::now();
    if !answer_checked(bot, known, began).await? {
        return Ok(true);
    }
    let channel = DiscordChannelId::new(known.channel.0.max(1));
    let mut messages: Vec<Typed> = bot.rest.last_messages(channel, MAX_READ).await?;
    messages.retain(|message| message.id.get() > known.seen);
    messages.sort_by_key(|message| message.id);
    // An older version set the channel, and another instance answered: nobody knows what is old chat. All instances read it
    // from here on.
    if known.seen == 0
        && let Some(last) = messages.last()
    {
        bot.guilds.begin_id_channel(known.channel, last.id.get()).await?;
        return Ok(false);
    }
    let has_more = !messages.is_empty();
    for message in messages {
        // It may have been turned off meanwhile.
        if bot.guilds.id_channel(known.alliance).await? != Some(known.channel) {
            return Ok(false);
        }
        let is_answered = [ADDED, KNOWN, REFUSED].iter().any(|emoji| message.has(emoji));
        let user = UserId(message.author.id.get());
        if message.is_of_a_person() && !is_answered && is_within_limit(recent, user) {
            answer(bot, known, &message).await?;
        }
        bot.guilds.note_id_message(known.channel, message.id.get()).await?;
        if began.elapsed() >= READ_FOR {
            break;
        }
    }
    // What came meanwhile.
    Ok(has_more)
}

/// Answers the messages whose players' checks have ended. Returns whether that were all.
async fn answer_checked(bot: &Bot, known: IdChannel, began: Instant) -> anyhow::Result<bool> {
    for (waiting, is_player) in bot.rosters.due_id_answers().await? {
        if waiting.channel != known.channel {
            continue;
        }
        if began.elapsed() >= READ_FOR {
            return Ok(false);
        }
        let answer = match is_player {
            // A crash may have come after it was added.
            true if join(bot, known, waiting.user, waiting.player).await? != REFUSED => ADDED,
            true => REFUSED,
            false => {
                bot.rosters.unlink(waiting.user, Some(waiting.player)).await?;
                REFUSED
            }
        };
        let target = (DiscordChannelId::new(waiting.channel.0.max(1)), MessageId::new(waiting.message.max(1)));
        replace(bot, target, answer).await?;
        bot.rosters.note_id_answer(waiting).await?;
    }
    Ok(true)
}

/// Answers one message with one reaction.
async fn answer(bot: &Bot, known: IdChannel, message: &Typed) -> anyhow::Result<()> {
    let target = (DiscordChannelId::new(known.channel.0.max(1)), message.id);
    let Some((player, state)) = typed_id(&message.content) else { return react(bot, target, REFUSED).await };
    let was_begun = message.has(CHECKING);
    let is_checked = state.is_some();
    if is_checked && !was_begun {
        react(bot, target, CHECKING).await?;
    }
    match add(bot, known, message, player, state).await? {
        None => Ok(()),
        // A crash may have come after it was added.
        Some(KNOWN) if was_begun => replace(bot, target, ADDED).await,
        Some(answer) if is_checked || was_begun => replace(bot, target, answer).await,
        Some(answer) => react(bot, target, answer).await,
    }
}

/// Links the account and puts it on the list. Returns the reaction; `None` if it comes later.
async fn add(
    bot: &Bot,
    known: IdChannel,
    message: &Typed,
    id: PlayerId,
    typed: Option<State>,
) -> anyhow::Result<Option<&'static str>> {
    let checked = match typed {
        None => None,
        Some(state) => {
            let asked = tokio::time::timeout(CHECK_FOR, bot.state_checker.check_state(id, state)).await;
            Some((state, asked.unwrap_or(StateCheck::Unclear(Status::Interrupted))))
        }
    };
    let state = typed.filter(|_| matches!(checked, Some((_, StateCheck::Right))));
    let user = UserId(message.author.id.get());
    let name = clean(message.author.global_name.as_deref().unwrap_or(&message.author.username), NAME_CHARS);
    let player = Player { id, nickname: String::new(), state, furnace_level: None };
    let linked = bot.rosters.link_named(user, player, Some(name).filter(|name| !name.is_empty())).await?;
    if linked == Linked::TooMany {
        return Ok(Some(REFUSED));
    }
    match checked {
        Some((_, StateCheck::Right)) => _ = bot.redemptions.retry_wrong_state(id).await?,
        Some((state, StateCheck::NoSuchPlayer)) => {
            bot.rosters.offer_state(id, state).await?;
            let waiting = IdMessage { channel: known.channel, message: message.id.get(), user, player: id };
            if bot.rosters.answer_later(waiting).await? {
                return Ok(None);
            }
        }
        Some((state, StateCheck::Unclear(_))) => bot.rosters.offer_state(id, state).await?,
        // The state is searched.
        Some((_, StateCheck::WrongState)) | None => {}
    }
    Ok(Some(join(bot, known, user, id).await?))
}

/// Puts a linked account on the list. Returns the reaction.
async fn join(bot: &Bot, known: IdChannel, user: UserId, player: PlayerId) -> anyhow::Result<&'static str> {
    Ok(match bot.rosters.join_roster(known.alliance, user, player).await? {
        Joined::New => ADDED,
        Joined::Known => KNOWN,
        Joined::Full | Joined::NotLinked => REFUSED,
    })
}

/// Replaces [`CHECKING`] by the final reaction.
async fn replace(bot: &Bot, target: (DiscordChannelId, MessageId), emoji: &str) -> anyhow::Result<()> {
    retrying(bot, || bot.rest.remove_reaction(target, CHECKING)).await?;
    react(bot, target, emoji).await
}

async fn react(bot: &Bot, target: (DiscordChannelId, MessageId), emoji: &str) -> anyhow::Result<()> {
    retrying(bot, || bot.rest.react(target, emoji)).await
}

/// Tries some times, for [`READ_FOR`] at most: a longer wait must not occupy a task. A message that is gone, or whose author
/// blocked the bot, needs no reaction.
async fn retrying<F: Future<Output = Result<(), RestError>>>(bot: &Bot, send: impl Fn() -> F) -> anyhow::Result<()> {
    let (mut attempts, until) = (0, Instant::now() + READ_FOR);
    loop {
        let error = match send().await {
            Ok(()) => return Ok(()),
            Err(RestError::Refused { code: 10008 | 90001 | 30010, .. }) => return Ok(()),
            Err(error) => error,
        };
        attempts += 1;
        let wait = error.retry_after().unwrap_or(RETRY_AFTER);
        if attempts >= ATTEMPTS || error.blocked().is_some() || Instant::now() + wait > until {
            return Err(error.into());
        }
        if bot.shutdown.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return Err(error.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_person_is_answered_some_times_a_minute_and_nobody_is_remembered_for_long() {
        let recent = Recent::default();
        let (one, other) = (UserId(1), UserId(2));
        let answered = (0..20).filter(|_| is_within_limit(&recent, one)).count();
        assert_eq!((answered, is_within_limit(&recent, other)), (MAX_PER_MINUTE, true));
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(is_within_limit(&recent, other));
        assert_eq!(recent.lock().unwrap().len(), 1);
    }
}
