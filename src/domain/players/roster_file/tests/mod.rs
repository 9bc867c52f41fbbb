//! Files as people have them: generated ones, and single cases written by hand.

mod dialects;
mod json;
mod lines;
mod properties;
mod refusals;
mod table;

use super::*;

fn read(text: &str) -> Result<RosterFile, RosterFileError> {
    parse(text.as_bytes(), None)
}

fn in_state(text: &str) -> Result<RosterFile, RosterFileError> {
    parse(text.as_bytes(), State::new(7))
}

/// The ids and states of a file without bad lines.
fn players(file: Result<RosterFile, RosterFileError>) -> Vec<(u64, u32)> {
    let file = file.unwrap();
    assert_eq!(file.bad_lines, []);
    file.players.iter().map(|player| (player.id.get(), player.state.map_or(0, State::get))).collect()
}

fn bad_lines(file: Result<RosterFile, RosterFileError>) -> Vec<String> {
    file.unwrap().bad_lines.iter().map(ToString::to_string).collect()
}

fn refusal(file: Result<RosterFile, RosterFileError>) -> String {
    file.unwrap_err().to_string()
}
