//! The simulated game: a real HTTP server that checks signatures, states and intervals, and keeps a ledger.

mod answers;
mod limits;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State as Shared;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use jiff::Timestamp;
use serde_json::json;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::limits::budget::RateLimit;
use crate::game::signature::sign;
use crate::game::{PLAYER_PATH, REDEEM_PATH};
use crate::runtime::clock::Clock;

use super::faults::{Fault, Faults, Trouble};
use super::http::Server;
use super::ledger::{Call, Ledger};
use super::rules::{Rule, SimCode, SimPlayer};
use answers::{Hang, api, hang, names_the_page, page, reset};
use limits::{Latency, Limits};

/// The page of the simulated game. Calls that do not name it are refused, as the real game does since 2026-03-04.
pub const PAGE: &str = "https://wos-giftcode.centurygame.com";

#[derive(Debug, Clone)]
pub struct GameSimSettings {
    pub salt: String,
    pub players: Vec<SimPlayer>,
    pub codes: Vec<SimCode>,
    /// Per endpoint; no limit with `None`.
    pub limit: Option<RateLimit>,
    /// Between two calls for one player.
    pub player_interval: Duration,
    /// Whether there is a player endpoint. Without one the answer is a 404 page.
    pub has_player_endpoint: bool,
    pub faults: Faults,
    /// How long an answer takes.
    pub latency: Duration,
    /// For the random faults.
    pub seed: u64,
    /// The world's start.
    pub world_started: Timestamp,
    /// The file of the ledger; in memory only with `None`.
    pub journal: Option<PathBuf>,
}

pub struct GameSim {
    /// `None` while the port is closed.
    server: Mutex<Option<Server>>,
    address: SocketAddr,
    router: Router,
    world: Arc<World>,
}

struct World {
    settings: GameSimSettings,
    clock: Clock,
    players: HashMap<String, SimPlayer>,
    codes: HashMap<CodeKey, SimCode>,
    state: Mutex<Live>,
}

/// What changes while the world runs.
struct Live {
    ledger: Ledger,
    rng: fastrand::Rng,
    faults: Faults,
    limit: Option<RateLimit>,
    is_down: bool,
    troubles: Vec<Trouble>,
    limits: Limits,
    latency: Latency,
}

type Fields = HashMap<String, String>;

impl GameSim {
    /// Starts it on a free port of 127.0.0.1.
    pub fn start(settings: GameSimSettings, clock: Clock) -> anyhow::Result<Self> {
        let ledger = Ledger::open(settings.journal.as_deref())?;
        let live = Live {
            limits: Limits::of(&ledger),
            ledger,
            rng: fastrand::Rng::with_seed(settings.seed),
            faults: settings.faults,
            limit: settings.limit,
            is_down: false,
            troubles: Vec::new(),
            latency: Latency {
                usual: settings.latency,
                most: None,
                rng: fastrand::Rng::with_seed(settings.seed.rotate_left(32)),
            },
        };
        let world = Arc::new(World {
            players: settings.players.iter().map(|p| (p.id.to_string(), p.clone())).collect(),
            codes: settings.codes.iter().map(|c| (c.code.key(), c.clone())).collect(),
            clock,
            settings,
            state: Mutex::new(live),
        });
        let router = Router::new()
            .route(&format!("/api/{REDEEM_PATH}"), post(redeem))
            .route(&format!("/api/{PLAYER_PATH}"), post(login))
            .with_state(world.clone());
        let server = Server::start(router.clone())?;
        Ok(Self { address: server.address(), server: Mutex::new(Some(server)), router, world })
    }

    /// The base for `GAME_API_URL`.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    pub fn ledger<T>(&self, read: impl FnOnce(&Ledger) -> T) -> T {
        read(&self.world.live().ledger)
    }

    pub fn set_faults(&self, faults: Faults) {
        self.world.live().faults = faults;
    }

    pub fn set_limit(&self, limit: Option<RateLimit>) {
        self.world.live().limit = limit;
    }

    /// From now on a call and its answer take up to `most` together, depending on the seed, and the game receives the
    /// call at any moment of that time.
    pub fn vary_latency(&self, most: Duration) {
        self.world.live().latency.most = Some(most);
    }

    /// Takes the game down, so that every connection is reset, or brings it back.
    pub fn set_down(&self, is_down: bool) {
        self.world.live().is_down = is_down;
    }

    /// Closes the port, so that every connection is refused, or opens it again.
    ///
    /// # Errors
    ///
    /// If the port is no longer free.
    pub fn set_closed(&self, is_closed: bool) -> anyhow::Result<()> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        *server = None;
        if !is_closed {
            *server = Some(Server::start_on(self.address, self.router.clone())?);
        }
        Ok(())
    }

    /// From now on exactly these faults apply. The first that matches a call decides its answer.
    pub fn set_troubles(&self, troubles: Vec<Trouble>) {
        self.world.live().troubles = troubles;
    }
}

