//! Imports go down only, siblings never import each other, and `domain` is pure (docs/architecture.md, "Layers").
//!
//! The source is read as tokens, so comments do not count and macros do. Unit tests may look anywhere and are left out.

use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The rooms from the top down; rooms of one layer do not import each other.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["commands"],
    &["discord", "sandbox", "ops"],
    &["services"],
    &["leadership"],
    &["store"],
    &["game", "feeds", "replica"],
    &["ports", "runtime", "charts"],
    &["domain"],
];
/// The same inside rooms.
const ROOMS: &[(&str, &[&[&str]])] = &[
    (
        "discord",
        &[
            &["check"],
            &["gateway"],
            &["registration"],
            &["interactions"],
            &["managers", "welcome"],
            &["announcer", "bot", "direct_results"],
            &["connection_status", "messages", "permissions", "session_budget"],
            &["roster_action"],
            &["custom_id", "id_inbox", "message_content", "pictures", "rest", "user_limit"],
        ],
    ),
    (
        "services",
        &[&[
            "backup",
            "engine",
            "eraser",
            "health",
            "notifier",
            "poster",
            "replicator",
            "reporter",
            "retention",
            "watcher",
        ]],
    ),
    ("leadership", &[&["session"], &["election"], &["phase"]]),
    ("runtime", &[&["clock", "config", "http", "metrics", "supervisor", "telemetry", "wake"], &["redaction"]]),
    (
        "domain",
        &[
            &["check", "health", "legacy"],
            &["sync"],
            &["limits"],
            &["redeeming"],
            &["codes"],
            &["answers", "players"],
            &["back_off", "text", "waits"],
        ],
    ),
];

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

/// The rooms that open the store or give out its handles.
const WITH_WHOLE_STORE: &[&str] = &["store", "leadership", "commands"];

