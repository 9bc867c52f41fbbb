//! Routing, and the routes that only look something up.

use serde_json::{Value, json};

use super::reply::{Outcome, Refusal, Reply};
use super::request::Request;
use super::{channels, registration, responses, threads};
use crate::state::guild::{Guild, bot_json};
use crate::state::{APPLICATION, BOT_USER, Inner, State};

pub fn unknown_path(request: &Request) -> Refusal {
    let problem = format!("the double does not know this path ({})", request.path);
    Refusal::problem(404, 0, "404: Not Found", problem)
}

pub fn id(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::malformed(vec![format!("{text:?} is not an id")]))
}

fn check_application(application: &str) -> Result<(), Refusal> {
    match id(application)? {
        APPLICATION => Ok(()),
        other => Err(Refusal::problem(404, 10002, "Unknown Application", format!("the application {other}"))),
    }
}

fn guild<'a>(state: &'a State, text: &str) -> Result<&'a Guild, Refusal> {
    state.guilds.get(&id(text)?).ok_or_else(|| Refusal::expected(404, 10004, "Unknown Guild"))
}

pub fn route(state: &mut State, inner: &Inner, request: &Request, path: &str) -> Outcome {
    if let Some(problem) = &request.unreadable {
        return Err(Refusal::problem(400, 50109, "The request body contains invalid JSON.", problem));
    }
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let method = request.method.as_str();
    let looked_up = match (method, parts.as_slice()) {
        ("GET", ["gateway"]) => json!({ "url": inner.gateway_url() }),
        ("GET", ["gateway", "bot"]) => gateway_bot(state, inner),
        ("GET", ["users", "@me"]) => bot_json(),
        ("POST", ["users", "@me", "channels"]) => {
            let user = id(request.body["recipient_id"].as_str().unwrap_or_default())?;
            let known = state.direct_channels.get(&user).copied();
            let channel = known.unwrap_or_else(|| state.next_id());
            state.direct_channels.insert(user, channel);
            json!({ "id": channel.to_string(), "type": 1, "recipients": [], "last_message_id": null, "flags": 0 })
        }
        ("GET", ["users", "@me", "guilds"]) => my_guilds(state, request),
        ("GET", ["applications", "@me"] | ["oauth2", "applications", "@me"]) => application(state),
        ("GET", ["guilds", of]) => {
            let guild = guild(state, of)?;
            let mut json = guild.json();
            if request.parameter("with_counts") == Some("true") {
                json["approximate_member_count"] = json!(guild.members.len() + 1);
                json["approximate_presence_count"] = json!(1);
            }
            json
        }
        ("GET", ["guilds", of, "roles"]) => json!(guild(state, of)?.roles_json()),
        ("GET", ["guilds", of, "channels"]) => {
            let guild = guild(state, of)?;
            json!(guild.channels_json())
        }
        ("GET", ["guilds", of, "threads", "active"]) => threads::active(guild(state, of)?),
        ("GET", ["guilds", of, "members", who]) => {
            let guild = guild(state, of)?;
            let user = if *who == "@me" { BOT_USER } else { id(who)? };
            if guild.roles_of(user).is_empty() {
                return Err(Refusal::expected(404, 10007, "Unknown Member"));
            }
            guild.member_json(user)
        }
        (_, ["channels", channel, rest @ ..]) => {
            return channels::route(state, inner, request, id(channel)?, rest);
        }
        (_, ["applications", application, "commands", rest @ ..]) => {
            check_application(application)?;
            return registration::route(state, request, None, rest);
        }
        (_, ["applications", application, "guilds", of, "commands", rest @ ..]) => {
            check_application(application)?;
            // This is what Discord answers for a guild that has not installed the application.
            let guild = guild(state, of).map_err(|_| Refusal::missing_access())?.id;
            return registration::route(state, request, Some(guild), rest);
        }
        ("POST", ["interactions", interaction, token, "callback"]) => {
            return responses::callback(state, inner, request, id(interaction)?, token);
        }
        (_, ["webhooks", application, token, rest @ ..]) => {
            check_application(application)?;
            return responses::webhook(state, inner, request, token, rest);
        }
        _ => return Err(unknown_path(request)),
    };
    Ok(Reply::Json(looked_up))
}

fn gateway_bot(state: &State, inner: &Inner) -> Value {
    json!({
        "url": inner.gateway_url(), "shards": state.settings.shards,
        "session_start_limit": {
            "total": 1000, "remaining": state.settings.sessions_left, "reset_after": state.settings.sessions_reset,
            "max_concurrency": state.settings.max_concurrency,
        },
    })
}

fn application(state: &State) -> Value {
    // GATEWAY_MESSAGE_CONTENT_LIMITED, as applications of fewer than 100 servers have it.
    let flags = if state.settings.message_content == Some(true) { 1 << 19 } else { 0 };
    json!({
        "id": APPLICATION.to_string(), "name": "bot", "icon": null, "description": "", "bot_public": true,
        "bot_require_code_grant": false, "verify_key": "00", "team": null, "flags": flags, "bot": bot_json(),
        "owner": { "id": "1", "username": "owner", "discriminator": "0", "global_name": null, "avatar": null },
        "approximate_guild_count": state.guilds.len(), "integration_types_config": {},
    })
}

fn my_guilds(state: &State, request: &Request) -> Value {
    let number = |name| request.parameter(name).and_then(|value| value.parse::<u64>().ok());
    let limit = usize::try_from(number("limit").unwrap_or(200)).unwrap();
    let after = number("after").unwrap_or(0);
    let info = |guild: &Guild| {
        json!({
            "id": guild.id.to_string(), "name": guild.name, "icon": null, "owner": false, "features": [],
            "permissions": guild.permissions(BOT_USER, None).to_string(),
        })
    };
    json!(state.guilds.range(after + 1..).take(limit).map(|(_, guild)| info(guild)).collect::<Vec<_>>())
}
