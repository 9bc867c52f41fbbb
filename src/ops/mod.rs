//! What people and machines look at: health page, metrics, alerts.

pub mod instance;
pub mod metrics;
pub mod server;
