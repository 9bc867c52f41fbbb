//! The texts for people: every key that the source shows exists in English with the same arguments, every English text is
//! shown, and the other languages have no more than English has.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use giftcode_bot::discord::messages::texts::sources;
use giftcode_bot::domain::text::language::Language;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{production, root};

/// The arguments of each text, by its key; an attribute's key is `message.attribute`.
pub type Texts = BTreeMap<String, BTreeSet<String>>;

/// What a pattern refers to: the arguments of its own, and the texts whose arguments it needs too.
#[derive(Debug, Default)]
struct References {
    arguments: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl References {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut found = Self::default();
        found.pattern(pattern);
        found
    }

    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => drop(self.arguments.insert(id.name.to_owned())),
            InlineExpression::MessageReference { id, attribute } => {
                let attribute = attribute.as_ref().map_or(String::new(), |attribute| format!(".{}", attribute.name));
                self.texts.insert(format!("{}{attribute}", id.name));
            }
            InlineExpression::TermReference { id, .. } => drop(self.texts.insert(format!("-{}", id.name))),
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::FunctionReference { id, .. } => drop(self.texts.insert(format!("{}()", id.name))),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }
}

/// The texts of Fluent files, and what is wrong with the files.
pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Texts, Vec<String>) {
    let (mut found, mut wrong) = (BTreeMap::new(), Vec::new());
    for (name, source) in files {
        let resource = match parser::parse(source) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                wrong.extend(errors.iter().map(|error| format!("{name}.ftl: {error}")));
                resource
            }
        };
        let mut add = |key: String, pattern: &Pattern<&str>| {
            if found.insert(key.clone(), References::of(pattern)).is_some() {
                wrong.push(format!("{name}.ftl: {key} stands there twice"));
            }
        };
        for entry in &resource.body {
            let (id, value, attributes) = match entry {
                Entry::Message(message) => (message.id.name.to_owned(), message.value.as_ref(), &message.attributes),
                Entry::Term(term) => (format!("-{}", term.id.name), Some(&term.value), &term.attributes),
                _ => continue,
            };
            value.into_iter().for_each(|value| add(id.clone(), value));
            attributes.iter().for_each(|attribute| add(format!("{id}.{}", attribute.id.name), &attribute.value));
        }
    }
    let mut texts = Texts::new();
    for key in found.keys() {
        let (mut arguments, mut open, mut seen) = (BTreeSet::new(), vec![key.as_str()], BTreeSet::new());
        while let Some(next) = open.pop().filter(|_| seen.len() < 100) {
            match found.get(next) {
                Some(references) if seen.insert(next) => {
                    arguments.extend(references.arguments.iter().cloned());
                    open.extend(references.texts.iter().map(String::as_str));
                }
                Some(_) => {}
                None => wrong.push(format!("{key} refers to {next}, which does not exist")),
            }
        }
        texts.insert(key.clone(), arguments);
    }
    (texts, wrong)
}

/// The texts that others refer to, which the source need not show.
fn referred_to<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    files.into_iter().map(|(_, source)| source).collect()
}

pub fn texts(language: Language) -> Texts {
    let (texts, wrong) = read(sources(language).iter().copied());
    assert!(wrong.is_empty(), "{}:\n{}", language.tag(), wrong.join("\n"));
    texts
}

/// A use of `text!`: the key and the names of its arguments.
type Use = (String, BTreeSet<String>);

/// Every `text!` in a source of `discord`, without its unit tests.
fn uses(tokens: TokenStream, out: &mut Vec<Use>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut is_test = false;
    for (at, token) in tokens.iter().enumerate() {
        let is_punct =
            |at: usize, mark: char| matches!(&tokens[at], TokenTree::Punct(punct) if punct.as_char() == mark);
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket && at > 0 && is_punct(at - 1, '#') => {
                is_test |= group.stream().to_string().replace(' ', "") == "cfg(test)";
            }
            TokenTree::Group(group) if is_test && group.delimiter() == Delimiter::Brace => is_test = false,
            TokenTree::Punct(punct) if is_test && punct.as_char() == ';' => is_test = false,
            TokenTree::Group(group) if !is_test => {
                let is_text = at > 1
                    && is_punct(at - 1, '!')
                    && matches!(&tokens[at - 2], TokenTree::Ident(ident) if ident == "text");
                if is_text {
                    out.push(used(group.stream()));
                }
                uses(group.stream(), out);
            }
            _ => {}
        }
    }
}

/// The key and the names of the arguments in the brackets of `text!`.
fn used(tokens: TokenStream) -> Use {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, mark: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    let (mut key, mut names) = (String::new(), BTreeSet::new());
    for (at, token) in tokens.iter().enumerate().skip(1) {
        match token {
            TokenTree::Literal(literal) if is(at - 1, ',') && key.is_empty() => {
                key = literal.to_string().trim_matches('"').to_owned();
            }
            TokenTree::Ident(name) if is(at - 1, ',') && is(at + 1, '=') => drop(names.insert(name.to_string())),
            _ => {}
        }
    }
    (key, names)
}

