//! Gift codes, players, outcomes, and every decision about them.
//!
//! Pure: no tokio, no file, no socket, no clock, no random number. Time and jitter are arguments, so each rule can be
//! tested for every input, and a week passes in a microsecond.
//!
//! A subject may use those after it: `check`, `health` and `legacy`, `sync`, `limits`, `redeeming`, `codes`, `answers` and `players`, `text`.

pub mod answers;
pub mod back_off;
pub mod check;
pub mod codes;
pub mod health;
pub mod legacy;
pub mod limits;
pub mod players;
pub mod redeeming;
pub mod sync;
pub mod text;
pub mod waits;
