//! The sandbox: a simulated world on loopback, for a newcomer's first minute and for the tests.
//!
//! The simulated game and feed are real HTTP servers; the terminal stands in for Discord. The world keeps its memory
//! (calls, posts) in its own files and outlives the bot, as the real world does, so a killed bot returns to the same
//! world.

pub mod cards;
pub mod console;
pub mod faults;
pub mod feed;
pub mod game;
pub mod http;
pub mod ledger;
pub mod narrator;
pub mod posts;
pub mod rules;
pub mod script;
pub mod verify;
