//! The sandbox: a simulated world on loopback, for the newcomer's first minute and for the tests.
//!
//! The simulated game and feed are real HTTP servers; the terminal stands in for Discord. What the world remembers (calls,
//! posts) is kept in files of its own and outlives the bot, as the real world does, so that a killed bot meets the same
//! world again.

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
