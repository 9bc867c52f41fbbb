//! The bot's responses to interactions: the first one, and those by the interaction's webhook.

use jiff::Timestamp;
use serde_json::Value;

use super::channels::check_mentions;
use super::reply::{Outcome, Refusal, Reply, check};
use super::request::Request;
use super::routes::{id, unknown_path};
use crate::schema::message::{self as schema, BodyKind};
use crate::schema::{Findings, component};
use crate::state::interaction_record::{FirstResponse, InteractionRecord, ResponseKind};
use crate::state::message::{EPHEMERAL, LOADING};
use crate::state::{Inner, State};

fn unknown_interaction(problem: &str) -> Refusal {
    Refusal::problem(404, 10062, "Unknown interaction", problem)
}

/// `POST /interactions/{id}/{token}/callback`
pub fn callback(state: &mut State, inner: &Inner, request: &Request, id: u64, token: &str) -> Outcome {
    let deadline = state.settings.response_deadline;
    let interaction = state.interactions.get(&id).filter(|interaction| interaction.token == token);
    let interaction = interaction.ok_or_else(|| unknown_interaction("there is no such interaction"))?;
    if interaction.first.is_some() {
        let message = "Interaction has already been acknowledged.";
        return Err(match interaction.is_receipt_lost {
            true => Refusal::expected(400, 40060, message),
            false => Refusal::problem(400, 40060, message, "a second first response to one interaction"),
        });
    }
    let after = State::age(id);
    if after > deadline {
        return Err(unknown_interaction(&format!("the first response came after {after:?}")));
    }
    let kind = check_first(interaction, request)?;
    let data = request.body["data"].clone();
    let (channel, source) = (interaction.channel, interaction.source);
    match kind {
        ResponseKind::Message => check_mentions(state, request, &data),
        ResponseKind::Update if schema::has_text(&data) => check_mentions(state, request, &data),
        _ => {}
    }
    let original = match kind {
        ResponseKind::Message => Some(state.store(inner, channel, &data, &request.files, 0)),
        ResponseKind::Deferred => {
            let flags = data["flags"].as_u64().unwrap_or_default() & EPHEMERAL;
            Some(state.store(inner, channel, &Value::Null, &[], flags | LOADING))
        }
        ResponseKind::DeferredUpdate => source,
        ResponseKind::Update => {
            let source = source.unwrap();
            state.edit(inner, source, &request.files, &data);
            Some(source)
        }
        ResponseKind::Autocomplete | ResponseKind::Modal => None,
    };
    let interaction = state.interactions.get_mut(&id).unwrap();
    interaction.original = original;
    interaction.first = Some(FirstResponse { kind, at: Timestamp::now(), after, data });
    Ok(Reply::Empty)
}

fn check_first(interaction: &InteractionRecord, request: &Request) -> Result<ResponseKind, Refusal> {
    let mut findings = Findings::default();
    findings.only_fields("body", &request.body, &["type", "data"]);
    let number = request.body["type"].as_u64().unwrap_or_default();
    let suits = |response: &ResponseKind| response.suits(interaction.kind, interaction.source.is_some());
    let Some(kind) = ResponseKind::of(number).filter(suits) else {
        findings.add(format!("a response of type {number} to {:?}", interaction.kind));
        return Err(Refusal::malformed(findings.0));
    };
    let data = &request.body["data"];
    findings.0.extend(match kind {
        ResponseKind::Message | ResponseKind::Update => schema::message(data, &request.files, BodyKind::Callback),
        ResponseKind::Autocomplete => component::choices(data),
        ResponseKind::Modal => component::modal(data),
        ResponseKind::Deferred | ResponseKind::DeferredUpdate if data.is_null() => Vec::new(),
        ResponseKind::Deferred | ResponseKind::DeferredUpdate => {
            schema::message(data, &request.files, BodyKind::Callback)
        }
    });
    check(findings.0)?;
    if kind == ResponseKind::Message && schema::is_empty(data, &request.files) {
        return Err(Refusal::empty_message("an empty response"));
    }
    Ok(kind)
}

/// `/webhooks/{application}/{token}…`
pub fn webhook(state: &mut State, inner: &Inner, request: &Request, token: &str, rest: &[&str]) -> Outcome {
    let invalid = |problem: &str| Refusal::problem(401, 50027, "Invalid Webhook Token", problem);
    let found = state.interactions.iter().find(|(_, interaction)| interaction.token == token);
    let (number, interaction) = found.ok_or_else(|| invalid("there is no such interaction"))?;
    if State::age(*number) > state.settings.follow_up_deadline {
        return Err(invalid("a follow-up after its time"));
    }
    if interaction.first.is_none() {
        return Err(Refusal::problem(404, 10015, "Unknown Webhook", "a follow-up before the first response"));
    }
    let number = *number;
    match (request.method.as_str(), rest) {
        ("POST", []) => follow_up(state, inner, request, number),
        (_, ["messages", which]) => {
            let message = find_message(interaction, which)?;
            if state.messages[&message].is_deleted {
                return Err(Refusal::unknown_message());
            }
            match request.method.as_str() {
                "GET" => {}
                "PATCH" => edit(state, inner, request, message, BodyKind::ResponseEdit)?,
                "DELETE" => {
                    state.messages.get_mut(&message).unwrap().is_deleted = true;
                    return Ok(Reply::Empty);
                }
                _ => return Err(unknown_path(request)),
            }
            Ok(Reply::Json(state.messages[&message].json()))
        }
        _ => Err(unknown_path(request)),
    }
}

fn find_message(interaction: &InteractionRecord, which: &str) -> Result<u64, Refusal> {
    let problem =
        || Refusal::problem(404, 10008, "Unknown Message", format!("{which} is no response to this interaction"));
    if which == "@original" {
        return interaction.original.ok_or_else(problem);
    }
    let message = id(which)?;
    let mut own = interaction.original.iter().chain(&interaction.follow_ups);
    own.find(|own| **own == message).copied().ok_or_else(problem)
}

fn follow_up(state: &mut State, inner: &Inner, request: &Request, interaction: u64) -> Outcome {
    let body = &request.body;
    check(schema::message(body, &request.files, BodyKind::FollowUp))?;
    let InteractionRecord { channel, original, .. } = state.interactions[&interaction];
    // The first follow-up to a deferred response takes its place.
    if let Some(original) = original.filter(|original| state.messages[original].is_thinking()) {
        edit(state, inner, request, original, BodyKind::FollowUp)?;
        return Ok(Reply::Json(state.messages[&original].json()));
    }
    if schema::is_empty(body, &request.files) {
        return Err(Refusal::empty_message("an empty follow-up"));
    }
    check_mentions(state, request, body);
    let message = state.store(inner, channel, body, &request.files, 0);
    state.interactions.get_mut(&interaction).unwrap().follow_ups.push(message);
    Ok(Reply::Json(state.messages[&message].json()))
}

fn edit(state: &mut State, inner: &Inner, request: &Request, message: u64, kind: BodyKind) -> Result<(), Refusal> {
    let body: &Value = &request.body;
    check(schema::message(body, &request.files, kind))?;
    if state.messages[&message].is_thinking() && schema::is_empty(body, &request.files) {
        return Err(Refusal::empty_message("a deferred response that stays empty"));
    }
    if schema::has_text(body) {
        check_mentions(state, request, body);
    }
    state.edit(inner, message, &request.files, body);
    Ok(())
}
