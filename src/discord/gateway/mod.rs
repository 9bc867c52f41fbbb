//! The connection to Discord's gateway, which delivers commands, buttons and events.
//!
//! # Guarantees
//! There is one connection at a time: two would answer everything twice (docs/protocol.md, "Gateway"). Only the leader opens
//! it, and it is closed before the session ends. While Discord cannot be reached, the connection is retried at growing
//! intervals, or when Discord asks for it; posting and redeeming do not depend on it. A connection that Discord accepts and
//! then leaves without an answer is abandoned, and closed should it ever begin. A token that Discord refuses ends the process.
//! Discord counts the sessions of a day and revokes a token that begins too many, so the last ones are kept in reserve, and
//! sessions that end one after the other are not restarted in a loop. Intents that Discord does not allow are asked for once.
//!
//! # Races
//! A person whose command is being answered while the bot stops learns that the work goes on: the store has the request.
//!
//! # Crash
//! Only the number of requests in progress is kept in memory.

mod events;
mod presence;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serenity::all::{ClientBuilder, OnlineStatus, ShardManager};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::domain::back_off::BackOff;
use crate::domain::players::player::GuildId;
use crate::runtime::supervisor::{Fatal, Service};

use super::bot::Bot;
use super::interactions::{commands, id_channel};
use super::registration;
use super::rest::RestError;
use super::session_budget::{self, ConnectError};

/// Between attempts to connect.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(60));
/// The longest back-off while sessions end one after the other.
const SESSION_LOOP_BACK_OFF: Duration = Duration::from_secs(600);
/// A connection that lasted this long resets the back-off.
const STABLE_AFTER: Duration = Duration::from_secs(60);
/// The time between two attempts to close a connection.
const CLOSE_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// How long the library may take to close its connections. While it waits for an answer to a new one, it closes nothing; between
/// two sessions it waits for 5 s, and closes the next one when that begins.
const CLOSE_WITHIN: Duration = Duration::from_secs(8);
/// The same at the end of the process, which ends every connection.
const STOP_WITHIN: Duration = Duration::from_secs(3);
/// How often an abandoned connection is checked: it must end before its session begins.
const ABANDONED_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The most abandoned connections of a process. Only its end ends all of them.
const MAX_ABANDONED: usize = 10;
/// How long commands in progress may take to end at shutdown.
const FINISH_WITHIN: Duration = Duration::from_secs(3);

impl Service for Bot {
    fn name(&self) -> &'static str {
        "Discord connection"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut back_off = BACK_OFF;
        let abandoned = TaskTracker::new();
        let _answers_ids = AbortOnDropHandle::new(tokio::spawn(id_channel::answer_all(Self::clone(&self))));
        while !shutdown.is_cancelled() {
            let began = Instant::now();
            let Err(error) = connect(&self, &abandoned).await else { continue };
            if abandoned.len() > MAX_ABANDONED {
                let reason = "Discord accepts connections and does not answer on them: start again, and look at what is \
                              between this computer and Discord";
                return Err(Fatal(reason.to_owned()).into());
            }
            if is_disallowed(&error) && self.message_content.refuse() {
                tracing::error!(
                    "Discord does not let this bot read messages: turn on “Message Content Intent” under “Bot” in the developer \
                     portal and start again; until then the bot works without ID channels"
                );
                continue;
            }
            if is_unauthorized(&error) {
                tracing::error!("Discord refuses the token: {error:#}");
                return Err(Fatal("Discord refuses DISCORD_TOKEN: set it to the bot's present token".to_owned()).into());
            }
            let mut at_least = Duration::ZERO;
            back_off.longest = BACK_OFF.longest;
            match error.downcast_ref::<ConnectError>() {
                Some(ConnectError::Wait { wait, .. }) => at_least = *wait,
                // A session that began does not mean that all is well.
                Some(ConnectError::SessionLoop(_)) => back_off.longest = SESSION_LOOP_BACK_OFF,
                None if began.elapsed() >= STABLE_AFTER => back_off.reset(),
                None => {}
            }
            let wait = back_off.next_wait().max(at_least);
            let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX).strftime("%F %H:%M:%S");
            let reason = error.root_cause().to_string();
            self.connection.failed(reason.clone(), wait);
            tracing::warn!("No connection to Discord, next try in {} s, at {at} UTC: {reason}", wait.as_secs());
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.in_progress.close();
        if tokio::time::timeout(FINISH_WITHIN, self.in_progress.wait()).await.is_err() {
            tracing::warn!("Some commands were still being answered");
        }
        Ok(())
    }
}

