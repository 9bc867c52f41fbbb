//! How a request is answered.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::state::limits::{Bucket, RateLimited};

pub type Response = hyper::Response<Full<Bytes>>;

pub enum Reply {
    Json(Value),
    Created(Value),
    Empty,
}

#[derive(Debug)]
pub struct Refusal {
    status: u16,
    code: u32,
    message: String,
    /// Of a 429 that one route alone has.
    pub retry_after: Option<Duration>,
    /// What the bot did wrong; empty if the test provoked the refusal.
    pub problems: Vec<String>,
}

pub type Outcome = Result<Reply, Refusal>;

/// The connection must be closed without a response.
#[derive(Debug)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed without a response")
    }
}

impl std::error::Error for Broken {}

impl Refusal {
    /// Provoked by the test, so no problem.
    pub fn expected(status: u16, code: u32, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), retry_after: None, problems: Vec::new() }
    }

    /// The bot's own mistake.
    pub fn problem(status: u16, code: u32, message: &str, problem: impl Into<String>) -> Self {
        Self { status, code, message: message.to_owned(), retry_after: None, problems: vec![problem.into()] }
    }

    pub fn malformed(problems: Vec<String>) -> Self {
        Self { status: 400, code: 50035, message: "Invalid Form Body".to_owned(), retry_after: None, problems }
    }

    pub fn empty_message(problem: &str) -> Self {
        Self::problem(400, 50006, "Cannot send an empty message", problem)
    }

    pub fn missing_access() -> Self {
        Self::expected(403, 50001, "Missing Access")
    }

    pub fn missing_permissions() -> Self {
        Self::expected(403, 50013, "Missing Permissions")
    }

    /// Too many of what this route does.
    pub fn limited(retry_after: Duration) -> Self {
        let message = "You are being rate limited.".to_owned();
        Self { status: 429, code: 0, message, retry_after: Some(retry_after), problems: Vec::new() }
    }

    pub fn unknown_message() -> Self {
        Self::expected(404, 10008, "Unknown Message")
    }

    fn json(&self) -> Value {
        let mut json = json!({ "code": self.code, "message": self.message });
        if self.code == 50035 {
            let error = |problem: &String| json!({ "code": "INVALID", "message": problem });
            json["errors"] = json!({ "_errors": self.problems.iter().map(error).collect::<Vec<_>>() });
        }
        json
    }
}

/// # Errors
/// A malformed body, if there are problems.
pub fn check(problems: Vec<String>) -> Result<(), Refusal> {
    if problems.is_empty() { Ok(()) } else { Err(Refusal::malformed(problems)) }
}

pub fn response(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response {
    let builder = hyper::Response::builder().status(status).header(CONTENT_TYPE, content_type);
    builder.body(Full::new(body.into())).unwrap()
}

fn json_response(status: u16, body: &Value) -> Response {
    response(status, "application/json", serde_json::to_vec(body).unwrap())
}

pub fn to_response(outcome: &Outcome) -> Response {
    match outcome {
        Ok(Reply::Json(body)) => json_response(200, body),
        Ok(Reply::Created(body)) => json_response(201, body),
        Ok(Reply::Empty) => response(204, "application/json", ""),
        Err(Refusal { retry_after: Some(retry_after), .. }) => {
            rate_limited(RateLimited { retry_after: *retry_after, is_global: false })
        }
        Err(refusal) => json_response(refusal.status, &refusal.json()),
    }
}

/// A failure of Discord's own, without an error code or with this one.
pub fn failure(status: u16, code: u32) -> Response {
    json_response(status, &json!({ "message": format!("{status}: failure"), "code": code }))
}

/// What a proxy in front of Discord answers.
pub fn page(status: u16, retry_after: Option<u32>) -> Response {
    let html = "<!DOCTYPE html><html><head><title>Access denied</title></head><body>error code: 1015</body></html>";
    let mut page = response(status, "text/html; charset=UTF-8", html);
    if let Some(seconds) = retry_after {
        put(&mut page, "retry-after", &seconds.to_string());
    }
    page
}

fn put(response: &mut Response, name: &'static str, value: &str) {
    response.headers_mut().insert(name, value.parse().unwrap());
}

pub fn put_bucket(response: &mut Response, bucket: &Bucket) {
    put(response, "x-ratelimit-limit", &bucket.limit.to_string());
    put(response, "x-ratelimit-remaining", &bucket.remaining.to_string());
    put(response, "x-ratelimit-reset-after", &format!("{:.3}", bucket.reset_after.as_secs_f64()));
    put(response, "x-ratelimit-bucket", "creates");
}

pub fn rate_limited(RateLimited { retry_after, is_global }: RateLimited) -> Response {
    let seconds = retry_after.as_secs_f64();
    let body = json!({ "message": "You are being rate limited.", "retry_after": seconds, "global": is_global });
    let mut response = json_response(429, &body);
    put(&mut response, "retry-after", &format!("{}", seconds.ceil().max(1.0)));
    put(&mut response, "x-ratelimit-scope", if is_global { "global" } else { "user" });
    if is_global {
        put(&mut response, "x-ratelimit-global", "true");
    } else {
        put(&mut response, "x-ratelimit-remaining", "0");
        put(&mut response, "x-ratelimit-reset-after", &format!("{seconds:.3}"));
        put(&mut response, "x-ratelimit-bucket", "creates");
    }
    response
}
