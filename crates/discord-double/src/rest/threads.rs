//! Posts in forums, and threads.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::channels::{bot_may, check_mentions, parts_of, visible_channel};
use super::reply::{Outcome, Refusal, Reply, check};
use super::request::Request;
use crate::schema::Findings;
use crate::schema::message::{self as schema, BodyKind};
use crate::state::guild::{Channel, Guild, permission};
use crate::state::thread::Thread;
use crate::state::{BOT_USER, Inner, State, id_of, merge};

/// Forums and media channels: they hold posts, and no messages of their own.
pub const FORUMS: [u8; 2] = [15, 16];
const PRIVATE_THREAD: u8 = 12;
const PUBLIC_THREAD: u8 = 11;

/// A private thread is visible to its members and to who manages threads.
pub fn is_open_to_bot(guild: &Guild, channel: &Channel) -> bool {
    let is_member = channel.thread.as_ref().is_none_or(|thread| thread.has_bot);
    channel.kind != PRIVATE_THREAD || is_member || bot_may(guild, channel, permission::MANAGE_THREADS)
}

pub fn check_unarchived(channel: &Channel) -> Result<(), Refusal> {
    match channel.thread.as_ref().is_some_and(|thread| thread.is_archived) {
        true => Err(Refusal::expected(400, 50083, "Tried to perform an operation on an archived thread")),
        false => Ok(()),
    }
}

/// Whether messages can be sent to the channel, if it is a thread.
pub fn check_unlocked(guild: &Guild, channel: &Channel) -> Result<(), Refusal> {
    check_unarchived(channel)?;
    let is_locked = channel.thread.as_ref().is_some_and(|thread| thread.is_locked);
    match is_locked && !bot_may(guild, channel, permission::MANAGE_THREADS) {
        true => Err(Refusal::expected(400, 160_005, "Thread is locked")),
        false => Ok(()),
    }
}

/// The open threads of a guild that the bot can see.
pub fn active(guild: &Guild) -> Value {
    let is_active = |channel: &&Channel| {
        channel.thread.as_ref().is_some_and(|thread| !thread.is_archived)
            && bot_may(guild, channel, permission::VIEW_CHANNEL)
            && is_open_to_bot(guild, channel)
    };
    let threads: Vec<Value> =
        guild.channels.iter().filter(is_active).map(|thread| guild.channel_json(thread)).collect();
    json!({ "threads": threads, "members": [] })
}

/// The archived public threads of a channel, the latest archived first.
pub fn archived(state: &State, request: &Request, parent: u64) -> Outcome {
    let (guild, there) = visible_channel(state, parent)?;
    if !bot_may(guild, there, permission::READ_MESSAGE_HISTORY) {
        return Err(Refusal::missing_access());
    }
    let (mut problems, mut limit, mut before) = (Vec::new(), 50, Timestamp::MAX);
    for (name, value) in &request.query {
        match (name.as_str(), value.parse::<usize>(), value.parse::<Timestamp>()) {
            ("limit", Ok(count @ 2..=100), _) => limit = count,
            ("before", _, Ok(at)) => before = at,
            _ => problems.push(format!("the parameter {name}={value}")),
        }
    }
    check(problems)?;
    let of_parent = |channel: &&Channel| {
        let thread = channel.thread.as_ref();
        channel.kind != PRIVATE_THREAD
            && thread.is_some_and(|it| it.parent == parent && it.is_archived && it.changed_at < before)
    };
    let mut threads: Vec<&Channel> = guild.channels.iter().filter(of_parent).collect();
    threads.sort_by_key(|channel| std::cmp::Reverse(channel.thread.as_ref().map(|thread| thread.changed_at)));
    let shown: Vec<Value> = threads.iter().take(limit).map(|thread| guild.channel_json(thread)).collect();
    Ok(Reply::Json(json!({ "threads": shown, "members": [], "has_more": threads.len() > limit })))
}

