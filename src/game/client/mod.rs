//! Sends requests to the game and returns their answers as values.

mod interpret;

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, ORIGIN, REFERER};
use url::Url;

use crate::domain::answers::answer::{Answer, RateLimitHints, Reply};
use crate::domain::codes::code::Code;
use crate::domain::players::player::{PlayerId, State};
use crate::ports::{Capacity, GameApi, LoginAnswer};
use crate::runtime::clock::Clock;
use crate::runtime::http::{self, BodyError};

use super::sessions::Sessions;
use super::signature::sign;
use super::{PLAYER_PATH, REDEEM_PATH};
use interpret::{Raw, interpret, profile};

/// The largest answer that is read, in bytes. Real ones have a few hundred.
const MAX_BODY: usize = 64 * 1024;
/// The longest `Retry-After` of the game that is honoured.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// The cool-down of a session after its first refusal.
const FIRST_COOL_DOWN: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
pub struct GameSettings {
    /// The endpoints are below it.
    pub base_url: Url,
    /// The game's own page. The API refuses calls that do not name it.
    pub page: Url,
    /// The salt of the signatures.
    pub salt: String,
    /// The longest time for one call, including the answer's body.
    pub timeout: Duration,
}

pub struct GameClient {
    sessions: Sessions,
    /// Separate, so that a login that hangs takes no session from the redemptions.
    login: reqwest::Client,
    settings: GameSettings,
    clock: Clock,
    requests: AtomicU64,
}

impl GameClient {
    pub fn new(settings: GameSettings, clock: Clock) -> anyhow::Result<Self> {
        Self::with_sessions(settings, clock, 1, FIRST_COOL_DOWN)
    }

    /// A client with one session for each of `count` calls at once, at least 1. A refused session cools down for
    /// `cool_down`, which doubles with each refusal in a row, up to a minute.
    pub fn with_sessions(
        settings: GameSettings,
        clock: Clock,
        count: usize,
        cool_down: Duration,
    ) -> anyhow::Result<Self> {
        let page = page_headers(&settings.page)?;
        let session = |_| {
            http::client(std::slice::from_ref(&settings.base_url), settings.timeout)
                .default_headers(page.clone())
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .context("cannot set up the connection to the game")
        };
        let login = session(0)?;
        let clients = (0..count.max(1)).map(session).collect::<anyhow::Result<_>>()?;
        Ok(Self { sessions: Sessions::new(clients, cool_down), login, settings, clock, requests: AtomicU64::new(0) })
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<(Raw, RateLimitHints), Answer> {
        let sign = sign(fields, &self.settings.salt);
        let mut form = fields.to_vec();
        form.push(("sign", &sign));
        let url = format!("{}/{path}", self.settings.base_url.as_str().trim_end_matches('/'));
        self.requests.fetch_add(1, Ordering::Relaxed);
        let session = if path == REDEEM_PATH { self.sessions.take(self.clock.elapsed()) } else { None };
        let http = session.as_ref().map_or(&self.login, |session| &session.http);
        let response = http.post(url).form(&form).send().await.map_err(|e| not_answered(&e))?;
        let (hints, date) = (hints(&response), http::date(response.headers()));
        let status = response.status().as_u16();
        if let Some(session) = &session {
            session.answered(status == 429, self.clock.elapsed());
        }
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
        let body = match http::read_body(response, MAX_BODY).await {
            Ok(body) => Some(body),
            Err(BodyError::TimedOut) => return Err(Answer::TimedOut),
            Err(BodyError::TooLarge | BodyError::CutOff) => None,
        };
        let raw = Raw { status, content_type, body, date };
        Ok((raw, hints))
    }
}

impl GameClient {
    /// One redeem call outside the engine, with its answer and the game's clock, if it answered.
    pub async fn try_call(&self, player: PlayerId, state: State, code: &Code) -> (Answer, Option<Timestamp>) {
        match self.post_redeem(player, state, code).await {
            Ok((raw, _)) => (interpret(&raw), raw.date),
            Err(answer) => (answer, None),
        }
    }

    async fn post_redeem(&self, player: PlayerId, state: State, code: &Code) -> Result<(Raw, RateLimitHints), Answer> {
        let (fid, kid) = (player.to_string(), state.to_string());
        let time = self.clock.now().as_second().to_string();
        let fields = [("fid", fid.as_str()), ("cdk", code.as_str()), ("kid", kid.as_str()), ("time", time.as_str())];
        self.post(REDEEM_PATH, &fields).await
    }
}

/// The headers that a browser on the game's page would send: the page's host without its path.
fn page_headers(page: &Url) -> anyhow::Result<HeaderMap> {
    let origin = page.origin().ascii_serialization();
    let header = |text: &str| HeaderValue::from_str(text).with_context(|| format!("cannot name the page {page}"));
    Ok(HeaderMap::from_iter([(ORIGIN, header(&origin)?), (REFERER, header(&format!("{origin}/"))?)]))
}

/// The rate limits in the headers (docs/protocol.md, "Limits").
fn hints(response: &reqwest::Response) -> RateLimitHints {
    let number = |name| response.headers().get(name)?.to_str().ok()?.trim().parse().ok();
    RateLimitHints {
        retry_after: http::retry_after(response).map(|wait| wait.min(MAX_RETRY_AFTER)),
        limit: number("x-ratelimit-limit"),
        remaining: number("x-ratelimit-remaining"),
    }
}

/// Why there is no answer. The error's address contains no secret, but it is always the same.
fn not_answered(error: &reqwest::Error) -> Answer {
    tracing::debug!("The game did not answer: {:?}", error.source().map(ToString::to_string));
    if error.is_timeout() { Answer::TimedOut } else { Answer::Connection }
}

impl GameApi for GameClient {
    fn capacity(&self) -> Capacity {
        self.sessions.capacity(self.clock.elapsed())
    }

    async fn login(&self, player: PlayerId) -> Reply<LoginAnswer> {
        let time = self.clock.now().as_millisecond().to_string();
        match self.post(PLAYER_PATH, &[("fid", &player.to_string()), ("time", &time)]).await {
            Ok((raw, hints)) => {
                let answer = match profile(&raw) {
                    Some(profile) => LoginAnswer::Profile(profile),
                    None => LoginAnswer::Failed(interpret(&raw)),
                };
                Reply { answer, hints }
            }
            Err(answer) => Reply::plain(LoginAnswer::Failed(answer)),
        }
    }

    async fn redeem(&self, player: PlayerId, state: State, code: &Code) -> Reply<Answer> {
        match self.post_redeem(player, state, code).await {
            Ok((raw, hints)) => Reply { answer: interpret(&raw), hints },
            Err(answer) => Reply::plain(answer),
        }
    }
}

#[cfg(test)]
mod tests;
