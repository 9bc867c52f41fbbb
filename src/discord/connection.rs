//! The connection to Discord's gateway: commands, buttons and events come through it.
//!
//! # Guarantees
//! One connection at a time (PROTOCOL §3: two would answer everything twice): it is opened by the active instance only, and
//! closed before the turn ends. While Discord cannot be reached it is tried again, at growing intervals, or when Discord
//! says; posting and redeeming do not depend on it. A token that Discord refuses ends the process. Discord counts the
//! sessions of a day and takes the token away where they are too many: the last ones are not begun, and sessions that end
//! one after the other are not begun anew in a loop.
//!
//! # Races
//! What people ask for while the bot stops is told to go on; what they asked for is in the store.
//!
//! # Crash
//! Nothing is kept in memory but who has a request under way.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};
use serenity::all::{
    ActivityData, ClientBuilder, Command, CreateCommand, GatewayIntents, GuildId as DiscordGuildId, OnlineStatus,
    ShardManager,
};
use serenity::gateway::ConnectionStage;
use serenity::http::{Http, HttpBuilder, HttpError};
use thiserror::Error;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::Clock;
use crate::supervisor::Fatal;

use super::answer::{Asked, Error as Failure, explain};
use super::bot::Bot;
use super::rest::{Rest, RestError};
use super::{commands, events};

/// Servers, their channels and roles, and no more: none of them needs Discord's approval.
const INTENTS: GatewayIntents = GatewayIntents::GUILDS;
/// One call to Discord.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A connection that cannot be made rests, doubling from the first to the second.
const REST: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// The same where sessions end one after the other.
const SESSIONS_REST: Duration = Duration::from_secs(600);
/// So many sessions of the day are left for an operator, who may have to start the bot once more.
const SESSIONS_KEPT: u64 = 5;
/// The most sessions of one shard in [`SESSIONS_WITHIN`]: Discord ends one now and then, and not again and again.
const MAX_SESSIONS: usize = 3;
const SESSIONS_WITHIN: Duration = Duration::from_secs(600);
/// Without a session for so long, the library is not left to begin one after the other.
const SESSION_WITHIN: Duration = Duration::from_secs(20);
/// The longest wait for the reset of the sessions that is believed.
const MAX_RESET: Duration = Duration::from_secs(86_400);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A connection that lasted so long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(60);
/// How often the number of active codes is looked at.
const PRESENCE_EVERY: Duration = Duration::from_secs(15);
/// The same until it is shown for the first time.
const PRESENCE_FIRST: Duration = Duration::from_secs(1);
/// How long commands under way may take to end.
const FINISH_WITHIN: Duration = Duration::from_secs(3);

/// How Discord is reached.
#[derive(Clone)]
pub struct Access {
    /// The bot's token.
    pub token: SecretString,
    /// Where REST goes through; the library's rate limiter is off then.
    pub proxy: Option<Url>,
}

impl Access {
    fn client(&self) -> anyhow::Result<reqwest::Client> {
        let discord: Url = "https://discord.com/".parse().context("cannot read Discord's address")?;
        let address = self.proxy.as_ref().unwrap_or(&discord);
        crate::http::client(std::slice::from_ref(address), TIMEOUT).build().context("cannot begin HTTP")
    }

    fn proxy(&self) -> Option<String> {
        self.proxy.as_ref().map(|proxy| proxy.as_str().trim_end_matches('/').to_owned())
    }

    fn http(&self, client: reqwest::Client) -> Http {
        let http =
            HttpBuilder::new(self.token.expose_secret()).client(client).ratelimiter_disabled(self.proxy.is_some());
        match self.proxy() {
            Some(proxy) => http.proxy(proxy).build(),
            None => http.build(),
        }
    }

    /// A client for calls of the bot's own accord.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn rest(&self, clock: Clock) -> anyhow::Result<Rest> {
        let client = self.client()?;
        Ok(Rest::new(Arc::new(self.http(client.clone())), client, self.proxy(), clock))
    }
}