impl World {
    fn live(&self) -> MutexGuard<'_, Live> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed(&self) -> Duration {
        Duration::try_from(self.clock.now().duration_since(self.settings.world_started)).unwrap_or_default()
    }
}

impl Live {
    /// The lasting fault that matches this call, if any. It is recorded in the ledger.
    fn trouble(&self, endpoint: &str, fields: &Fields, call: &mut Call) -> Option<Response> {
        let trouble = self.troubles.iter().find(|trouble| trouble.is_for(endpoint, fields))?;
        "TROUBLE".clone_into(&mut call.answer);
        Some(answers::wrong(&trouble.wrong))
    }
}

async fn handle(
    world: Arc<World>,
    endpoint: &'static str,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
    answer: impl FnOnce(&World, &mut Live, &Fields, Duration, &mut Call) -> Response + Send + 'static,
) -> Response {
    let (there, back) = world.live().latency.draw();
    // A call that is under way arrives even if nobody waits for its answer.
    let serving = tokio::spawn(async move {
        tokio::time::sleep(there).await;
        serve(&world, endpoint, &headers, form, answer)
    });
    let response = serving.await.unwrap_or_else(|_| reset());
    tokio::time::sleep(back).await;
    if response.extensions().get::<Hang>().is_some() {
        std::future::pending::<()>().await;
    }
    response
}

/// Records a call and answers it.
fn serve(
    world: &World,
    endpoint: &'static str,
    headers: &HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
    answer: impl FnOnce(&World, &mut Live, &Fields, Duration, &mut Call) -> Response,
) -> Response {
    let now = world.elapsed();
    let fields = form.map(|Form(fields)| fields).unwrap_or_default();
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let mut call = Call {
        at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
        endpoint: endpoint.to_owned(),
        fid: field("fid"),
        code: field("cdk").to_ascii_uppercase(),
        phase: 0,
        answer: String::new(),
        granted: false,
        process: std::process::id(),
    };
    let mut live = world.live();
    let (mut response, room) = if live.is_down {
        "DOWN".clone_into(&mut call.answer);
        (reset(), None)
    } else if !names_the_page(headers) {
        "UNAUTHORIZED".clone_into(&mut call.answer);
        ((StatusCode::FORBIDDEN, "Unauthorized request").into_response(), None)
    } else {
        checked(world, &mut live, endpoint, &fields, now, &mut call, answer)
    };
    if let (Some(limit), Some(room)) = (live.limit, room) {
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("x-ratelimit-limit"), limit.calls.into());
        headers.insert(HeaderName::from_static("x-ratelimit-remaining"), room.into());
    }
    // A call that cannot be recorded must not be answered, because the ledger would lack what the bot knows.
    if let Err(error) = live.ledger.note(call) {
        tracing::error!("The simulated game cannot keep its ledger: {error}");
        return reset();
    }
    response
}

fn checked(
    world: &World,
    live: &mut Live,
    endpoint: &'static str,
    fields: &Fields,
    now: Duration,
    call: &mut Call,
    answer: impl FnOnce(&World, &mut Live, &Fields, Duration, &mut Call) -> Response,
) -> (Response, Option<usize>) {
    let needed: &[&str] =
        if endpoint == REDEEM_PATH { &["fid", "cdk", "kid", "time", "sign"] } else { &["fid", "time", "sign"] };
    let complete = needed.iter().all(|name| fields.get(*name).is_some_and(|value| !value.is_empty()));
    let status =
        if complete && fields.len() == needed.len() { Status::Success } else { Status::Unknown("PARAMS".into()) };
    if status != Status::Success {
        "PARAMS_ERROR".clone_into(&mut call.answer);
        return (Json(json!({"code": 1, "data": [], "msg": "PARAMS ERROR", "err_code": ""})).into_response(), None);
    }
    let signed: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| *name != "sign")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if fields.get("sign") != Some(&sign(&signed, &world.settings.salt)) {
        call.answer = Status::SignError.name().to_owned();
        return (api(&Status::SignError), None);
    }
    let Ok(room) = live.limits.admit(live.limit, endpoint, now) else {
        call.answer = Status::RateLimited.name().to_owned();
        return (StatusCode::TOO_MANY_REQUESTS.into_response(), Some(0));
    };
    if live.limits.is_too_soon(&call.fid, now, world.settings.player_interval) {
        call.answer = Status::TooFrequent.name().to_owned();
        return (api(&Status::TooFrequent), Some(room));
    }
    match live.trouble(endpoint, fields, call) {
        Some(response) => (response, None),
        None => (answer(world, live, fields, now, call), Some(room)),
    }
}

