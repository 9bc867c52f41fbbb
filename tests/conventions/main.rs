//! The rules of the house, checked against the source and the documents: layers, sizes, silenced lints, citations, migrations.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod circles;
mod citations;
mod contract;
mod deployment;
mod layers;
mod log_lines;
mod tests_named;
mod texts;
mod translations;
mod untranslated;
mod words;

use std::path::{Path, PathBuf};

/// The most lines of a source file; files named `tests.rs` may be longer.
const MAX_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below these folders.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The source without its unit tests: each file by its path below `src`.
fn production() -> Vec<(PathBuf, String)> {
    let folder = root().join("src");
    let below = |path: PathBuf| path.strip_prefix(&folder).unwrap().to_owned();
    let is_test = |path: &PathBuf| path.ends_with("tests.rs") || path.iter().any(|part| part == "tests");
    let paths = sources(&["src"]).into_iter().map(below).filter(|path| !is_test(path));
    paths.map(|path| (path.clone(), read(&folder.join(path)))).collect()
}

#[test]
fn a_module_with_children_is_a_folder_with_mod_rs() {
    let is_doubled = |path: &&PathBuf| {
        let folder = path.with_extension("");
        folder.is_dir()
            && std::fs::read_dir(folder)
                .unwrap()
                .any(|entry| entry.unwrap().path().extension().is_some_and(|e| e == "rs"))
    };
    let sources = sources(&["src", "tests", "benches", "crates"]);
    let doubled: Vec<_> = sources.iter().filter(is_doubled).collect();
    assert!(doubled.is_empty(), "a file beside a folder of its name: {doubled:?}");
}

#[test]
fn no_source_file_is_long() {
    let is_long = |path: &&PathBuf| !path.ends_with("tests.rs") && read(path).lines().count() > MAX_LINES;
    let sources = sources(&["crates", "src"]);
    let long: Vec<_> = sources.iter().filter(is_long).collect();
    assert!(long.is_empty(), "over {MAX_LINES} lines: {long:?}");
}

/// The places in `text` where a lint is silenced without a reason.
fn silenced_without_reason(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let is_silenced = |line: &str| {
        let line = line.trim_start();
        ["#[allow(", "#![allow(", "#[expect(", "#![expect("].iter().any(|begin| line.starts_with(begin))
    };
    let has_reason = |at: usize| {
        let attribute: String = lines[at..].iter().take(12).copied().collect();
        let attribute = attribute.split(")]").next().unwrap_or_default();
        attribute.contains("reason = \"")
    };
    (0..lines.len()).filter(|at| is_silenced(lines[*at]) && !has_reason(*at)).map(|at| at + 1).collect()
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    assert_eq!(silenced_without_reason("#[allow(dead_code)]\nfn x() {}\n#[allow(dead_code, reason = \"x\")]"), [1]);
    for path in sources(&["crates", "src", "tests", "benches"]) {
        let lines = silenced_without_reason(&read(&path));
        // This file names the attributes it looks for.
        if !path.ends_with("conventions/main.rs") {
            assert!(lines.is_empty(), "{}: {lines:?}", path.display());
        }
    }
}

#[test]
fn migrations_are_numbered_without_a_gap_and_all_applied() {
    let mut names: Vec<String> = std::fs::read_dir(root().join("migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let schema = read(&root().join("src/store/kernel/schema/mod.rs"));
    let mut last = 0;
    for (index, name) in names.iter().enumerate() {
        let (number, rest) = name.split_once('_').unwrap();
        assert_eq!(number, format!("{:04}", index + 1), "{name}");
        assert!(
            rest.ends_with(".sql")
                && rest.trim_end_matches(".sql").bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        );
        let at = schema.find(&format!("include_str!(\"../../../../migrations/{name}\")"));
        assert!(at.is_some_and(|at| at > last), "src/store/kernel/schema/mod.rs does not apply {name} in its turn");
        last = at.unwrap();
    }
    assert_eq!(schema.matches("include_str!").count(), names.len());
}
