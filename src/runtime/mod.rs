//! What anyone but the domain may use: time, configuration, HTTP defaults, metrics, supervision, logging, hiding secrets, wakes.

pub mod clock;
pub mod config;
pub mod http;
pub mod metrics;
pub mod redaction;
pub mod supervisor;
pub mod telemetry;
pub mod wake;
