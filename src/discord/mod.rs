//! Discord: slash commands, posts, buttons and progress messages.
//!
//! [`bot::Bot`] holds what a command, a button or an event works with. [`gateway`] keeps the connection and dispatches
//! events; [`interactions`] answers commands, buttons, menus and forms; [`announcer`] sends and edits messages in channels;
//! [`messages`] holds every text that people read; [`rest`] calls Discord's REST API. Nothing here keeps state: requests
//! are written to the store, where the services find them.

pub mod announcer;
pub mod bot;
pub mod check;
pub mod connection_status;
pub mod custom_id;
pub mod direct_results;
pub mod gateway;
pub mod id_inbox;
mod interactions;
mod managers;
pub mod message_content;
pub mod messages;
pub mod permissions;
pub mod pictures;
pub mod registration;
pub mod rest;
pub mod roster_action;
pub mod session_budget;
pub mod user_limit;
mod welcome;
