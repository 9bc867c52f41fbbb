//! The heartbeat and the alerts against real HTTP receivers, in paused time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::health::{
    DiscordStatus, EnginePhase, EngineStatus, FailingBackup, FailingFeed, FeedStatus, Feeds, Health, InstanceHealth,
    PostStatus, ReplicaState, ReplicaStatus, Standing, UnsavedChanges,
};
use giftcode_bot::domain::redeeming::breaker::{Cause, Trouble};
use giftcode_bot::ops::alerts::Alerts;
use giftcode_bot::ops::heartbeat::Heartbeat;
use giftcode_bot::ops::instance::HealthSource;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::support::{Lines, start};

/// A part of every address; it must never be logged.
const SECRET: &str = "s3cr3t-hook-t0ken";
const STEP: Duration = Duration::from_secs(5);

/// What a receiver does with a request.
#[derive(Debug, Clone)]
enum Answer {
    Status(u16),
    Json(u16, Value),
    RetryAfter(u16, &'static str),
    Page(u16),
    Redirect(String),
    /// A body without an end.
    Endless,
    Hang,
}

/// A real HTTP server that remembers what it was sent.
#[derive(Clone)]
struct Receiver(Arc<Mutex<Received>>);

struct Received {
    answer: Answer,
    requests: Vec<Request>,
}

#[derive(Clone)]
struct Request {
    at: tokio::time::Instant,
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Receiver {
    async fn start(answer: Answer) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/webhooks/123/{SECRET}", listener.local_addr().unwrap());
        (Self::on(listener, answer), url)
    }

    fn on(listener: TcpListener, answer: Answer) -> Self {
        let receiver = Self(Arc::new(Mutex::new(Received { answer, requests: Vec::new() })));
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        receiver
    }

    fn answers(&self, answer: Answer) {
        self.0.lock().unwrap().answer = answer;
    }

    fn requests(&self) -> Vec<Request> {
        self.0.lock().unwrap().requests.clone()
    }

    fn count(&self) -> usize {
        self.requests().len()
    }

    /// The first lines of the messages, without what comes after the state.
    fn states(&self) -> Vec<String> {
        let content = |request: &Request| {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            body["content"].as_str().unwrap().split(" · ").next().unwrap().to_owned()
        };
        self.requests().iter().map(content).collect()
    }
}

async fn take(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let answer = {
        let mut received = receiver.0.lock().unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let at = tokio::time::Instant::now();
        received.requests.push(Request { at, path: uri.path().to_owned(), headers, body });
        received.answer.clone()
    };
    let status = |status| StatusCode::from_u16(status).unwrap();
    match answer {
        Answer::Status(code) => status(code).into_response(),
        Answer::Json(code, value) => (status(code), axum::Json(value)).into_response(),
        Answer::RetryAfter(code, wait) => (status(code), [("retry-after", wait)]).into_response(),
        Answer::Page(code) => (status(code), [("content-type", "text/html")], "<html>hello</html>").into_response(),
        Answer::Redirect(to) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Answer::Endless => {
            let chunks =
                futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1024])));
            (StatusCode::OK, Body::from_stream(chunks)).into_response()
        }
        Answer::Hang => std::future::pending().await,
    }
}

/// An instance whose health a test sets.
#[derive(Clone)]
struct Instance {
    health: Arc<Mutex<InstanceHealth>>,
    hangs: Arc<AtomicBool>,
}

impl HealthSource for Instance {
    async fn health(&self) -> InstanceHealth {
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.health.lock().unwrap().clone()
    }
}

fn parts(failing_feed: Option<&str>, failing_guilds: u32) -> Health {
    let failing = |error: &str| FailingFeed { since: start(), error: error.to_owned() };
    let feed = FeedStatus { name: "feed.example".into(), failing: failing_feed.map(failing), ..FeedStatus::default() };
    Health {
        feeds: Feeds(vec![feed]),
        posts: Ok(PostStatus { failing_guilds }),
        replica: Ok(ReplicaStatus::default()),
        engine: EngineStatus::default(),
        discord: None,
        failing_backup: None,
    }
}

impl Instance {
    fn new() -> Self {
        let health = InstanceHealth { standing: Standing::Active, started_at: start(), parts: Some(parts(None, 0)) };
        Self { health: Arc::new(Mutex::new(health)), hangs: Arc::default() }
    }

