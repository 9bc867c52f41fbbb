//! Players, and the files in which people keep lists of them.

pub mod pasted_list;
pub mod player;
pub mod replacement;
pub mod roster_file;
pub mod spreadsheet;
