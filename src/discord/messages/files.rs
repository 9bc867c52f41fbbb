//! Files and lists of players that cannot be read, and lines of them.

use crate::domain::players::roster_file::typed::Problem;
use crate::domain::players::roster_file::{
    BadLine, BadLineReason, FileKind, MAX_BYTES, MAX_COLUMNS, MAX_LINES, Place, RosterFileError, Separator,
};
use crate::domain::text::NAME_CHARS;
use crate::domain::text::language::Language;

use super::escape::{clip, escape};
use super::texts::text;
use super::{Message, errors};

/// The longest list of columns, in characters.
const COLUMNS_CHARS: usize = 400;

pub fn not_imported(language: Language, error: &RosterFileError) -> Message {
    Message::text(text!(language, "files-not-imported", why = bad_file(language, error)))
}

/// Why a file cannot be read, and what to do: one or two sentences.
pub fn bad_file(language: Language, error: &RosterFileError) -> String {
    match error {
        RosterFileError::Empty => text!(language, "files-empty"),
        RosterFileError::TooLarge => text!(language, "files-too-large", megabytes = MAX_BYTES / (1024 * 1024)),
        RosterFileError::TooManyLines => text!(language, "files-too-many-lines", lines = MAX_LINES),
        RosterFileError::NoList(kind) => no_list(language, *kind),
        RosterFileError::Json(reason) => text!(language, "files-broken-json", reason = escape(reason, 120)),
        RosterFileError::NoIds { found } => text!(language, "files-no-ids", columns = columns(language, found)),
        RosterFileError::Unclear { found } => text!(language, "files-unclear", columns = columns(language, found)),
        RosterFileError::NumberOfId => text!(language, "files-number-for-each-id"),
        RosterFileError::TwoColumns { place, meaning, titles: [first, second] } => text!(
            language,
            "files-two-columns",
            place = place_of(language, *place),
            first = escape(first, NAME_CHARS),
            second = escape(second, NAME_CHARS),
            meaning = escape(meaning.name(), NAME_CHARS),
        ),
        RosterFileError::Header(bad) => bad_line(language, bad),
        RosterFileError::NoPlayers => text!(language, "files-no-players"),
    }
}

fn no_list(language: Language, kind: FileKind) -> String {
    let what = what_it_is(language, kind);
    match kind {
        // The list is nowhere to be copied from, or is text.
        FileKind::EmptyArchive | FileKind::Utf32 | FileKind::Utf16 => what,
        // People who keep their list so have only a telephone, as a rule.
        _ => format!("{what} {}", text!(language, "files-on-a-phone")),
    }
}

fn what_it_is(language: Language, kind: FileKind) -> String {
    match kind {
        FileKind::Spreadsheet => text!(language, "files-is-spreadsheet"),
        FileKind::EmptyArchive => text!(language, "files-is-empty-archive"),
        FileKind::OldSpreadsheet => text!(language, "files-is-old-spreadsheet"),
        FileKind::FormattedDocument => text!(language, "files-is-document"),
        FileKind::Sqlite => text!(language, "files-is-database"),
        FileKind::Pdf => text!(language, "files-is-pdf"),
        FileKind::Image => text!(language, "files-is-image"),
        FileKind::Gzip | FileKind::SevenZip | FileKind::Rar => text!(language, "files-is-compressed"),
        FileKind::Utf32 | FileKind::Utf16 => text!(language, "files-is-unmarked-unicode"),
        FileKind::WebPage => text!(language, "files-is-web-page"),
        FileKind::Binary => text!(language, "files-is-not-text"),
    }
}

fn columns(language: Language, found: &str) -> String {
    if found.is_empty() {
        return text!(language, "files-no-columns");
    }
    text!(language, "files-columns", columns = escape(found, COLUMNS_CHARS))
}

fn place_of(language: Language, place: Place) -> String {
    // The number is a name: an editor shows it without separators.
    match place {
        Place::Line(number) => text!(language, "files-line", number = number.to_string()),
        Place::Entry(number) => text!(language, "files-entry", number = number.to_string()),
    }
}