async fn redeem(
    Shared(world): Shared<Arc<World>>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    handle(world, REDEEM_PATH, headers, form, |world, live, fields, now, call| {
        let Live { faults, rng, .. } = live;
        let fault = faults.draw(rng);
        let swallows_grant = rng.bool();
        let name = match fault {
            None => return decide(world, live, fields, now, call),
            Some(Fault::TimeoutRetry) => {
                Status::TimeoutRetry.name().clone_into(&mut call.answer);
                return api(&Status::TimeoutRetry);
            }
            Some(fault) => format!("{fault:?}"),
        };
        let response = match fault {
            Some(Fault::ServerError) => StatusCode::BAD_GATEWAY.into_response(),
            Some(Fault::Html) => page(StatusCode::OK),
            Some(Fault::Unknown) => Json(json!({"code": 1, "data": [], "msg": "RECHARGE_MONEY_VIP"})).into_response(),
            Some(Fault::Truncated) => "{\"code\":0,\"data\":[],\"msg\":\"SUC".into_response(),
            Some(Fault::Hang) => hang(),
            _ => reset(),
        };
        if swallows_grant && matches!(fault, Some(Fault::Reset | Fault::Truncated)) {
            decide(world, live, fields, now, call);
        }
        call.answer = name;
        response
    })
    .await
}

/// The real game's answer (docs/protocol.md, "Statuses"): it checks the player, then the state, then the code.
fn decide(world: &World, live: &mut Live, fields: &Fields, now: Duration, call: &mut Call) -> Response {
    let status = match world.players.get(&call.fid) {
        None => Status::RoleNotExist,
        Some(player) if fields.get("kid") != Some(&player.state.to_string()) => Status::UserInfoError,
        Some(player) => {
            let key = Code::parse(&call.code).ok().map(|code| code.key());
            let code = key.as_ref().and_then(|key| world.codes.get(key));
            call.phase = code.and_then(|code| code.phase_at(now)).unwrap_or_default();
            match (code, key) {
                (Some(_), Some(key)) if live.ledger.has(&call.fid, &key, call.phase) => Status::Received,
                (Some(code), Some(key)) => code.rule_at(now).answer(player, live.ledger.claims(&key, call.phase)),
                _ => Rule::Unknown.answer(player, 0),
            }
        }
    };
    call.granted = status == Status::Success;
    status.name().clone_into(&mut call.answer);
    api(&status)
}

async fn login(
    Shared(world): Shared<Arc<World>>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let is_there = world.settings.has_player_endpoint || !world.live().troubles.is_empty();
    if !is_there && names_the_page(&headers) {
        return page(StatusCode::NOT_FOUND);
    }
    handle(world, PLAYER_PATH, headers, form, |world, _, _, _, call| match world.players.get(&call.fid) {
        _ if !world.settings.has_player_endpoint => page(StatusCode::NOT_FOUND),
        Some(player) => {
            "PROFILE".clone_into(&mut call.answer);
            let data = json!({
                "fid": player.id.get(), "nickname": player.nickname, "kid": player.state.get(),
                "stove_lv": player.furnace_level, "stove_lv_content": player.furnace_level,
                "avatar_image": "https://example.invalid/avatar.png",
            });
            Json(json!({"code": 0, "data": data, "msg": "success", "err_code": ""})).into_response()
        }
        None => {
            Status::RoleNotExist.name().clone_into(&mut call.answer);
            api(&Status::RoleNotExist)
        }
    })
    .await
}

#[cfg(test)]
mod tests;
