//! What gift codes, players and outcomes are, and every decision about them.
//!
//! Pure: nothing in here knows tokio, a file, a socket, a clock or a random number. Time and jitter are arguments, so
//! each rule can be tested for every input, and a week passes in a microsecond.
//!
//! A subject may use those below it: `health` and `legacy`, `sync`, `limits`, `redeeming`, `codes`, `answers` and `players`, `text`.

pub mod answers;
pub mod codes;
pub mod health;
pub mod legacy;
pub mod limits;
pub mod players;
pub mod redeeming;
pub mod sync;
pub mod text;
pub mod waits;
