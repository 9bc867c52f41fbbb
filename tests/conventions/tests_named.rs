//! `docs/testing.md` says which tests hold a promise: they exist where it says, and run.

use std::collections::BTreeSet;
use std::path::Path;

use crate::layers::module;
use crate::{read, root, sources};

/// What a test that does not run has before it.
const LEFT_OUT: &str = concat!("#[", "ignore");

/// The functions of a source, in its module, without those that are left out; `path` is below the root.
fn functions(path: &Path, text: &str) -> Vec<String> {
    let parts: Vec<String> = module(path).into_iter().filter(|part| part != "main" && part != "lib").collect();
    // `src` and `tests/NAME` are not part of a test's name.
    let begin = parts.iter().position(|part| part == "src" || part == "tests").unwrap_or_default();
    let begin = begin + if parts[begin] == "tests" { 2 } else { 1 };
    let module = parts.get(begin..).unwrap_or_default().join("::");
    let (own, tests) = text.split_once("\nmod tests {").unwrap_or((text, ""));
    let mut found = Vec::new();
    for (module, text) in [(module.clone(), own), (format!("{module}::tests"), tests)] {
        let mut before = "";
        for rest in text.split("fn ") {
            let name = rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
            let is_left_out = before.rsplit("}\n").next().is_some_and(|attributes| attributes.contains(LEFT_OUT));
            if !is_left_out {
                found.push(format!("{module}::{name}"));
            }
            before = rest;
        }
    }
    found
}

/// What is said to be a test, a part of its name, or a module of tests: in the last column of a table, in backticks.
fn named(page: &str) -> BTreeSet<&str> {
    let columns =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.trim_end().strip_suffix(" |")?.rsplit(" | ").next());
    let quoted = columns.flat_map(|column| column.split('`').skip(1).step_by(2));
    let words = quoted.flat_map(str::split_whitespace).filter(|word| !word.contains('/') && !word.contains('.'));
    let names = words.map(|word| word.trim_matches(['…', ':']));
    names.filter(|name| name.contains("::") || name.matches('_').count() > 1).collect()
}

fn unknown<'a>(page: &'a str, functions: &[String]) -> Vec<&'a str> {
    named(page).into_iter().filter(|name| !functions.iter().any(|function| function.contains(name))).collect()
}

#[test]
fn every_test_named_for_a_promise_exists_and_runs() {
    let source = format!("fn a_b_c_d() {{\n}}\n\n{LEFT_OUT}]\nfn a_b_e() {{\n}}\n\nmod tests {{\nfn a_b_f() {{}}\n");
    let mut known = functions(Path::new("src/x/mod.rs"), &source);
    known.extend(functions(Path::new("tests/some/y.rs"), "fn d_e_f_g() {}"));
    let page = "| it holds | `--lib x::a_b_c`, `a_b_e`, `x::tests::a_b_f`, `x::a_b_f`, `--test some y::d_e_f_…` (`docs/no.md`) |";
    assert_eq!(unknown(page, &known), ["a_b_e", "x::a_b_f"]);

    let sources = sources(&["crates", "src", "tests", "benches"]);
    let functions: Vec<String> =
        sources.iter().flat_map(|path| functions(path.strip_prefix(root()).unwrap(), &read(path))).collect();
    let page = read(&root().join("docs/testing.md"));
    assert!(named(&page).len() > 100, "{}", named(&page).len());
    assert_eq!(unknown(&page, &functions), Vec::<&str>::new());
}
