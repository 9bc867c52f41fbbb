//! What gift codes, players and outcomes are, and every decision about them.
//!
//! Pure: nothing in here knows tokio, a file, a socket, a clock or a random number. Time and jitter are arguments, so
//! each rule can be tested for every input, and a week passes in a microsecond.

pub mod answer;
pub mod breaker;
pub mod budget;
pub mod channel;
pub mod code;
pub mod condemn;
pub mod election;
pub mod erasure;
pub mod expiry;
pub mod fairness;
pub mod first_database;
pub mod first_state;
pub mod gate;
pub mod health;
pub mod listing;
pub mod login;
pub mod outcome;
pub mod plan;
pub mod player;
pub mod polling;
pub mod probe;
pub mod progress;
pub mod record;
pub mod retention;
pub mod retry;
pub mod roster_file;
pub mod scout;
pub mod search;
pub mod spreadsheet;
pub mod status;
pub mod text;
pub mod verdict;
pub mod version;
pub mod waits;
pub mod words;
