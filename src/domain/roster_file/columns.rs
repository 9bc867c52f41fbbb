//! What the columns mean, by their header or, where there is none, by their position.

use std::borrow::Cow;

use super::table::{Row, filled};
use super::{Place, RosterFileError, SHOWN_COLUMNS};
use crate::domain::player::{PlayerError, PlayerId, State, furnace_level};
use crate::domain::text::{NAME_CHARS, clean, trim};

/// What a column tells of a player.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Id,
    Nickname,
    State,
    FurnaceLevel,
}

const MEANINGS: [Meaning; 4] = [Meaning::Id, Meaning::Nickname, Meaning::State, Meaning::FurnaceLevel];

impl Meaning {
    /// The titles that people and other bots give such a column, in small letters, without blanks, `_`, `-` and the like.
    fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["playerid", "id", "fid", "uid", "gameid", "accountid", "ingameid"],
            Self::Nickname => &["nickname", "name", "playername", "ign", "nick", "ingamename"],
            Self::State => &["state", "kid", "server", "stateid", "serverid", "statenumber", "stateno", "kingdom"],
            Self::FurnaceLevel => &[
                "furnacelevel",
                "furnace",
                "furnacelv",
                "level",
                "lv",
                "fclevel",
                "fc",
                "stove",
                "stovelevel",
                "stovelv",
            ],
        }
    }

    /// What a column with this title means; `None` where it is not for us.
    pub fn of(title: &str) -> Option<Self> {
        let title: String = title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        MEANINGS.into_iter().find(|meaning| meaning.titles().contains(&title.as_str()))
    }

    /// Its name in our own files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "player_id",
            Self::Nickname => "nickname",
            Self::State => "state",
            Self::FurnaceLevel => "furnace_level",
        }
    }
}

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Columns {
    meanings: Vec<Option<Meaning>>,
    titles: Vec<String>,
    /// A row that has more of them filled is broken; `None` for JSON, where each value has its name.
    pub width: Option<usize>,
    /// Whether the file itself says what they are.
    pub has_header: bool,
}

impl Columns {
    /// By these titles.
    pub fn titled<'a>(titles: impl IntoIterator<Item = &'a str>, width: Option<usize>) -> Self {
        let titles: Vec<String> = titles.into_iter().map(|title| clean(title, NAME_CHARS)).collect();
        Self { meanings: titles.iter().map(|title| Meaning::of(title)).collect(), titles, width, has_header: true }
    }

    /// By the first row, if that is a header.
    pub fn of_header(cells: &[Cow<'_, str>]) -> Option<Self> {
        let width = filled(cells);
        let columns = Self::titled(cells.iter().take(width).map(AsRef::as_ref), Some(width));
        columns.have(Meaning::Id).then_some(columns)
    }

    /// In our own order, as far as that is the only one in which `rows` can be read.
    pub fn by_position<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<Self, RosterFileError> {
        let mut by_width = [0_usize; 6];
        // Per column and number of columns: filled cells, those that may be states, those that are too high for a level,
        // those that are levels.
        let mut seen = [[[0_usize; 4]; 4]; 6];
        let mut has_ids = false;
        let (mut first, mut all_columns, mut is_even, mut widest) = (None, None, true, 0);
        for cells in rows.filter_map(|row| row.cells.ok()) {
            has_ids |= cells.first().is_some_and(|cell| is_meant_as_id(cell));
            let width = filled(&cells);
            first.get_or_insert_with(|| found(cells.iter().take(width).map(AsRef::as_ref)));
            is_even &= *all_columns.get_or_insert(cells.len()) == cells.len();
            widest = widest.max(width.min(5));
            by_width[width.min(5)] += 1;
            for (seen, cell) in seen[width.min(5)].iter_mut().zip(&cells).filter(|(_, cell)| !trim(cell).is_empty()) {
                let state = cell.parse::<State>().ok();
                let is_level = furnace_level(cell).is_some();
                let tells = [true, state.is_some(), state.is_some() && !is_level, is_level];
                seen.iter_mut().zip(tells).for_each(|(count, tells)| *count += usize::from(tells));
            }
        }
        // Where the lines are not alike, most are right; of equally many the narrower ones, for a name with a comma makes lines
        // wider, and nothing makes them narrower.
        let usual = (1..6).rev().max_by_key(|width| by_width[*width]).unwrap_or(1);
        let width = if is_even { widest } else { usual };
        let count = |column: usize| {
            (1..=width)
                .fold([0; 4], |sum: [usize; 4], width| std::array::from_fn(|at| sum[at] + seen[width][column][at]))
        };
        let [names, numeric_names, ..] = count(1);
        let [states, numeric, surely_states, _] = count(2);
        let [levels, .., readable_levels] = count(3);
        let has_names = numeric_names == 0 || (width > 2 && numeric_names < names);
        let has_states = surely_states > 0 && numeric * 2 > states;
        let has_levels = readable_levels * 2 >= levels;
        let is_clear = match width {
            _ if !has_ids => false,
            1 => true,
            2 => has_names,
            3 => has_names && has_states,
            4 => has_names && has_states && has_levels,
            _ => false,
        };
        if !is_clear {
            return Err(RosterFileError::Unclear { found: first.unwrap_or_default() });
        }
        let columns = Self::titled(MEANINGS.into_iter().take(width).map(Meaning::name), Some(width));
        Ok(Self { has_header: false, ..columns })
    }

    /// Whether some column has this meaning.
    pub fn have(&self, meaning: Meaning) -> bool {
        self.meanings.contains(&Some(meaning))
    }

    /// How many have a meaning.
    pub fn understood(&self) -> usize {
        self.meanings.iter().flatten().count()
    }

    /// The titles, as an error shows them.
    pub fn found(&self) -> String {
        found(self.titles.iter().map(String::as_str).filter(|title| !title.is_empty()))
    }

    /// Whether a column of this meaning stands right behind one of the other.
    pub fn follows(&self, meaning: Meaning, other: Meaning) -> bool {
        self.meanings.windows(2).any(|pair| *pair == [Some(other), Some(meaning)])
    }

    /// What a row of so many columns lacks of id and state. Of a row that lacks one in the middle, the others would be read as
    /// what they are not.
    pub fn lacking(&self, columns: usize) -> Option<&'static str> {
        let mut cut = self.meanings.iter().skip(columns).flatten();
        cut.find(|meaning| matches!(meaning, Meaning::Id | Meaning::State)).map(|meaning| meaning.name())
    }

    /// The value of this meaning in a row, blank where it has none.
    ///
    /// # Errors
    /// When two columns claim it and say different things.
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
            // A level is a detail: of two that differ none is taken.
            Some(_) if meaning == Meaning::FurnaceLevel => Ok(""),
            Some((second, _)) => Err(RosterFileError::TwoColumns {
                place,
                meaning: meaning.name(),
                titles: [first, second].map(|at| self.titles.get(at).cloned().unwrap_or_default()),
            }),
        }
    }
}

/// Whether a cell says nothing. A name may be made of fillers that nobody sees; players do choose such.
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

/// Whether a first column with this cell is one of player ids: a number that a spreadsheet shortened is meant as one.
pub(super) fn is_meant_as_id(cell: &str) -> bool {
    matches!(cell.parse::<PlayerId>(), Ok(_) | Err(PlayerError::Shortened { .. }))
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
