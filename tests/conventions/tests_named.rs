//! `docs/testing.md` says which tests hold a promise: they exist, and run.

use std::collections::BTreeSet;

use crate::{read, root, sources};

/// What a test that does not run has before it.
const LEFT_OUT: &str = concat!("#[", "ignore");

/// The names of functions in this source.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).map(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap())
}

/// What is said to be a test, or the begin of a test's name: in the last column of a table, in backticks.
fn named(page: &str) -> BTreeSet<&str> {
    let columns =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.trim_end().strip_suffix(" |")?.rsplit(" | ").next());
    let quoted = columns.flat_map(|column| column.split('`').skip(1).step_by(2));
    let words = quoted.flat_map(str::split_whitespace).filter(|word| !word.contains('/') && !word.contains('.'));
    let names = words.filter_map(|word| word.rsplit("::").find(|part| !part.is_empty() && *part != "…"));
    names.map(|name| name.trim_end_matches('…')).filter(|name| name.matches('_').count() > 1).collect()
}

fn unknown<'a>(page: &'a str, functions: &BTreeSet<&str>) -> Vec<&'a str> {
    named(page).into_iter().filter(|name| !functions.iter().any(|function| function.contains(name))).collect()
}

#[test]
fn every_test_that_is_said_to_hold_a_promise_exists_and_runs() {
    let page = "| it holds | `--lib store::a_b_c`, `x::tests::a_b_d`, `d_e_f_…` (`docs/no_such_one.md`) |";
    let known = BTreeSet::from(["a_b_c_and_more", "that_d_e_f_g"]);
    assert_eq!(unknown(page, &known), ["a_b_d"]);
    let texts: Vec<String> = sources(&["crates", "src", "tests", "benches"]).iter().map(|path| read(path)).collect();
    let left_out = texts.iter().flat_map(|text| text.split(LEFT_OUT).skip(1).filter_map(|rest| functions(rest).next()));
    let left_out: BTreeSet<&str> = left_out.collect();
    let functions: BTreeSet<&str> = texts.iter().flat_map(|text| functions(text)).collect();
    let functions = functions.difference(&left_out).copied().collect();
    let page = read(&root().join("docs/testing.md"));
    assert!(named(&page).len() > 100, "{}", named(&page).len());
    assert_eq!(unknown(&page, &functions), Vec::<&str>::new());
}
