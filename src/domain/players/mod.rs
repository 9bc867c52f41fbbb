//! Players, and the files in which people keep lists of them.

pub mod player;
pub mod roster_file;
pub mod spreadsheet;
