//! Calls that the bot makes of its own accord, paced and told apart by what came of them.
//!
//! Discord allows 50 a second in all (PROTOCOL §3); answers to interactions are not counted by it. Without a proxy the
//! library's rate limiter knows each route's own limit and waits; behind a proxy that is the proxy's work, and a 429 that
//! comes through all the same says how long to wait.

mod interactions;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::DefaultClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use serenity::all::{
    ApplicationId, ChannelId, CreateAttachment, CreateCommand, GuildId, MessageId, PartialGuild, UserId,
};
use serenity::http::{Http, LightMethod, Multipart, MultipartUpload, Request, Route};
use thiserror::Error;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::domain::channel::Blocked;
use crate::http::read_body;
use crate::ports::AnnounceError;

/// Calls a second: under Discord's 50, so that the pace of the network does not make them one too many.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(48).unwrap();
/// The most bytes of an answer: a server with all its roles and emojis.
const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// How long to wait where a 429 does not say it, and the longest that is believed.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(600));

/// Why a call did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestError {
    /// Discord refused it. Nothing was changed, unless the status is 5xx: then nobody knows.
    #[error("Discord answers {status}{}: {message}", if *.code == 0 { String::new() } else { format!(" (code {code})") })]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own number, 0 for none.
        code: u32,
        /// What Discord says, on one line.
        message: String,
        /// How long to stay away.
        retry_after: Option<Duration>,
    },
    /// It never left this machine.
    #[error("Discord cannot be reached: {0}")]
    Unreached(String),
    /// It was sent, and the answer was lost or makes no sense.
    #[error("Discord's answer was lost: {0}")]
    Unanswered(String),
}

impl RestError {
    /// Whether what was asked for may have been done all the same.
    #[must_use]
    pub fn maybe_done(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500,
            Self::Unreached(_) => false,
            Self::Unanswered(_) => true,
        }
    }

    /// Whether the channel cannot be used until somebody acts. Discord's numbers: PROTOCOL §3.
    #[must_use]
    pub fn blocked(&self) -> Option<Blocked> {
        match self {
            Self::Refused { code: 10003, .. } => Some(Blocked::UnknownChannel),
            Self::Refused { code: 50001, .. } => Some(Blocked::MissingAccess),
            Self::Refused { code: 50013, .. } => Some(Blocked::MissingPermissions),
            // A refusal without a number is one all the same.
            Self::Refused { status: 403, code: 0, .. } => Some(Blocked::MissingAccess),
            _ => None,
        }
    }

    /// Whether the message that was to be changed is gone: 10008.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { code: 10008, .. })
    }

    /// Whether the token is no good.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. })
    }
}

impl From<RestError> for AnnounceError {
    fn from(error: RestError) -> Self {
        let retry_after = if let RestError::Refused { retry_after, .. } = &error { *retry_after } else { None };
        Self {
            maybe_sent: error.maybe_done(),
            blocked: error.blocked(),
            is_gone: error.is_gone(),
            retry_after,
            reason: error.to_string(),
        }
    }
}

/// The REST API.
pub struct Rest {
    http: Arc<Http>,
    client: Client,
    proxy: Option<String>,
    pace: RateLimiter<NotKeyed, InMemoryState, DefaultClock>,
    me: OnceCell<UserId>,
    /// Until when Discord wants no call at all.
    held_until: Mutex<Option<Instant>>,
}

impl Rest {
    /// Calls by this client, through `proxy` if one is given.
    #[must_use]
    pub fn new(http: Arc<Http>, client: Client, proxy: Option<String>) -> Self {
        // One at a time, evenly: a burst on top of the rate would be more than Discord allows in a second.
        let quota = Quota::per_second(PER_SECOND).allow_burst(NonZeroU32::MIN);
        Self {
            http,
            client,
            proxy,
            pace: RateLimiter::direct(quota),
            me: OnceCell::new(),
            held_until: Mutex::new(None),
        }
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
        self.turn().await;
        let response = self.perform(request).await?;
        let body = self.body(response).await?;
        serde_json::from_slice(&body).map_err(|e| RestError::Unanswered(e.to_string()))
    }

