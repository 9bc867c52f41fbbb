//! The connection to Discord's gateway: commands, buttons and events come through it.
//!
//! # Guarantees
//! One connection at a time: two would answer everything twice (docs/protocol.md, "Gateway"). It is opened by the leader
//! only, and closed before the session ends. While Discord cannot be reached it is tried again, at growing intervals, or when Discord
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
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};
use serenity::all::{ActivityData, ClientBuilder, GatewayIntents, OnlineStatus, ShardManager};
use serenity::gateway::ConnectionStage;
use serenity::http::{Http, HttpBuilder};
use tokio::time::Instant;
use url::Url;

use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Fatal;

use super::answer::{Asked, Error};
use super::bot::Bot;
use super::rest::{Rest, RestError};
use super::sessions::{self, NoConnection};
use super::{commands, events, registration};

/// Servers, their channels and roles, and no more: none of them needs Discord's approval.
const INTENTS: GatewayIntents = GatewayIntents::GUILDS;
/// One call to Discord.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A connection that cannot be made rests, doubling from the first to the second.
const COOL_DOWN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// The same where sessions end one after the other.
const SESSIONS_COOL_DOWN: Duration = Duration::from_secs(600);
/// A connection that lasted so long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(60);
/// Between two attempts to end a connection.
const STOP_AGAIN: Duration = Duration::from_millis(250);
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
        crate::runtime::http::client(std::slice::from_ref(address), TIMEOUT).build().context("cannot begin HTTP")
    }

    fn proxy(&self) -> Option<String> {
        self.proxy.as_ref().map(|proxy| proxy.as_str().trim_end_matches('/').to_owned())
    }

    /// The library's client, without its rate limiter: that keeps an entry for each interaction, and waits inside a call for
    /// as long as it is told, be it a day.
    fn http(&self, client: reqwest::Client) -> Http {
        let http = HttpBuilder::new(self.token.expose_secret()).client(client).ratelimiter_disabled(true);
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

    /// The library's client for the gateway, which answers autocompletion by itself.
    fn gateway(&self) -> anyhow::Result<Http> {
        Ok(self.http(self.client()?))
    }
}

/// Keeps the connection until the bot's shutdown.
///
/// # Errors
/// When Discord refuses the token.
pub async fn run(bot: Bot) -> anyhow::Result<()> {
    let first = COOL_DOWN.0;
    let mut rest = first;
    while !bot.shutdown.is_cancelled() {
        let began = Instant::now();
        let Err(error) = connect(&bot).await else { continue };
        if is_refusal(&error) {
            tracing::error!("Discord refuses the token: {error:#}");
            return Err(Fatal("Discord refuses DISCORD_TOKEN: set it to the bot's present token".to_owned()).into());
        }
        let (mut wait, mut last) = (rest, COOL_DOWN.1);
        match error.downcast_ref::<NoConnection>() {
            Some(NoConnection::Wait { wait: told, .. }) => wait = wait.max(*told),
            // That a session began is no sign that all is well.
            Some(NoConnection::Sessions(_)) => last = SESSIONS_COOL_DOWN,
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
        found = sessions::gateway(&bot.rest) => found?,
    };
    let options = poise::FrameworkOptions {
        commands: commands::all(),
        on_error: |error| Box::pin(on_error(error)),
        pre_command: |ctx| {
            Box::pin(async move {
                ctx.set_invocation_data(ctx.data().at_work.token()).await;
                registration::tidy(ctx).await;
            })
        },
        command_check: Some(|ctx| Box::pin(commands::check(ctx))),
        event_handler: |ctx, event| Box::pin(events::handle(ctx.user_data, ctx.serenity_context, event)),
        ..Default::default()
    };
    let data = bot.clone();
    // What this connection began ends with it.
    let over = bot.shutdown.child_token();
    let _ends = over.clone().drop_guard();
    // Nobody has more rights than a server's own managers.
    let framework = poise::Framework::builder().options(options).initialize_owners(false).setup(move |_, ready, _| {
        tokio::spawn(registration::register(data.clone(), ready.application.id, over));
        Box::pin(async move { Ok(data) })
    });
    let mut client = ClientBuilder::new_with_http(bot.access.gateway()?, INTENTS)
        .framework(framework.build())
        .status(OnlineStatus::Online)
        .await?;
    // The library asks for it by itself, and goes on without the answer.
    *client.ws_url.lock().await = url;
    let manager = client.shard_manager.clone();
    let presence = tokio::spawn(show_presence(bot.clone(), manager.clone()));
    // Why it was ended; said before it ends.
    let over = Arc::new(OnceLock::new());
    let stop = tokio::spawn({
        let (shutdown, began, over) = (bot.shutdown.clone(), bot.sessions.clone(), over.clone());
        async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                why = sessions::watch(&manager, &began) => drop(over.set(why)),
            }
            // Between two sessions there is nothing that could be ended, and the next one begins all the same.
            loop {
                manager.shutdown_all().await;
                tokio::time::sleep(STOP_AGAIN).await;
            }
        }
    });
    let ended = client.start_shards(shards).await;
    presence.abort();
    stop.abort();
    match (ended, over.get()) {
        _ if bot.shutdown.is_cancelled() => Ok(()),
        (_, Some(why)) => {
            bot.sessions.forget();
            Err(NoConnection::Sessions(why.clone()).into())
        }
        (Err(error), None) => Err(error.into()),
        (Ok(()), None) => Ok(()),
    }
}

/// Shows how many codes are active, whenever that changes.
async fn show_presence(bot: Bot, shards: Arc<ShardManager>) {
    let mut shown = None;
    loop {
        match bot.store.codes().count_active_codes().await {
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
async fn on_error(error: poise::FrameworkError<'_, Bot, Error>) {
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
            ctx.command().qualified_name.clone(),
            anyhow::anyhow!("Discord offers an older form of the command: {description}"),
        ),
        E::GuildOnly { ctx: poise::Context::Application(ctx), .. } => {
            if let Some(asked) = asked(ctx)
                && let Err(error) = asked.answer(&super::messages::people::servers_only()).await
            {
                tracing::debug!("{error:#}");
            }
            return;
        }
        // Whoever may not use it was told so.
        E::CommandCheckFailed { error: None, .. } => return,
        E::EventHandler { error, event, .. } => {
            return tracing::error!("An event of Discord ({}) was not worked off: {error:#}", event.snake_case_name());
        }
        other => return tracing::warn!("Discord's library reports: {other}"),
    };
    let poise::Context::Application(ctx) = ctx else { return };
    if let Some(asked) = asked(ctx) {
        asked.fail(&what, &error).await;
    }
}

/// The command to be answered; what is offered while somebody types is none.
fn asked(ctx: poise::ApplicationContext<'_, Bot, Error>) -> Option<Asked<'_>> {
    let is_acknowledged = ctx.has_sent_initial_response.load(Ordering::SeqCst);
    let is_command = ctx.interaction_type == poise::CommandInteractionType::Command;
    is_command.then(|| Asked::command(ctx.data(), ctx.interaction, is_acknowledged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateways_client_counts_no_interactions() {
        for proxy in [None, Some("http://127.0.0.1:9".parse().unwrap())] {
            let access = Access { token: SecretString::from("token".to_owned()), proxy };
            assert!(access.gateway().unwrap().ratelimiter.is_none(), "{:?}", access.proxy);
        }
    }
}
