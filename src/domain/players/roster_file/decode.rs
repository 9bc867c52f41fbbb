//! Turns bytes into text, or says what else they are.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::{MAX_BYTES, RosterFileError};
use crate::domain::text::trim;

const SHEET: &str = "open it and save it as CSV";
const PICTURE: &str = "give the players as a CSV file or as text";

/// How files that people take for a list start, what they are, and what to do.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"PK\x03\x04", "a spreadsheet (.xlsx, .ods) or another .zip archive", SHEET),
    (b"PK\x05\x06", "an empty .zip archive", SHEET),
    (b"\xD0\xCF\x11\xE0", "an old spreadsheet (.xls) or document (.doc)", SHEET),
    (b"{\\rtf", "a formatted document (.rtf)", SHEET),
    (b"SQLite format 3\0", "a SQLite database", "export its table of players as CSV"),
    (b"%PDF-", "a PDF", PICTURE),
    (b"\x89PNG", "an image", PICTURE),
    (b"\xFF\xD8\xFF", "an image", PICTURE),
    (b"GIF8", "an image", PICTURE),
    (b"RIFF", "an image", PICTURE),
    (b"\x1F\x8B", "a compressed file (.gz)", "unpack it"),
    (b"7z\xBC\xAF", "a compressed file (.7z)", "unpack it"),
    (b"Rar!", "a compressed file (.rar)", "unpack it"),
    (b"\xFF\xFE\0\0", "UTF-32 text", "save it as CSV UTF-8"),
    (b"\0\0\xFE\xFF", "UTF-32 text", "save it as CSV UTF-8"),
];

/// The text: UTF-8, UTF-16 with a byte order mark, or else Windows-1252, in which every byte is a character.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, RosterFileError> {
    if bytes.len() > MAX_BYTES {
        return Err(RosterFileError::TooLarge);
    }
    let other = |what, advice| RosterFileError::NoList { what, advice };
    if let Some((_, what, advice)) = SIGNATURES.iter().find(|(begin, ..)| bytes.starts_with(begin)) {
        return Err(other(what, advice));
    }
    let text = if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0
    } else if bytes.contains(&0) {
        return Err(if is_utf16(bytes) {
            other("UTF-16 text without a byte order mark", "save it as CSV UTF-8")
        } else {
            other("not text", SHEET)
        });
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    };
    match trim(&text).chars().next() {
        None => Err(RosterFileError::Empty),
        Some('<') => Err(other("a web page (HTML) or XML", SHEET)),
        Some(_) => Ok(text),
    }
}

/// Whether every other byte is mostly 0, as for Latin letters and digits in UTF-16.
fn is_utf16(bytes: &[u8]) -> bool {
    let sample = bytes.get(..2000).unwrap_or(bytes);
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    even.max(odd) * 4 > sample.len() && even.min(odd) * 8 < sample.len()
}
