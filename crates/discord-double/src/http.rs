//! The REST side: takes requests, and decides which are carried out and how they are answered.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::Double;
use super::faults::{Fault, Point, Verdict};
use super::request::{Broken, Outcome, Refusal, Request, json_response, to_response};
use super::routes;
use super::state::{Inner, RequestLog, State};

const BASE: &str = "/api/v10";

pub async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let inner = inner.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(inner.clone(), request));
            // A connection that ends in an error was broken by one side: that is part of the play.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(inner: Arc<Inner>, request: hyper::Request<Incoming>) -> Result<Response<Full<Bytes>>, Broken> {
    let request = Request::read(request).await?;
    let at = inner.change(|state| {
        let path = request.path.strip_prefix(BASE).unwrap_or(&request.path).to_owned();
        state.log.push(RequestLog { at: Timestamp::now(), method: request.method.clone(), path, status: None });
        state.log.len() - 1
    });
    // In a task of its own: what Discord has received it carries out, whether or not the client lives to see it.
    let response = tokio::spawn({
        let inner = inner.clone();
        async move { carry_out(&inner, &request).await }
    });
    let response = response.await.unwrap_or_else(|error| {
        // A mistake of the double, or a failed assertion in a test's rule.
        inner.change(|state| state.problem(format!("the double could not answer: {error}")));
        Err(Broken)
    })?;
    inner.change(|state| state.log[at].status = Some(response.status().as_u16()));
    Ok(response)
}

/// What faults, gates and limits look at.
struct Kind {
    creates_in: Option<u64>,
    is_edit: bool,
    needs_token: bool,
    counts_globally: bool,
}

fn kind(request: &Request, path: &str) -> Kind {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let is_of_interactions = matches!(parts.first(), Some(&("interactions" | "webhooks")));
    Kind {
        creates_in: match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["channels", channel, "messages"]) => channel.parse().ok(),
            _ => None,
        },
        is_edit: matches!((request.method.as_str(), parts.as_slice()), ("PATCH", ["channels", _, "messages", _])),
        needs_token: !is_of_interactions && parts != ["gateway"],
        counts_globally: !is_of_interactions,
    }
}

async fn carry_out(inner: &Inner, request: &Request) -> Result<Response<Full<Bytes>>, Broken> {
    if let Some(file) = inner.read().files.get(&request.path) {
        return Ok(to_response(&Ok(super::request::Reply::File {
            content_type: file.0.clone(),
            bytes: file.1.clone(),
        })));
    }
    let Some(path) = request.path.strip_prefix(BASE) else {
        return Ok(settle(inner, request, Err(routes::unknown_path(request))));
    };
    let kind = kind(request, path);
    if kind.needs_token
        && let Err(refusal) = inner.change(|state| authorize(state, request))
    {
        return Ok(settle(inner, request, Err(refusal)));
    }
    let bucket = match inner.change(|state| state.windows.admit(kind.counts_globally, kind.creates_in)) {
        Ok(bucket) => bucket,
        Err(too_fast) => return Ok(too_fast.response()),
    };
    let (fault, latency) = inner.change(|state| {
        let fault = state.faults.decide(&request.method, path, kind.creates_in, &request.body);
        (fault, state.settings.latency.clone())
    });
    tokio::time::sleep(Duration::from_millis(fastrand::u64(latency))).await;
    match fault {
        Some(Fault::Answer(status)) => return Ok(failure(status)),
        Some(Fault::Refuse { status, code }) => return Ok(refusal(status, code)),
        Some(Fault::Page { status, retry_after }) => return Ok(page(status, retry_after)),
        Some(Fault::TooFast { retry_after, is_global }) => {
            return Ok(super::limits::TooFast { retry_after, is_global }.response());
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Unanswered | Fault::DoneThenAnswer(_) | Fault::DoneThenPage(_)) | None => {}
    }
    let (before, after) = match (kind.creates_in.is_some(), kind.is_edit) {
        (true, _) => (Some(Point::BeforeCreate), Some(Point::AfterCreate)),
        (_, true) => (Some(Point::BeforeEdit), Some(Point::AfterEdit)),
        _ => (None, None),
    };
    pass(inner, before).await?;
    let outcome = inner.change(|state| routes::route(state, inner, request, path));
    let is_lost = matches!(fault, Some(Fault::Unanswered | Fault::DoneThenAnswer(_)));
    if let (true, ["interactions", id, ..]) =
        (is_lost, path.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice())
    {
        inner.change(|state| {
            let interaction = id.parse().ok().and_then(|id: u64| state.interactions.get_mut(&id));
            interaction.into_iter().for_each(|interaction| interaction.is_answer_lost = true);
        });
    }
    let after = after.filter(|_| outcome.is_ok());
    let mut response = settle(inner, request, outcome);
    pass(inner, after).await?;
    if let Some(bucket) = bucket {
        bucket.head(&mut response);
    }
    match fault {
        Some(Fault::Unanswered) => Err(Broken),
        Some(Fault::DoneThenAnswer(status)) => Ok(failure(status)),
        Some(Fault::DoneThenPage(status)) => Ok(page(status, None)),
        _ => Ok(response),
    }
}

/// Stops at the gate of this point, if there is one.
async fn pass(inner: &Inner, point: Option<Point>) -> Result<(), Broken> {
    let gate = point.and_then(|point| inner.read().faults.take_gate(point));
    let verdict = match gate {
        Some(gate) => gate.wait().await,
        None => Verdict::GoOn,
    };
    if verdict == Verdict::GoOn { Ok(()) } else { Err(Broken) }
}

/// Notes what is wrong with the request, and makes the response.
fn settle(inner: &Inner, request: &Request, outcome: Outcome) -> Response<Full<Bytes>> {
    if let Err(refusal) = &outcome
        && !refusal.problems.is_empty()
    {
        let problems = refusal.problems.iter().map(|problem| format!("{}: {problem}", request.title()));
        inner.change(|state| state.problems.extend(problems));
    }
    to_response(&outcome)
}

fn refusal(status: u16, code: u32) -> Response<Full<Bytes>> {
    json_response(status, &serde_json::json!({ "message": format!("refused with {code}"), "code": code }))
}

fn page(status: u16, retry_after: Option<u32>) -> Response<Full<Bytes>> {
    let html = "<!DOCTYPE html><html><head><title>Access denied</title></head><body>error code: 1015</body></html>";
    let mut page = Response::builder().status(status).header("content-type", "text/html; charset=UTF-8");
    if let Some(seconds) = retry_after {
        page = page.header("retry-after", seconds);
    }
    page.body(Full::from(html)).unwrap()
}

fn failure(status: u16) -> Response<Full<Bytes>> {
    json_response(status, &serde_json::json!({ "message": format!("{status}: failure"), "code": 0 }))
}

fn authorize(state: &State, request: &Request) -> Result<(), Refusal> {
    let token = match request.authorization.as_deref().map(|value| value.strip_prefix("Bot ")) {
        Some(Some(token)) => token,
        given => {
            let problem = if given.is_some() { "a malformed Authorization" } else { "no Authorization" };
            return Err(Refusal::problem(401, 0, "401: Unauthorized", problem));
        }
    };
    match token == Double::TOKEN && !state.is_token_revoked {
        true => Ok(()),
        false => Err(Refusal::expected(401, 0, "401: Unauthorized")),
    }
}
