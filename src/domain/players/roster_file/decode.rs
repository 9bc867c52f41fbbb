//! Turns bytes into text, or says what else they are.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::MAX_BYTES;
use super::error::{FileKind, RosterFileError};
use crate::domain::text::trim;

/// How files that people take for a list start.
const SIGNATURES: &[(&[u8], FileKind)] = &[
    (b"PK\x03\x04", FileKind::Spreadsheet),
    (b"PK\x05\x06", FileKind::EmptyArchive),
    (b"\xD0\xCF\x11\xE0", FileKind::OldSpreadsheet),
    (b"{\\rtf", FileKind::FormattedDocument),
    (b"SQLite format 3\0", FileKind::Sqlite),
    (b"%PDF-", FileKind::Pdf),
    (b"\x89PNG", FileKind::Image),
    (b"\xFF\xD8\xFF", FileKind::Image),
    (b"GIF8", FileKind::Image),
    (b"RIFF", FileKind::Image),
    (b"\x1F\x8B", FileKind::Gzip),
    (b"7z\xBC\xAF", FileKind::SevenZip),
    (b"Rar!", FileKind::Rar),
    (b"\xFF\xFE\0\0", FileKind::Utf32),
    (b"\0\0\xFE\xFF", FileKind::Utf32),
];

/// The text: UTF-8, UTF-16 with a byte order mark, or else Windows-1252, in which every byte is a character.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, RosterFileError> {
    if bytes.len() > MAX_BYTES {
        return Err(RosterFileError::TooLarge);
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(begin, _)| bytes.starts_with(begin)) {
        return Err(RosterFileError::NoList(*kind));
    }
    let text = if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0
    } else if bytes.contains(&0) {
        let kind = if is_utf16(bytes) { FileKind::Utf16 } else { FileKind::Binary };
        return Err(RosterFileError::NoList(kind));
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    };
    match trim(&text).chars().next() {
        None => Err(RosterFileError::Empty),
        Some('<') if !is_mention(trim(&text)) => Err(RosterFileError::NoList(FileKind::WebPage)),
        Some(_) => Ok(text),
    }
}

/// Whether a text begins with a mention, as Discord shows it to programs: `<@123>`.
fn is_mention(text: &str) -> bool {
    text.starts_with("<@") || text.starts_with("<#") || text.starts_with("<:")
}

/// Whether every other byte is mostly 0, as for Latin letters and digits in UTF-16.
fn is_utf16(bytes: &[u8]) -> bool {
    let sample = bytes.get(..2000).unwrap_or(bytes);
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    even.max(odd) * 4 > sample.len() && even.min(odd) * 8 < sample.len()
}
