//! The meaning of columns, from their header or, without one, from their position.

use std::borrow::Cow;

use super::error::{Place, RosterFileError};
use super::meaning::{MEANINGS, Meaning};
use super::table::{Row, filled};
use super::typed::{has_id, has_state, heading};
use super::{SHOWN_COLUMNS, is_long_id};
use crate::domain::players::player::{PlayerError, PlayerId, State, furnace_level};
use crate::domain::text::{NAME_CHARS, clean, trim};

/// How many lines a title above the header may have.
const TITLE_LINES: usize = 5;
/// More columns than there are meanings.
const TOO_WIDE: usize = MEANINGS.len() + 1;

/// What the cells of a column may be.
#[derive(Clone, Copy, Default)]
struct Seen {
    filled: usize,
    states: usize,
    /// The states that are too high for a furnace level.
    no_levels: usize,
    levels: usize,
    /// The texts in which a state is marked.
    marked: usize,
    /// The numbers that can only be ids.
    ids: usize,
}

impl Seen {
    fn see(&mut self, cell: &str) {
        let (is_state, is_level) = (cell.parse::<State>().is_ok(), furnace_level(cell).is_some());
        self.filled += usize::from(!trim(cell).is_empty());
        self.states += usize::from(is_state);
        self.no_levels += usize::from(is_state && !is_level);
        self.levels += usize::from(is_level);
        self.marked += usize::from(has_state(cell));
        self.ids += usize::from(is_long_id(cell));
    }

    fn and(self, other: Self) -> Self {
        Self {
            filled: self.filled + other.filled,
            states: self.states + other.states,
            no_levels: self.no_levels + other.no_levels,
            levels: self.levels + other.levels,
            marked: self.marked + other.marked,
            ids: self.ids + other.ids,
        }
    }
}

#[derive(Debug)]
pub(super) struct Columns {
    meanings: Vec<Option<Meaning>>,
    titles: Vec<String>,
    /// A row with more columns is broken. `None` for JSON, where each value has its name.
    pub width: Option<usize>,
    /// Whether the file itself names the columns.
    pub has_header: bool,
    /// Whether the file has no header and ids that can be nothing else: then a shorter number is none.
    pub has_long_ids: bool,
}

