use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::*;
use crate::discord::interactions::commands::{all, commands};
use crate::discord::registration::registered_commands;

/// Discord's limits (docs/protocol.md, "Sizes").
const MAX_DESCRIPTION: usize = 100;
const MAX_COMMAND: usize = 8000;

/// Each command with its key.
fn each<'c>(commands: &'c [Command], parent: &str, out: &mut Vec<(String, &'c Command)>) {
    for command in commands {
        let key = format!("{parent}-{}", command.name);
        out.push((key.clone(), command));
        each(&command.subcommands, &key, out);
    }
}

/// Whether a choice is a word to translate. The languages stand there in their own words.
fn is_word(choice: &str) -> bool {
    Language::ALL.iter().all(|language| language.own_name() != choice)
}

/// The English file, from the source.
fn english() -> String {
    let commands = commands();
    let mut all = Vec::new();
    each(&commands, ROOT, &mut all);
    let mut described: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let options = || all.iter().flat_map(|(_, command)| &command.parameters);
    for option in options() {
        *described.entry((&option.name, option.description.as_deref().unwrap())).or_default() += 1;
    }
    // If an option has several descriptions, the most frequent one is shared.
    let mut shared: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for ((name, description), times) in described {
        let known = shared.entry(name).or_default();
        if times > 1 && times > known.1 {
            *known = (description, times);
        }
    }
    shared.retain(|_, (_, times)| *times > 1);
    let mut file = "### The descriptions of commands and their options, as Discord shows them while somebody types: at most 100\n\
                    ### characters each. Made from the source; see src/discord/interactions/commands/localised/mod.rs.\n\n\
                    ## Options that several commands have, and the names of choices\n\n"
        .to_owned();
    for (name, (description, _)) in &shared {
        file += &format!("{} = {description}\n", option_key(name));
    }
    let choices: BTreeSet<&str> =
        options().flat_map(|option| option.choices.iter()).map(|choice| &*choice.name).filter(|c| is_word(c)).collect();
    for choice in choices {
        file += &format!("{} = {choice}\n", choice_key(choice));
    }
    file += "\n## Commands\n\n";
    for (key, command) in &all {
        file += &format!(
            "# /{}\n{key} = {}\n",
            key["command-".len()..].replace('-', " "),
            command.description.as_deref().unwrap()
        );
        for option in &command.parameters {
            let description = option.description.as_deref().unwrap();
            if shared.get(&*option.name).is_none_or(|(of_all, _)| *of_all != description) {
                file += &format!("    .{} = {description}\n", option.name);
            }
        }
    }
    file
}

#[test]
fn command_texts_in_english_are_those_of_the_source() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/discord/messages/locales/en/commands.ftl");
    let english = english();
    assert!(!english.contains(['{', '}']), "a description is no pattern");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &english).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(file == english, "{} differs: UPDATE_DOCS=1 cargo test --lib command_texts", path.display());
}

/// Every object of a registered command that has a name.
fn objects<'v>(value: &'v Value, out: &mut Vec<&'v Value>) {
    out.push(value);
    for list in ["options", "choices"] {
        value[list].as_array().into_iter().flatten().for_each(|value| objects(value, out));
    }
}

/// The longest of a field and its localisations, in characters.
fn longest(value: &Value, field: &str) -> usize {
    let localised = value[format!("{field}_localizations")].as_object().into_iter().flat_map(|texts| texts.values());
    localised.chain([&value[field]]).filter_map(Value::as_str).map(|text| text.chars().count()).max().unwrap_or(0)
}

#[test]
fn command_texts_are_within_discords_limits_in_every_language() {
    for command in registered_commands() {
        let command = serde_json::to_value(command).unwrap();
        let mut found = Vec::new();
        objects(&command, &mut found);
        let mut size = 0;
        for object in found {
            let description = longest(object, "description");
            assert!(description <= MAX_DESCRIPTION && longest(object, "name") <= MAX_DESCRIPTION, "{object}");
            size += longest(object, "name")
                + description
                + object["value"].as_str().map_or(0, |value| value.chars().count());
            assert!(
                object["name_localizations"]
                    .as_object()
                    .is_none_or(|names| names.is_empty() || object.get("value").is_some())
            );
        }
        assert!(size <= MAX_COMMAND, "{} has {size} characters", command["name"]);
        println!("/{}: {size} of {MAX_COMMAND} characters", command["name"].as_str().unwrap());
    }
}

#[test]
fn command_texts_are_given_for_every_locale_of_a_language() {
    let commands = all();
    let mut found = Vec::new();
    each(&commands, ROOT, &mut found);
    for (key, command) in found {
        let mut described = vec![(key.clone(), command.description.clone(), &command.description_localizations)];
        for option in &command.parameters {
            described.push((
                format!("{key}.{}", option.name),
                option.description.clone(),
                &option.description_localizations,
            ));
        }
        for (key, english, localised) in described {
            let localised: BTreeMap<&str, &str> = localised.iter().map(|(locale, text)| (&**locale, &**text)).collect();
            for locale in ["en-US", "en-GB"] {
                assert_eq!(localised.get(locale).copied(), english.as_deref(), "{key} in {locale}");
            }
            for language in Language::ALL {
                let texts: BTreeSet<_> = language.locales().iter().map(|locale| localised.get(*locale)).collect();
                assert_eq!(texts.len(), 1, "{key} in {}: {texts:?}", language.tag());
            }
        }
    }
}
