//! The entries of docs/troubleshooting.md, read from the page: a heading, and a table of what is seen where.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use giftcode_bot::domain::check::FindingId;
use strum::VariantArray;

/// An entry. Clones share whether its symptom was seen.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The heading.
    pub name: String,
    /// Every line that the log shows, in no order.
    pub log: Vec<Words>,
    /// The lines of `giftcode-bot check`.
    pub check: Vec<Words>,
    /// What the page at / shows; `None` where the page does not open.
    pub page: Option<Vec<Words>>,
    is_seen: Arc<AtomicBool>,
}

/// Quoted words of one line; `…` stands for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(pub String);

impl Words {
    /// Whether a line contains these words in this order.
    pub fn are_in(&self, line: &str) -> bool {
        let mut rest = line;
        self.0.split('…').map(str::trim).all(|piece| {
            let found = rest.find(piece);
            rest = found.map_or("", |at| &rest[at + piece.len()..]);
            found.is_some()
        })
    }

    pub fn are_in_a_line_of(&self, text: &str) -> bool {
        text.lines().any(|line| self.are_in(line))
    }
}

impl Entry {
    pub fn note_seen(&self) {
        self.is_seen.store(true, Ordering::Relaxed);
    }

    pub fn is_seen(&self) -> bool {
        self.is_seen.load(Ordering::Relaxed)
    }
}

/// What stands in the page's row where the bot has ended.
const NO_PAGE: &str = "does not open";

/// The entries of the page, in its order.
pub fn entries() -> Vec<Entry> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/troubleshooting.md");
    parse(&std::fs::read_to_string(page).unwrap())
}

fn parse(page: &str) -> Vec<Entry> {
    page.split("\n### ").skip(1).map(|entry| read(entry.split("\n## ").next().unwrap())).collect()
}

fn read(text: &str) -> Entry {
    let (name, body) = text.split_once('\n').unwrap();
    let rows = |place: &str| -> Vec<&str> {
        body.lines().filter_map(|line| line.strip_prefix(&format!("| {place} | "))).collect()
    };
    let words = |rows: &[&str]| -> Vec<Words> {
        let quoted = rows.iter().flat_map(|row| row.split('`').skip(1).step_by(2));
        quoted.map(|quoted| Words(quoted.to_owned())).collect()
    };
    let page = rows("page");
    let has_page = !page.iter().any(|row| row.contains(NO_PAGE));
    Entry {
        name: name.trim().to_owned(),
        log: words(&rows("log")),
        check: words(&rows("check")),
        page: has_page.then(|| words(&page)),
        is_seen: Arc::default(),
    }
}

/// The lines of a good start in docs/operating.md.
pub fn good_start() -> Vec<Words> {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operating.md")).unwrap();
    let section = page.split("\n### 5. Is it well?").nth(1).unwrap();
    let block = section.split("```").nth(1).unwrap();
    block.lines().skip(1).map(|line| Words(line.to_owned())).collect()
}

/// The rows of docs/check.md: a finding, its verdict, and what to do.
fn findings() -> Vec<[String; 3]> {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let cell = |text: &str| text.trim_matches(['`', ' ']).to_owned();
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        [cell(cells[0]), cell(cells[1]), cell(cells.last().unwrap())]
    })
    .collect()
}

/// docs/check.md has every line that `check` can print, in its order, with its verdict and its advice.
pub fn every_line_of_check_is_explained() {
    let expected: Vec<[String; 3]> = FindingId::VARIANTS
        .iter()
        .map(|id| {
            let name: &str = id.into();
            let verdict: &str = id.verdict().into();
            [name.to_owned(), verdict.to_owned(), id.action().to_owned()]
        })
        .collect();
    let written = findings();
    for (line, row) in expected.iter().zip(&written) {
        // Where the advice depends on what is wrong, the page says so in words of its own.
        let is_same = line[..2] == row[..2] && (line[2].is_empty() || line[2] == row[2]);
        assert!(is_same, "check prints {line:?}, and docs/check.md has {row:?}");
    }
    assert_eq!(expected.len(), written.len());
}

/// What is wrong with the page itself: an entry that lacks a row, or two with one name.
pub fn problems(entries: &[Entry]) -> Vec<String> {
    let mut problems = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let name = &entry.name;
        let mut lacks = |place: &str| problems.push(format!("{name}: no words for the {place}"));
        if entry.log.is_empty() {
            lacks("log");
        }
        if entry.check.is_empty() {
            lacks("check");
        }
        if entry.page.as_ref().is_some_and(Vec::is_empty) {
            lacks("page");
        }
        if entries[..at].iter().any(|other| other.name == *name) {
            problems.push(format!("{name}: twice"));
        }
    }
    problems
}

/// The reader of the page finds what is missing.
pub fn the_page_is_read_as_it_is_written() {
    let page = "# Title\n\n## Part\n\n### One\n\nText.\n\n| where | it says |\n|---|---|\n| log | `a … b`, or `c` |\n\
                | check | `d` |\n| page | it does not open |\n\n## Other\n\n### Two\n\n| log | nothing |\n";
    let found = parse(page);
    let names: Vec<&str> = found.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["One", "Two"]);
    assert_eq!(found[0].log, [Words("a … b".into()), Words("c".into())]);
    assert_eq!((found[0].check.len(), found[0].page.is_none()), (1, true));
    let lacks = ["log", "check", "page"].map(|place| format!("Two: no words for the {place}"));
    assert_eq!(problems(&found), lacks);
    assert!(found[0].log[0].are_in("x a y b z") && !found[0].log[0].are_in("b a"));
    assert!(!found[0].log[0].are_in_a_line_of("a\nb"));
}
