//! Imports go down only, siblings never import each other, and `domain` is pure (docs/architecture.md, "Layers").
//!
//! The source is read as tokens, so comments do not count and macros do. Unit tests may look anywhere and are left out.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The layers from the top down; modules of one layer do not import each other. Leaves may be imported by everybody
/// but `domain` and `ports`, and import nothing themselves.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["app"],
    &["discord", "sandbox", "ops"],
    &["session"],
    &["watcher", "poster", "engine", "reporter", "eraser", "replicator", "election", "retention"],
    &["store", "game", "feed", "replica"],
    &["tenure"],
    &["leadership"],
    &["ports"],
    &["domain"],
];
const LEAVES: &[&str] = &["clock", "config", "http", "supervisor", "telemetry"];

/// What `domain` must not name: whatever waits, reads, writes, or asks for time or chance.
const IMPURE: &[&str] = &[
    "tokio",
    "reqwest",
    "hyper",
    "axum",
    "serenity",
    "poise",
    "rusqlite",
    "mongodb",
    "fastrand",
    "rand",
    "tracing",
    "SystemTime",
    "Instant",
    "std::fs",
    "std::net",
    "std::io",
    "std::env",
    "std::process",
    "std::thread",
    "Timestamp::now",
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Why `from` may not import `to`; `None` where it may.
fn objection(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let known = |module: &str| LEAVES.contains(&module) || layer(module).is_some();
    if let Some(unknown) = [from, to].into_iter().find(|module| !known(module)) {
        return Some(format!("the module {unknown} stands in no layer: give it one"));
    }
    match (layer(from), layer(to)) {
        (None, _) => Some(format!("{from} is a leaf and imports {to}")),
        (Some(_), None) if ["domain", "ports"].contains(&from) => Some(format!("{from} imports the leaf {to}")),
        (Some(_), None) => None,
        (Some(above), Some(below)) if above < below => None,
        (Some(same), Some(other)) if same == other => Some(format!("{from} imports its sibling {to}")),
        _ => Some(format!("{from} imports {to}, which is above it")),
    }
}

/// The source's tokens as words, without the items under `#[cfg(test)]`. A group is opened and closed by its brackets.
fn words(tokens: TokenStream, out: &mut Vec<String>) {
    let mut is_test = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = tokens.peek() {
                    is_test |= group.stream().to_string().replace(' ', "") == "cfg(test)";
                    tokens.next();
                }
            }
            TokenTree::Group(group) if is_test && group.delimiter() == Delimiter::Brace => is_test = false,
            TokenTree::Punct(punct) if is_test && punct.as_char() == ';' => is_test = false,
            _ if is_test => {}
            TokenTree::Group(group) => {
                out.push("(".to_owned());
                words(group.stream(), out);
                out.push(")".to_owned());
            }
            TokenTree::Ident(ident) => out.push(ident.to_string()),
            TokenTree::Punct(punct) => out.push(punct.to_string()),
            TokenTree::Literal(_) => out.push("_".to_owned()),
        }
    }
}

/// The top-level modules that a source names by `crate::…`, also in groups.
fn imports(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        if words[at] != "crate" || words.get(at + 1).map(String::as_str) != Some(":") {
            continue;
        }
        match words.get(at + 3).map(String::as_str) {
            Some("(") => {
                let (mut depth, mut begins) = (0, true);
                for word in &words[at + 3..] {
                    match word.as_str() {
                        "(" => depth += 1,
                        ")" => depth -= 1,
                        "," => begins = depth == 1,
                        name if begins && depth == 1 => {
                            found.push(name.to_owned());
                            begins = false;
                        }
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            Some(name) => found.push(name.to_owned()),
            None => {}
        }
    }
    found
}

/// Everything that is wrong with one file; `path` is below `src`.
fn objections(path: &Path, source: &str) -> Vec<String> {
    let parts: Vec<String> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let module = parts[0].as_str();
    if module == "lib" {
        return Vec::new();
    }
    let mut tokens = Vec::new();
    words(source.parse().unwrap(), &mut tokens);
    let mut found: Vec<String> = imports(&tokens).iter().filter_map(|to| objection(module, to)).collect();
    let joined = tokens.join(" ");
    // How many `super`s lead out of the top-level module: one per folder below it, and one for the file itself.
    let is_mod = parts.last().is_some_and(|last| last == "mod");
    let depth = parts.len() - usize::from(is_mod);
    if format!(" {joined} ").contains(&format!(" {} ", vec!["super"; depth].join(" : : "))) {
        found.push(format!("{module} leaves itself by super"));
    }
    if module == "domain" {
        let names = |name: &&&str| joined.split(' ').any(|word| word == **name) && !name.contains(':');
        let paths = |name: &&&str| name.contains("::") && joined.contains(&name.replace("::", " : : "));
        found
            .extend(IMPURE.iter().filter(|name| names(name) || paths(name)).map(|name| format!("domain names {name}")));
    }
    found
}

#[test]
fn imports_go_down_only_and_the_domain_is_pure() {
    let folder = super::root().join("src");
    let mut found = Vec::new();
    for path in super::sources(&["src"]).iter().filter(|path| !path.ends_with("tests.rs")) {
        let below = path.strip_prefix(&folder).unwrap();
        let objections = objections(below, &super::read(path));
        found.extend(objections.into_iter().map(|objection| format!("{}: {objection}", below.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_kind_of_violation_is_found() {
    for (path, source, part) in [
        ("store/codes.rs", "use crate::engine::Engine;", "engine, which is above it"),
        ("store/codes.rs", "use crate::{domain::code::{Code, CodeKey}, watcher};", "watcher, which is above it"),
        ("engine/mod.rs", "fn x() { crate::poster::run(); }", "engine imports its sibling poster"),
        ("feed/client.rs", "vec![crate::store::Store];", "feed imports its sibling store"),
        ("clock.rs", "use crate::domain::code::Code;", "clock is a leaf and imports domain"),
        ("domain/code.rs", "use crate::clock::Clock;", "domain imports the leaf clock"),
        ("ports.rs", "use crate::store::Store;", "ports imports store"),
        ("domain/code.rs", "use tokio::time::sleep;", "domain names tokio"),
        ("domain/code.rs", "use std::fs::File;", "domain names std::fs"),
        ("domain/code.rs", "fn x() { jiff::Timestamp::now(); }", "domain names Timestamp::now"),
        ("domain/code.rs", "use super::super::engine;", "leaves itself by super"),
        ("domain/status/table.rs", "use super::super::super::engine;", "leaves itself by super"),
        ("watcher.rs", "use super::engine;", "leaves itself by super"),
        ("novel.rs", "use crate::store::Store;", "stands in no layer"),
    ] {
        let found = objections(Path::new(path), source).join("; ");
        assert!(found.contains(part), "{path} {source}: {found:?}");
    }
    for (path, source) in [
        ("engine/mod.rs", "use crate::store::Store; use crate::clock::Clock; use crate::engine::pace;"),
        ("engine/attempt.rs", "use super::pace::Pace;"),
        (
            "domain/code.rs",
            "//! tokio and std::fs in words\nuse super::text::clean; #[cfg(test)] mod tests { use crate::engine; }",
        ),
        ("domain/status.rs", "#[cfg(test)]\nmod tests;"),
    ] {
        assert_eq!(objections(Path::new(path), source), Vec::<String>::new(), "{path}");
    }
}
