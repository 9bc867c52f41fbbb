//! Gift codes: how they are written, listed, posted, tried out, and found to be over.

pub mod canary;
pub mod channel;
pub mod code;
pub mod expiry;
pub mod invalidation;
pub mod listing;
pub mod notice;
pub mod polling;
pub mod post_plan;
pub mod verdict;
