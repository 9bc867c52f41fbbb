//! The REST API: receives requests, and decides which are carried out and how they are answered.

mod channels;
mod registration;
mod reply;
mod request;
mod responses;
mod routes;
mod threads;

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::state::faults::{Decision, Fault, Point};
use crate::state::limits::RateLimited;
use crate::state::{Inner, RequestLog, State, TOKEN};
use reply::{Broken, Outcome, Refusal, Response, failure, page, put_bucket, rate_limited, to_response};
use request::Request;

const BASE: &str = "/api/v10";

pub async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let inner = inner.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(inner.clone(), request));
            // A fault or a killed bot breaks connections: such an error is expected.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(inner: Arc<Inner>, request: hyper::Request<Incoming>) -> Result<Response, Broken> {
    let request = Request::read(request).await?;
    let at = inner.change(|state| {
        let path = request.path.strip_prefix(BASE).unwrap_or(&request.path).to_owned();
        state.log.push(RequestLog { at: Timestamp::now(), method: request.method.clone(), path, status: None });
        state.log.len() - 1
    });
    // In a task of its own: Discord carries out what it has received, even if the client is gone.
    let response = tokio::spawn({
        let inner = inner.clone();
        async move { carry_out(&inner, &request).await }
    });
    let response = response.await.unwrap_or_else(|error| {
        // A bug of the double, or a failed assertion in a test's rule.
        inner.change(|state| state.problem(format!("the double could not answer: {error}")));
        Err(Broken)
    })?;
    inner.change(|state| state.log[at].status = Some(response.status().as_u16()));
    Ok(response)
}

/// What faults, gates and limits depend on.
struct Class {
    /// The channel of a message create, or the forum of a new post.
    creates_in: Option<u64>,
    /// The gates before and after it takes effect.
    gates: Option<(Point, Point)>,
    /// The interaction whose first response this is.
    answers: Option<u64>,
    needs_token: bool,
    counts_globally: bool,
}

fn classify(request: &Request, path: &str) -> Class {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let has_own_token = matches!(parts.first(), Some(&("interactions" | "webhooks")));
    Class {
        creates_in: match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["channels", channel, "messages" | "threads"]) => channel.parse().ok(),
            _ => None,
        },
        gates: match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["channels", _, "messages" | "threads"]) => Some((Point::BeforeCreate, Point::AfterCreate)),
            ("PATCH", ["channels", _, "messages", _]) => Some((Point::BeforeEdit, Point::AfterEdit)),
            ("POST", ["channels", _, "messages", _, "crosspost"]) => Some((Point::BeforePublish, Point::AfterPublish)),
            ("DELETE", ["channels", _, "messages", _] | ["channels", _]) => {
                Some((Point::BeforeDelete, Point::AfterDelete))
            }
            ("PATCH", ["channels", _]) => Some((Point::BeforeThreadEdit, Point::AfterThreadEdit)),
            _ => None,
        },
        answers: match parts.as_slice() {
            ["interactions", id, ..] => id.parse().ok(),
            _ => None,
        },
        needs_token: !has_own_token && parts != ["gateway"],
        counts_globally: !has_own_token,
    }
}

async fn carry_out(inner: &Inner, request: &Request) -> Result<Response, Broken> {
    if let Some((content_type, bytes)) = inner.read().files.get(&request.path) {
        return Ok(reply::response(200, content_type, bytes.clone()));
    }
    if inner.read().forgotten_files.contains(&request.path) {
        return Ok(reply::response(404, "text/plain", b"This content is no longer available.".to_vec()));
    }
    let Some(path) = request.path.strip_prefix(BASE) else {
        return Ok(respond(inner, request, Err(routes::unknown_path(request))));
    };
    let class = classify(request, path);
    if class.needs_token
        && let Err(refusal) = inner.change(|state| authorize(state, request))
    {
        return Ok(respond(inner, request, Err(refusal)));
    }
    let bucket = match inner.change(|state| state.rate_limiter.admit(class.counts_globally, class.creates_in)) {
        Ok(bucket) => bucket,
        Err(refused) => return Ok(rate_limited(refused)),
    };
    let (fault, latency) = inner.change(|state| {
        let fault = state.faults.decide(&request.method, path, class.creates_in, &request.body);
        (fault, state.settings.latency.clone())
    });
    tokio::time::sleep(Duration::from_millis(fastrand::u64(latency))).await;
    match fault {
        Some(Fault::Status(status)) => return Ok(failure(status, 0)),
        Some(Fault::Error { status, code }) => return Ok(failure(status, code)),
        Some(Fault::Page { status, retry_after }) => return Ok(page(status, retry_after)),
        Some(Fault::RateLimited { retry_after, is_global }) => {
            return Ok(rate_limited(RateLimited { retry_after, is_global }));
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::DoneThenClosed | Fault::DoneThenStatus(_) | Fault::DoneThenPage(_)) | None => {}
    }
    let (before, after) = class.gates.unzip();
    pass_gate(inner, before).await?;
    let outcome = inner.change(|state| {
        let outcome = routes::route(state, inner, request, path);
        let is_lost = matches!(fault, Some(Fault::DoneThenClosed | Fault::DoneThenStatus(_)));
        let answered = class.answers.filter(|_| is_lost).and_then(|id| state.interactions.get_mut(&id));
        answered.into_iter().for_each(|interaction| interaction.is_receipt_lost = true);
        outcome
    });
    let after = after.filter(|_| outcome.is_ok());
    let mut response = respond(inner, request, outcome);
    pass_gate(inner, after).await?;
    if let Some(bucket) = bucket {
        put_bucket(&mut response, &bucket);
    }
    match fault {
        Some(Fault::DoneThenClosed) => Err(Broken),
        Some(Fault::DoneThenStatus(status)) => Ok(failure(status, 0)),
        Some(Fault::DoneThenPage(status)) => Ok(page(status, None)),
        _ => Ok(response),
    }
}

/// Waits at the gate of this point, if there is one.
async fn pass_gate(inner: &Inner, point: Option<Point>) -> Result<(), Broken> {
    let gate = point.and_then(|point| inner.read().faults.take_gate(point));
    let decision = match gate {
        Some(gate) => gate.wait().await,
        None => Decision::Continue,
    };
    if decision == Decision::Continue { Ok(()) } else { Err(Broken) }
}

/// Records what is wrong with the request, and makes the response.
fn respond(inner: &Inner, request: &Request, outcome: Outcome) -> Response {
    if let Err(refusal) = &outcome
        && !refusal.problems.is_empty()
    {
        let problems = refusal.problems.iter().map(|problem| format!("{}: {problem}", request.title()));
        inner.change(|state| state.problems.extend(problems));
    }
    to_response(&outcome)
}

fn authorize(state: &State, request: &Request) -> Result<(), Refusal> {
    let token = match request.authorization.as_deref().map(|value| value.strip_prefix("Bot ")) {
        Some(Some(token)) => token,
        given => {
            let problem = if given.is_some() { "a malformed Authorization" } else { "no Authorization" };
            return Err(Refusal::problem(401, 0, "401: Unauthorized", problem));
        }
    };
    match token == TOKEN && !state.is_token_revoked {
        true => Ok(()),
        false => Err(Refusal::expected(401, 0, "401: Unauthorized")),
    }
}