/// What the source shows and what the English files have must be the same.
fn differences(texts: &Texts, all: &str, uses: &[Use]) -> Vec<String> {
    let mut found = Vec::new();
    for (key, names) in uses {
        match texts.get(key) {
            None => found.push(format!("the source shows {key}, which English lacks")),
            Some(has) if has != names => found.push(format!("{key} takes {has:?}, and the source gives {names:?}")),
            Some(_) => {}
        }
    }
    let is_used = |key: &str| uses.iter().any(|(used, _)| used == key);
    let is_referred_to = |key: &str| all.contains(&format!("{{ {key}"));
    // The commands' own descriptions have keys that are put together; the unit tests of `localised` compare them.
    let is_derived = |key: &str| key.starts_with("command-");
    let unused = texts.keys().filter(|key| !is_used(key) && !is_referred_to(key) && !is_derived(key));
    found.extend(unused.map(|key| format!("nothing shows {key}")));
    found
}

/// What a language has that English has not.
pub fn foreign(english: &Texts, texts: &Texts) -> Vec<String> {
    let mut found = Vec::new();
    for (key, arguments) in texts {
        match english.get(key) {
            // A language may have terms of its own.
            None if key.starts_with('-') => {}
            None => found.push(format!("English has no {key}")),
            Some(has) => {
                let unknown: Vec<_> = arguments.difference(has).collect();
                if !unknown.is_empty() {
                    found.push(format!("{key} is never given {unknown:?}"));
                }
            }
        }
    }
    found
}

/// The English texts that a language lacks, and those in which it leaves out an argument.
pub fn missing(english: &Texts, texts: &Texts) -> Vec<String> {
    let lacks = |(key, arguments): &(&String, &BTreeSet<String>)| texts.get(*key) != Some(*arguments);
    english.iter().filter(|(key, _)| !key.starts_with('-')).filter(lacks).map(|(key, _)| key.clone()).collect()
}

#[test]
fn texts_in_the_source_are_those_of_the_english_files() {
    let mut found = Vec::new();
    for (path, source) in production() {
        if path.starts_with("discord") && !path.starts_with("discord/messages/texts") {
            uses(source.parse().unwrap(), &mut found);
        }
    }
    assert!(!found.is_empty());
    let english = texts(Language::En);
    let differences = differences(&english, &referred_to(sources(Language::En).iter().copied()), &found);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn texts_of_each_language_are_no_more_than_the_english_ones() {
    let english = texts(Language::En);
    for language in Language::ALL {
        let foreign = foreign(&english, &texts(language));
        assert!(foreign.is_empty(), "{}:\n{}", language.tag(), foreign.join("\n"));
    }
}

#[test]
fn texts_are_complete_in_every_language() {
    let english = texts(Language::En);
    for language in Language::ALL {
        let missing = missing(&english, &texts(language));
        assert!(missing.is_empty(), "{} lacks:\n{}", language.tag(), missing.join("\n"));
    }
}

#[test]
fn texts_are_built_in_from_every_file() {
    for language in Language::ALL {
        let folder = root().join("src/discord/messages/locales").join(language.tag());
        let files = std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        let names = files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
        let built_in = sources(language).iter().map(|(name, _)| (*name).to_owned());
        let (names, built_in): (BTreeSet<_>, BTreeSet<_>) = (names.collect(), built_in.collect());
        assert_eq!(names, built_in, "`sources` in src/discord/messages/texts/mod.rs and {}", folder.display());
    }
    let folders = std::fs::read_dir(root().join("src/discord/messages/locales")).unwrap();
    for folder in folders {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(Language::ALL.iter().any(|language| language.tag() == name), "no language is called {name}");
    }
}

#[test]
fn texts_that_differ_are_found() {
    let english =
        "a = { $x }\nb = { a } { $y ->\n [one] { $z }\n *[other] { $y }\n }\n .hint = { $h }\nc = c\n-t = term";
    let (texts, wrong) = read([("en", english)]);
    assert_eq!(wrong, Vec::<String>::new());
    let arguments = |key: &str| texts[key].iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!((arguments("b"), arguments("b.hint"), arguments("a")), ("x y z".into(), "h".into(), "x".into()));

    let source = r#"fn f() { text!(l, "b", x = 1, y = text!(language(1, 2), "b.hint", h = v), z = ""); text!(l, "d", e = f,); }
        #[cfg(test)] mod tests { fn g() { text!(l, "e"); } } fn h() { text!(l, "a") }"#;
    let mut found = Vec::new();
    uses(source.parse().unwrap(), &mut found);
    assert_eq!(found.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["b", "b.hint", "d", "a"]);
    assert_eq!(
        differences(&texts, english, &found),
        [
            "the source shows d, which English lacks",
            r#"a takes {"x"}, and the source gives {}"#,
            "nothing shows -t",
            "nothing shows c",
        ]
    );

    let (german, _) = read([("de", "a = a\nb = { $x } { $y } { $z } { $w }\n .hint = { $h }\nd = d")]);
    assert_eq!(foreign(&texts, &german), [r#"b is never given ["w"]"#, "English has no d"]);
    assert_eq!(missing(&texts, &german), ["a", "b", "c"]);
    assert_eq!(read([("x", "a = { b }\nc = c\nc = c")]).1.len(), 2);
    assert!(!read([("x", "a = { $x")]).1.is_empty());
}
