//! Files that are no table: ids with or without names, as people type them and paste them from a chat ([`typed`]).

use std::borrow::Cow;

use super::MAX_LINES;
use super::columns::Columns;
use super::entries::Entries;
use super::error::{BadLineReason, Place};
use super::meaning::Meaning;
use super::table::{self, Row};
use super::typed::{self, Line, Problem, ReadLine, SHOWN_CHARS, is_marked_title, trim_around};
use crate::domain::players::player::{Player, State};
use crate::domain::text::clean;

/// The ids of a text that holds nothing else, several of them on a line.
pub(super) fn only_ids(text: &str) -> Option<Entries> {
    let mut rows = Vec::new();
    let mut has_several = false;
    for (number, text) in table::lines(text) {
        match Line::read(text) {
            Ok(line) if line.is_bare() => {
                has_several |= line.is_bare_row();
                rows.extend(line.players.into_iter().map(|player| row(number, player)));
            }
            Err(Problem::NoId) if is_marked_title(text) && typed::heading(text).is_none() => {}
            // Most files are tables, and end the search here.
            _ => return None,
        }
    }
    has_several.then(|| Entries { columns: columns(1), rows })
}

/// A list with an id on each line, and perhaps a name and a state. `None` if it is no such list, or if much of it can be read
/// in more than one way.
pub(super) fn read(text: &str) -> Option<Entries> {
    if table::lines(text).nth(MAX_LINES).is_some() {
        return None;
    }
    let (mut rows, mut has_states) = (Vec::new(), false);
    let (mut players, mut without_id, mut unclear) = (0_usize, 0_usize, 0_usize);
    for ReadLine { number, text, players: read } in typed::read(table::lines(text)) {
        let problem = match read {
            Ok(read) => {
                players += 1;
                has_states |= read.iter().any(|player| player.state.is_some());
                rows.extend(read.into_iter().map(|player| row(number, player)));
                continue;
            }
            Err(problem) => problem,
        };
        let reason = if problem == Problem::NoId {
            let shown = trim_around(text);
            // It may be a player without columns, or the titles of columns.
            if shown.starts_with(char::is_numeric) || typed::has_title(text) {
                return None;
            }
            if players + unclear == 0 && !shown.contains(char::is_numeric) {
                continue;
            }
            without_id += 1;
            BadLineReason::NoId
        } else {
            unclear += 1;
            BadLineReason::InLine { problem, text: clean(text, SHOWN_CHARS) }
        };
        rows.push(Row { place: Place::Line(number), cells: Err(reason) });
    }
    let is_list = players > 0 && without_id <= players && unclear < players;
    is_list.then(|| Entries { columns: columns(if has_states { 3 } else { 2 }), rows })
}

fn columns(width: usize) -> Columns {
    let titles = [Meaning::Id, Meaning::Nickname, Meaning::State].map(Meaning::name);
    Columns::titled(titles.into_iter().take(width), None)
}

fn row(number: u64, player: Player) -> Row<'static> {
    let state = player.state.map_or_else(String::new, |state: State| state.get().to_string());
    let cells = [player.id.to_string(), player.nickname, state];
    Row { place: Place::Line(number), cells: Ok(cells.into_iter().map(Cow::Owned).collect()) }
}