impl Columns {
    pub fn titled<'a>(titles: impl IntoIterator<Item = &'a str>, width: Option<usize>) -> Self {
        let titles: Vec<String> = titles.into_iter().map(|title| clean(title, NAME_CHARS)).collect();
        Self {
            meanings: titles.iter().map(|title| Meaning::of(title)).collect(),
            titles,
            width,
            has_header: true,
            has_long_ids: false,
        }
    }

    /// Reads the first row, if it is a header. One that begins with an id is a player, whatever the name: "ID" is one.
    pub fn of_header(cells: &[Cow<'_, str>]) -> Option<Self> {
        if cells.first().is_some_and(|cell| is_meant_as_id(cell)) {
            return None;
        }
        let width = filled(cells);
        let columns = Self::titled(cells.iter().take(width).map(AsRef::as_ref), Some(width));
        columns.have(Meaning::Id).then_some(columns)
    }

    /// In the order of files that this bot writes, if `rows` can be read in no other way.
    pub fn by_position<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<Self, RosterFileError> {
        let mut by_width = [0_usize; TOO_WIDE + 1];
        let mut seen = [[Seen::default(); MEANINGS.len()]; TOO_WIDE + 1];
        let (mut first, mut has_ids, mut has_long_ids) = (None, false, false);
        // Rows that are no players: a state above players, and an id whose digits are in columns of their own.
        let (mut has_headings, mut has_numbers, mut has_groups) = (false, false, false);
        let (mut columns, mut is_even, mut widest) = (None, true, 1);
        for cells in rows.filter_map(|row| row.cells.ok()) {
            let width = filled(&cells).min(TOO_WIDE);
            let begins = |is: fn(&str) -> bool| cells.first().is_some_and(|cell| is(cell));
            has_long_ids = has_long_ids || begins(|cell| is_long_id(cell) || has_id(cell));
            has_headings = has_headings || begins(|cell| has_state(cell) && !is_long_id(cell));
            has_numbers = has_numbers || (width == 1 && begins(|cell| heading(cell).is_some()));
            has_groups = has_groups || is_grouped_id(&cells);
            has_ids |= cells.first().is_some_and(|cell| is_meant_as_id(cell));
            first.get_or_insert_with(|| found(cells.iter().take(filled(&cells)).map(AsRef::as_ref)));
            is_even &= *columns.get_or_insert(cells.len()) == cells.len();
            widest = widest.max(width);
            by_width[width] += 1;
            seen[width].iter_mut().zip(&cells).for_each(|(seen, cell)| seen.see(cell));
        }
        // Where the lines differ, most are right. In a tie the narrower lines are right, because a name with a comma
        // makes a line wider, and nothing makes it narrower.
        let usual = (1..=TOO_WIDE).rev().max_by_key(|width| by_width[*width]).unwrap_or(1);
        let width = if is_even { widest } else { usual };
        let of_column = |column: usize| seen[..=width].iter().fold(Seen::default(), |sum, seen| sum.and(seen[column]));
        let (names, states, levels) = (of_column(1), of_column(2), of_column(3));
        // A few numbers among names are names, unless states may be in this column.
        // A state that a name marks is no part of the name, unless there is a column for it.
        let marks_states = width == 2 && names.marked > 0;
        let has_names = !marks_states && (names.states == 0 || (width > 2 && names.states < names.filled));
        // If all numbers are low, they may be levels.
        let has_states = states.ids == 0 && states.no_levels > 0 && states.states * 2 > states.filled;
        let has_levels = levels.levels * 2 >= levels.filled;
        let is_clear = has_ids
            && !(has_headings || has_groups || (has_numbers && has_long_ids))
            && width < TOO_WIDE
            && (width < 2 || has_names)
            && (width < 3 || has_states)
            && (width < 4 || has_levels);
        if !is_clear {
            return Err(RosterFileError::Unclear { found: first.unwrap_or_default() });
        }
        let columns = Self::titled(MEANINGS.into_iter().take(width).map(Meaning::name), Some(width));
        Ok(Self { has_header: false, has_long_ids, ..columns })
    }

    /// The header, if one of the first rows is one. Above it may stand a title, but no player.
    pub fn of_late_header<'a>(rows: &mut impl Iterator<Item = Row<'a>>) -> Option<Self> {
        for _ in 0..TITLE_LINES {
            let cells = rows.next()?.cells.ok()?;
            // A single word may be a name: a player may be called ID.
            if let Some(columns) = Self::of_header(&cells).filter(|columns| columns.understood() > 1) {
                return Some(columns);
            }
            if cells.iter().any(|cell| is_meant_as_id(cell)) {
                return None;
            }
        }
        None
    }

    pub fn have(&self, meaning: Meaning) -> bool {
        self.meanings.contains(&Some(meaning))
    }

    pub fn understood(&self) -> usize {
        self.meanings.iter().flatten().count()
    }

    /// The titles as an error shows them.
    pub fn found(&self) -> String {
        found(self.titles.iter().map(String::as_str).filter(|title| !title.is_empty()))
    }

    /// Whether a column with `meaning` comes right after one with `other`.
    pub fn follows(&self, meaning: Meaning, other: Meaning) -> bool {
        self.meanings.windows(2).any(|pair| *pair == [Some(other), Some(meaning)])
    }

    /// Which of id and state a row with so many cells lacks. If a cell in the middle is missing, the others would be
    /// misread.
    pub fn lacking(&self, columns: usize) -> Option<Meaning> {
        let mut cut = self.meanings.iter().skip(columns).flatten().copied();
        cut.find(|meaning| matches!(meaning, Meaning::Id | Meaning::State))
    }

    /// The value of the column that is certain to mean it, if two differ: a list's or database's own `id` numbers the
    /// rows, and a `name` beside a `nickname` is no player's.
    fn exact<'c>(&self, meaning: Meaning, cells: &'c [Cow<'_, str>]) -> Option<&'c str> {
        let is_own = |title: &str| match meaning {
            Meaning::Id => title.trim_matches('_').eq_ignore_ascii_case("id"),
            Meaning::Nickname => !title.eq_ignore_ascii_case("nickname"),
            Meaning::State | Meaning::FurnaceLevel => false,
        };
        let columns = self.titles.iter().zip(&self.meanings).zip(cells).filter(|((_, of), _)| **of == Some(meaning));
        let filled = columns
            .map(|((title, _), cell)| (is_own(title), cell.as_ref()))
            .filter(|(_, cell)| !is_empty(meaning, cell));
        let (own, exact): (Vec<_>, Vec<_>) = filled.partition(|(is_own, _)| *is_own);
        let [(_, value)] = exact[..] else { return None };
        (meaning == Meaning::Nickname || (is_long_id(value) && !own.iter().any(|(_, id)| is_long_id(id))))
            .then_some(value)
    }

    /// The value with this meaning in a row; empty if there is none.
    ///
    /// # Errors
    ///
    /// If two columns have this meaning and different values.
    pub fn value<'c>(
        &self,
        meaning: Meaning,
        place: Place,
        cells: &'c [Cow<'_, str>],
    ) -> Result<&'c str, RosterFileError> {
        let columns = self.meanings.iter().enumerate().filter(|(_, of)| **of == Some(meaning));
        let mut filled = columns
            .filter_map(|(at, _)| Some((at, cells.get(at)?.as_ref())))
            .filter(|(_, cell)| !is_empty(meaning, cell));
        let Some((first, value)) = filled.next() else { return Ok("") };
        match filled.find(|(_, other)| !is_same(meaning, value, other)) {
            None => Ok(value),
            // A level is not important: if two differ, neither is used.
            Some(_) if meaning == Meaning::FurnaceLevel => Ok(""),
            Some(_) if let Some(value) = self.exact(meaning, cells) => Ok(value),
            Some((second, _)) => Err(RosterFileError::TwoColumns {
                place,
                meaning,
                titles: [first, second].map(|at| self.titles.get(at).cloned().unwrap_or_default()),
            }),
        }
    }
}

