//! Channels and their messages.

use std::time::Instant;

use serde_json::{Value, json};

use super::reply::{Outcome, Refusal, Reply, check};
use super::request::Request;
use super::routes::{id, unknown_path};
use super::threads;
use crate::schema::message::{self as schema, BodyKind};
use crate::state::guild::{Channel, Guild, permission};
use crate::state::message::CROSSPOSTED;
use crate::state::{BOT_USER, Inner, State};

/// Category, directory.
const WITHOUT_MESSAGES: [u8; 2] = [4, 14];

const ANNOUNCEMENTS: u8 = 5;

/// A channel that the bot can see.
pub fn visible_channel(state: &State, id: u64) -> Result<(&Guild, &Channel), Refusal> {
    let Some((guild, channel)) = state.channel(id) else {
        return Err(match state.former_channels.contains(&id) {
            true => Refusal::missing_access(),
            false => Refusal::expected(404, 10003, "Unknown Channel"),
        });
    };
    match bot_may(guild, channel, permission::VIEW_CHANNEL) && threads::is_open_to_bot(guild, channel) {
        true => Ok((guild, channel)),
        false => Err(Refusal::missing_access()),
    }
}

pub fn bot_may(guild: &Guild, channel: &Channel, wanted: u64) -> bool {
    guild.permissions(BOT_USER, Some(channel)) & wanted == wanted
}

/// Whether the bot may send a message with these parts to the channel.
fn check_may_send(state: &State, id: u64, parts: u64) -> Result<(), Refusal> {
    let (guild, channel) = visible_channel(state, id)?;
    if threads::FORUMS.contains(&channel.kind) {
        return Err(Refusal::expected(400, 40058, "Cannot send a message in a forum channel"));
    }
    if WITHOUT_MESSAGES.contains(&channel.kind) {
        return Err(Refusal::expected(400, 50008, "Cannot send messages in a non-text channel"));
    }
    let send = match channel.thread.is_some() {
        true => permission::SEND_MESSAGES_IN_THREADS,
        false => permission::SEND_MESSAGES,
    };
    match bot_may(guild, channel, send | parts) {
        true => threads::check_unlocked(guild, channel),
        false => Err(Refusal::missing_permissions()),
    }
}

/// The permissions that the embeds and files of a message need.
pub fn parts_of(body: &Value, has_files: bool) -> u64 {
    let has_embeds = body["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty());
    let embeds = if has_embeds { permission::EMBED_LINKS } else { 0 };
    embeds | if has_files { permission::ATTACH_FILES } else { 0 }
}

pub fn route(state: &mut State, inner: &Inner, request: &Request, channel: u64, rest: &[&str]) -> Outcome {
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let (guild, channel) = visible_channel(state, channel)?;
            Ok(Reply::Json(guild.channel_json(channel)))
        }
        ("GET", ["messages"]) => history(state, request, channel),
        ("POST", ["messages"]) => create(state, inner, request, channel),
        ("GET", ["messages", message]) => {
            let (guild, there) = visible_channel(state, channel)?;
            if !bot_may(guild, there, permission::READ_MESSAGE_HISTORY) {
                return Err(Refusal::missing_access());
            }
            let message = in_channel(state, channel, id(message)?)?;
            Ok(Reply::Json(read_back(state, message)))
        }
        ("PUT", ["messages", message, "reactions", emoji, "@me"]) => react(state, channel, id(message)?, emoji, true),
        ("DELETE", ["messages", message, "reactions", emoji, "@me"]) => {
            react(state, channel, id(message)?, emoji, false)
        }
        ("PATCH", ["messages", message]) => edit(state, inner, request, channel, id(message)?),
        ("DELETE", ["messages", message]) => {
            let message = in_channel(state, channel, id(message)?)?;
            let (guild, there) = visible_channel(state, channel)?;
            threads::check_unarchived(there)?;
            let is_own = state.messages[&message].author == BOT_USER;
            if !is_own && !bot_may(guild, there, permission::MANAGE_MESSAGES) {
                return Err(Refusal::missing_permissions());
            }
            state.messages.get_mut(&message).unwrap().is_deleted = true;
            Ok(Reply::Empty)
        }
        ("POST", ["messages", message, "crosspost"]) => publish(state, channel, id(message)?),
        ("POST", ["threads"]) => threads::start(state, inner, request, channel),
        ("GET", ["threads", "archived", "public"]) => threads::archived(state, request, channel),
        ("PATCH", []) => threads::edit(state, request, channel),
        ("DELETE", []) => threads::delete(state, request, channel),
        _ => Err(unknown_path(request)),
    }
}

