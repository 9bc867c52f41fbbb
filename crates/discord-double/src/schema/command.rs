//! What Discord accepts as a command.

use serde_json::Value;

use super::Findings;

const SUB_COMMAND: u64 = 1;
const GROUP: u64 = 2;
const STRING: u64 = 3;
const INTEGER: u64 = 4;
const CHANNEL: u64 = 7;
const NUMBER: u64 = 10;
const ATTACHMENT: u64 = 11;

/// Everything wrong with a command, which is global or a guild's.
pub fn problems_of(command: &Value, guild: Option<u64>) -> Vec<String> {
    let mut findings = Findings::default();
    let known = [
        "id",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "default_member_permissions",
        "dm_permission",
        "type",
        "integration_types",
        "contexts",
        "nsfw",
        "handler",
    ];
    let at = command["name"].as_str().unwrap_or("?").to_owned();
    findings.only_fields(&at, command, &known);
    findings.is_bool("nsfw", &command["nsfw"]);
    // Only global commands say where they may be used.
    for (field, most) in [("contexts", 2), ("integration_types", 1)] {
        let given = command[field].as_array();
        let is_right = |values: &Vec<Value>| {
            !values.is_empty() && values.iter().all(|value| value.as_u64().is_some_and(|value| value <= most))
        };
        findings.require(given.is_none_or(is_right), &format!("{at}: {field} {}", command[field]));
        findings.require(guild.is_none() || command[field].is_null(), &format!("{at}: {field} of a guild's command"));
    }
    let permissions = &command["default_member_permissions"];
    let is_bits = permissions.as_str().is_some_and(|bits| bits.parse::<u64>().is_ok());
    findings.require(permissions.is_null() || is_bits, &format!("{at}: default_member_permissions {permissions}"));
    match command["type"].as_u64().unwrap_or(1) {
        1 => {
            name(&mut findings, &at, &command["name"]);
            findings.text(&format!("{at}: description"), &command["description"], 1..=100);
            options(&mut findings, &at, &command["options"], 0);
        }
        2 | 3 => {
            findings.text("name", &command["name"], 1..=32);
            let has_none = command["description"].as_str().is_none_or(str::is_empty);
            findings.require(has_none, &format!("{at}: a description in a context menu"));
        }
        other => findings.add(format!("{at} has the type {other}")),
    }
    let size = characters(command);
    findings.require(size <= 8000, &format!("{at} has {size} characters, more than 8000"));
    findings.0
}

/// `^[-_\p{L}\p{N}]{1,32}$`, lower case.
fn name(findings: &mut Findings, at: &str, name: &Value) {
    let text = name.as_str().unwrap_or_default();
    let is_right = |c: char| c == '-' || c == '_' || c.is_alphanumeric();
    let is_name = (1..=32).contains(&text.chars().count()) && text.chars().all(is_right);
    findings.require(is_name && text == text.to_lowercase(), &format!("{at}: the name {name}"));
}

fn options(findings: &mut Findings, at: &str, options: &Value, depth: u8) {
    let options = findings.list(at, options, 25);
    let kind = |option: &Value| option["type"].as_u64().unwrap_or_default();
    let is_nesting = |option: &&Value| matches!(kind(option), SUB_COMMAND | GROUP);
    let nesting = options.iter().filter(is_nesting).count();
    findings.require(nesting == 0 || nesting == options.len(), &format!("{at} mixes sub-commands and values"));
    let mut names = std::collections::HashSet::new();
    let mut had_optional = false;
    for option in options {
        let at = format!("{at} {}", option["name"].as_str().unwrap_or("?"));
        findings.require(names.insert(option["name"].as_str()), &format!("{at} is there twice"));
        let known = [
            "type",
            "name",
            "name_localizations",
            "description",
            "description_localizations",
            "required",
            "choices",
            "options",
            "channel_types",
            "min_value",
            "max_value",
            "min_length",
            "max_length",
            "autocomplete",
        ];
        findings.only_fields(&at, option, &known);
        name(findings, &at, &option["name"]);
        findings.text(&format!("{at}: description"), &option["description"], 1..=100);
        match kind(option) {
            SUB_COMMAND if depth < 2 => self::options(findings, &at, &option["options"], 2),
            GROUP if depth == 0 => {
                let inner = option["options"].as_array().map_or(&[][..], Vec::as_slice);
                let all = !inner.is_empty() && inner.iter().all(|option| kind(option) == SUB_COMMAND);
                findings.require(all, &format!("{at} is a group of something else than sub-commands"));
                self::options(findings, &at, &option["options"], 1);
            }
            STRING..=ATTACHMENT => {
                let is_required = option["required"].as_bool().unwrap_or_default();
                findings.require(!(is_required && had_optional), &format!("{at} is required, after an optional one"));
                had_optional |= !is_required;
                value(findings, &at, option, kind(option));
            }
            other => findings.add(format!("{at} has the type {other} at this depth")),
        }
    }
}

fn value(findings: &mut Findings, at: &str, option: &Value, kind: u64) {
    findings.is_bool(&format!("{at}: required"), &option["required"]);
    findings.is_bool(&format!("{at}: autocomplete"), &option["autocomplete"]);
    let is_given = |field: &str| match &option[field] {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        _ => true,
    };
    findings.require(!is_given("options"), &format!("{at} is a value and has options"));
    let only = |findings: &mut Findings, fields: &[&str], kinds: &[u64]| {
        let is_wrong = fields.iter().any(|field| is_given(field)) && !kinds.contains(&kind);
        findings.require(!is_wrong, &format!("{at}: {fields:?} for the type {kind}"));
    };
    only(findings, &["min_value", "max_value"], &[INTEGER, NUMBER]);
    only(findings, &["min_length", "max_length"], &[STRING]);
    only(findings, &["channel_types"], &[CHANNEL]);
    only(findings, &["choices"], &[STRING, INTEGER, NUMBER]);
    findings.number(&format!("{at}: min_length"), &option["min_length"], 0..=6000);
    findings.number(&format!("{at}: max_length"), &option["max_length"], 1..=6000);
    let completes = option["autocomplete"] == Value::Bool(true);
    let can_complete = matches!(kind, STRING | INTEGER | NUMBER) && !is_given("choices");
    findings.require(!completes || can_complete, &format!("{at} cannot autocomplete"));
    for choice in findings.list(&format!("{at}: choices"), &option["choices"], 25) {
        findings.only_fields(at, choice, &["name", "name_localizations", "value"]);
        findings.text(&format!("{at}: choice"), &choice["name"], 1..=100);
        let suits = match kind {
            STRING => choice["value"].as_str().is_some_and(|value| value.chars().count() <= 100),
            INTEGER => choice["value"].is_i64() || choice["value"].is_u64(),
            _ => choice["value"].is_number(),
        };
        findings.require(suits, &format!("{at}: the choice {}", choice["value"]));
    }
}

/// All names, descriptions and choices together.
fn characters(part: &Value) -> usize {
    let own = ["name", "description", "value"].iter().filter_map(|field| part[field].as_str());
    let own: usize = own.map(|text| text.chars().count()).sum();
    let inner = ["options", "choices"].iter().filter_map(|field| part[field].as_array()).flatten();
    own + inner.map(characters).sum::<usize>()
}
