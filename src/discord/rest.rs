//! Calls that the bot makes of its own accord, paced and told apart by what came of them.
//!
//! Discord allows 50 a second in all; what people ask for is not counted by it. Each route has a limit of its own beside
//! that: a 429 says how long to wait, and whoever called waits so long. The library's limiter would wait inside the call,
//! for a day where that is asked.
//!
//! An answer that is not Discord's JSON comes from what stands before Discord: a proxy, or Cloudflare, which blocks whole
//! addresses. It says nothing of any server. Then no call is made for a while, which grows, or for as long as it says.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::DefaultClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use reqwest::Client;
use serde::de::DeserializeOwned;
use serenity::all::{ChannelId, CreateAttachment, GuildId, MessageId, PartialGuild, UserId};
use serenity::http::{Http, LightMethod, Multipart, MultipartUpload, Request, Route};
use thiserror::Error;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::domain::channel::Blocked;
use crate::http::read_body;
use crate::ports::AnnounceError;

/// Calls a second: under Discord's 50, so that the pace of the network does not make them one too many.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(48).unwrap();
/// The most bytes of an answer: a server with all its roles and emojis.
const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// How long to wait where a 429 does not say it, and the longest that is believed: addresses have been blocked for a day.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(7 * 86_400));
/// The shortest: a limit that asks for nothing must not be asked again at once.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);
/// How long no call is made when Discord is not reached, doubling from the first to the second, where nobody says.
const OUTAGE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// A call waits so long for Discord to want calls again; else it comes to nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long edits of old messages wait: Discord takes three in six seconds of a channel.
const OLD_EDITS: Duration = Duration::from_secs(7);

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
        /// That holds for every call.
        is_global: bool,
    },
    /// What answered is not Discord. Nothing was changed, unless the status is 5xx: then nobody knows.
    #[error("Discord (or Cloudflare before it) refuses this address: HTTP {status}, next try in {} s", .retry_after.as_secs())]
    Outage {
        /// The HTTP status.
        status: u16,
        /// How long to stay away.
        retry_after: Duration,
    },
    /// No call was made: Discord wants none, or is not reached.
    #[error("no call to Discord for {} s", .0.as_secs())]
    Held(Duration),
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
            Self::Refused { status, .. } | Self::Outage { status, .. } => *status >= 500,
            Self::Held(_) | Self::Unreached(_) => false,
            Self::Unanswered(_) => true,
        }
    }

    /// How long to stay away, where somebody says.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { code: 30046, .. } => Some(OLD_EDITS),
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Outage { retry_after, .. } | Self::Held(retry_after) => Some(*retry_after),
            Self::Unreached(_) | Self::Unanswered(_) => None,
        }
    }

    /// Whether the channel cannot be used until somebody acts.
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
        Self {
            maybe_sent: error.maybe_done(),
            blocked: error.blocked(),
            is_gone: error.is_gone(),
            is_absent: false,
            is_outage: matches!(error, RestError::Outage { .. } | RestError::Held(_) | RestError::Unreached(_)),
            retry_after: error.retry_after(),
            reason: error.to_string(),
        }
    }
}

/// The REST API.
pub struct Rest {
    http: Arc<Http>,
    client: Client,
    proxy: Option<String>,
    clock: Clock,
    pace: RateLimiter<NotKeyed, InMemoryState, DefaultClock>,
    me: OnceCell<UserId>,
    hold: Mutex<Hold>,
}

/// When calls may be made.
#[derive(Debug, Default)]
struct Hold {
    /// Discord wants no call at all before.
    wanted_until: Option<Instant>,
    /// Discord is not reached, and not tried before.
    outage_until: Option<Instant>,
    /// How often in a row it was not reached.
    outages: u32,
}

impl Rest {
    /// Calls by this client, through `proxy` if one is given.
    #[must_use]
    pub fn new(http: Arc<Http>, client: Client, proxy: Option<String>, clock: Clock) -> Self {
        // One at a time, evenly: a burst on top of the rate would be more than Discord allows in a second.
        let quota = Quota::per_second(PER_SECOND).allow_burst(NonZeroU32::MIN);
        Self {
            http,
            client,
            proxy,
            clock,
            pace: RateLimiter::direct(quota),
            me: OnceCell::new(),
            hold: Mutex::default(),
        }
    }

    /// The library's own client, for what people ask for.
    #[must_use]
    pub fn http(&self) -> &Arc<Http> {
        &self.http
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
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

    async fn send<T: DeserializeOwned>(
        &self,
        method: LightMethod,
        route: Route<'_>,
        body: &impl serde::Serialize,
        file: Option<CreateAttachment>,
    ) -> Result<T, RestError> {
        let json = serde_json::to_string(body).map_err(|e| RestError::Unreached(e.to_string()))?;
        let request = match file {
            None => Request::new(route, method).body(Some(json.into_bytes())),
            Some(file) => Request::new(route, method).multipart(Some(Multipart {
                upload: MultipartUpload::Attachments(vec![file]),
                fields: Vec::new(),
                payload_json: Some(json),
            })),
        };
        self.call(request).await
    }

    /// Where the gateway is, and how many sessions may begin. That this is refused says nothing of other calls.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn gateway(&self) -> Result<Gateway, RestError> {
        self.turn().await?;
        self.perform(Request::new(Route::GatewayBot, LightMethod::Get)).await
    }