/// The most characters of a line in a list of them.
const IN_LIST: usize = 200;

/// The same as a line of a list.
pub(super) fn bad_line_in_list(language: Language, line: &BadLine) -> String {
    if let (Place::Line(number), BadLineReason::InLine { problem, text }) = (line.place, &line.reason) {
        return unread_line(language, number, text, *problem);
    }
    format!("• {}", clip(&bad_line(language, line), IN_LIST))
}

/// What is wrong with a line of a list without columns.
pub(super) fn unread_line(language: Language, number: u64, shown: &str, problem: Problem) -> String {
    let bad = BadLine { place: Place::Line(number), reason: BadLineReason::TooLong };
    let (number, shown) = (number.to_string(), escape(shown, 40));
    match problem {
        Problem::NoId => text!(language, "roster-bad-no-id", line = number, text = shown),
        Problem::SeveralIds => text!(language, "roster-bad-several-ids", line = number, text = shown),
        Problem::StateOrName(state) => {
            text!(language, "roster-bad-state-or-name", line = number, text = shown, number = state.to_string())
        }
        Problem::SeveralStates => text!(language, "roster-bad-several-states", line = number, text = shown),
        Problem::TooLong => bad_line_in_list(language, &bad),
    }
}

/// Which line is bad, and why; without a full stop.
fn bad_line(language: Language, bad: &BadLine) -> String {
    text!(language, "files-bad-line", place = place_of(language, bad.place), reason = reason(language, &bad.reason))
}

fn reason(language: Language, reason: &BadLineReason) -> String {
    let place = |place: &Place| place_of(language, *place);
    match reason {
        // In a list it has a text of its own.
        BadLineReason::InLine { .. } | BadLineReason::NoId => text!(language, "files-no-id"),
        BadLineReason::Value(error) => errors::player(language, error),
        BadLineReason::TooManyColumns { columns, usual, has_header: true, separator } => text!(
            language,
            "files-more-columns-than-header",
            columns = *columns,
            usual = *usual,
            separator = separators(language, *separator)
        ),
        BadLineReason::TooManyColumns { columns, usual, has_header: false, separator } => text!(
            language,
            "files-more-columns-than-most",
            columns = *columns,
            usual = *usual,
            separator = separators(language, *separator)
        ),
        BadLineReason::TooFewColumns(meaning) => {
            text!(language, "files-too-few-columns", column = escape(meaning.name(), NAME_CHARS))
        }
        BadLineReason::LevelTooHigh { level, separator } => text!(
            language,
            "files-level-too-high",
            level = escape(level, NAME_CHARS),
            separator = separators(language, *separator)
        ),
        BadLineReason::OtherDetails { id, first } => {
            text!(language, "files-other-details", id = id.to_string(), other = place(first))
        }
        BadLineReason::OtherState { id, first } => {
            text!(language, "files-other-state", id = id.to_string(), other = place(first))
        }
        BadLineReason::OtherStateLater { id, second } => {
            text!(language, "files-other-state-later", id = id.to_string(), other = place(second))
        }
        BadLineReason::UnclosedQuote => text!(language, "files-open-quote"),
        BadLineReason::AfterQuote => text!(language, "files-text-after-quote"),
        BadLineReason::MayBelongTo(line) => {
            text!(language, "files-may-belong-to", other = place_of(language, Place::Line(*line)))
        }
        BadLineReason::TooLong => text!(language, "files-line-too-long"),
        BadLineReason::TooWide => text!(language, "files-too-wide", columns = MAX_COLUMNS),
        BadLineReason::NotAPlayer => text!(language, "files-not-a-player"),
        BadLineReason::Twice(name) => text!(language, "files-field-twice", name = escape(name, NAME_CHARS)),
    }
}

fn separators(language: Language, separator: Separator) -> String {
    match separator {
        Separator::Comma => text!(language, "files-separator-commas"),
        Separator::Semicolon => text!(language, "files-separator-semicolons"),
        Separator::Tab => text!(language, "files-separator-tabs"),
        Separator::Bar => text!(language, "files-separator-bars"),
    }
}