/// Why there is no connection, where it is not known to pass soon.
#[derive(Debug, Error)]
enum NoConnection {
    /// Discord wants none before.
    #[error("{why}")]
    Wait { why: String, wait: Duration },
    /// Sessions end one after the other.
    #[error("{0}")]
    Sessions(String),
}

/// The sessions that began lately.
#[derive(Debug, Clone, Default)]
pub struct Sessions(Arc<Mutex<Vec<(u32, Instant)>>>);

impl Sessions {
    /// A session of this shard began.
    pub(super) fn began(&self, shard: u32) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, at)| at.elapsed() < SESSIONS_WITHIN);
        all.push((shard, Instant::now()));
    }

    /// Whether one shard has begun too many.
    fn are_too_many(&self) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|(shard, _)| all.iter().filter(|(other, _)| other == shard).count() > MAX_SESSIONS)
    }

    fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Keeps the connection until the bot's shutdown.
///
/// # Errors
/// When Discord refuses the token.
pub async fn run(bot: Bot) -> anyhow::Result<()> {
    let first = REST.0;
    let mut rest = first;
    while !bot.shutdown.is_cancelled() {
        let began = Instant::now();
        let Err(error) = connect(&bot).await else { continue };
        if is_refusal(&error) {
            tracing::error!("Discord refuses the token: {error:#}");
            return Err(Fatal("Discord refuses DISCORD_TOKEN: set it to the bot's present token".to_owned()).into());
        }
        let (mut wait, mut last) = (rest, REST.1);
        match error.downcast_ref::<NoConnection>() {
            Some(NoConnection::Wait { wait: told, .. }) => wait = wait.max(*told),
            // That a session began is no sign that all is well.
            Some(NoConnection::Sessions(_)) => last = SESSIONS_REST,
            None if began.elapsed() >= GOOD_AFTER => (rest, wait) = (first, first),
            None => {}
        }
        let at = bot.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX).strftime("%F %H:%M:%S");
        let why = error.root_cause().to_string();
        tracing::warn!("No connection to Discord, next try in {} s, at {at} UTC: {why}", wait.as_secs());
        tokio::select! {
            () = bot.shutdown.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
        rest = (rest * 2).min(last);
    }
    bot.at_work.close();
    if tokio::time::timeout(FINISH_WITHIN, bot.at_work.wait()).await.is_err() {
        tracing::warn!("Some commands were still being answered");
    }
    Ok(())
}

/// Where the gateway is, and how many shards there are to be, once so many sessions may begin.
async fn gateway(bot: &Bot) -> anyhow::Result<(String, u32)> {
    let gateway = bot.rest.gateway().await.map_err(|error| match (&error, error.retry_after()) {
        (RestError::Outage { status, .. }, Some(wait)) => {
            let why = format!("Discord (or Cloudflare before it) refuses this address: HTTP {status}");
            anyhow::Error::from(NoConnection::Wait { why, wait })
        }
        (_, Some(wait)) => NoConnection::Wait { why: error.to_string(), wait }.into(),
        _ => error.into(),
    })?;
    let shards = gateway.shards.max(1);
    if let Some(limit) = gateway.session_start_limit
        && limit.remaining < u64::from(shards) + SESSIONS_KEPT
    {
        let why = format!(
            "only {} of this token's sessions are left for today, and Discord takes the token away when none is; does \
             somebody else use it, or was the bot started again and again?",
            limit.remaining
        );
        let wait = Duration::from_millis(limit.reset_after).clamp(REST.0, MAX_RESET);
        return Err(NoConnection::Wait { why, wait }.into());
    }
    Ok((gateway.url, shards))
}

fn is_refusal(error: &anyhow::Error) -> bool {
    use serenity::gateway::GatewayError;
    if error.downcast_ref::<RestError>().is_some_and(RestError::is_unauthorized) {
        return true;
    }
    match error.downcast_ref::<serenity::Error>() {
        Some(serenity::Error::Gateway(GatewayError::InvalidAuthentication)) => true,
        Some(serenity::Error::Http(error)) => error.status_code().is_some_and(|status| status.as_u16() == 401),
        _ => false,
    }
}

