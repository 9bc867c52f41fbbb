//! What people ask the bot for: commands, buttons, menus and forms.
//!
//! [`commands`], [`components`] and [`forms`] each read one kind of interaction; [`redeem`], [`appeal`] and [`linking`] do
//! the work that several of them share. [`response`] acknowledges an interaction and sends its answer.

mod after;
pub(super) mod alliances;
mod appeal;
pub(super) mod commands;
pub(super) mod components;
mod form_fields;
pub(super) mod forms;
pub(super) mod id_channel;
mod linking;
mod managing;
mod panel;
mod redeem;
mod response;
mod rosters;
