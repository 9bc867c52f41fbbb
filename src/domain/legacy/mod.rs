//! What the legacy bot left behind: its database and its state file.

pub mod database;
pub mod state_file;
