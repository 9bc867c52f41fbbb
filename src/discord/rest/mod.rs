//! Discord's REST API, with evenly spaced calls and errors that say what happened.
//!
//! Discord allows 50 calls a second, not counting responses to interactions. Each route has a limit of its own as well: a 429
//! names the time to wait, and the caller waits. The library's limiter would wait inside the call, up to a day.
//!
//! An answer that is not Discord's JSON comes from something before Discord: a proxy, or Cloudflare, which blocks whole
//! addresses. It means nothing for any single server. After such an answer no call is made for a growing time, or for as long
//! as the answer asks.

mod access;
mod error;
mod files;
mod reactions;
mod responses;
mod threads;
mod throttle;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Client;
use serde::de::DeserializeOwned;
use serenity::all::{
    ApplicationFlags, ApplicationId, ChannelId, CreateCommand, GuildId, MessageId, PartialGuild, UserId,
};
use serenity::http::{Http, LightMethod, Request, Route};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::runtime::clock::Clock;
use crate::runtime::http::{date, read_body};

pub use access::Access;
pub use error::RestError;
use error::{lost, refused};
use files::Call;
pub use files::MessageFile;
pub use threads::{ThreadInfo, Threads};
use throttle::Throttle;

/// The most bytes of an answer: a server with all its roles and emojis.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

pub struct Rest {
    http: Arc<Http>,
    client: Client,
    proxy: Option<String>,
    me: OnceCell<UserId>,
    throttle: Throttle,
    last_date: Mutex<Option<(Timestamp, [Timestamp; 2])>>,
}

/// The bot's own account.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Me {
    pub id: UserId,
    #[serde(default)]
    pub username: String,
}

/// The application that the token belongs to.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Application {
    pub id: ApplicationId,
    #[serde(default)]
    pub flags: Option<ApplicationFlags>,
}

impl Rest {
    pub fn new(http: Arc<Http>, client: Client, proxy: Option<String>, clock: Clock) -> Self {
        Self { http, client, proxy, me: OnceCell::new(), throttle: Throttle::new(clock), last_date: Mutex::default() }
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.throttle.now()
    }

    pub async fn create_message<T: DeserializeOwned>(
        &self,
        channel: ChannelId,
        body: &impl serde::Serialize,
        files: &[MessageFile],
    ) -> Result<T, RestError> {
        self.send(LightMethod::Post, Route::ChannelMessages { channel_id: channel }, body, files).await
    }

    pub async fn edit_message<T: DeserializeOwned>(
        &self,
        (channel_id, message_id): (ChannelId, MessageId),
        body: &impl serde::Serialize,
        files: &[MessageFile],
    ) -> Result<T, RestError> {
        self.send(LightMethod::Patch, Route::ChannelMessage { channel_id, message_id }, body, files).await
    }

    /// The oldest messages of a channel after `after`, at most 100, newest first.
    pub async fn messages_after<T: DeserializeOwned>(
        &self,
        channel_id: ChannelId,
        after: MessageId,
    ) -> Result<Vec<T>, RestError> {
        let params = vec![("after", after.to_string()), ("limit", "100".to_owned())];
        self.call(Request::new(Route::ChannelMessages { channel_id }, LightMethod::Get).params(Some(params))).await
    }

    /// The channel for direct messages with a user. Discord limits how fast a bot opens them, for all users together: until such
    /// a limit ends, no other is opened.
    pub async fn direct_channel<T: DeserializeOwned>(&self, user: UserId) -> Result<T, RestError> {
        self.throttle.may_open()?;
        let body = serde_json::json!({ "recipient_id": user.to_string() });
        let opened = self.send(LightMethod::Post, Route::UserMeDmChannels, &body, &[]).await;
        opened.map_err(|error: RestError| match error.is_opening_limit() {
            true => RestError::Suspended(self.throttle.record_opening_limit(error.retry_after())),
            false => error,
        })
    }

    /// The newest messages of a channel, at most 100, newest first.
    pub async fn last_messages<T: DeserializeOwned>(
        &self,
        channel_id: ChannelId,
        limit: usize,
    ) -> Result<Vec<T>, RestError> {
        let params = vec![("limit", limit.to_string())];
        self.call(Request::new(Route::ChannelMessages { channel_id }, LightMethod::Get).params(Some(params))).await
    }

    pub async fn channel<T: DeserializeOwned>(&self, channel_id: ChannelId) -> Result<T, RestError> {
        self.call(Request::new(Route::Channel { channel_id }, LightMethod::Get)).await
    }

    /// A guild's channels, including those that the bot cannot view; no threads.
    pub async fn channels<T: DeserializeOwned>(&self, guild_id: GuildId) -> Result<Vec<T>, RestError> {
        self.call(Request::new(Route::GuildChannels { guild_id }, LightMethod::Get)).await
    }

    pub async fn guild(&self, guild_id: GuildId) -> Result<PartialGuild, RestError> {
        self.call(Request::new(Route::Guild { guild_id }, LightMethod::Get)).await
    }

    pub async fn member<T: DeserializeOwned>(&self, guild_id: GuildId, user_id: UserId) -> Result<T, RestError> {
        self.call(Request::new(Route::GuildMember { guild_id, user_id }, LightMethod::Get)).await
    }

    /// The bot's own id, read once. Fails with 401 when the token is refused.
    pub async fn my_id(&self) -> Result<UserId, RestError> {
        let ask = || async { self.me().await.map(|me| me.id) };
        self.me.get_or_try_init(ask).await.copied()
    }

    /// The bot's own account. Fails with 401 when the token is refused.
    pub async fn me(&self) -> Result<Me, RestError> {
        self.call(Request::new(Route::UserMe, LightMethod::Get)).await
    }