    /// What Discord answers, or why it refuses.
    async fn body(&self, response: Response) -> Result<Vec<u8>, RestError> {
        let status = response.status();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let body = read_body(response, MAX_ANSWER).await;
        if status.is_success() {
            return body.map_err(|e| RestError::Unanswered(e.to_string()));
        }
        let refusal: Refusal = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
        let wait = (status.as_u16() == 429).then(|| wait(refusal.retry_after.or(retry_after)));
        if let Some(wait) = wait.filter(|_| refusal.global) {
            let until = Instant::now() + wait;
            let mut held_until = self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
            *held_until = Some(held_until.map_or(until, |known| known.max(until)));
        }
        Err(RestError::Refused {
            status: status.as_u16(),
            code: refusal.code,
            message: crate::domain::text::clean(&refusal.message, 200),
            retry_after: wait,
        })
    }

    /// Waits for this call's turn.
    async fn turn(&self) {
        self.pace.until_ready().await;
        loop {
            let held_until = *self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
            match held_until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until).await,
                _ => return,
            }
        }
    }

    async fn perform(&self, request: Request<'_>) -> Result<Response, RestError> {
        if let (None, Some(limiter)) = (&self.proxy, &self.http.ratelimiter) {
            return limiter.perform(request).await.map_err(|error| match error {
                serenity::Error::Http(serenity::http::HttpError::Request(error)) => lost(&error),
                other => RestError::Unanswered(other.to_string()),
            });
        }
        self.perform_now(request).await
    }

    async fn perform_now(&self, request: Request<'_>) -> Result<Response, RestError> {
        let built = request.build(&self.client, self.http.token(), self.proxy.as_deref());
        let built = built.map_err(|e| RestError::Unreached(e.to_string()))?;
        built.send().await.map_err(|error| lost(&error))
    }
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

/// What Discord says when it refuses.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Refusal {
    code: u32,
    message: String,
    retry_after: Option<f64>,
    global: bool,
}

fn wait(seconds: Option<f64>) -> Duration {
    let (default, most) = WAIT;
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(default).min(most)
}

fn lost(error: &reqwest::Error) -> RestError {
    // Its root alone: what stands before that names the address, which holds a token for some calls.
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let cause = cause.to_string();
    let what = if error.is_timeout() { "it took too long".to_owned() } else { cause };
    if error.is_connect() || error.is_builder() { RestError::Unreached(what) } else { RestError::Unanswered(what) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: u32) -> RestError {
        RestError::Refused { status, code, message: "No".into(), retry_after: None }
    }

    #[test]
    fn refusals_say_whether_something_happened_and_who_must_act() {
        for (error, maybe_done, blocked) in [
            (refused(404, 10003), false, Some(Blocked::UnknownChannel)),
            (refused(403, 50001), false, Some(Blocked::MissingAccess)),
            (refused(403, 50013), false, Some(Blocked::MissingPermissions)),
            (refused(403, 0), false, Some(Blocked::MissingAccess)),
            (refused(429, 0), false, None),
            (refused(500, 0), true, None),
            (RestError::Unreached("x".into()), false, None),
            (RestError::Unanswered("x".into()), true, None),
        ] {
            assert_eq!((error.maybe_done(), error.blocked()), (maybe_done, blocked), "{error}");
        }
        assert!(refused(404, 10008).is_gone());
        assert_eq!(refused(403, 50001).to_string(), "Discord answers 403 (code 50001): No");
    }

    #[test]
    fn a_wait_is_believed_within_reason() {
        assert_eq!(wait(Some(0.25)), Duration::from_millis(250));
        assert_eq!(wait(Some(1e12)), Duration::from_secs(600));
        assert_eq!([wait(None), wait(Some(f64::NAN)), wait(Some(-1.0))], [Duration::from_secs(1); 3]);
    }
}
