//! One thing, one word: the words of the left column of docs/architecture.md, "Words", are gone from the source.
//!
//! Stored names are no words of the source: strings are not read, except for phrases that people would read.

use proc_macro2::{TokenStream, TokenTree};

/// Types, functions and constants that have other names now.
const NAMES: &[&str] = &[
    "Asked",
    "Condition",
    "FeedHealth",
    "Heard",
    "Kind",
    "Lane",
    "LeaseBoard",
    "LOOK_EVERY",
    "Pace",
    "Rate",
    "Reach",
    "Turns",
    "Wanted",
    "What",
    "go_alone",
    "is_awaited",
    "may_act",
];
/// Words that are no part of any name, each in all its forms.
const PARTS: &[&str] = &[
    "condemn",
    "condemned",
    "condemning",
    "condemns",
    "doubtful",
    "heard",
    "keeper",
    "knock",
    "lane",
    "lanes",
    "look",
    "looked",
    "looks",
    "probe",
    "prober",
    "probes",
    "rests",
    "rival",
    "said",
    "say",
    "says",
    "scout",
    "scouts",
    "tell",
    "tells",
    "tenure",
    "told",
    "turn",
    "turns",
];
/// What no comment and no text says.
const PHRASES: &[&str] = &[
    "condemn",
    "doubtful",
    "first implementation",
    "goes alone",
    "in step",
    "its turn",
    "keeps up",
    "other store",
    "probe",
    "scout",
    "second store",
    "tenure",
    "this look",
    "the look",
    "whose turn",
];

/// Texts that are stored keep their words.
const STORED: &[&str] = &["\"the first implementation\"", "PROBE: "];

/// The parts of a name: `is_told_again` and `LastTold` have the part `told`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = '_';
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && before.is_lowercase()) {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut().filter(|_| letter != '_') {
            last.extend(letter.to_lowercase());
        }
        before = letter;
    }
    parts
}

fn names(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => names(group.stream(), found),
            TokenTree::Ident(name) => {
                let name = name.to_string();
                // A test's name is a sentence.
                let is_sentence = name.matches('_').count() > 2;
                let has_part = parts(&name).iter().any(|part| PARTS.contains(&part.as_str()));
                if NAMES.contains(&name.as_str()) || has_part && !is_sentence {
                    found.push(name);
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The words of one source that it should not have.
fn unwanted(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    names(source.parse().unwrap(), &mut found);
    let is_word = |text: &str, at: usize, phrase: &str| {
        let is_letter = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !is_letter(text[..at].chars().next_back()) && !is_letter(text[at + phrase.len()..].chars().next())
    };
    for line in source.lines() {
        let line = STORED.iter().fold(line.to_owned(), |line, stored| line.replace(stored, ""));
        // Statements name stored columns.
        let text = match line.split_once("//") {
            Some((_, comment)) => comment.to_lowercase(),
            None if line.contains('"') && !line.contains("condemned") => line.to_lowercase(),
            None => continue,
        };
        let has = |phrase: &&&str| text.match_indices(**phrase).any(|(at, _)| is_word(&text, at, phrase));
        found.extend(PHRASES.iter().filter(has).map(|phrase| format!("{phrase}: {}", line.trim())));
    }
    found
}

#[test]
fn words_that_were_given_up_are_gone() {
    let mut found = Vec::new();
    for path in super::sources(&["src"]) {
        let path_words = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_named = parts(&path_words).iter().any(|part| PARTS.contains(&part.as_str()));
        let unwanted = unwanted(&super::read(&path));
        found.extend(is_named.then(|| format!("{}", path.display())));
        found.extend(unwanted.into_iter().map(|word| format!("{}: {word}", path.display())));
    }
    assert!(found.is_empty(), "{} words that were given up:\n{}", found.len(), found.join("\n"));
}

#[test]
fn each_kind_of_word_is_found() {
    for source in [
        "struct Wanted;",
        "fn may_act() {}",
        "let is_told = 1;",
        "struct LastTold;",
        "// It is in step again.",
        "fn x() { print(\"the second store\") }",
    ] {
        assert_eq!(unwanted(source).len(), 1, "{source}");
    }
    for source in
        ["enum Whatever { Untold }", "// He turned; look at instep", "let sql = \"UPDATE codes SET condemned = 1\";"]
    {
        assert_eq!(unwanted(source), Vec::<String>::new(), "{source}");
    }
}