/// A message as a history has it.
fn read_back(state: &State, id: u64) -> Value {
    let message = &state.messages[&id];
    let mut json = message.json();
    if message.author != BOT_USER && state.settings.message_content != Some(true) {
        json["content"] = json!("");
    }
    if state.settings.history_has_nonce
        && let Some(nonce) = &message.nonce
    {
        json["nonce"] = json!(nonce);
    }
    json
}

/// Publishes a message of an announcement channel to the channels that follow it, once.
fn publish(state: &mut State, channel: u64, message: u64) -> Outcome {
    let (guild, there) = visible_channel(state, channel)?;
    if there.kind != ANNOUNCEMENTS {
        return Err(Refusal::expected(400, 50024, "Cannot execute action on this channel type"));
    }
    let message = in_channel(state, channel, message)?;
    let of_others = if state.messages[&message].author == BOT_USER { 0 } else { permission::MANAGE_MESSAGES };
    if !bot_may(guild, there, permission::SEND_MESSAGES | of_others) {
        return Err(Refusal::missing_permissions());
    }
    if state.messages[&message].is_crossposted() {
        return Err(Refusal::expected(400, 40033, "This message has already been crossposted"));
    }
    let (most, window) = (state.settings.publishes, state.settings.publish_window);
    let published = state.published.entry(channel).or_default();
    published.retain(|at| at.elapsed() < window);
    if published.len() >= most {
        let first = published.first().map_or(window, |at| window.saturating_sub(at.elapsed()));
        return Err(Refusal::limited(first));
    }
    published.push(Instant::now());
    let message = state.messages.get_mut(&message).unwrap();
    message.flags |= CROSSPOSTED;
    Ok(Reply::Json(message.json()))
}

/// Adds or removes the bot's reaction.
fn react(state: &mut State, channel: u64, message: u64, emoji: &str, is_added: bool) -> Outcome {
    let (guild, there) = visible_channel(state, channel)?;
    let needed = permission::READ_MESSAGE_HISTORY | if is_added { permission::ADD_REACTIONS } else { 0 };
    if !bot_may(guild, there, needed) {
        return Err(Refusal::missing_permissions());
    }
    let query = format!("x={emoji}");
    let emoji = url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, emoji)| emoji.into_owned());
    let emoji = emoji.filter(|emoji| !emoji.is_empty() && !emoji.is_ascii());
    let emoji = emoji.ok_or_else(|| Refusal::expected(400, 10014, "Unknown Emoji"))?;
    let message = in_channel(state, channel, message)?;
    let reactions = &mut state.messages.get_mut(&message).unwrap().reactions;
    let own = (emoji, BOT_USER);
    match is_added {
        true if !reactions.contains(&own) => reactions.push(own),
        true => {}
        false => reactions.retain(|known| *known != own),
    }
    Ok(Reply::Empty)
}

fn in_channel(state: &State, channel: u64, message: u64) -> Result<u64, Refusal> {
    let found = state.messages.get(&message);
    let is_there = found.is_some_and(|found| found.channel == channel && !found.is_deleted && !found.is_ephemeral());
    if is_there { Ok(message) } else { Err(Refusal::unknown_message()) }
}

