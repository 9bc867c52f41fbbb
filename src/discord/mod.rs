//! Discord: slash commands, posts, buttons and progress.
//!
//! [`bot::Bot`] is what everything here works with: the store, Discord's REST API, and ways to ask the game and to see how
//! the services do. [`connection`] keeps the gateway and hands out commands, buttons and events; [`announcer`] sends and
//! edits what is in channels; [`messages`] is every word that a person reads. Nothing here keeps state: what people ask for
//! is written into the store, where the services find it.

pub mod announcer;
mod answer;
pub mod bot;
mod commands;
mod components;
pub mod connection;
pub mod custom_id;
mod events;
mod files;
pub mod messages;
pub mod permissions;
mod redeeming;
pub mod registration;
pub mod rest;
pub mod sessions;
