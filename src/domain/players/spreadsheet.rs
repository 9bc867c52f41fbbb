//! CSV that people open in a spreadsheet.
//!
//! A spreadsheet evaluates a cell that starts like a formula, and players choose their names: `=HYPERLINK(…)` would run
//! when somebody opens an export. Such a text gets a leading apostrophe, which makes it plain text. The apostrophe is
//! dropped when the file is read again.

/// What spreadsheets take for the start of a formula.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r'];

/// Whether `text` starts like a formula, apart from apostrophes. Writing and reading both ignore the apostrophes, so
/// that a name with one of its own stays the same.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// `text` as a cell that is shown and not evaluated.
pub fn guarded(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// Undoes [`guarded`].
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// A CSV file with this header. Every cell of `rows` is guarded.
pub fn write<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> Vec<u8> {
    let mut file = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    drop(file.write_record(header));
    for row in rows {
        drop(file.write_record(row.map(|cell| guarded(&cell))));
    }
    file.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cell_that_would_be_evaluated_becomes_text() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("'=x", "''=x"),
            ("'Owl", "'Owl"),
            ("Owl-1", "Owl-1"),
            ("", ""),
        ] {
            assert_eq!((guarded(text).as_str(), unguarded(cell)), (cell, text));
        }
        let file = write(["name"], [["-1+1".to_owned()], ["a,b".to_owned()]]);
        assert_eq!(String::from_utf8(file).unwrap(), "name\n'-1+1\n\"a,b\"\n");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_none_begins_a_formula(text in "['=+@\\-\\t\\ra]{0,6}.{0,5}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), &text);
            prop_assert!(!cell.starts_with(FORMULA), "{}", cell);
        }
    }
}
