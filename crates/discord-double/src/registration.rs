//! The registration of commands, for everybody or for one guild.

use serde_json::{Value, json};

use super::Double;
use super::command_schema;
use super::guild::merge;
use super::request::{Outcome, Refusal, Reply, Request, id_of};
use super::routes::{id, unknown_path};
use super::state::State;

const MOST_COMMANDS: usize = 100;

fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && kind(one) == kind(other)
}

/// A command as Discord keeps it, with its old id if it had one.
fn kept(state: &mut State, guild: Option<u64>, command: &Value) -> Value {
    let fresh = state.next_id();
    let registered = state.commands.get(&guild).into_iter().flatten();
    let old = registered.into_iter().find(|old| is_same(old, command)).and_then(|old| id_of(&old["id"]));
    let mut kept = json!({
        "type": 1, "description": "", "default_member_permissions": null, "dm_permission": true, "nsfw": false,
        "options": [], "contexts": null, "integration_types": [0], "name_localizations": null,
        "description_localizations": null,
    });
    merge(&mut kept, command.clone());
    let more = json!({
        "id": old.unwrap_or(fresh).to_string(), "application_id": Double::APPLICATION.to_string(),
        "version": fresh.to_string(),
    });
    merge(&mut kept, more);
    if let Some(guild) = guild {
        kept["guild_id"] = json!(guild.to_string());
    }
    kept
}

pub fn route(state: &mut State, request: &Request, guild: Option<u64>, rest: &[&str]) -> Outcome {
    let body = &request.body;
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::Json(json!(state.commands.get(&guild).cloned().unwrap_or_default()))),
        ("PUT", []) => {
            let Some(commands) = body.as_array() else {
                return Err(Refusal::malformed(vec!["the commands are not a list".to_owned()]));
            };
            let mut problems: Vec<String> =
                commands.iter().flat_map(|command| command_schema::command(command, guild)).collect();
            let is_twice = |at: usize| commands[..at].iter().any(|earlier| is_same(earlier, &commands[at]));
            if (0..commands.len()).any(is_twice) || commands.len() > MOST_COMMANDS {
                problems.push("a name twice, or too many commands".to_owned());
            }
            if !problems.is_empty() {
                return Err(Refusal::malformed(problems));
            }
            let all: Vec<Value> = commands.iter().map(|command| kept(state, guild, command)).collect();
            state.commands.insert(guild, all.clone());
            Ok(Reply::Json(json!(all)))
        }
        ("POST", []) => {
            let problems = command_schema::command(body, guild);
            if !problems.is_empty() {
                return Err(Refusal::malformed(problems));
            }
            let command = kept(state, guild, body);
            let registered = state.commands.entry(guild).or_default();
            registered.retain(|old| !is_same(old, &command));
            registered.push(command.clone());
            Ok(Reply::Created(command))
        }
        ("GET" | "PATCH" | "DELETE", [which]) => one(state, request, guild, id(which)?),
        _ => Err(unknown_path(request)),
    }
}

fn one(state: &mut State, request: &Request, guild: Option<u64>, which: u64) -> Outcome {
    let registered = state.commands.entry(guild).or_default();
    let at = registered.iter().position(|command| id_of(&command["id"]) == Some(which));
    let at = at.ok_or_else(|| Refusal::expected(404, 10063, "Unknown application command"))?;
    match request.method.as_str() {
        "DELETE" => {
            registered.remove(at);
            return Ok(Reply::Empty);
        }
        "PATCH" => {
            let mut whole = json!({ "name": registered[at]["name"], "description": registered[at]["description"] });
            merge(&mut whole, request.body.clone());
            let problems = command_schema::command(&whole, guild);
            if !problems.is_empty() {
                return Err(Refusal::malformed(problems));
            }
            merge(&mut registered[at], request.body.clone());
        }
        _ => {}
    }
    Ok(Reply::Json(registered[at].clone()))
}
