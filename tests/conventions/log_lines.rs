//! `docs/log.md` explains every warning and every error that the program logs.

use proc_macro2::{TokenStream, TokenTree};

use crate::{read, root};

/// Messages that are put together elsewhere. Their parts stand in the page, and nothing here can find them.
const COMPOSED: [&str; 3] = ["{message}", "{name}: {error}", "{}"];

/// The messages of `warn!` and `error!` in a source.
fn messages(tokens: TokenStream, out: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let is_macro = |name: &str| {
            let is_bang = at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(punct) if punct.as_char() == '!');
            is_bang && at > 1 && matches!(&tokens[at - 2], TokenTree::Ident(ident) if ident == name)
        };
        match is_macro("warn") || is_macro("error") {
            true => out.extend(message(group.stream())),
            false => messages(group.stream(), out),
        }
    }
}

/// The first literal that is not a field's value, on one line.
fn message(tokens: TokenStream) -> Option<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_value = |at: usize| at > 0 && matches!(&tokens[at - 1], TokenTree::Punct(punct) if punct.as_char() == '=');
    let found = tokens.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Literal(literal) if !is_value(at) => Some(literal.to_string()),
        _ => None,
    })?;
    let text: String = found.lines().map(|line| line.trim_start().trim_end_matches('\\')).collect();
    Some(text.strip_prefix('"')?.trim_end_matches('"').to_owned())
}

/// The parts of a format string that do not vary.
fn pieces(format: &str) -> Vec<&str> {
    let pieces = format.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, text)| text));
    pieces.map(str::trim).filter(|piece| piece.len() > 4).collect()
}

/// Whether a text of the page is of this format: the format's parts come in it, in order.
fn explains(text: &str, format: &str) -> bool {
    let mut rest = text;
    pieces(format).into_iter().all(|piece| match rest.split_once(piece) {
        Some((_, after)) => {
            rest = after;
            true
        }
        // The page may leave out the end of a long line.
        None => rest.trim_end().ends_with('…') && rest.len() < text.len(),
    })
}

fn unexplained(page: &str, formats: &[String]) -> Vec<String> {
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split(" | ").next().unwrap_or_default());
    let texts: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    formats.iter().filter(|format| !texts.iter().any(|text| explains(text, format))).cloned().collect()
}

#[test]
fn every_warning_and_error_is_explained() {
    let mut found = Vec::new();
    for (path, source) in crate::production() {
        // The simulated world reports to nobody.
        if !path.starts_with("sandbox") {
            let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            messages(program.parse().unwrap(), &mut found);
        }
    }
    let (composed, formats): (Vec<String>, Vec<String>) = found.into_iter().partition(|f| pieces(f).is_empty());
    assert!(formats.len() > 30, "{formats:#?}");
    for format in composed {
        assert!(COMPOSED.contains(&format.as_str()), "nothing in “{format}” can be looked up in docs/log.md");
    }
    assert_eq!(unexplained(&read(&root().join("docs/log.md")), &formats), Vec::<String>::new());
}

#[test]
fn a_line_without_an_explanation_is_found() {
    let source = r#"fn x() { tracing::warn!(feed = "a", "The disk {} is \
        full: {error}", disk); if y { error!("Nobody answers {z}") } info!("fine") }"#;
    let mut found = Vec::new();
    messages(source.parse().unwrap(), &mut found);
    assert_eq!(found, ["The disk {} is full: {error}", "Nobody answers {z}"]);
    let page = "| it says |\n|---|\n| `The disk … is full: …` | x |\n";
    assert_eq!(unexplained(page, &found), ["Nobody answers {z}"]);
}
