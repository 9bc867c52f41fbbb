//! The code feeds over HTTP.

mod client;
mod shapes;

pub use client::{FeedClient, FeedSettings, source_name};