/// Starts a post in a forum: a thread, and a message with the thread's id.
pub fn start(state: &mut State, inner: &Inner, request: &Request, forum: u64) -> Outcome {
    let (body, message) = (&request.body, &request.body["message"]);
    let mut findings = Findings::default();
    let known = ["name", "auto_archive_duration", "rate_limit_per_user", "message", "applied_tags"];
    findings.only_fields("body", body, &known);
    findings.text("name", &body["name"], 1..=100);
    findings.list("applied_tags", &body["applied_tags"], 5);
    let archive = &body["auto_archive_duration"];
    findings.require(archive.is_null() || [60, 1440, 4320, 10_080].iter().any(|it| *archive == json!(it)), "archive");
    check(findings.0)?;
    check(schema::message(message, &request.files, BodyKind::ForumStart))?;
    let (guild, there) = visible_channel(state, forum)?;
    if !FORUMS.contains(&there.kind) {
        return Err(Refusal::expected(400, 50024, "Cannot execute action on this channel type"));
    }
    // A post needs the same permission as a message.
    if !bot_may(guild, there, permission::SEND_MESSAGES | parts_of(message, !request.files.is_empty())) {
        return Err(Refusal::missing_permissions());
    }
    let tags: Vec<u64> = body["applied_tags"].as_array().into_iter().flatten().filter_map(id_of).collect();
    if let Some(unknown) = tags.iter().find(|tag| there.tags.iter().all(|known| known.id != **tag)) {
        return Err(Refusal::malformed(vec![format!("there is no tag {unknown}")]));
    }
    let is_moderator = bot_may(guild, there, permission::MANAGE_THREADS);
    let is_free = |id: &u64| is_moderator || there.tags.iter().any(|tag| tag.id == *id && !tag.is_moderated);
    if !tags.iter().all(is_free) {
        return Err(Refusal::missing_permissions());
    }
    if there.requires_tag && tags.is_empty() {
        let has_free = there.tags.iter().any(|tag| !tag.is_moderated);
        return Err(match has_free {
            true => Refusal::expected(400, 40067, "A tag is required to create a forum post in this channel"),
            false => Refusal::expected(400, 40066, "There are no tags available that can be set by non-moderators"),
        });
    }
    if schema::is_empty(message, &request.files) {
        return Err(Refusal::empty_message("an empty first message"));
    }
    let guild = guild.id;
    check_mentions(state, request, message);
    let id = state.next_id();
    let thread = Thread { tags, ..Thread::new(forum, BOT_USER) };
    let name = body["name"].as_str().unwrap_or_default();
    state.add_channel(guild, Channel { thread: Some(thread), ..Channel::new(id, name, PUBLIC_THREAD) });
    state.store_as(inner, id, id, message, &request.files, 0);
    let event = thread_json(state, id);
    state.dispatch(guild, "THREAD_CREATE", event.clone());
    let mut reply = event;
    merge(&mut reply, json!({ "message": state.messages[&id].json() }));
    Ok(Reply::Created(reply))
}

pub fn thread_json(state: &State, id: u64) -> Value {
    let (guild, channel) = state.channel(id).unwrap_or_else(|| panic!("there is no thread {id}"));
    guild.channel_json(channel)
}

/// Changes a thread. A bot that posts has no reason to change any other channel.
pub fn edit(state: &mut State, request: &Request, id: u64) -> Outcome {
    let body = &request.body;
    let mut findings = Findings::default();
    findings.only_fields("body", body, &["archived", "locked", "name"]);
    findings.is_bool("archived", &body["archived"]);
    findings.is_bool("locked", &body["locked"]);
    findings.text("name", &body["name"], 0..=100);
    check(findings.0)?;
    let (guild, there) = visible_channel(state, id)?;
    let Some(thread) = &there.thread else {
        return Err(Refusal::problem(403, 50013, "Missing Permissions", "a change of a channel that is no thread"));
    };
    let is_moderator = bot_may(guild, there, permission::MANAGE_THREADS);
    let may_send = bot_may(guild, there, permission::SEND_MESSAGES_IN_THREADS);
    let opens = body["archived"] == json!(false);
    let only_opens = opens && body.as_object().is_some_and(|fields| fields.len() == 1);
    let is_allowed = match () {
        () if is_moderator => true,
        () if thread.is_locked => false,
        () if only_opens => may_send,
        () => thread.owner == BOT_USER && body["locked"].is_null(),
    };
    if !is_allowed {
        return Err(Refusal::missing_permissions());
    }
    if !opens {
        check_unarchived(there)?;
    }
    let (guild, mut changed) = (guild.id, there.clone());
    if let Some(thread) = &mut changed.thread {
        thread.is_archived = body["archived"].as_bool().unwrap_or(thread.is_archived);
        thread.is_locked = body["locked"].as_bool().unwrap_or(thread.is_locked);
        thread.changed_at = Timestamp::now();
    }
    if let Some(name) = body["name"].as_str() {
        name.clone_into(&mut changed.name);
    }
    if let Some(channel) = state.channel_mut(id) {
        *channel = changed;
    }
    let json = thread_json(state, id);
    state.dispatch(guild, "THREAD_UPDATE", json.clone());
    Ok(Reply::Json(json))
}

/// Deletes a thread with its messages.
pub fn delete(state: &mut State, request: &Request, id: u64) -> Outcome {
    let (guild, there) = visible_channel(state, id)?;
    let Some(thread) = &there.thread else {
        let problem = format!("{}: a channel that is no thread", request.title());
        return Err(Refusal::problem(403, 50013, "Missing Permissions", problem));
    };
    if !bot_may(guild, there, permission::MANAGE_THREADS) {
        return Err(Refusal::missing_permissions());
    }
    let (guild, json) = (guild.id, guild.channel_json(there));
    let event = json!({
        "id": id.to_string(), "guild_id": guild.to_string(), "parent_id": thread.parent.to_string(), "type": there.kind,
    });
    state.remove_channel(id);
    for message in state.messages.values_mut().filter(|message| message.channel == id) {
        message.is_deleted = true;
    }
    state.dispatch(guild, "THREAD_DELETE", event);
    Ok(Reply::Json(json))
}
