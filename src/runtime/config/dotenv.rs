//! The `.env` file: one `NAME=value` per line.
//!
//! A value is used as it is. A `$` is not replaced, because that would silently cut a salt or a password that contains
//! one. Only these are interpreted:
//!
//! - blanks around the name and the value, and `export` before the name;
//! - comments: a line that starts with `#`, and text after a blank and a `#` that follow a value;
//! - quotes around the whole value. Between single quotes every character stands for itself; between double quotes
//!   `\"`, `\\` and `\$` stand for `"`, `\` and `$`.
//!
//! Written by hand, because the dotenvy crate replaces a `$`, and its errors quote the line.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

const MAX_BYTES: u64 = 1024 * 1024;

/// The `.env` file of the current folder, or of the nearest folder above it that has one.
pub(super) fn find() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    folder.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file())
}

/// The values of the file. If a name occurs twice, the later value is used. Errors never contain a value.
pub(super) fn read(path: &Path) -> Result<HashMap<String, String>, String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err("it is larger than 1 MiB".to_owned());
    }
    values(text(&bytes)?)
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || bytes.contains(&0) {
        return Err("it is UTF-16; save it as UTF-8".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("line {line} is not UTF-8; save the file as UTF-8")
    })
}

fn values(text: &str) -> Result<HashMap<String, String>, String> {
    let mut values = HashMap::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = assignment(line)
            .ok_or_else(|| format!("line {number} is neither NAME=value nor a comment that starts with #"))?;
        let value = value_of(value).map_err(|problem| format!("line {number}: {problem}"))?;
        values.insert(name.to_owned(), value);
    }
    Ok(values)
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let exported = name.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let name = exported.unwrap_or(name).trim();
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    is_name.then_some((name, value))
}

fn value_of(text: &str) -> Result<String, &'static str> {
    let value = text.trim_start();
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        // Including the blank before it: a value may be empty, and then a comment starts right after the `=`.
        let comment =
            text.match_indices('#').find(|(at, _)| text.get(..*at).is_some_and(|before| before.ends_with([' ', '\t'])));
        return Ok(text.get(..comment.map_or(text.len(), |(at, _)| at)).unwrap_or_default().trim().to_owned());
    };
    let mut chars = value.char_indices().skip(1).peekable();
    let mut taken = String::new();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            let behind = value.get(at + 1..).unwrap_or_default();
            let is_comment = behind.trim_start().starts_with('#') && behind.starts_with(char::is_whitespace);
            return if behind.trim().is_empty() || is_comment {
                Ok(taken)
            } else {
                Err("there is text after the closing quote; put the whole value in quotes, or none of it")
            };
        }
        let escaped = (quote == '"' && c == '\\').then(|| chars.next_if(|(_, next)| matches!(next, '"' | '\\' | '$')));
        taken.push(escaped.flatten().map_or(c, |(_, next)| next));
    }
    Err("the quote at the start of the value is not closed on the line")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(line: &str) -> String {
        let mut values = values(line).unwrap();
        values.remove("N").unwrap()
    }

    #[test]
    fn a_value_is_taken_as_it_stands() {
        for (line, taken) in [
            ("N=Zx9$Qm7pLt", "Zx9$Qm7pLt"),
            ("N=a${HOME}b", "a${HOME}b"),
            ("N=tB87#kPtkxqOS2", "tB87#kPtkxqOS2"),
            ("N=#x", "#x"),
            ("N=C:\\data\\new", "C:\\data\\new"),
            ("N=two words", "two words"),
            ("N=mongodb://u:p@h/?a=b&c=d", "mongodb://u:p@h/?a=b&c=d"),
            ("N=it's", "it's"),
            ("  export N = x # comment\r", "x"),
            ("N= # comment", ""),
            ("N=", ""),
            ("N='a # b' # comment", "a # b"),
            ("N='a\\$b$c'", "a\\$b$c"),
            ("N=\"a \\\"b\\\" \\\\ \\$c $d \\n\"", "a \"b\" \\ $c $d \\n"),
            ("# N=1\n\nN=1\nN=2", "2"),
        ] {
            assert_eq!(value(line), taken, "{line}");
        }
    }

    #[test]
    fn a_bad_line_is_named_without_its_value() {
        for (text, problem) in [
            ("A=1\ns3cr3t\n", "line 2 is neither NAME=value nor a comment that starts with #"),
            ("=s3cr3t", "line 1 is neither NAME=value"),
            ("a name=s3cr3t", "line 1 is neither NAME=value"),
            ("A=1\n\nN=\"s3cr3t", "line 3: the quote at the start of the value is not closed"),
            ("N='s3cr3t'x", "line 1: there is text after the closing quote"),
        ] {
            let error = values(text).unwrap_err();
            assert!(error.starts_with(problem) && !error.contains("s3cr3t"), "{error}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_utf_16_is_named() {
        assert_eq!(text(b"\xEF\xBB\xBFA=1"), Ok("A=1"));
        for utf16 in [&b"\xFF\xFEA\0=\x001\0"[..], b"\xFE\xFF\0A\0=\x001", b"A\0=\x001\0"] {
            assert!(text(utf16).unwrap_err().contains("UTF-16"));
        }
        assert_eq!(text(b"A=1\nB=\xFF\n").unwrap_err(), "line 2 is not UTF-8; save the file as UTF-8");
    }

    proptest! {
        #[test]
        fn any_value_in_single_quotes_comes_back(taken in "[^'\\r\\n]{0,40}") {
            prop_assert_eq!(value(&format!("N='{taken}'")), taken);
        }

        #[test]
        fn any_bytes_are_values_or_an_error_on_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Err(error) = text(&bytes).and_then(values) {
                prop_assert!(!error.contains(char::is_control), "{:?}", error);
            }
        }
    }
}