fn create(state: &mut State, inner: &Inner, request: &Request, channel: u64) -> Outcome {
    let body = &request.body;
    check(schema::message(body, &request.files, BodyKind::Create))?;
    if !state.direct_channels.values().any(|known| *known == channel) {
        check_may_send(state, channel, parts_of(body, !request.files.is_empty()))?;
    }
    if schema::is_empty(body, &request.files) {
        return Err(Refusal::empty_message("an empty message"));
    }
    check_mentions(state, request, body);
    let nonce = &body["nonce"];
    let key = nonce.as_str().map_or_else(|| nonce.to_string(), str::to_owned);
    let window = state.settings.nonce_window;
    let earlier = state.nonces.get(&key).filter(|(_, at)| at.elapsed() < window).map(|(message, _)| *message);
    let message = match earlier.filter(|_| !nonce.is_null() && body["enforce_nonce"] == json!(true)) {
        Some(earlier) => earlier,
        None => {
            let message = state.store(inner, channel, body, &request.files, 0);
            if !nonce.is_null() {
                state.nonces.insert(key, (message, Instant::now()));
            }
            message
        }
    };
    let mut json = state.messages[&message].json();
    json["nonce"] = nonce.clone();
    Ok(Reply::Json(json))
}

/// A house rule: every text says whom it may mention, and by default that is nobody.
pub fn check_mentions(state: &mut State, request: &Request, body: &Value) {
    if let Some(problem) = schema::mentions(body) {
        state.problem(format!("{}: {problem}", request.title()));
    }
}

fn edit(state: &mut State, inner: &Inner, request: &Request, channel: u64, message: u64) -> Outcome {
    let body = &request.body;
    check(schema::message(body, &request.files, BodyKind::Edit))?;
    let (guild, there) = visible_channel(state, channel)?;
    threads::check_unarchived(there)?;
    if !request.files.is_empty() && !bot_may(guild, there, permission::ATTACH_FILES) {
        return Err(Refusal::missing_permissions());
    }
    let message = in_channel(state, channel, message)?;
    if state.messages[&message].author != BOT_USER {
        return Err(Refusal::expected(403, 50005, "Cannot edit a message authored by another user"));
    }
    if schema::has_text(body) {
        check_mentions(state, request, body);
    }
    state.edit(inner, message, &request.files, body);
    Ok(Reply::Json(state.messages[&message].json()))
}

fn history(state: &State, request: &Request, channel: u64) -> Outcome {
    let (guild, there) = visible_channel(state, channel)?;
    let mut problems = Vec::new();
    let mut bounds = Vec::new();
    let mut limit = 50;
    for (name, value) in &request.query {
        match (name.as_str(), value.parse::<u64>()) {
            ("limit", Ok(count @ 1..=100)) => limit = usize::try_from(count).unwrap(),
            ("before" | "after" | "around", Ok(bound)) => bounds.push((name.as_str(), bound)),
            _ => problems.push(format!("the parameter {name}={value}")),
        }
    }
    if bounds.len() > 1 {
        problems.push("before, after and around exclude each other".to_owned());
    }
    check(problems)?;
    let limit = limit.min(state.settings.history_page);
    let messages = state.visible(channel);
    let ids: Vec<u64> = match bot_may(guild, there, permission::READ_MESSAGE_HISTORY) {
        true => messages.map(|message| message.id).collect(),
        false => Vec::new(),
    };
    let last = |ids: Vec<u64>| ids[ids.len().saturating_sub(limit)..].to_vec();
    let mut chosen = match bounds.first() {
        None => last(ids),
        Some(("before", bound)) => last(ids.into_iter().filter(|id| id < bound).collect()),
        Some(("after", bound)) => ids.into_iter().filter(|id| id > bound).take(limit).collect(),
        Some((_, bound)) => {
            let at = ids.partition_point(|id| id < bound);
            let from = at.saturating_sub(limit / 2);
            ids[from..ids.len().min(from + limit)].to_vec()
        }
    };
    chosen.reverse();
    Ok(Reply::Json(chosen.into_iter().map(|id| read_back(state, id)).collect()))
}
