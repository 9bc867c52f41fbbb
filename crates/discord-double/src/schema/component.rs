//! What Discord accepts as buttons, selects, modals and choices.

use std::collections::HashSet;

use serde_json::Value;

use super::Findings;

const ROW: u64 = 1;
const BUTTON: u64 = 2;
const STRING_SELECT: u64 = 3;
const TEXT_INPUT: u64 = 4;
const LAST_SELECT: u64 = 8;
const LINK: u64 = 5;

fn kind(component: &Value) -> u64 {
    component["type"].as_u64().unwrap_or_default()
}

pub fn rows(findings: &mut Findings, rows: &Value) {
    let mut ids = HashSet::new();
    for (index, row) in findings.list("components", rows, 5).iter().enumerate() {
        let at = format!("components[{index}]");
        for (index, part) in parts(findings, &at, row, 5).iter().enumerate() {
            let at = format!("{at}[{index}]");
            match kind(part) {
                BUTTON => button(findings, &at, part),
                STRING_SELECT..=LAST_SELECT if kind(part) != TEXT_INPUT => {
                    select(findings, &at, part);
                    let is_alone = row["components"].as_array().is_some_and(|parts| parts.len() == 1);
                    findings.require(is_alone, &format!("{at} is a select that is not alone in its row"));
                }
                other => findings.add(format!("{at} has the type {other}")),
            }
            unique(findings, &at, part, &mut ids);
        }
    }
}

fn parts<'a>(findings: &mut Findings, at: &str, row: &'a Value, most: usize) -> &'a [Value] {
    findings.only_fields(at, row, &["type", "components", "id"]);
    findings.require(kind(row) == ROW, &format!("{at} is not a row"));
    let parts = findings.list(at, &row["components"], most);
    findings.require(!parts.is_empty(), &format!("{at} is an empty row"));
    parts
}

fn unique<'a>(findings: &mut Findings, at: &str, part: &'a Value, ids: &mut HashSet<&'a str>) {
    if let Some(id) = part["custom_id"].as_str() {
        findings.require(ids.insert(id), &format!("{at} has a custom_id that another has: {id:?}"));
    }
}

fn button(findings: &mut Findings, at: &str, button: &Value) {
    findings.only_fields(at, button, &["type", "style", "label", "emoji", "custom_id", "url", "disabled", "id"]);
    findings.text(&format!("{at}.label"), &button["label"], 0..=80);
    findings.is_bool(&format!("{at}.disabled"), &button["disabled"]);
    let is_blank = button["label"].as_str().is_none_or(str::is_empty) && button["emoji"].is_null();
    findings.require(!is_blank, &format!("{at} has neither label nor emoji"));
    match button["style"].as_u64() {
        Some(1..=4) => {
            findings.text(&format!("{at}.custom_id"), &button["custom_id"], 1..=100);
            findings.require(button["url"].is_null(), &format!("{at} has a url and is not a link"));
        }
        Some(LINK) => {
            findings.require(button["custom_id"].is_null(), &format!("{at} is a link and has a custom_id"));
            let url = button["url"].as_str().unwrap_or_default();
            let is_url = ["http://", "https://", "discord://"].iter().any(|begin| url.starts_with(begin));
            findings.require(is_url && url.len() <= 512, &format!("{at} links to {url:?}"));
        }
        _ => findings.add(format!("{at} has the style {}", button["style"])),
    }
}

