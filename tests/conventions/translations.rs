//! The translations: what each language lacks or has wrong. `cargo test --test conventions translations -- --nocapture` prints it
//! for every language, and the test fails for the languages that are said to be complete (docs/translating.md).

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser;
use giftcode_bot::charts::can_draw;
use giftcode_bot::discord::messages::texts::sources;
use giftcode_bot::domain::text::language::Language;

use crate::texts::{foreign, missing, read};

/// A message of Discord has at most so many characters; a text is part of one.
const MAX_TEXT: usize = 1900;
/// The description of a command or an option.
const MAX_DESCRIPTION: usize = 100;
/// A text of so many words may be the same in two languages.
const SAME_WORDS: usize = 3;

/// The plural categories that a language needs for whole numbers, and those that it may have besides
/// (https://cldr.unicode.org/index/cldr-spec/plural-rules). `many` of the Romance languages is for whole millions.
fn categories(language: Language) -> (&'static [&'static str], &'static [&'static str]) {
    match language {
        Language::En | Language::De => (&["one", "other"], &[]),
        // A Turkish noun after a number has no plural.
        Language::Tr => (&["other"], &["one"]),
        Language::Fr | Language::Es | Language::PtBr => (&["one", "other"], &["many"]),
        Language::Ru => (&["one", "few", "many", "other"], &[]),
        Language::Ko | Language::Ja | Language::ZhTw => (&["other"], &[]),
    }
}

const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// What a pattern says.
#[derive(Debug, Default, Clone)]
struct Said {
    /// The text, with `{$name}` for a value. Of a selection, the longest variant.
    text: String,
    /// The variants of each selection by a number, with the argument's name.
    plurals: Vec<(String, BTreeSet<String>)>,
}

fn said(pattern: &Pattern<&str>) -> Said {
    let mut said = Said::default();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => said.text += value,
            PatternElement::Placeable { expression } => {
                let inner = said_by(expression);
                said.text += &inner.text;
                said.plurals.extend(inner.plurals);
            }
        }
    }
    said
}

fn said_by(expression: &Expression<&str>) -> Said {
    match expression {
        Expression::Inline(InlineExpression::Placeable { expression }) => said_by(expression),
        Expression::Inline(InlineExpression::StringLiteral { value }) => {
            Said { text: (*value).to_owned(), plurals: Vec::new() }
        }
        Expression::Inline(InlineExpression::VariableReference { id }) => {
            Said { text: format!("{{${}}}", id.name), plurals: Vec::new() }
        }
        Expression::Inline(_) => Said { text: "{…}".to_owned(), plurals: Vec::new() },
        Expression::Select { selector, variants } => {
            let keys = |key: &VariantKey<&str>| match key {
                VariantKey::Identifier { name } => (*name).to_owned(),
                VariantKey::NumberLiteral { value } => (*value).to_owned(),
            };
            let keys: BTreeSet<String> = variants.iter().map(|variant| keys(&variant.key)).collect();
            let inner: Vec<Said> = variants.iter().map(|variant| said(&variant.value)).collect();
            let longest = inner.iter().map(|said| said.text.clone()).max_by_key(|text| text.chars().count());
            let mut plurals: Vec<_> = inner.into_iter().flat_map(|said| said.plurals).collect();
            let is_number = |key: &String| CATEGORIES.contains(&key.as_str()) || key.parse::<u64>().is_ok();
            if let InlineExpression::VariableReference { id } = selector
                && keys.iter().all(is_number)
            {
                plurals.push((id.name.to_owned(), keys));
            }
            Said { text: longest.unwrap_or_default(), plurals }
        }
    }
}

/// Each text of Fluent files by its key.
fn all_said<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, Said> {
    let mut found = BTreeMap::new();
    for (_, source) in files {
        let resource = parser::parse(source).unwrap_or_else(|(resource, _)| resource);
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let id = message.id.name;
            found.extend(message.value.iter().map(|value| (id.to_owned(), said(value))));
            found.extend(message.attributes.iter().map(|of| (format!("{id}.{}", of.id.name), said(&of.value))));
        }
    }
    found
}

/// What is wrong with one text of a language.
fn faults(language: Language, key: &str, text: &Said, english: Option<&Said>) -> Vec<String> {
    let mut found = Vec::new();
    let (needed, allowed) = categories(language);
    for (number, has) in &text.plurals {
        let lacks: Vec<&str> = needed.iter().filter(|category| !has.contains(**category)).copied().collect();
        let is_known = |key: &&String| {
            key.parse::<u64>().is_ok() || needed.contains(&key.as_str()) || allowed.contains(&key.as_str())
        };
        let unused: Vec<&String> = has.iter().filter(|key| !is_known(key)).collect();
        if !lacks.is_empty() {
            found.push(format!("{key}: the plural of ${number} lacks {}", lacks.join(", ")));
        }
        if !unused.is_empty() {
            found.push(format!("{key}: the language has no plural {unused:?} of ${number}"));
        }
    }
    let (length, most) =
        (text.text.chars().count(), if key.starts_with("command-") { MAX_DESCRIPTION } else { MAX_TEXT });
    if length > most {
        found.push(format!("{key} has {length} characters, at most {most} are possible"));
    }
    let words =
        || text.text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic) && !word.contains('$'));
    if language != Language::En
        && english.is_some_and(|english| english.text == text.text)
        && words().count() > SAME_WORDS
    {
        found.push(format!("{key} is the English text"));
    }
    found
}

