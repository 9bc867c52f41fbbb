//! How the simulated game stumbles.

/// How often the redeem endpoint stumbles: each a probability from 0 to 1, in sum at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Faults {
    /// TIMEOUT RETRY.
    pub timeout_retry: f64,
    /// HTTP 502.
    pub server_error: f64,
    /// A page with status 200.
    pub html: f64,
    /// A bare `RECHARGE_MONEY_VIP`, which nobody knows.
    pub unknown: f64,
    /// The connection is reset; in half of the cases after the code was granted.
    pub reset: f64,
    /// Half the JSON; in half of the cases after the code was granted.
    pub truncated: f64,
    /// No answer.
    pub hang: f64,
}

/// One stumble.
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
    /// The stumble of one call, or none.
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
