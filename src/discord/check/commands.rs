//! Whether the registered commands are those of this program.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serenity::all::{CreateCommand, GuildId as DiscordGuildId};

use crate::discord::registration::{CommandSet, commands_of};
use crate::discord::rest::{Rest, RestError};
use crate::domain::check::{Finding, FindingId};
use crate::domain::players::player::GuildId;
use crate::domain::text::clean;

use super::ask;

/// How many commands are named.
const MAX_NAMED: usize = 5;

/// How many servers with commands of their own are asked about.
const MAX_SERVERS: usize = 3;

/// One place where commands are registered, and what should be there.
struct Place {
    guild: Option<u64>,
    set: CommandSet,
    /// The place in words, after what is registered.
    words: String,
}

/// The places that are looked at: not each server of a bot that is in a thousand.
fn places(dev_guild: Option<u64>, several: &BTreeSet<GuildId>) -> Vec<Place> {
    if let Some(guild) = dev_guild {
        let set = CommandSet::All { takes_alliance: several.contains(&GuildId(guild)) };
        return vec![Place { guild: dev_guild, set, words: format!(" in server {guild} only (DEV_GUILD_ID)") }];
    }
    let global = |set| Place { guild: None, set, words: String::new() };
    if several.is_empty() {
        return vec![global(CommandSet::All { takes_alliance: false })];
    }
    let own = several.iter().take(MAX_SERVERS).map(|guild| Place {
        guild: Some(guild.0),
        set: CommandSet::Manage { takes_alliance: true },
        words: format!(" in server {guild}"),
    });
    [global(CommandSet::AllButManage)].into_iter().chain(own).collect()
}

pub(super) async fn check(rest: &Rest, dev_guild: Option<u64>, several: &BTreeSet<GuildId>) -> Finding {
    let mut count = 0;
    let places = places(dev_guild, several);
    let where_ = places.first().map(|place| place.words.clone()).unwrap_or_default();
    for place in places {
        let ours = commands_of(place.set, place.guild.is_none());
        count += ours.len();
        match registered(rest, place.guild).await {
            Ok(theirs) => {
                if let Some(finding) = compare(&as_json(&ours), &theirs, &place.words) {
                    return finding;
                }
            }
            Err(error) => return Finding::new(FindingId::CommandsUnknown, error.to_string()),
        }
    }
    let own = if dev_guild.is_none() && !several.is_empty() { ", one of them in each server" } else { "" };
    // The command of each server counts once.
    let count = count - several.len().min(MAX_SERVERS).saturating_sub(1) * usize::from(dev_guild.is_none());
    Finding::new(FindingId::CommandsRegistered, format!("{count} are registered{where_}{own}"))
}

/// What is wrong with what is registered in a place; `None` if nothing is.
fn compare(ours: &[Value], theirs: &[Value], place: &str) -> Option<Finding> {
    if theirs.is_empty() {
        return Some(Finding::new(FindingId::CommandsMissing, format!("no command is registered{place}")));
    }
    let names = differing(ours, theirs);
    if names.is_empty() {
        return None;
    }
    let more = names.len().saturating_sub(MAX_NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<&str> = names.iter().take(MAX_NAMED).map(String::as_str).collect();
    let text = format!("those that are registered{place} are of another version: {}{tail}", shown.join(", "));
    Some(Finding::new(FindingId::CommandsOutdated, text))
}

async fn registered(rest: &Rest, guild: Option<u64>) -> Result<Vec<Value>, RestError> {
    let application = ask(rest.my_application()).await?.id;
    ask(rest.commands(application, guild.map(|guild| DiscordGuildId::new(guild.max(1))))).await
}

fn as_json(commands: &[CreateCommand]) -> Vec<Value> {
    commands.iter().filter_map(|command| serde_json::to_value(command).ok()).collect()
}

/// The names of the commands that differ, are missing, or are too many.
fn differing(ours: &[Value], theirs: &[Value]) -> Vec<String> {
    let by_name = |commands: &[Value]| -> BTreeMap<String, Value> {
        commands
            .iter()
            .map(|command| (clean(command["name"].as_str().unwrap_or_default(), 40), command.clone()))
            .collect()
    };
    let (ours, theirs) = (by_name(ours), by_name(theirs));
    let mut names: Vec<String> = ours
        .iter()
        .filter(|(name, command)| !theirs.get(*name).is_some_and(|registered| is_as_ours(command, registered)))
        .map(|(name, _)| format!("/{name}"))
        .collect();
    names.extend(theirs.keys().filter(|name| !ours.contains_key(*name)).map(|name| format!("/{name}")));
    names
}

/// Whether `value` is what a field is without being set. Discord leaves some of these out, and adds others.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.values().all(is_default),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Whether everything that we register is there. Discord adds fields of its own.
fn is_as_ours(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => ours.iter().all(|(name, value)| {
            let there = theirs.get(name).unwrap_or(&Value::Null);
            match name.as_str() {
                // Lists without an order.
                "contexts" | "integration_types" => is_same_set(value, there),
                _ => is_as_ours(value, there),
            }
        }),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_as_ours(ours, theirs))
        }
        // 1 and 1.0 are one number.
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (ours, theirs) => ours == theirs || (is_default(ours) && is_default(theirs)),
    }
}

fn is_same_set(ours: &Value, theirs: &Value) -> bool {
    let sorted = |value: &Value| {
        let mut values: Vec<String> = value.as_array().into_iter().flatten().map(Value::to_string).collect();
        values.sort();
        values
    };
    sorted(ours) == sorted(theirs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_discord_adds_or_leaves_out_makes_no_difference() {
        let ours = json!({
            "name": "link", "description": "d", "nsfw": false, "contexts": [0], "integration_types": [0],
            "name_localizations": {}, "default_member_permissions": "32",
            "options": [{ "type": 4, "name": "id", "description": "d", "required": true, "min_value": 1, "choices": [] }],
        });
        let theirs = json!({
            "id": "1", "version": "2", "application_id": "3", "type": 1, "name": "link", "description": "d",
            "contexts": [0], "integration_types": [0], "name_localizations": null, "default_member_permissions": "32",
            "options": [{ "type": 4, "name": "id", "description": "d", "required": true, "min_value": 1.0 }],
        });
        assert_eq!(differing(std::slice::from_ref(&ours), std::slice::from_ref(&theirs)), Vec::<String>::new());
        for (pointer, value) in [
            ("/description", json!("older")),
            ("/default_member_permissions", Value::Null),
            ("/contexts", json!([0, 1])),
            ("/options", json!([])),
            ("/options/0/min_value", json!(2)),
            ("/options/0/required", json!(false)),
        ] {
            let mut changed = theirs.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            assert_eq!(differing(std::slice::from_ref(&ours), &[changed]), ["/link"], "{pointer}");
        }
        let other = json!({ "name": "older" });
        assert_eq!(differing(std::slice::from_ref(&ours), &[other]), ["/link", "/older"]);
    }

    #[test]
    fn our_own_commands_are_as_ours() {
        for is_global in [true, false] {
            let commands = commands_of(CommandSet::All { takes_alliance: true }, is_global);
            let json = as_json(&commands);
            assert!(json.len() > 3 && differing(&json, &json).is_empty());
        }
    }
}