    fn stands(&self, standing: Standing) {
        let mut health = self.health.lock().unwrap();
        health.parts = (standing == Standing::Active).then(|| parts(None, 0));
        health.standing = standing;
    }

    fn has(&self, failing_feed: Option<&str>, failing_guilds: u32) {
        self.health.lock().unwrap().parts = Some(parts(failing_feed, failing_guilds));
    }
}

/// A loop that runs, in time that passes only when the test lets it. Otherwise it would run ahead of what is on its way
/// through real sockets.
struct Stage {
    instance: Instance,
    lines: Lines,
    url: String,
    _running: AbortOnDropHandle<anyhow::Result<()>>,
    /// While a blocking task waits for this to be dropped, tokio lets no time pass by itself.
    _still: std::sync::mpsc::Sender<()>,
}

impl Stage {
    async fn alerts(url: &str) -> Self {
        let instance = Instance::new();
        let alerts = Alerts::new(instance.clone(), &SecretString::from(url), Clock::simulated(start())).unwrap();
        Self::run(url, instance, alerts).await
    }

    async fn heartbeat(url: &str) -> Self {
        let instance = Instance::new();
        let clock = Clock::simulated(start());
        let heartbeat = Heartbeat::new(instance.clone(), &SecretString::from(url), clock).unwrap();
        Self::run(url, instance, heartbeat).await
    }

    async fn run(url: &str, instance: Instance, service: impl Service) -> Self {
        let (still, waits) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || waits.recv());
        let lines = Lines::capture();
        let running = tokio::spawn(Arc::new(service).run(CancellationToken::new()));
        settle().await;
        Self { instance, lines, url: url.to_owned(), _running: AbortOnDropHandle::new(running), _still: still }
    }

    async fn pass(&self, seconds: u64) {
        self.pass_by(seconds, STEP).await;
    }

    async fn pass_by(&self, seconds: u64, step: Duration) {
        for _ in 0..seconds / step.as_secs() {
            tokio::time::advance(step).await;
            settle().await;
        }
    }

    /// The warnings so far. None of the lines may show the address.
    fn warnings(&self, of: &str) -> usize {
        let all = self.lines.all();
        let shown = all.iter().find(|line| line.contains(SECRET) || line.contains(&self.url));
        assert!(shown.is_none(), "a line shows the address: {shown:?}");
        all.iter().filter(|line| line.contains(of)).count()
    }
}