/// Whether a cell is empty. A name may consist of invisible fillers; some players choose such names.
fn is_empty(meaning: Meaning, cell: &str) -> bool {
    match meaning {
        Meaning::Nickname => clean(cell, 1).is_empty(),
        _ => trim(cell).is_empty(),
    }
}

fn is_same(meaning: Meaning, one: &str, other: &str) -> bool {
    match meaning {
        Meaning::Id => one.parse::<PlayerId>() == other.parse(),
        Meaning::State => one.parse::<State>() == other.parse(),
        Meaning::FurnaceLevel => furnace_level(one) == furnace_level(other),
        Meaning::Nickname => clean(one, NAME_CHARS) == clean(other, NAME_CHARS),
    }
}

/// Whether a first column with this cell contains player ids. A number that a spreadsheet shortened counts as one.
pub(super) fn is_meant_as_id(cell: &str) -> bool {
    matches!(cell.parse::<PlayerId>(), Ok(_) | Err(PlayerError::Shortened { .. }))
}

/// Whether the cells may be the digits of one id: `41,000,101`.
fn is_grouped_id(cells: &[Cow<'_, str>]) -> bool {
    (3..=4).contains(&filled(cells)) && is_long_id(&cells.get(..filled(cells)).unwrap_or_default().join(","))
}

/// Columns as an error lists them.
pub(super) fn found<'a>(titles: impl Iterator<Item = &'a str>) -> String {
    let mut titles = titles.map(|title| format!("{:?}", clean(title, NAME_CHARS)));
    let shown: Vec<String> = titles.by_ref().take(SHOWN_COLUMNS).collect();
    match titles.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
