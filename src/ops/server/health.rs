//! `/healthz` and `/readyz` (docs/contract.md, "Health over HTTP").

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::domain::health::{InstanceHealth, Problem};
use crate::domain::text::clean;
use crate::ops::instance::InstanceMonitor;

/// A read of the health that takes longer has not returned yet.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// When no read has returned for this long, the process hangs.
const HANGS_AFTER: Duration = Duration::from_secs(60);
/// The longest text of a problem, in characters. It may hold what a server or a feed said.
const MAX_CHARS: usize = 500;

struct Endpoints {
    instance: InstanceMonitor,
    /// When the read under way began. There is one at a time.
    reading_since: Mutex<Option<Instant>>,
}

/// Ends the read under way, even one that panics.
struct Reading(Arc<Endpoints>);

impl Drop for Reading {
    fn drop(&mut self) {
        *self.0.reading_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

pub fn routes(instance: InstanceMonitor) -> Router {
    let endpoints = Arc::new(Endpoints { instance, reading_since: Mutex::default() });
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).with_state(endpoints)
}

impl Endpoints {
    /// Reads the health; `Err` with how long a read has not returned.
    async fn read(self: &Arc<Self>) -> Result<InstanceHealth, Duration> {
        {
            let mut since = self.reading_since.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(since) = *since
                && since.elapsed() > READ_TIMEOUT
            {
                return Err(since.elapsed());
            }
            since.get_or_insert_with(Instant::now);
        }
        let reading = Reading(self.clone());
        let read = tokio::spawn(async move { reading.0.instance.read().await });
        match tokio::time::timeout(READ_TIMEOUT, read).await {
            Ok(Ok(health)) => Ok(health),
            // It panicked, which is no hanging.
            Ok(Err(_)) => Err(Duration::ZERO),
            Err(_) => Err(READ_TIMEOUT),
        }
    }
}

/// Liveness: whether a restart of the process could help.
async fn healthz(State(endpoints): State<Arc<Endpoints>>, headers: HeaderMap) -> Response {
    let hangs = endpoints.read().await.err().unwrap_or_default();
    let is_alive = hangs < HANGS_AFTER;
    let status = if is_alive { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let text = match is_alive {
        true => "alive".to_owned(),
        false => format!("the state has not been readable for {} s", hangs.as_secs()),
    };
    let started_at = endpoints.instance.started_at();
    let body = json!({"alive": is_alive, "text": text, "pid": std::process::id(), "started_at": started_at});
    answer(status, &headers, &body, || text)
}

/// Readiness: whether the instance does what it is there for.
async fn readyz(State(endpoints): State<Arc<Endpoints>>, headers: HeaderMap) -> Response {
    let Ok(health) = endpoints.read().await else {
        let text = "not ready: the state cannot be read at the moment";
        let body = json!({"ready": false, "standing": endpoints.instance.standing().as_ref(), "problems": []});
        return answer(StatusCode::SERVICE_UNAVAILABLE, &headers, &body, || text.to_owned());
    };
    let (is_ready, problems) = (health.is_ready(), health.problems(endpoints.instance.now()));
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": is_ready,
        "standing": health.standing.as_ref(),
        "started_at": health.started_at,
        "problems": problems.iter().map(problem_json).collect::<Vec<_>>(),
    });
    answer(status, &headers, &body, || {
        let ready = if is_ready { "ready" } else { "not ready" };
        let standing = format!("{ready}: {}", health.standing.as_ref().replace('_', " "));
        let problems = problems.iter().map(problem_text);
        std::iter::once(standing).chain(problems).collect::<Vec<_>>().join("\n")
    })
}

fn problem_json(problem: &Problem) -> Value {
    json!({
        "part": problem.part.as_ref(),
        "text": clean(&problem.text, MAX_CHARS),
        "since": problem.since,
        "remedy": problem.remedy,
    })
}

fn problem_text(problem: &Problem) -> String {
    let since = problem.since.map(|since| format!(" (since {})", at(since))).unwrap_or_default();
    let text = clean(&problem.text, MAX_CHARS);
    format!("{}: {text}{since}: {}", problem.part.as_ref(), problem.remedy)
}

fn at(time: Timestamp) -> String {
    time.strftime("%F %H:%M UTC").to_string()
}

/// Plain text, or JSON for who asks for it.
fn answer(status: StatusCode, headers: &HeaderMap, body: &Value, text: impl FnOnce() -> String) -> Response {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    if accepts.flat_map(|accept| accept.split(',')).any(|kind| kind.trim().starts_with("application/json")) {
        return (status, Json(body)).into_response();
    }
    super::guard::text(status, &text())
}
