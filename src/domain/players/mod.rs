//! Players, and the files in which people keep lists of them.

pub mod access;
pub mod alliance_name;
pub mod pasted_list;
pub mod player;
pub mod replacement;
pub mod roster_file;
pub mod self_service;
pub mod spreadsheet;
