//! What people and machines look at: health page, metrics, alerts.

pub mod alerts;
pub mod heartbeat;
pub mod instance;
pub mod page;
pub mod server;
