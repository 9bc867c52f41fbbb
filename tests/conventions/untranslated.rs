//! No text for people stands in the code of `discord`: it comes from the Fluent files.
//!
//! Logs, errors, attributes and unit tests are left out. What remains and is meant is listed with its reason.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::production;

/// Macros whose text goes to the log, to an error, or to a Fluent file.
const MACROS: &[&str] =
    &["text", "trace", "debug", "info", "warn", "error", "anyhow", "bail", "ensure", "span", "error_span"];
/// Methods whose text goes to an error.
const METHODS: &[&str] = &["context", "with_context", "passing"];

/// Files or folders whose texts nobody reads in Discord, and why.
const FOR_OPERATORS: &[(&str, &str)] = &[
    ("discord/check/", "what the command `check` prints"),
    ("discord/rest/", "errors of calls, for the log"),
    ("discord/connection_status.rs", "errors of the connection, for the log and the status page"),
    ("discord/session_budget.rs", "for the log"),
    ("discord/gateway/mod.rs", "errors of the connection, for the log"),
    ("discord/messages/texts/", "for the log"),
];

/// Texts that are no words of ours.
const MEANT: &[(&str, &str)] = &[
    ("cannot check whether it was posted in the previous forum: {}", "an error, for the log"),
    ("its address is invalid", "the same"),
    ("direct messages", "the name of a service, for the log"),
    ("without a message", "an error, for the log: how a command panicked"),
    ("it took too long", "the same"),
    ("View Channel", "Discord's name of a permission; `messages/manage.rs` translates it"),
    ("Send Messages", "the same"),
    ("Embed Links", "the same"),
    ("Attach Files", "the same"),
    ("Read Message History", "the same"),
    ("Send Messages in Threads", "the same"),
    ("Create Posts", "the same"),
    ("Send Messages in Posts", "the same"),
    ("Add Reactions", "the same"),
];

/// Whether a string literal has two words in a row, apart from what is filled in.
fn is_prose(literal: &str) -> bool {
    let mut text = String::new();
    let mut depth = 0;
    for c in literal.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    let is_word =
        |part: &&str| part.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !part.contains(['=', '/', '_', '<']);
    text.split([' ', '\n']).filter(is_word).count() >= 2
}

fn find(tokens: TokenStream, out: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct = |at: usize, mark: char| matches!(&tokens[at], TokenTree::Punct(punct) if punct.as_char() == mark);
    let is_named = |at: usize, names: &[&str]| matches!(&tokens[at], TokenTree::Ident(ident) if names.contains(&ident.to_string().as_str()));
    let mut is_test = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Bracket
                    && at > 0
                    && (is_punct(at - 1, '#') || at > 1 && is_punct(at - 1, '!') && is_punct(at - 2, '#')) =>
            {
                is_test |= group.stream().to_string().replace(' ', "") == "cfg(test)";
            }
            TokenTree::Group(group) if is_test && group.delimiter() == Delimiter::Brace => is_test = false,
            TokenTree::Punct(punct) if is_test && punct.as_char() == ';' => is_test = false,
            _ if is_test => {}
            TokenTree::Group(group) => {
                let is_macro = at > 1 && is_punct(at - 1, '!') && is_named(at - 2, MACROS);
                let is_method = at > 0 && is_named(at - 1, METHODS);
                // An argument of `text!` may be another text.
                if !is_method && (!is_macro || is_named(at - 2, &["text"])) {
                    find(group.stream(), out);
                }
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                let inner = inner.map(|text| text.replace("\\n", "\n"));
                out.extend(inner.filter(|text| is_prose(text)));
            }
            _ => {}
        }
    }
}

fn untranslated(path: &str, source: &str) -> Vec<String> {
    if !path.starts_with("discord/") || FOR_OPERATORS.iter().any(|(part, _)| path.starts_with(part)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    find(source.parse().unwrap(), &mut found);
    found.retain(|text| !MEANT.iter().any(|(meant, _)| meant == text));
    found.into_iter().map(|text| format!("{path}: {text}")).collect()
}

#[test]
fn no_text_for_people_stands_in_the_code() {
    let mut found = Vec::new();
    for (path, source) in production() {
        found.extend(untranslated(&path.to_string_lossy(), &source));
    }
    assert!(found.is_empty(), "write these in a Fluent file, and show them with text!:\n{}", found.join("\n"));
}

#[test]
fn untranslated_texts_are_found() {
    let of = |source: &str| untranslated("discord/x.rs", source).len();
    for planted in [
        r#"fn f() { Message::text("Hello there"); }"#,
        r#"fn f() { format!("✅ {} players added", n); }"#,
        r#"fn f() { text!(language, "key", name = "two words"); }"#,
        r#"const X: &str = "Nothing was changed.";"#,
    ] {
        assert_eq!(of(planted), 1, "{planted}");
    }
    for fine in [
        r#"/// Two words.
           #[description = "The code"] fn f() { tracing::warn!("Two words"); x.context("cannot do it"); bail!("no way out") }"#,
        r#"#[cfg(test)] mod tests { fn f() { x("two words"); } } fn g() { text!(l, "a-key", n = "one") }"#,
        r#"fn f() { format!("{name}: {error} <t:{}:R>"); x("player_id"); }"#,
    ] {
        assert_eq!(of(fine), 0, "{fine}");
    }
    assert!(untranslated("services/x.rs", "const X: &str = \"two words\";").is_empty());
}
