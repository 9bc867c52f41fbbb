//! What people and machines look at: health page, metrics, alerts, checks.

pub mod alerts;
pub mod check;
pub mod heartbeat;
pub mod instance;
pub mod metrics;
pub mod page;
pub mod server;
