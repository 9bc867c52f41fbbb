//! The simulated game's answers, good and bad, and the headers that it requires.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, ORIGIN, REFERER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::PAGE;
use crate::domain::answers::status::Status;
use crate::sandbox::faults::Wrong;
use crate::sandbox::http::Reset;
use crate::sandbox::rules::wording;

/// A response with this extension is never sent.
#[derive(Clone, Copy)]
pub(super) struct Hang;

pub(super) fn api(status: &Status) -> Response {
    let (msg, err_code) = wording(status);
    let code = i32::from(*status != Status::Success);
    Json(json!({"code": code, "data": [], "msg": msg, "err_code": err_code})).into_response()
}

pub(super) fn page(status: StatusCode) -> Response {
    (status, Html("<!doctype html><html><body>This is a page.</body></html>")).into_response()
}

pub(super) fn reset() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Reset);
    response
}

pub(super) fn hang() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Hang);
    response
}

/// Whether a call names the page, as a browser on it would.
pub(super) fn names_the_page(headers: &HeaderMap) -> bool {
    let is = |name, value: &str| headers.get(name).is_some_and(|given| given.as_bytes() == value.as_bytes());
    is(ORIGIN, PAGE) && is(REFERER, &format!("{PAGE}/"))
}

/// The answer that a fault causes.
pub(super) fn wrong(wrong: &Wrong) -> Response {
    match wrong {
        Wrong::Answer { status, content_type, body } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(CONTENT_TYPE, content_type.clone())], body.clone()).into_response()
        }
        Wrong::Reset => reset(),
        Wrong::Hang => hang(),
    }
}