/// Why `from` may not import `to`, both of which stand in these layers; `None` where it may.
fn objection(layers: &[&[&str]], from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let layer = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    match (layer(from), layer(to)) {
        (None, _) => Some(format!("the module {from} stands in no layer: give it one")),
        (_, None) => Some(format!("the module {to} stands in no layer: give it one")),
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

/// What a module names: the paths behind `crate`, `self` and `super`, from the root of the crate, groups resolved.
pub fn imports(module: &[String], words: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let is_path = at > 0 && words[at - 1] == ":";
        let begins = !is_path && ["crate", "self", "super"].contains(&words[at].as_str());
        if begins && words.get(at + 1).is_some_and(|word| word == ":") {
            at = path(module.to_vec(), words, at, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads a path, or each of a group's, that begins at `at`; returns where it ends.
fn path(mut base: Vec<String>, words: &[String], mut at: usize, found: &mut Vec<Vec<String>>) -> usize {
    loop {
        match words.get(at).map(String::as_str) {
            Some("crate") => base.clear(),
            Some("super") => drop(base.pop()),
            Some("(") => {
                at += 1;
                while words.get(at).is_some_and(|word| word != ")") {
                    at = path(base.clone(), words, at, found).max(at + 1);
                    // To the next of the group, past what it is renamed to.
                    while words.get(at).is_some_and(|word| word != "," && word != ")") {
                        at += 1;
                    }
                    at += usize::from(words.get(at).is_some_and(|word| word == ","));
                }
                return at + 1;
            }
            Some("self") | None => {}
            Some(name) => base.push(name.to_owned()),
        }
        let goes_on =
            words.get(at + 1).is_some_and(|word| word == ":") && words.get(at + 2).is_some_and(|word| word == ":");
        if !goes_on {
            found.push(base);
            return at + 1;
        }
        at += 3;
    }
}

/// A source file's module, from the root of the crate; `path` is below `src`.
pub fn module(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.pop_if(|last| last == "mod");
    parts
}

/// The source's tokens as words, without tests.
pub fn tokens(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    words(source.parse().unwrap(), &mut found);
    found
}

/// Everything that is wrong with one file; `path` is below `src`.
fn objections(path: &Path, source: &str) -> Vec<String> {
    let (module, tokens) = (module(path), tokens(source));
    let room = module[0].as_str();
    if room == "lib" {
        return Vec::new();
    }
    let mut found = Vec::new();
    for import in imports(&module, &tokens) {
        let Some(to) = import.first() else { continue };
        found.extend(objection(LAYERS, room, to));
        if import.starts_with(&["store".to_owned(), "Store".to_owned()]) && !WITH_WHOLE_STORE.contains(&room) {
            found.push(format!("{room} names the whole store: take the handles that it needs"));
        }
        let layers = ROOMS.iter().find(|(name, _)| *name == room && to == room).map(|(_, layers)| layers);
        if let (Some(layers), Some(from), Some(to)) = (layers, module.get(1), import.get(1)) {
            // What is no module is the room's own.
            let is_module = layers.iter().any(|layer| layer.contains(&to.as_str()));
            found.extend(objection(layers, from, to).filter(|_| is_module));
        }
    }
    let joined = tokens.join(" ");
    if room == "domain" {
        let names = |name: &&&str| joined.split(' ').any(|word| word == **name) && !name.contains(':');
        let paths = |name: &&&str| name.contains("::") && joined.contains(&name.replace("::", " : : "));
        found
            .extend(IMPURE.iter().filter(|name| names(name) || paths(name)).map(|name| format!("domain names {name}")));
    }
    found
}

#[test]
fn imports_go_down_only_and_the_domain_is_pure() {
    let mut found = Vec::new();
    for (path, source) in super::production() {
        let objections = objections(&path, &source);
        found.extend(objections.into_iter().map(|objection| format!("{}: {objection}", path.display())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_kind_of_violation_is_found() {
    for (path, source, part) in [
        ("store/codes.rs", "use crate::services::engine::Engine;", "services, which is above it"),
        ("store/codes.rs", "use crate::{domain::code::{Code, CodeKey}, services};", "services, which is above it"),
        ("store/mod.rs", "use crate::{domain as d, services as s};", "services, which is above it"),
        ("services/engine/mod.rs", "fn x() { crate::services::poster::run(); }", "engine imports its sibling poster"),
        ("services/engine/attempt.rs", "use super::super::poster;", "engine imports its sibling poster"),
        ("services/watcher.rs", "use super::{engine::Engine};", "watcher imports its sibling engine"),
        ("leadership/election/holding.rs", "use crate::leadership::session;", "session, which is above it"),
        ("domain/codes/code.rs", "use crate::domain::limits::budget;", "limits, which is above it"),
        ("feeds/client.rs", "vec![crate::store::Store];", "store, which is above it"),
        ("feeds/client.rs", "vec![crate::game::GameClient];", "feeds imports its sibling game"),
        ("runtime/clock.rs", "use crate::ports::Game;", "runtime imports its sibling ports"),
        ("domain/codes/code.rs", "use crate::runtime::clock::Clock;", "runtime, which is above it"),
        ("ports/mod.rs", "use crate::store::Store;", "store, which is above it"),
        ("domain/codes/code.rs", "use tokio::time::sleep;", "domain names tokio"),
        ("domain/codes/code.rs", "use std::fs::File;", "domain names std::fs"),
        ("domain/codes/code.rs", "fn x() { jiff::Timestamp::now(); }", "domain names Timestamp::now"),
        ("domain/codes/code.rs", "use super::super::super::services;", "services, which is above it"),
        ("discord/bot.rs", "use crate::store::{Requests, Store};", "discord names the whole store"),
        ("novel.rs", "use crate::store::Store;", "stands in no layer"),
        ("services/novel.rs", "use super::engine;", "stands in no layer"),
    ] {
        let found = objections(Path::new(path), source).join("; ");
        assert!(found.contains(part), "{path} {source}: {found:?}");
    }
    for (path, source) in [
        (
            "services/engine/mod.rs",
            "use crate::store::RedemptionQueue; use crate::runtime::clock::Clock; use crate::services::engine::x;",
        ),
        ("services/engine/attempt.rs", "use super::admission::Admission; use crate::services::Service;"),
        (
            "domain/codes/code.rs",
            "//! tokio and std::fs in words\nuse crate::domain::text::clean; #[cfg(test)] mod tests { use crate::services; }",
        ),
        ("domain/answers/status/mod.rs", "#[cfg(test)]\nmod tests;"),
    ] {
        assert_eq!(objections(Path::new(path), source), Vec::<String>::new(), "{path}");
    }
}
