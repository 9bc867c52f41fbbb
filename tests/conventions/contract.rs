//! `docs/contract.md` is true: its variables, log lines and commands are those of the program.

use std::collections::BTreeSet;

use giftcode_bot::discord::registration::registered_commands;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::runtime::config::VARIABLES;
use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use crate::{read, root};

/// The part of the page from this heading to the next one of its level.
fn section(heading: &str) -> String {
    let page = read(&root().join("docs/contract.md"));
    let begin = page.split_once(&format!("\n## {heading}\n")).unwrap().1;
    begin.split("\n## ").next().unwrap_or_default().to_owned()
}

#[test]
fn it_lists_every_variable_with_its_default() {
    let section = section("Environment");
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let default = |text: &str| if text.is_empty() { "–".to_owned() } else { format!("`{text}`") };
    let expected: Vec<String> =
        VARIABLES.iter().map(|v| format!("| `{}` | {} |", v.name, default(v.default))).collect();
    let begins: Vec<String> = rows.iter().map(|row| row.split_inclusive('|').take(3).collect()).collect();
    assert_eq!(begins, expected);
}

/// The string literals of the program, as they are written.
fn formats() -> Vec<String> {
    let mut found = Vec::new();
    for (_, source) in crate::production() {
        // Tests repeat the lines: what counts is the program.
        let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        literals(program.parse().unwrap(), &mut found);
    }
    found
}

fn literals(tokens: TokenStream, out: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => literals(group.stream(), out),
            TokenTree::Literal(literal) => {
                let lines = literal.to_string();
                let text = lines.lines().map(|line| line.trim_start().trim_end_matches('\\')).collect::<String>();
                out.extend(text.strip_prefix('"').map(|text| text.trim_end_matches('"').to_owned()));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Whether a format string can make this line.
fn makes(format: &str, line: &str) -> bool {
    let mut pieces = format.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, text)| text));
    let first = pieces.next().unwrap_or_default();
    // What begins with something variable makes any line.
    let Some(mut rest) = line.strip_prefix(first).filter(|_| first.len() > 4) else { return false };
    let mut is_last_open = false;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        is_last_open = piece.is_empty();
    }
    rest.is_empty() || is_last_open
}

#[test]
fn its_log_lines_are_those_of_the_source() {
    let formats = formats();
    let section = section("Log lines");
    let lines: Vec<&str> = section.split("```").nth(1).unwrap().lines().skip(1).collect();
    let unknown = |lines: &[&str]| -> Vec<String> {
        lines
            .iter()
            .filter(|line| !formats.iter().any(|format| makes(format, line)))
            .map(|line| (*line).to_owned())
            .collect()
    };
    assert!(lines.len() > 10);
    assert_eq!(unknown(&lines), Vec::<String>::new());
    let planted = ["Posted 2 codes to guild 123", "✅ Redeemed for NAME: SUCCESS (attempt", "Anything at all"];
    assert_eq!(unknown(&planted), planted);
}

/// The texts that a page's tables explain ("it says"), in the pieces that do not vary.
fn explained(page: &str) -> Vec<String> {
    let tables = page.split("\n| it says |").skip(1);
    let rows = tables.flat_map(|table| table.lines().skip(2).take_while(|line| line.starts_with("| ")));
    let texts = rows.flat_map(|row| row.split(" | ").next().unwrap_or_default().split('`').skip(1).step_by(2));
    let pieces = texts.flat_map(|text| text.split('…')).map(str::trim).filter(|piece| piece.len() > 6);
    pieces.map(str::to_owned).collect()
}

#[test]
fn texts_explained_on_the_pages_are_the_programs() {
    let formats = formats();
    let english = giftcode_bot::discord::messages::texts::sources(Language::En);
    let is_reported = |piece: &str| {
        formats.iter().any(|format| format.contains(piece)) || english.iter().any(|(_, texts)| texts.contains(piece))
    };
    // A sentence may be put together from two.
    let is_composed = |piece: &str| {
        let cuts = piece.char_indices().map(|(at, _)| at).filter(|at| *at >= 4 && piece.len() - at >= 10);
        cuts.into_iter().any(|at| is_reported(&piece[..at]) && is_reported(&piece[at..]))
    };
    let unknown = |pieces: Vec<String>| -> Vec<String> {
        pieces.into_iter().filter(|piece| !is_reported(piece) && !is_composed(piece)).collect()
    };
    for page in ["README.md", "docs/log.md"] {
        let pieces = explained(&read(&root().join(page)));
        assert!(pieces.len() > 8, "{page}");
        assert_eq!(unknown(pieces), Vec::<String>::new(), "{page}");
    }
    let planted = "\n| it says | do |\n|---|---|\n| `MongoDB has gone …`, `is in use by another giftcode-bot` | x |";
    assert_eq!(unknown(explained(planted)), ["MongoDB has gone"]);
}

/// The full names of the commands below this one.
fn names(command: &Value, before: &str, out: &mut BTreeSet<String>) {
    let name = format!("{before}{}", command["name"].as_str().unwrap());
    let options = command["options"].as_array().cloned().unwrap_or_default();
    // 1 and 2 are the types of a subcommand and of a group of them.
    let below: Vec<&Value> = options.iter().filter(|option| matches!(option["type"].as_u64(), Some(1 | 2))).collect();
    below.iter().for_each(|command| names(command, &format!("{name} "), out));
    if below.is_empty() {
        out.insert(name);
    }
}

#[test]
fn it_lists_every_command_of_discord() {
    let mut registered = BTreeSet::new();
    for command in registered_commands() {
        names(&serde_json::to_value(command).unwrap(), "/", &mut registered);
    }
    let section = section("Discord commands");
    let listed: BTreeSet<String> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned)).collect();
    assert_eq!(listed, registered);
}
