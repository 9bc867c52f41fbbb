//! Records that both stores keep: versions, merging, erasing, and which instance may write them.

pub mod election;
pub mod erasure;
pub mod record;
pub mod retention;
pub mod version;
