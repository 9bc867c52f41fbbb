//! Calls that the bot makes of its own accord, paced and told apart by what came of them.
//!
//! Discord allows 50 a second in all; what people ask for is not counted by it. Each route has a limit of its own beside
//! that: a 429 says how long to wait, and whoever called waits so long. The library's limiter would wait inside the call,
//! for a day where that is asked.
//!
//! An answer that is not Discord's JSON comes from what stands before Discord: a proxy, or Cloudflare, which blocks whole
//! addresses. It says nothing of any server. Then no call is made for a while, which grows, or for as long as it says.

mod error;
mod hold;
mod interactions;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use serde::de::DeserializeOwned;
use serenity::all::{
    ApplicationId, ChannelId, CreateAttachment, CreateCommand, GuildId, MessageId, PartialGuild, UserId,
};
use serenity::http::{Http, LightMethod, Multipart, MultipartUpload, Request, Route};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::runtime::clock::Clock;
use crate::runtime::http::read_body;

pub use error::RestError;
use error::{lost, refused};
use hold::Hold;

/// The most bytes of an answer: a server with all its roles and emojis.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// The REST API.
pub struct Rest {
    http: Arc<Http>,
    client: Client,
    proxy: Option<String>,
    me: OnceCell<UserId>,
    hold: Hold,
}

impl Rest {
    /// Calls by this client, through `proxy` if one is given.
    pub fn new(http: Arc<Http>, client: Client, proxy: Option<String>, clock: Clock) -> Self {
        Self { http, client, proxy, me: OnceCell::new(), hold: Hold::new(clock) }
    }

    /// The time.
    pub fn now(&self) -> jiff::Timestamp {
        self.hold.now()
    }

    /// Sends a message; `body` as Discord wants it.
    ///
    /// # Errors
    /// When it is not known to be sent.
    pub async fn create_message<T: DeserializeOwned>(
        &self,
        channel: ChannelId,
        body: &impl serde::Serialize,
        file: Option<CreateAttachment>,
    ) -> Result<T, RestError> {
        self.send(LightMethod::Post, Route::ChannelMessages { channel_id: channel }, body, file).await
    }

    /// Changes a message.
    ///
    /// # Errors
    /// When it is not known to be changed.
    pub async fn edit_message<T: DeserializeOwned>(
        &self,
        (channel_id, message_id): (ChannelId, MessageId),
        body: &impl serde::Serialize,
        file: Option<CreateAttachment>,
    ) -> Result<T, RestError> {
        self.send(LightMethod::Patch, Route::ChannelMessage { channel_id, message_id }, body, file).await
    }