fn select(findings: &mut Findings, at: &str, select: &Value) {
    let common = ["type", "custom_id", "placeholder", "min_values", "max_values", "disabled", "id"];
    let more: &[&str] = match kind(select) {
        STRING_SELECT => &["options"],
        LAST_SELECT => &["default_values", "channel_types"],
        _ => &["default_values"],
    };
    findings.only_fields(at, select, &[&common[..], more].concat());
    findings.text(&format!("{at}.custom_id"), &select["custom_id"], 1..=100);
    findings.text(&format!("{at}.placeholder"), &select["placeholder"], 0..=150);
    findings.number(&format!("{at}.min_values"), &select["min_values"], 0..=25);
    findings.number(&format!("{at}.max_values"), &select["max_values"], 1..=25);
    findings.is_bool(&format!("{at}.disabled"), &select["disabled"]);
    if kind(select) != STRING_SELECT {
        return;
    }
    let options = findings.list(&format!("{at}.options"), &select["options"], 25);
    findings.require(!options.is_empty(), &format!("{at} has no options"));
    let most = select["max_values"].as_u64().unwrap_or(1);
    let least = select["min_values"].as_u64().unwrap_or(1);
    findings.require(most <= options.len() as u64, &format!("{at}.max_values is more than the options"));
    findings.require(least <= most, &format!("{at}.min_values is more than max_values"));
    let mut values = HashSet::new();
    for (index, option) in options.iter().enumerate() {
        let at = format!("{at}.options[{index}]");
        findings.only_fields(&at, option, &["label", "value", "description", "emoji", "default"]);
        findings.text(&format!("{at}.label"), &option["label"], 1..=100);
        findings.text(&format!("{at}.value"), &option["value"], 1..=100);
        findings.text(&format!("{at}.description"), &option["description"], 0..=100);
        let value = option["value"].as_str().unwrap_or_default();
        findings.require(values.insert(value), &format!("{at} has a value that another has: {value:?}"));
    }
}

/// The `data` of a response that opens a modal.
pub fn modal(modal: &Value) -> Vec<String> {
    let mut findings = Findings::default();
    findings.only_fields("data", modal, &["custom_id", "title", "components"]);
    findings.text("custom_id", &modal["custom_id"], 1..=100);
    findings.text("title", &modal["title"], 1..=45);
    let rows = findings.list("components", &modal["components"], 5);
    findings.require(!rows.is_empty(), "a modal without inputs");
    let mut ids = HashSet::new();
    for (index, row) in rows.iter().enumerate() {
        let at = format!("components[{index}]");
        for input in parts(&mut findings, &at, row, 1) {
            text_input(&mut findings, &at, input);
            unique(&mut findings, &at, input, &mut ids);
        }
    }
    findings.0
}

fn text_input(findings: &mut Findings, at: &str, input: &Value) {
    let known =
        ["type", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder", "id"];
    findings.only_fields(at, input, &known);
    findings.require(kind(input) == TEXT_INPUT, &format!("{at} is not a text input"));
    findings.text(&format!("{at}.custom_id"), &input["custom_id"], 1..=100);
    findings.text(&format!("{at}.label"), &input["label"], 1..=45);
    findings.text(&format!("{at}.value"), &input["value"], 0..=4000);
    findings.text(&format!("{at}.placeholder"), &input["placeholder"], 0..=100);
    findings.require(matches!(input["style"].as_u64(), Some(1 | 2)), &format!("{at}.style is {}", input["style"]));
    findings.number(&format!("{at}.min_length"), &input["min_length"], 0..=4000);
    findings.number(&format!("{at}.max_length"), &input["max_length"], 1..=4000);
    findings.is_bool(&format!("{at}.required"), &input["required"]);
}

/// The `data` of a response to an autocompletion.
pub fn choices(data: &Value) -> Vec<String> {
    let mut findings = Findings::default();
    findings.only_fields("data", data, &["choices"]);
    for (index, choice) in findings.list("choices", &data["choices"], 25).iter().enumerate() {
        let at = format!("choices[{index}]");
        findings.only_fields(&at, choice, &["name", "name_localizations", "value"]);
        findings.text(&format!("{at}.name"), &choice["name"], 1..=100);
        match &choice["value"] {
            Value::Number(_) => {}
            text => findings.text(&format!("{at}.value"), text, 1..=100),
        }
    }
    findings.0
}