/// One connection, until it ends for good or the bot is to stop.
async fn connect(bot: &Bot) -> anyhow::Result<()> {
    let (url, shards) = tokio::select! {
        () = bot.shutdown.cancelled() => return Ok(()),
        found = gateway(bot) => found?,
    };
    let options = poise::FrameworkOptions {
        commands: commands::all(),
        on_error: |error| Box::pin(on_error(error)),
        pre_command: |ctx| Box::pin(async move { ctx.set_invocation_data(ctx.data().at_work.token()).await }),
        command_check: Some(|ctx| Box::pin(commands::check(ctx))),
        event_handler: |ctx, event, _, bot| Box::pin(async move { events::handle(bot, ctx, event).await }),
        ..Default::default()
    };
    let data = bot.clone();
    // Nobody has more rights than a server's own managers.
    let framework = poise::Framework::builder().options(options).initialize_owners(false).setup(move |ctx, _, _| {
        tokio::spawn(register(ctx.http.clone(), registered_commands(), data.dev_guild, data.shutdown.clone()));
        Box::pin(async move { Ok(data) })
    });
    let http = bot.access.http(bot.access.client()?);
    let mut client =
        ClientBuilder::new_with_http(http, INTENTS).framework(framework.build()).status(OnlineStatus::Online).await?;
    // The library asks for it by itself, and goes on without the answer.
    *client.ws_url.lock().await = url;
    let manager = client.shard_manager.clone();
    let presence = tokio::spawn(show_presence(bot.clone(), manager.clone()));
    let stop = tokio::spawn({
        let (shutdown, sessions) = (bot.shutdown.clone(), bot.sessions.clone());
        async move {
            let over = tokio::select! {
                () = shutdown.cancelled() => None,
                why = watch_sessions(&manager, &sessions) => Some(why),
            };
            manager.shutdown_all().await;
            over
        }
    });
    let ended = client.start_shards(shards).await;
    presence.abort();
    // It has ended by itself, or is what ended the connection.
    let over = if stop.is_finished() { stop.await.unwrap_or_default() } else { None };
    match (ended, over) {
        _ if bot.shutdown.is_cancelled() => Ok(()),
        (_, Some(why)) => {
            bot.sessions.forget();
            Err(NoConnection::Sessions(why).into())
        }
        (Err(error), None) => Err(error.into()),
        (Ok(()), None) => Ok(()),
    }
}

/// Returns when the library should begin no more sessions: why.
async fn watch_sessions(shards: &ShardManager, sessions: &Sessions) -> String {
    let mut connected_at = Instant::now();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if sessions.are_too_many() {
            return "Discord ends this bot's sessions one after the other: somebody else may use the token. Stop the other \
                    instance, or reset the token"
                .to_owned();
        }
        let runners = shards.runners.lock().await;
        if runners.values().any(|runner| runner.stage == ConnectionStage::Connected) {
            connected_at = Instant::now();
        } else if connected_at.elapsed() >= SESSION_WITHIN {
            return format!("no session has begun for {} s", SESSION_WITHIN.as_secs());
        }
    }
}

/// The commands as Discord is told of them.
#[must_use]
pub fn registered_commands() -> Vec<CreateCommand> {
    poise::builtins::create_application_commands(&commands::all())
}

/// Tells Discord which commands there are, until it has taken it.
async fn register(http: Arc<Http>, commands: Vec<CreateCommand>, dev_guild: Option<u64>, shutdown: CancellationToken) {
    let (mut rest, last) = REST;
    let count = commands.len();
    loop {
        let registered = match dev_guild {
            Some(guild) => DiscordGuildId::new(guild.max(1)).set_commands(&http, commands.clone()).await.map(drop),
            None => Command::set_global_commands(&http, commands.clone()).await.map(drop),
        };
        match (registered, dev_guild) {
            (Ok(()), Some(guild)) => return tracing::info!("Registered {count} commands in guild {guild} only"),
            (Ok(()), None) => return tracing::info!("Registered {count} commands"),
            (Err(error), _) => {
                tracing::warn!("Cannot register the commands, next try in {} s: {}", rest.as_secs(), in_words(&error));
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        rest = (rest * 2).min(last);
    }
}

/// What an error of the library says; of an answer that is not Discord's it only says that it cannot be read.
fn in_words(error: &serenity::Error) -> String {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(answer)) if answer.error.code < 0 => {
            format!("Discord (or Cloudflare before it) refuses this address: HTTP {}", answer.status_code)
        }
        other => other.to_string(),
    }
}

