//! How the simulated game fails.

use std::collections::HashMap;

use crate::domain::codes::code::Code;
use crate::domain::players::player::PlayerId;

/// How often the redeem endpoint fails: probabilities from 0 to 1, with a sum of at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Faults {
    pub timeout_retry: f64,
    pub server_error: f64,
    /// An HTML page with status 200.
    pub html: f64,
    /// A bare `RECHARGE_MONEY_VIP`, whose meaning is unknown.
    pub unknown: f64,
    /// The connection is reset; in half of the cases after the code was granted.
    pub reset: f64,
    /// Half the JSON; in half of the cases after the code was granted.
    pub truncated: f64,
    pub hang: f64,
}

/// A lasting fault of the simulated game: the same failure for all calls, or only for those of one endpoint, player or
/// code.
#[derive(Debug, Clone)]
pub struct Trouble {
    pub(super) wrong: Wrong,
    endpoint: Option<&'static str>,
    player: Option<String>,
    code: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Wrong {
    /// This answer to every call.
    Answer {
        status: u16,
        content_type: String,
        body: String,
    },
    Reset,
    Hang,
}

impl Wrong {
    pub fn json(status: u16, body: &str) -> Self {
        Self::Answer { status, content_type: "application/json".into(), body: body.into() }
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self::Answer { status, content_type: "text/plain".into(), body: body.into() }
    }

    pub fn page(status: u16) -> Self {
        let body = "<!doctype html><html><body>This is a page.</body></html>".into();
        Self::Answer { status, content_type: "text/html".into(), body }
    }
}

impl Trouble {
    /// A fault of both endpoints, for all players and codes.
    pub fn of_all(wrong: Wrong) -> Self {
        Self { wrong, endpoint: None, player: None, code: None }
    }

    /// The same for this endpoint alone.
    pub fn at(self, endpoint: &'static str) -> Self {
        Self { endpoint: Some(endpoint), ..self }
    }

    /// The same for this player alone.
    pub fn of_player(self, player: PlayerId) -> Self {
        Self { player: Some(player.to_string()), ..self }
    }

    /// The same for this code alone.
    pub fn of_code(self, code: &Code) -> Self {
        Self { code: Some(code.key().to_string()), ..self }
    }

    pub(super) fn is_for(&self, endpoint: &str, fields: &HashMap<String, String>) -> bool {
        let is = |name: &str, wanted: &Option<String>| {
            let given = || fields.get(name).map(|value| value.to_ascii_uppercase());
            wanted.is_none() || *wanted == given()
        };
        self.endpoint.is_none_or(|wanted| wanted == endpoint) && is("fid", &self.player) && is("cdk", &self.code)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    TimeoutRetry,
    ServerError,
    Html,
    Unknown,
    Reset,
    Truncated,
    Hang,
}

impl Faults {
    /// The fault of one call, if any.
    pub(super) fn draw(&self, rng: &mut fastrand::Rng) -> Option<Fault> {
        let mut rest = rng.f64();
        let odds = [
            (self.timeout_retry, Fault::TimeoutRetry),
            (self.server_error, Fault::ServerError),
            (self.html, Fault::Html),
            (self.unknown, Fault::Unknown),
            (self.reset, Fault::Reset),
            (self.truncated, Fault::Truncated),
            (self.hang, Fault::Hang),
        ];
        odds.into_iter().find_map(|(odds, fault)| {
            rest -= odds;
            (rest < 0.0).then_some(fault)
        })
    }
}
