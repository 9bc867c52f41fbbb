//! What holds for every answer: methods, headers, time, and that no handler can do more harm than fail.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::runtime::supervisor::panic_text;

/// Within this time a handler must answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// No scripts, nothing from elsewhere, in nobody's frame. Pages bring their own style and draw inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                                       form-action 'none'; frame-ancestors 'none'";
const HEADERS: [(header::HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

pub(super) fn guarded(routes: Router) -> Router {
    routes.fallback(async || text(StatusCode::NOT_FOUND, "There is nothing here.")).layer(from_fn(guard))
}

/// A plain line of text.
pub(super) fn text(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}

async fn guard(request: Request, next: Next) -> Response {
    let mut response = if matches!(request.method(), &Method::GET | &Method::HEAD) {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(ANSWER_TIMEOUT, answered).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => {
                tracing::error!("An answer of the status page panicked: {}", panic_text(panic.as_ref()));
                text(StatusCode::INTERNAL_SERVER_ERROR, "This answer failed; the bot's log has the reason.")
            }
            Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, "The bot did not answer in time."),
        }
    } else {
        let refused = text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are answered.");
        ([(header::ALLOW, "GET, HEAD")], refused).into_response()
    };
    response.headers_mut().extend(HEADERS);
    response
}
