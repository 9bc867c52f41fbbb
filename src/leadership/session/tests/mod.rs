//! The election, the replicator and the sessions on real files, against a double of MongoDB that is slow, cut off, refuses writes
//! and loses answers. Time is paused.

mod double;
mod electing;
mod ending;
mod erasing;
mod replicating;