fn is_unauthorized(error: &anyhow::Error) -> bool {
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

/// Whether Discord closed the session because of its intents (4014).
fn is_disallowed(error: &anyhow::Error) -> bool {
    use serenity::gateway::GatewayError;
    matches!(
        error.downcast_ref::<serenity::Error>(),
        Some(serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents))
    )
}

/// Holds one connection until it ends for good or the bot shuts down. A connection that does not even close is `abandoned`.
async fn connect(bot: &Bot, abandoned: &TaskTracker) -> anyhow::Result<()> {
    let (url, shards) = tokio::select! {
        () = bot.shutdown.cancelled() => return Ok(()),
        found = session_budget::find_gateway(&bot.rest) => found?,
    };
    let options = poise::FrameworkOptions {
        commands: commands::all(),
        on_error: |error| Box::pin(commands::on_error(error)),
        pre_command: |ctx| {
            Box::pin(async move {
                ctx.set_invocation_data(ctx.data().in_progress.token()).await;
                registration::check_guild_command(ctx).await;
            })
        },
        command_check: Some(|ctx| Box::pin(commands::check(ctx))),
        event_handler: |ctx, event| Box::pin(events::handle(ctx.user_data, ctx.serenity_context, event)),
        ..Default::default()
    };
    let data = bot.clone();
    // Tasks of this connection end with it.
    let ended = bot.shutdown.child_token();
    let _ends_tasks = ended.clone().drop_guard();
    // The bot's owners get no more rights than a server's own managers.
    let framework = poise::Framework::builder().options(options).initialize_owners(false).setup(move |_, ready, _| {
        let guilds = ready.guilds.iter().map(|guild| GuildId(guild.id.get())).collect();
        tokio::spawn(registration::register(data.clone(), ready.application.id, guilds, ended));
        Box::pin(async move { Ok(data) })
    });
    let mut client = ClientBuilder::new_with_http(bot.access.gateway_http()?, bot.message_content.intents())
        .framework(framework.build())
        .status(OnlineStatus::Online)
        .await?;
    // The library also asks for the address, but goes on when it gets none.
    *client.ws_url.lock().await = url;
    let shard_manager = client.shard_manager.clone();
    let presence = tokio::spawn(presence::keep_up_to_date(bot.clone(), shard_manager.clone()));
    let (connection, watched) = (bot.connection.clone(), shard_manager.clone());
    let status = tokio::spawn(async move { connection.watch(&watched, shards).await });
    // Set before the connection is closed.
    let stop_reason = Arc::new(OnceLock::new());
    let is_closing = CancellationToken::new();
    let stop = tokio::spawn({
        let (shutdown, budget, stop_reason) = (bot.shutdown.clone(), bot.session_budget.clone(), stop_reason.clone());
        let (shard_manager, is_closing) = (shard_manager.clone(), is_closing.clone());
        async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                reason = session_budget::watch(&shard_manager, &budget) => drop(stop_reason.set(reason)),
            }
            is_closing.cancel();
            // Between two sessions there is nothing to close, and the next session would still begin.
            loop {
                shard_manager.shutdown_all().await;
                tokio::time::sleep(CLOSE_AGAIN_AFTER).await;
            }
        }
    });
    let late = async {
        is_closing.cancelled().await;
        let stopped = async {
            bot.shutdown.cancelled().await;
            tokio::time::sleep(STOP_WITHIN).await;
        };
        tokio::select! {
            () = tokio::time::sleep(CLOSE_WITHIN) => {}
            () = stopped => {}
        }
    };
    let result = tokio::select! {
        result = client.start_shards(shards) => result,
        () = late => {
            abandoned.spawn(close_when_connected(shard_manager));
            Ok(())
        }
    };
    presence.abort();
    status.abort();
    stop.abort();
    match (result, stop_reason.get()) {
        _ if bot.shutdown.is_cancelled() => Ok(()),
        (_, Some(reason)) => {
            bot.session_budget.reset();
            Err(ConnectError::SessionLoop(reason.clone()).into())
        }
        (Err(error), None) => Err(error.into()),
        (Ok(()), None) => Ok(()),
    }
}

/// The library waits for an answer to a new connection for ever, and nothing can end that. Closes the connection when it begins.
async fn close_when_connected(shards: Arc<ShardManager>) {
    while shards.runners.lock().await.is_empty() {
        tokio::time::sleep(ABANDONED_POLL_INTERVAL).await;
    }
    shards.shutdown_all().await;
}