/// Shows how many codes are active, whenever that changes.
async fn show_presence(bot: Bot, shards: Arc<ShardManager>) {
    let mut shown = None;
    loop {
        match bot.store.count_active_codes().await {
            Ok(count) => {
                let runners = shards.runners.lock().await;
                // Only those that are connected: Discord closes a connection that says anything before who it is.
                let connected: Vec<_> =
                    runners.values().filter(|runner| runner.stage == ConnectionStage::Connected).collect();
                // Shards that came since are told, too.
                let now = Some((count, connected.len()));
                if shown != now && !connected.is_empty() {
                    let activity = presence(count);
                    for runner in connected {
                        runner.runner_tx.set_presence(Some(activity.clone()), OnlineStatus::Online);
                    }
                    shown = now;
                }
            }
            Err(error) => tracing::debug!("The presence stays as it is: {error}"),
        }
        let rest = if shown.is_some() { PRESENCE_EVERY } else { PRESENCE_FIRST };
        tokio::time::sleep(rest).await;
    }
}

/// What the bot is seen to be doing.
pub(super) fn presence(count: u32) -> ActivityData {
    ActivityData::watching(match count {
        0 => "for gift codes".to_owned(),
        1 => "1 active gift code".to_owned(),
        count => format!("{count} active gift codes"),
    })
}

/// What poise could not do: told to whoever asked, as far as it is theirs, and to the log.
async fn on_error(error: poise::FrameworkError<'_, Bot, Failure>) {
    use poise::FrameworkError as E;
    let (ctx, what, error) = match error {
        E::Command { error, ctx, .. } => (ctx, ctx.command().qualified_name.clone(), error),
        E::CommandPanic { payload, ctx, .. } => {
            let why = payload.unwrap_or_else(|| "without a message".to_owned());
            (ctx, ctx.command().qualified_name.clone(), anyhow::anyhow!("it panicked: {why}"))
        }
        E::ArgumentParse { error, ctx, .. } => {
            (ctx, ctx.command().qualified_name.clone(), anyhow::anyhow!("an option cannot be read: {error}"))
        }
        E::CommandStructureMismatch { description, ctx, .. } => (
            poise::Context::Application(ctx),
            ctx.command.qualified_name.clone(),
            anyhow::anyhow!("Discord offers an older form of the command: {description}"),
        ),
        E::GuildOnly { ctx, .. } => {
            return tell(ctx, &super::messages::people::servers_only()).await;
        }
        // Whoever may not use it was told so.
        E::CommandCheckFailed { error: None, .. } => return,
        E::EventHandler { error, event, .. } => {
            return tracing::error!("An event of Discord ({}) was not worked off: {error:#}", event.snake_case_name());
        }
        other => return tracing::warn!("Discord's library reports: {other}"),
    };
    let message = explain(&what, &error);
    tell(ctx, &message).await;
}

async fn tell(ctx: poise::Context<'_, Bot, Failure>, message: &super::messages::Message) {
    let poise::Context::Application(ctx) = ctx else { return };
    if ctx.interaction_type != poise::CommandInteractionType::Command {
        return;
    }
    let is_acknowledged = ctx.has_sent_initial_response.load(Ordering::SeqCst);
    let asked = Asked::command(ctx.interaction, is_acknowledged);
    if let Err(error) = asked.answer(&ctx.serenity_context.http, message).await {
        tracing::debug!("Nor can it be told: {error:#}");
    }
}
