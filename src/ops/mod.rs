//! What people and machines look at: health page, metrics, alerts, checks.

pub mod check;
pub mod instance;
pub mod server;