    pub async fn my_application(&self) -> Result<Application, RestError> {
        self.call(Request::new(Route::Oauth2ApplicationCurrent, LightMethod::Get)).await
    }

    /// The registered commands: of a guild, or the global ones.
    pub async fn commands<T: DeserializeOwned>(
        &self,
        application_id: ApplicationId,
        guild: Option<GuildId>,
    ) -> Result<Vec<T>, RestError> {
        let route = match guild {
            Some(guild_id) => Route::GuildCommands { application_id, guild_id },
            None => Route::Commands { application_id },
        };
        self.call(Request::new(route, LightMethod::Get)).await
    }

    /// Discord's clock at the last answer, and this computer's before and after it.
    pub fn last_date(&self) -> Option<(Timestamp, [Timestamp; 2])> {
        *self.last_date.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bypasses the outage detection: a refusal here means nothing for other calls.
    pub async fn gateway(&self) -> Result<Gateway, RestError> {
        self.throttle.acquire_permit().await?;
        read(&self.perform(Request::new(Route::GatewayBot, LightMethod::Get)).await?)
    }

    /// Replaces the registered commands: in a guild, or everywhere.
    pub async fn set_commands(
        &self,
        application_id: ApplicationId,
        guild: Option<GuildId>,
        commands: &[CreateCommand],
    ) -> Result<(), RestError> {
        let route = match guild {
            Some(guild_id) => Route::GuildCommands { application_id, guild_id },
            None => Route::Commands { application_id },
        };
        let _: Vec<serde::de::IgnoredAny> = self.send(LightMethod::Put, route, &commands, &[]).await?;
        Ok(())
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: LightMethod,
        route: Route<'_>,
        body: &impl serde::Serialize,
        files: &[MessageFile],
    ) -> Result<T, RestError> {
        self.call(request(method, route, body, files)?).await
    }

    async fn call<T: DeserializeOwned>(&self, request: impl Into<Call<'_>>) -> Result<T, RestError> {
        read(&self.call_for_bytes(request).await?)
    }

    /// Makes a call whose answer says nothing more, and may be empty.
    async fn discard(&self, request: impl Into<Call<'_>>) -> Result<(), RestError> {
        self.call_for_bytes(request).await.map(drop)
    }

    async fn call_for_bytes(&self, request: impl Into<Call<'_>>) -> Result<Vec<u8>, RestError> {
        self.throttle.acquire_permit().await?;
        let began = Instant::now();
        match self.perform(request).await {
            Ok(body) => {
                self.throttle.record_answer(None);
                Ok(body)
            }
            Err(RestError::Outage { status, retry_after }) => {
                let reason = format!(
                    "Discord (or Cloudflare before it) refuses this address: HTTP {status}, not its own answer"
                );
                Err(RestError::Outage { status, retry_after: self.throttle.record_outage(began, &reason, retry_after) })
            }
            Err(error) => {
                match &error {
                    RestError::Unreached(_) => {
                        _ = self.throttle.record_outage(began, &error.to_string(), Duration::ZERO);
                    }
                    RestError::Refused { is_global, retry_after, .. } => {
                        self.throttle.record_answer(retry_after.filter(|_| *is_global));
                    }
                    _ => {}
                }
                Err(error)
            }
        }
    }

    /// Makes a call at once. The `retry_after` of an outage may be zero.
    async fn perform(&self, call: impl Into<Call<'_>>) -> Result<Vec<u8>, RestError> {
        let Call { request, form } = call.into();
        let built = request.build(&self.client, self.http.token(), self.proxy.as_deref());
        let built = built.map_err(|e| RestError::Unreached(e.to_string()))?;
        let request = match form {
            Some(form) => files::with_form(built, form),
            None => built.build(),
        };
        let request = request.map_err(|e| RestError::Unreached(e.to_string()))?;
        let sent = self.now();
        let response = self.client.execute(request).await.map_err(|error| lost(&error))?;
        if let Some(date) = date(response.headers()) {
            let answered = Some((date, [sent, self.now()]));
            *self.last_date.lock().unwrap_or_else(PoisonError::into_inner) = answered;
        }
        let status = response.status();
        let retry_after =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = read_body(response, MAX_ANSWER).await;
        if status.is_success() {
            return body.map_err(|e| RestError::Unanswered(e.to_string()));
        }
        Err(refused(status.as_u16(), retry_after, &body.unwrap_or_default()))
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body).map_err(|e| RestError::Unanswered(e.to_string()))
}

fn request<'a>(
    method: LightMethod,
    route: Route<'a>,
    body: &impl serde::Serialize,
    files: &[MessageFile],
) -> Result<Call<'a>, RestError> {
    let unsendable = |error: &dyn std::fmt::Display| RestError::Unreached(error.to_string());
    let mut body = serde_json::to_value(body).map_err(|e| unsendable(&e))?;
    if files.is_empty() {
        return Ok(Request::new(route, method).body(Some(body.to_string().into_bytes())).into());
    }
    files::name_files(&mut body, files);
    let form = files::form(body.to_string(), files.to_vec()).map_err(|e| unsendable(&e))?;
    Ok(Call { request: Request::new(route, method), form: Some(form) })
}

#[derive(Debug, Clone, serde::Deserialize)]
pub struct Gateway {
    pub url: String,
    /// The number of shards that Discord recommends.
    #[serde(default)]
    pub shards: u32,
    /// A proxy may leave it out.
    pub session_start_limit: Option<SessionStartLimit>,
}

/// Discord revokes a token that exceeds it.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct SessionStartLimit {
    /// Sessions that may begin before the reset.
    pub remaining: u64,
    /// Milliseconds until the reset.
    pub reset_after: u64,
}

#[cfg(test)]
mod tests;
