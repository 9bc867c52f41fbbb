//! Players, and the files in which people keep lists of them.

pub mod access;
pub mod alliance_name;
pub mod player;
pub mod roster_file;
pub mod self_service;
pub mod spreadsheet;