/// Lets what is on its way through the sockets arrive.
async fn settle() {
    for _ in 0..30 {
        tokio::task::yield_now().await;
        std::thread::sleep(Duration::from_micros(20));
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_health_is_one_message() {
    let (receiver, url) = Receiver::start(Answer::Status(204)).await;
    let stage = Stage::alerts(&url).await;
    stage.pass(600).await;
    assert_eq!(receiver.count(), 0);
    stage.instance.has(Some("answers **@everyone**"), 3);
    stage.pass(55).await;
    assert_eq!(receiver.count(), 0);
    stage.pass(1800).await;
    stage.instance.has(None, 0);
    stage.pass(1800).await;
    assert_eq!(receiver.states(), ["🔴 **The bot is degraded**", "🟢 **The bot is well again**"]);
    let request = &receiver.requests()[0];
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!((&body["allowed_mentions"], &body["flags"]), (&json!({ "parse": [] }), &json!(4)));
    let text = body["content"].as_str().unwrap();
    for part in [
        "**Code feeds**: feed.example answers \\*\\*\\@everyone\\*\\*",
        "**Posts**: posts to 3 guilds fail",
        env!("CARGO_PKG_VERSION"),
        "What to do: ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(request.headers["user-agent"].to_str().unwrap().starts_with("giftcode-bot/"));
    assert_eq!(stage.warnings("Sent an alert: feeds fails, posts fails"), 1);
    assert_eq!(stage.warnings("Cannot send"), 0);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_does_not_act_tells_why_and_a_stop_or_a_standby_tells_nothing() {
    let (receiver, url) = Receiver::start(Answer::Status(204)).await;
    let stage = Stage::alerts(&url).await;
    for standing in [Standing::Standby, Standing::Stopping] {
        stage.instance.stands(standing);
        stage.pass(1200).await;
    }
    assert_eq!(receiver.count(), 0);
    stage.instance.stands(Standing::Blocked("MongoDB does not answer".into()));
    stage.pass(120).await;
    assert!(receiver.requests()[0].body.contains("**This instance**: MongoDB does not answer"));
    stage.instance.stands(Standing::Active);
    stage.pass(600).await;
    stage.instance.stands(Standing::Starting);
    stage.pass(600).await;
    assert!(receiver.requests()[2].body.contains("does not finish its start"));
    stage.instance.stands(Standing::Active);
    stage.pass(600).await;
    // A store that does not answer hides everything else.
    stage.instance.hangs.store(true, Ordering::Relaxed);
    stage.pass(300).await;
    assert!(receiver.requests()[4].body.contains("the state file does not answer"));
    assert_eq!(receiver.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_hangs_delays_nothing_and_gets_what_is_news_when_it_answers() {
    let (receiver, url) = Receiver::start(Answer::Hang).await;
    let stage = Stage::alerts(&url).await;
    stage.instance.has(Some("answers HTTP 500"), 0);
    stage.pass(3600).await;
    let times: Vec<_> = receiver.requests().iter().map(|request| request.at).collect();
    // Nobody knows whether it arrived, so it is not repeated within five minutes.
    assert!((9..=12).contains(&times.len()), "{}", times.len());
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(300)), "{times:?}");
    assert_eq!(stage.warnings("Cannot send an alert to ALERT_WEBHOOK_URL: no answer in time"), 1);
    receiver.answers(Answer::Status(204));
    stage.instance.has(None, 0);
    stage.pass(600).await;
    assert_eq!(receiver.states().last().unwrap(), "🟢 **The bot is well again**");
    assert_eq!(stage.warnings("ALERT_WEBHOOK_URL takes alerts again"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_refuses_connections_is_tried_less_and_less_and_gets_the_newest_state_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/api/webhooks/123/{SECRET}");
    let stage = Stage::alerts(&url).await;
    stage.instance.has(Some("answers HTTP 500"), 0);
    stage.pass(1800).await;
    assert_eq!(stage.warnings("Cannot send an alert to ALERT_WEBHOOK_URL: "), 1);
    stage.instance.has(None, 2);
    stage.pass(300).await;
    let receiver = Receiver::on(TcpListener::bind(address).await.unwrap(), Answer::Status(204));
    stage.pass(600).await;
    assert_eq!(receiver.states(), ["🔴 **The bot is degraded**"]);
    let body = &receiver.requests()[0].body;
    assert!(body.contains("Posts") && !body.contains("Code feeds"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn what_answers_otherwise_is_obeyed_or_named() {
    let (elsewhere, to) = Receiver::start(Answer::Status(204)).await;
    let wait = json!({ "message": "You are being rate limited.", "retry_after": 100.5, "global": false });
    let hour = 3600;
    for (answer, within, most, logged) in [
        // As long as Discord says.
        (Answer::Json(429, wait), 1005, 11, "it answers HTTP 429: too many messages"),
        (Answer::RetryAfter(429, "250"), 1005, 5, "it answers HTTP 429: too many messages"),
        (Answer::RetryAfter(429, "99999999"), 2 * hour, 3, "it answers HTTP 429: too many messages"),
        (Answer::Status(400), hour, 20, "it answers HTTP 400"),
        (Answer::Status(500), hour, 12, "it answers HTTP 500"),
        (Answer::Page(200), hour, 20, "a web page answers instead of a webhook"),
        (Answer::Page(502), hour, 12, "it answers HTTP 502"),
        (
            Answer::Status(404),
            3 * hour,
            3,
            "it answers HTTP 404: the webhook was deleted, or the address is incomplete",
        ),
        (
            Answer::Status(401),
            3 * hour,
            3,
            "it answers HTTP 401: the webhook was deleted, or the address is incomplete",
        ),
        (Answer::Redirect(to), 3 * hour, 3, "it redirects (HTTP 302): set ALERT_WEBHOOK_URL to the final address"),
    ] {
        let (receiver, url) = Receiver::start(answer.clone()).await;
        let stage = Stage::alerts(&url).await;
        stage.instance.has(Some("answers HTTP 500"), 0);
        stage.pass_by(within, 3 * STEP).await;
        let count = receiver.count();
        assert!((2..=most).contains(&count), "{answer:?}: {count}");
        assert_eq!(stage.warnings(logged), 1, "{answer:?}: {:?}", stage.lines.all());
        receiver.answers(Answer::Status(204));
        stage.pass_by(3600 + 60, 6 * STEP).await;
        assert_eq!(stage.warnings("Sent an alert: feeds fails"), 1, "{answer:?}");
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_heartbeat_beats_while_all_is_well_and_not_otherwise() {
    let (receiver, url) = Receiver::start(Answer::Status(200)).await;
    let stage = Stage::heartbeat(&url).await;
    stage.pass(600).await;
    assert_eq!(receiver.count(), 11, "at once, and every minute");
    assert!(receiver.requests().iter().all(|request| request.path.ends_with(SECRET)));
    for (standing, well) in [
        (Standing::Standby, false),
        (Standing::Starting, false),
        (Standing::CatchingUp, false),
        (Standing::Blocked("why".into()), false),
        (Standing::Stopping, false),
        (Standing::Active, true),
    ] {
        let before = receiver.count();
        stage.instance.stands(standing);
        stage.pass(600).await;
        assert_eq!(receiver.count() - before, if well { 10 } else { 0 });
    }
    let before = receiver.count();
    stage.instance.has(Some("answers HTTP 500"), 0);
    stage.pass(600).await;
    stage.instance.has(None, 1);
    stage.pass(600).await;
    stage.instance.has(None, 0);
    stage.instance.hangs.store(true, Ordering::Relaxed);
    stage.pass(600).await;
    assert_eq!(receiver.count(), before);
    assert_eq!(stage.warnings("HEARTBEAT_URL"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_fails_is_logged_once_per_change_and_goes_on() {
    let (receiver, url) = Receiver::start(Answer::Hang).await;
    let (elsewhere, to) = Receiver::start(Answer::Status(200)).await;
    let stage = Stage::heartbeat(&url).await;
    for (answer, logged, times) in [
        (Answer::Hang, "cannot be fetched: no answer in time", 1),
        (Answer::Status(500), "cannot be fetched: it answers HTTP 500", 1),
        (Answer::Page(404), "cannot be fetched: it answers HTTP 404", 1),
        (Answer::Redirect(url.clone()), "cannot be fetched: it redirects more than 3 times", 1),
        (Answer::Redirect(to), "is fetched again", 1),
        // Its body is not read.
        (Answer::Endless, "cannot be fetched: ", 4),
    ] {
        receiver.answers(answer.clone());
        let before = receiver.count();
        stage.pass(600).await;
        let count = receiver.count() - before;
        assert!((8..=50).contains(&count), "{answer:?}: {count}");
        assert_eq!(stage.warnings(logged), times, "{answer:?}: {:?}", stage.lines.all());
    }
    assert!(elsewhere.count() > 8);
    assert!(elsewhere.requests().iter().all(|request| !request.headers.contains_key("referer")));
}

/// What to do about each problem that the source knows: a reason of its own for an alert.
fn remedies() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["health/words.rs", "health/discord.rs", "health/instance.rs", "health/alerting/mod.rs"] {
        collect_remedies(program(file), &mut found);
    }
    // What the operator must do about the game is one function.
    let explanation: Vec<TokenTree> = program("redeeming/explanation.rs").into_iter().collect();
    let name = explanation.iter().position(|token| matches!(token, TokenTree::Ident(ident) if ident == "remedy"));
    let body = explanation[name.unwrap()..].iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    });
    literals(body.unwrap(), &mut found);
    found
}

/// A source of the domain without its tests.
fn program(file: &str) -> TokenStream {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap().parse().unwrap()
}

/// The literals of `…_REMEDY: &str = "…"`, `remedy: "…"` and `remedy = "…"`.
fn collect_remedies(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => collect_remedies(group.stream(), found),
            TokenTree::Ident(ident) if ident == "remedy" || ident.to_string().ends_with("_REMEDY") => {
                let rest = tokens[at + 1..].iter().take(5);
                let value = rest.take_while(
                    |token| !matches!(token, TokenTree::Punct(p) if matches!(p.as_char(), ',' | ';' | '.')),
                );
                let value: Vec<&TokenTree> = value.collect();
                if let Some(TokenTree::Literal(literal)) = value.last() {
                    literals(TokenTree::Literal(literal.clone()).into(), found);
                }
            }
            _ => {}
        }
    }
}

fn literals(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let lines = text.lines().map(|line| line.trim_start().trim_end_matches('\\'));
                found.extend(
                    lines.collect::<String>().strip_prefix('"').map(|text| text.trim_end_matches('"').to_owned()),
                );
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Every problem that an instance can have, one after the other.
fn every_problem() -> Vec<InstanceHealth> {
    let with = |change: &dyn Fn(&mut Health)| {
        let mut parts = parts(None, 0);
        change(&mut parts);
        InstanceHealth { standing: Standing::Active, started_at: start(), parts: Some(parts) }
    };
    let stands = |standing| InstanceHealth { standing, started_at: start(), parts: None };
    let replica =
        |status: ReplicaStatus| with(&|parts| parts.replica = Ok(ReplicaStatus { is_used: true, ..status.clone() }));
    let open = |cause, evidence: Status| {
        let trouble = Trouble { cause, evidence, since: Duration::ZERO };
        let phase = EnginePhase::Open { trouble, since: start() };
        with(&|parts| parts.engine.phase = phase.clone())
    };
    let code = Code::parse("ODD").unwrap().key();
    let held = EnginePhase::Held { code, since: start(), evidence: Status::Unknown("NEW".into()) };
    let backup = FailingBackup { since: start(), error: "there is no space left".into() };
    vec![
        stands(Standing::Blocked("MongoDB does not answer".into())),
        stands(Standing::Starting),
        with(&|parts| parts.discord = Some(DiscordStatus::connecting(start()))),
        with(&|parts| {
            parts.feeds.0[0].failing = Some(FailingFeed { since: start(), error: "answers HTTP 500".into() })
        }),
        with(&|parts| parts.posts = Ok(PostStatus { failing_guilds: 1 })),
        replica(ReplicaStatus {
            unsaved: Some(UnsavedChanges { since: start(), reason: "disk full".into() }),
            ..ReplicaStatus::default()
        }),
        replica(ReplicaStatus { is_temporary: true, ..ReplicaStatus::default() }),
        replica(ReplicaStatus { state: ReplicaState::Silent, ..ReplicaStatus::default() }),
        replica(ReplicaStatus { size: Some((500 << 20, 512 << 20)), ..ReplicaStatus::default() }),
        with(&|parts| parts.failing_backup = Some(backup.clone())),
        open(Cause::Deployment, Status::SignError),
        open(Cause::Deployment, Status::Forbidden),
        open(Cause::Deployment, Status::ParamsError),
        open(Cause::Down, Status::TimedOut),
        with(&|parts| parts.engine.phase = held.clone()),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_reason_is_told() {
    let (receiver, url) = Receiver::start(Answer::Status(204)).await;
    let stage = Stage::alerts(&url).await;
    let well = stage.instance.health().await;
    for health in every_problem() {
        // A start is a problem after three minutes.
        let lasts = if health.standing == Standing::Starting { 300 } else { 90 };
        *stage.instance.health.lock().unwrap() = health;
        stage.pass(lasts).await;
        *stage.instance.health.lock().unwrap() = well.clone();
        stage.pass(90).await;
    }
    // A health that cannot be read.
    stage.instance.hangs.store(true, Ordering::Relaxed);
    stage.pass(120).await;
    let content = |request: &Request| {
        serde_json::from_str::<Value>(&request.body).unwrap()["content"].as_str().unwrap().replace('\\', "")
    };
    let told: String = receiver.requests().iter().map(content).collect();
    let remedies = remedies();
    assert!(remedies.len() >= 15, "{remedies:#?}");
    let missing: Vec<&String> = remedies
        .iter()
        .filter(|remedy| !told.contains(&format!("What to do: {}", remedy.trim_end_matches('.'))))
        .collect();
    assert!(missing.is_empty(), "no alert told these: {missing:#?}\n{told}");
}