    /// The messages of a channel behind `after`, the oldest of them, newest first; at most 100.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn messages_after<T: DeserializeOwned>(
        &self,
        channel_id: ChannelId,
        after: MessageId,
    ) -> Result<Vec<T>, RestError> {
        let params = vec![("after", after.to_string()), ("limit", "100".to_owned())];
        self.call(Request::new(Route::ChannelMessages { channel_id }, LightMethod::Get).params(Some(params))).await
    }

    /// A channel.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn channel<T: DeserializeOwned>(&self, channel_id: ChannelId) -> Result<T, RestError> {
        self.call(Request::new(Route::Channel { channel_id }, LightMethod::Get)).await
    }

    /// A server's channels, those that cannot be seen included; no threads.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn channels<T: DeserializeOwned>(&self, guild_id: GuildId) -> Result<Vec<T>, RestError> {
        self.call(Request::new(Route::GuildChannels { guild_id }, LightMethod::Get)).await
    }

    /// A server with its roles.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn guild(&self, guild_id: GuildId) -> Result<PartialGuild, RestError> {
        self.call(Request::new(Route::Guild { guild_id }, LightMethod::Get)).await
    }

    /// A member of a server.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn member<T: DeserializeOwned>(&self, guild_id: GuildId, user_id: UserId) -> Result<T, RestError> {
        self.call(Request::new(Route::GuildMember { guild_id, user_id }, LightMethod::Get)).await
    }

    /// Who we are. Asked once; also a way to see whether the token is good.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn my_id(&self) -> Result<UserId, RestError> {
        #[derive(serde::Deserialize)]
        struct Me {
            id: UserId,
        }
        let ask = || async { self.call(Request::new(Route::UserMe, LightMethod::Get)).await.map(|me: Me| me.id) };
        self.me.get_or_try_init(ask).await.copied()
    }

    /// Where the gateway is, and how many sessions may begin. That this is refused says nothing of other calls.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn gateway(&self) -> Result<Gateway, RestError> {
        self.hold.acquire_permit().await?;
        read(&self.perform(Request::new(Route::GatewayBot, LightMethod::Get)).await?)
    }

    /// Registers these commands, and no others: in a guild, or everywhere.
    ///
    /// # Errors
    /// When they are not known to be registered.
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
        let _: Vec<serde::de::IgnoredAny> = self.send(LightMethod::Put, route, &commands, None).await?;
        Ok(())
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: LightMethod,
        route: Route<'_>,
        body: &impl serde::Serialize,
        file: Option<CreateAttachment>,
    ) -> Result<T, RestError> {
        self.call(request(method, route, body, file)?).await
    }

    async fn call<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, RestError> {
        self.hold.acquire_permit().await?;
        let began = Instant::now();
        match self.perform(request).await {
            Ok(body) => {
                self.hold.answered(None);
                read(&body)
            }
            Err(RestError::Outage { status, retry_after }) => {
                let what = format!(
                    "Discord (or Cloudflare before it) refuses this address: HTTP {status}, not its own answer"
                );
                Err(RestError::Outage { status, retry_after: self.hold.failed(began, &what, retry_after) })
            }
            Err(error) => {
                match &error {
                    RestError::Unreached(_) => drop(self.hold.failed(began, &error.to_string(), Duration::ZERO)),
                    RestError::Refused { is_global, retry_after, .. } => {
                        self.hold.answered(retry_after.filter(|_| *is_global));
                    }
                    _ => {}
                }
                Err(error)
            }
        }
    }

    /// Makes a call at once. An outage is told with how long the answer asks for, which may be nothing.
    async fn perform(&self, request: Request<'_>) -> Result<Vec<u8>, RestError> {
        let built = request.build(&self.client, self.http.token(), self.proxy.as_deref());
        let built = built.map_err(|e| RestError::Unreached(e.to_string()))?;
        let response = built.send().await.map_err(|error| lost(&error))?;
        let status = response.status();
        let told = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = read_body(response, MAX_ANSWER).await;
        if status.is_success() {
            return body.map_err(|e| RestError::Unanswered(e.to_string()));
        }
        Err(refused(status.as_u16(), told, &body.unwrap_or_default()))
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RestError> {
    serde_json::from_slice(body).map_err(|e| RestError::Unanswered(e.to_string()))
}

fn request<'a>(
    method: LightMethod,
    route: Route<'a>,
    body: &impl serde::Serialize,
    file: Option<CreateAttachment>,
) -> Result<Request<'a>, RestError> {
    let json = serde_json::to_string(body).map_err(|e| RestError::Unreached(e.to_string()))?;
    Ok(match file {
        None => Request::new(route, method).body(Some(json.into_bytes())),
        Some(file) => Request::new(route, method).multipart(Some(Multipart {
            upload: MultipartUpload::Attachments(vec![file]),
            fields: Vec::new(),
            payload_json: Some(json),
        })),
    })
}

/// Where the gateway is.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Gateway {
    /// Its address.
    pub url: String,
    /// How many shards Discord recommends.
    #[serde(default)]
    pub shards: u32,
    /// How many sessions may begin; what stands before Discord may leave it out.
    pub session_start_limit: Option<SessionStartLimit>,
}

/// How many sessions may begin: beyond it Discord takes the token away.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub struct SessionStartLimit {
    /// So many before the reset.
    pub remaining: u64,
    /// Milliseconds until then.
    pub reset_after: u64,
}

#[cfg(test)]
mod tests;
