//! The registration of commands, globally or in one guild.

use serde_json::{Value, json};

use super::reply::{Outcome, Refusal, Reply, check};
use super::request::Request;
use super::routes::{id, unknown_path};
use crate::schema::command::problems_of;
use crate::state::{APPLICATION, State, id_of, merge};

const MOST_COMMANDS: usize = 100;

fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && kind(one) == kind(other)
}

/// A command as Discord stores it. One that replaces another keeps its id.
fn stored(state: &mut State, guild: Option<u64>, command: &Value) -> Value {
    let fresh = state.next_id();
    let registered = state.commands.get(&guild).into_iter().flatten();
    let old = registered.into_iter().find(|old| is_same(old, command)).and_then(|old| id_of(&old["id"]));
    let mut stored = json!({
        "type": 1, "description": "", "default_member_permissions": null, "dm_permission": true, "nsfw": false,
        "options": [], "contexts": null, "integration_types": [0], "name_localizations": null,
        "description_localizations": null,
    });
    merge(&mut stored, command.clone());
    let more = json!({
        "id": old.unwrap_or(fresh).to_string(), "application_id": APPLICATION.to_string(),
        "version": fresh.to_string(),
    });
    merge(&mut stored, more);
    if let Some(guild) = guild {
        stored["guild_id"] = json!(guild.to_string());
    }
    stored
}

pub fn route(state: &mut State, request: &Request, guild: Option<u64>, rest: &[&str]) -> Outcome {
    let body = &request.body;
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::Json(json!(state.commands.get(&guild).cloned().unwrap_or_default()))),
        ("PUT", []) => {
            let Some(commands) = body.as_array() else {
                return Err(Refusal::malformed(vec!["the commands are not a list".to_owned()]));
            };
            let mut problems: Vec<String> = commands.iter().flat_map(|command| problems_of(command, guild)).collect();
            let is_twice = |at: usize| commands[..at].iter().any(|earlier| is_same(earlier, &commands[at]));
            if (0..commands.len()).any(is_twice) || commands.len() > MOST_COMMANDS {
                problems.push("a name twice, or too many commands".to_owned());
            }
            check(problems)?;
            let all: Vec<Value> = commands.iter().map(|command| stored(state, guild, command)).collect();
            state.commands.insert(guild, all.clone());
            Ok(Reply::Json(json!(all)))
        }
        ("POST", []) => {
            check(problems_of(body, guild))?;
            let command = stored(state, guild, body);
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
            check(problems_of(&whole, guild))?;
            merge(&mut registered[at], request.body.clone());
        }
        _ => {}
    }
    Ok(Reply::Json(registered[at].clone()))
}