    async fn call<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, RestError> {
        self.turn().await?;
        let began = Instant::now();
        match self.perform(request).await {
            Err(RestError::Outage { status, retry_after }) => {
                let what = format!(
                    "Discord (or Cloudflare before it) refuses this address: HTTP {status}, not its own answer"
                );
                Err(RestError::Outage { status, retry_after: self.note_outage(began, &what, retry_after) })
            }
            Err(error @ RestError::Unreached(_)) => {
                self.note_outage(began, &error.to_string(), Duration::ZERO);
                Err(error)
            }
            Err(error @ RestError::Unanswered(_)) => Err(error),
            answered => {
                let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
                if let Err(RestError::Refused { is_global: true, retry_after: Some(wait), .. }) = &answered {
                    hold.wanted_until = hold.wanted_until.max(Some(Instant::now() + *wait));
                }
                if hold.outages > 0 {
                    tracing::info!("Discord answers again");
                    (hold.outages, hold.outage_until) = (0, None);
                }
                answered
            }
        }
    }

    /// A call that began then did not get through to Discord: none is made for a while; returns for how long.
    fn note_outage(&self, began: Instant, what: &str, told: Duration) -> Duration {
        let mut hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, last) = OUTAGE;
        // A call that was under way already tells nothing new.
        let is_news = hold.outage_until.is_none_or(|until| until <= began);
        if is_news {
            let wait = first.saturating_mul(2u32.saturating_pow(hold.outages)).min(last).max(told);
            hold.outages = hold.outages.saturating_add(1);
            hold.outage_until = Some(Instant::now() + wait);
            let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX).strftime("%F %H:%M:%S");
            tracing::warn!("{what}; nothing is sent meanwhile, next try at {at} UTC");
        } else {
            hold.outage_until = hold.outage_until.max(Some(Instant::now() + told));
        }
        let left = hold.outage_until.map_or(first, |until| until.saturating_duration_since(Instant::now()));
        left.max(SHORTEST_WAIT)
    }

    /// Waits for this call's turn. The pace comes last: what waited for Discord together must not go together.
    async fn turn(&self) -> Result<(), RestError> {
        loop {
            let now = Instant::now();
            let (wanted, outage) = {
                let hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
                let left =
                    |until: Option<Instant>| until.map_or(Duration::ZERO, |it| it.saturating_duration_since(now));
                (left(hold.wanted_until), left(hold.outage_until))
            };
            if !outage.is_zero() || wanted > PATIENCE {
                return Err(RestError::Held(outage.max(wanted)));
            }
            if wanted.is_zero() {
                self.pace.until_ready().await;
                if !self.is_held() {
                    return Ok(());
                }
            }
            tokio::time::sleep(wanted).await;
        }
    }

    fn is_held(&self) -> bool {
        let hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Some(Instant::now());
        hold.wanted_until > now || hold.outage_until > now
    }

    /// Makes the call; an outage is told with how long the answer asks for, which may be nothing.
    async fn perform<T: DeserializeOwned>(&self, request: Request<'_>) -> Result<T, RestError> {
        let built = request.build(&self.client, self.http.token(), self.proxy.as_deref());
        let built = built.map_err(|e| RestError::Unreached(e.to_string()))?;
        let response = built.send().await.map_err(|error| lost(&error))?;
        let status = response.status();
        let told = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = read_body(response, MAX_ANSWER).await;
        if status.is_success() {
            let body = body.map_err(|e| RestError::Unanswered(e.to_string()))?;
            return serde_json::from_slice(&body).map_err(|e| RestError::Unanswered(e.to_string()));
        }
        let Ok(refusal) = serde_json::from_slice::<Refusal>(&body.unwrap_or_default()) else {
            let retry_after = told.map_or(Duration::ZERO, |told| wait(Some(told)));
            return Err(RestError::Outage { status: status.as_u16(), retry_after });
        };
        Err(RestError::Refused {
            status: status.as_u16(),
            code: refusal.code,
            message: crate::domain::text::clean(&refusal.message, 200),
            retry_after: (status.as_u16() == 429).then(|| wait(refusal.retry_after.or(told))),
            is_global: status.as_u16() == 429 && refusal.global,
        })
    }
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

/// What Discord says when it refuses. An answer without a message is not Discord's.
#[derive(Debug, serde::Deserialize)]
struct Refusal {
    #[serde(default)]
    code: u32,
    message: String,
    retry_after: Option<f64>,
    #[serde(default)]
    global: bool,
}

fn wait(seconds: Option<f64>) -> Duration {
    let (default, most) = WAIT;
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(default).clamp(SHORTEST_WAIT, most)
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
        RestError::Refused { status, code, message: "No".into(), retry_after: None, is_global: false }
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
            (RestError::Outage { status: 403, retry_after: WAIT.0 }, false, None),
            (RestError::Outage { status: 502, retry_after: WAIT.0 }, true, None),
            (RestError::Held(WAIT.0), false, None),
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
        assert_eq!(wait(Some(82_721.0)), Duration::from_secs(82_721));
        assert_eq!([wait(Some(1e12)), wait(Some(0.0))], [WAIT.1, SHORTEST_WAIT]);
        assert_eq!([wait(None), wait(Some(f64::NAN)), wait(Some(-1.0))], [Duration::from_secs(1); 3]);
    }
}
