//! The texts that people see, in every language, from the Fluent files in `locales/TAG/SUBJECT.ftl`.
//!
//! # How to add a message
//! 1. Write the English text in `locales/en/SUBJECT.ftl`: `greeting-players = Hello, { $name }: { $players -> [one] one player
//!    *[other] { $players } players }.` Say in a `#` comment what a translator could mistake.
//! 2. Show it in a function of `messages/`, which takes a [`Language`] first:
//!    `text!(language, "greeting-players", name = escape(name, 32), players = count)`.
//! 3. Values are strings, already escaped, or whole numbers, which choose plurals and are grouped as the language does. A
//!    number that is a name (an id, a state) is passed as a string.
//! 4. For a new subject, add the file's name to `sources` below, and the file in every language. Add a sample of the message to
//!    `tests/discord/catalogue`.
//! 5. `cargo test --test conventions texts` compares keys and arguments; `UPDATE_DOCS=1 cargo test --test discord
//!    message_page` shows the result in `docs/messages.md`.
//!
//! # Guarantees
//! A text is always shown: one that a language lacks is shown in English, and a key that English lacks is shown itself. Both
//! are logged once. `tests/conventions` finds them before. `"key.attribute"` shows an attribute of a message. Ends of lines
//! and blanks at the end of a text do not count; `{ "" }` keeps them.

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::domain::text::language::Language;

type Bundle = FluentBundle<FluentResource>;

/// The Fluent files of a language: the name of each without its extension, and its text.
pub type Sources = &'static [(&'static str, &'static str)];

/// All files of a language. A new file is added here, for all languages.
macro_rules! sources {
    ($tag:literal) => {
        sources!(
            $tag:
            "access", "after", "alliances", "appeal", "batch", "charts", "commands", "errors", "explanation", "files",
            "language", "manage", "panel", "personal", "players", "post", "presence", "reminder", "rosters",
            "self", "states", "stats", "status", "targets", "welcome"
        )
    };
    ($tag:literal: $($subject:literal),*) => {
        &[$(($subject, include_str!(concat!("../locales/", $tag, "/", $subject, ".ftl")))),*]
    };
}

pub fn sources(language: Language) -> Sources {
    match language {
        Language::En => sources!("en"),
        Language::De => sources!("de"),
        Language::Fr => sources!("fr"),
        Language::Es => sources!("es"),
        Language::PtBr => sources!("pt-BR"),
        Language::Tr => sources!("tr"),
        Language::Ru => sources!("ru"),
        Language::Ko => sources!("ko"),
        Language::Ja => sources!("ja"),
        Language::ZhTw => sources!("zh-TW"),
    }
}

/// Shows a text of the Fluent files: `text!(language, "key", name = value)`. See the module's documentation.
macro_rules! text {
    ($language:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::discord::messages::texts::show(
            $language,
            $key,
            [$((stringify!($name), $crate::discord::messages::texts::Argument::value($value))),*],
        )
    };
}
pub(crate) use text;

/// What a text can be given.
pub trait Argument<'a> {
    fn value(self) -> FluentValue<'a>;
}

macro_rules! arguments {
    ($($kind:ty),*) => {
        $(impl<'a> Argument<'a> for $kind {
            fn value(self) -> FluentValue<'a> {
                self.into()
            }
        })*
    };
}
arguments!(&'a str, String, u32, u64, usize);

impl<'a> Argument<'a> for &'a String {
    fn value(self) -> FluentValue<'a> {
        self.as_str().into()
    }
}

/// The text of `key` with these arguments; [`text!`] calls this.
pub fn show<const N: usize>(
    language: Language,
    key: &'static str,
    arguments: [(&'static str, FluentValue<'_>); N],
) -> String {
    let arguments: FluentArgs<'_> = arguments.into_iter().collect();
    let in_language = |language| shown(language, key, &arguments);
    in_language(language).or_else(|| in_language(Language::En)).unwrap_or_else(|| key.to_owned())
}

/// A text without arguments, in this language alone; `None` if it has none.
pub(in crate::discord) fn find(language: Language, key: &str) -> Option<String> {
    let bundle = bundle(language);
    let (message, attribute) =
        key.split_once('.').map_or((key, None), |(message, attribute)| (message, Some(attribute)));
    let message = bundle.get_message(message)?;
    let pattern = match attribute {
        Some(attribute) => message.get_attribute(attribute)?.value(),
        None => message.value()?,
    };
    Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
}

fn shown(language: Language, key: &'static str, arguments: &FluentArgs<'_>) -> Option<String> {
    let bundle = bundle(language);
    let (message, attribute) =
        key.split_once('.').map_or((key, None), |(message, attribute)| (message, Some(attribute)));
    let message = bundle.get_message(message);
    let pattern = message.and_then(|message| match attribute {
        Some(attribute) => message.get_attribute(attribute).map(|attribute| attribute.value()),
        None => message.value(),
    });
    let Some(pattern) = pattern else {
        warn_once(language, key, "is missing");
        return None;
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    if let Some(error) = errors.first() {
        warn_once(language, key, &error.to_string());
    }
    Some(text)
}

fn warn_once(language: Language, key: &'static str, what: &str) {
    static WARNED: Mutex<BTreeSet<(Language, &str)>> = Mutex::new(BTreeSet::new());
    if WARNED.lock().unwrap_or_else(PoisonError::into_inner).insert((language, key)) {
        tracing::warn!("The text {key} in {}: {what}", language.tag());
    }
}

fn bundle(language: Language) -> &'static Bundle {
    static BUNDLES: [OnceLock<Bundle>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    BUNDLES[language as usize].get_or_init(|| read(language))
}

fn read(language: Language) -> Bundle {
    let mut bundle = Bundle::new_concurrent(language.tag().parse().into_iter().collect());
    bundle.set_use_isolating(false);
    group_digits(&mut bundle, language);
    for (subject, source) in sources(language) {
        // What cannot be read is left out.
        let (resource, errors) = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) => (resource, Vec::new()),
            Err((resource, errors)) => (resource, errors),
        };
        if let Some(error) = errors.first() {
            warn_once(language, subject, &error.to_string());
        }
        if let Err(errors) = bundle.add_resource(resource)
            && let Some(error) = errors.first()
        {
            warn_once(language, subject, &error.to_string());
        }
    }
    bundle
}

/// A formatter is a plain function, so there is one for each language.
fn group_digits(bundle: &mut Bundle, language: Language) {
    macro_rules! of {
        ($($name:ident)*) => {
            match language {
                $(Language::$name => bundle.set_formatter(Some(|value, _| grouped(Language::$name, value))),)*
            }
        };
    }
    of!(En De Fr Es PtBr Tr Ru Ko Ja ZhTw);
}

fn grouped(language: Language, value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    number.as_string().parse().ok().map(|number| language.grouped(number))
}

#[cfg(test)]
mod tests;
