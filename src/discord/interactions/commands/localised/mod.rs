//! The descriptions of commands and options, and the names of choices, in every language: `commands.ftl`.
//!
//! The names of commands and options are English in every language, so that what people tell each other works for all.
//! Discord shows a description in the reader's language if it has one, and else the English one of the source.
//!
//! `command-manage-giftcode-add` describes a command; its attribute `.code` describes an option. An option that several
//! commands describe alike is `command-option-code`, and a choice `command-choice-on`. The English file is made from the
//! source: `UPDATE_DOCS=1 cargo test --lib command_texts`.

use std::borrow::Cow;

use crate::discord::bot::Bot;
use crate::discord::messages::texts;
use crate::domain::text::language::Language;

type Command = poise::Command<Bot, anyhow::Error>;

/// Locales and texts.
type Localised = Cow<'static, [(Cow<'static, str>, Cow<'static, str>)]>;

/// The key of a command, below its parent's; the first parent is this.
const ROOT: &str = "command";

/// Gives the commands their descriptions in every language that has them.
pub(super) fn localise(commands: &mut [Command]) {
    for command in commands {
        localise_below(command, ROOT);
    }
}

fn localise_below(command: &mut Command, parent: &str) {
    let key = format!("{parent}-{}", command.name);
    command.description_localizations = in_each_language(|language| texts::find(language, &key));
    for option in &mut command.parameters {
        let own = format!("{key}.{}", option.name);
        let shared = option_key(&option.name);
        option.description_localizations =
            in_each_language(|language| texts::find(language, &own).or_else(|| texts::find(language, &shared)));
        for choice in option.choices.to_mut() {
            let key = choice_key(&choice.name);
            choice.localizations = in_each_language(|language| texts::find(language, &key));
        }
    }
    for command in &mut command.subcommands {
        localise_below(command, &key);
    }
}

fn option_key(option: &str) -> String {
    format!("{ROOT}-option-{option}")
}

/// The key of a choice: its name in lower case, with a hyphen for what a key cannot have.
fn choice_key(choice: &str) -> String {
    let slug: String =
        choice.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    format!("{ROOT}-choice-{slug}")
}

fn in_each_language(text: impl Fn(Language) -> Option<String>) -> Localised {
    let mut localised = Vec::new();
    for language in Language::ALL {
        let Some(text) = text(language) else { continue };
        localised.extend(language.locales().iter().map(|locale| (Cow::Borrowed(*locale), Cow::Owned(text.clone()))));
    }
    localised.into()
}

#[cfg(test)]
mod tests;