/// What a language lacks and has wrong; empty if all is well.
fn report<'a>(language: Language, english: &[(&'a str, &'a str)], files: &[(&'a str, &'a str)]) -> Vec<String> {
    let (english_texts, _) = read(english.iter().copied());
    let (texts, wrong) = read(files.iter().copied());
    let mut found = wrong;
    for key in missing(&english_texts, &texts) {
        found.push(match texts.contains_key(&key) {
            true => format!("{key} takes {:?}, and the translation {:?}", english_texts[&key], texts[&key]),
            false => format!("{key} is missing"),
        });
    }
    found.extend(foreign(&english_texts, &texts));
    let in_english = all_said(english.iter().copied());
    for (key, text) in all_said(files.iter().copied()) {
        found.extend(faults(language, &key, &text, in_english.get(&key)));
    }
    found
}

#[test]
fn translations_are_right_in_every_language() {
    let english = sources(Language::En);
    for language in Language::ALL {
        let report = report(language, english, sources(language));
        println!("{} ({}): {} to mend", language.own_name(), language.tag(), report.len());
        assert!(report.is_empty(), "{}:\n{}", language.tag(), report.join("\n"));
    }
}

/// What the leaders of an alliance are called. Whoever is told to ask somebody must know whom.
fn leader(language: Language) -> &'static str {
    match language {
        Language::En => "leader",
        Language::De => "anführer",
        Language::Fr => "chef",
        Language::Es | Language::PtBr => "líder",
        Language::Tr => "lider",
        Language::Ru => "лидер",
        Language::Ko => "운영진",
        Language::Ja => "リーダー",
        Language::ZhTw => "幹部",
    }
}

#[test]
fn leaders_are_called_the_same_in_all_texts_of_a_language() {
    let of = |language| all_said(sources(language).iter().copied());
    let english = of(Language::En);
    let mut found = Vec::new();
    for language in Language::ALL {
        let names = |said: &Said| said.text.to_lowercase().contains(leader(language));
        let wrong = of(language).into_iter().filter(|(key, said)| {
            english.get(key).is_some_and(|english| english.text.to_lowercase().contains("leader") != names(said))
        });
        found.extend(wrong.map(|(key, said)| format!("{}: {key} = {}", language.tag(), said.text)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Pictures are drawn with embedded fonts, which have few letters.
#[test]
fn the_fonts_of_the_pictures_have_the_letters_of_their_texts() {
    for language in Language::ALL {
        let (_, source) = sources(language).iter().find(|(subject, _)| *subject == "charts").unwrap();
        let texts = all_said([("charts", *source)]);
        assert!(texts.len() > 20, "{}: {}", language.tag(), texts.len());
        // Comments go no further than the file; all variants of a choice count.
        let lines = source.lines().filter(|line| !line.starts_with('#'));
        let lacking: BTreeSet<char> = lines.flat_map(str::chars).filter(|c| !can_draw(language, *c)).collect();
        assert!(
            lacking.is_empty(),
            "{}: the font of the pictures lacks {lacking:?}. `python3 src/charts/font/make.py` makes the fonts anew \
             (src/charts/font/README.md).",
            language.tag()
        );
    }
}

#[test]
fn translations_with_faults_are_found() {
    let english = [(
        "x",
        "a = one\nb = { $n ->\n [one] { $n } code\n *[other] { $n } codes\n }\nc = Please open the list again\n    .label = { $x }\nd = d",
    )];
    let report = |language, source: &'static str| report(language, &english, &[("x", source)]);
    assert_eq!(
        report(
            Language::Ru,
            "b = { $n ->\n [one] { $n } код\n *[other] { $n } кодов\n }\nc = Please open the list again\n    .label = { $y }\ne = e"
        ),
        [
            "a is missing",
            "c.label takes {\"x\"}, and the translation {\"y\"}",
            "d is missing",
            "c.label is never given [\"y\"]",
            "English has no e",
            "b: the plural of $n lacks few, many",
            "c is the English text",
        ]
    );
    let rest = "a = a\nc = c\n    .label = { $x }\nd = d\n";
    let with = |language, b: &str| report(language, Box::leak(format!("{rest}b = {b}").into_boxed_str()));
    assert_eq!(with(Language::Ja, "{ $n }個"), Vec::<String>::new());
    assert_eq!(with(Language::Tr, "{ $n ->\n [one] { $n } kod\n *[other] { $n } kod\n }"), Vec::<String>::new());
    assert_eq!(
        with(Language::Fr, "{ $n ->\n [0] x\n [one] { $n } code\n [many] { $n } de codes\n *[other] { $n } codes\n }"),
        Vec::<String>::new()
    );
    assert_eq!(
        with(Language::De, "{ $n ->\n [one] { $n }\n [few] { $n }\n *[other] { $n }\n }"),
        ["b: the language has no plural [\"few\"] of $n"]
    );
    // A choice by a word is no plural.
    assert_eq!(with(Language::De, "{ $n ->\n [on] an { $n }\n *[off] aus { $n }\n }"), Vec::<String>::new());
    assert_eq!(
        with(Language::De, &format!("{{ $n }} {}", "x".repeat(MAX_TEXT))),
        ["b has 1905 characters, at most 1900 are possible"]
    );
    assert_eq!(with(Language::De, "{ $n").len(), 2, "it cannot be read, and is missing");
}
