//! The code feeds over HTTP.

mod client;
mod fields;
mod shapes;
mod unread;

pub use client::{FeedClient, FeedDescription, source_name};
pub use shapes::Shape;
