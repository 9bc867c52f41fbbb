//! `docs/messages.md` shows every message as it is built: wording and looks are reviewed there, and a change of either
//! shows up as a change of that page.

use std::fmt::Write;
use std::path::Path;

use giftcode_bot::discord::messages::Message;
use giftcode_bot::discord::registration::registered_commands;
use serde_json::Value;

use crate::catalogue::{self, CHANNEL, Chapter, ROLE};

const PAGE: &str = "docs/messages.md";

const BEGIN: &str = "# What people see

Every message of the bot, made by the code itself from sample contents. Answers to commands, buttons and forms are seen by
whoever asked, and by nobody else; posts and runs stand in the server's channel. Colours are those of the line on a message's
left. `cargo test --test discord message_page` fails when this page is not what the bot says; with `UPDATE_DOCS=1` it writes
the page anew.
";

/// Text as Discord shows it, near enough: mentions and times are replaced, escapes are kept as they are sent.
fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out += before;
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let tag = &from[..end];
        if before.ends_with('\\') {
            out += "<";
            rest = &from[1..];
            continue;
        }
        out += &tag_text(tag);
        rest = &from[end..];
    }
    out + rest
}

fn tag_text(tag: &str) -> String {
    if tag == format!("<#{CHANNEL}>") {
        return "**#gift-codes**".to_owned();
    }
    if tag == format!("<@&{ROLE}>") {
        return "**@Alliance**".to_owned();
    }
    let parts: Vec<&str> = tag.trim_matches(['<', '>']).split(':').collect();
    let ["t", seconds, style] = parts.as_slice() else { return tag.to_owned() };
    let at = jiff::Timestamp::from_second(seconds.parse().unwrap()).unwrap();
    if *style != "R" {
        return at.strftime("*%d %B %Y %H:%M*").to_string();
    }
    let minutes = at.duration_since(catalogue::now()).as_mins();
    let (amount, unit) = match minutes.abs() {
        0..60 => (minutes, "minutes"),
        60..2880 => (minutes / 60, "hours"),
        _ => (minutes / 1440, "days"),
    };
    if amount >= 0 { format!("*in {amount} {unit}*") } else { format!("*{} {unit} ago*", -amount) }
}

fn quote(page: &mut String, text: &str) {
    for line in shown(text).lines() {
        let _ = writeln!(page, "> {line}  ");
    }
}

fn embed(page: &mut String, embed: &Value) {
    let colour = embed["color"].as_u64().unwrap_or(0);
    let _ = writeln!(page, "> **{}**  `#{colour:06X}`  ", embed["title"].as_str().unwrap());
    if let Some(text) = embed["description"].as_str() {
        quote(page, text);
    }
    for field in embed["fields"].as_array().into_iter().flatten() {
        let _ = writeln!(page, ">\n> **{}**  ", field["name"].as_str().unwrap());
        quote(page, field["value"].as_str().unwrap());
    }
    if let Some(text) = embed["footer"]["text"].as_str() {
        let _ = writeln!(page, ">\n> <sub>{text}</sub>  ");
    }
}

fn rows(page: &mut String, rows: &Value) {
    for row in rows.as_array().into_iter().flatten() {
        let parts: Vec<String> = row["components"].as_array().unwrap().iter().map(component).collect();
        let _ = writeln!(page, ">\n> {}  ", parts.join(" "));
    }
}

fn component(part: &Value) -> String {
    let text = |name: &str| part[name].as_str().unwrap_or_default().to_owned();
    match part["type"].as_u64().unwrap() {
        2 if part["disabled"] == true => format!("`[ {} ]` (greyed out)", text("label")),
        2 => format!("`[ {} ]`", text("label")),
        3 => {
            let options: Vec<&str> =
                part["options"].as_array().unwrap().iter().map(|option| option["label"].as_str().unwrap()).collect();
            format!("`[ {} ▾ ]` {}", text("placeholder"), options.join(", "))
        }
        4 => format!("{}: `[ {} ]`", text("label"), part["value"].as_str().unwrap_or(&text("placeholder"))),
        other => panic!("a component of type {other}"),
    }
}

fn message(page: &mut String, when: &str, message: &Message) {
    let json = serde_json::to_value(message.create()).unwrap();
    let _ = writeln!(page, "\n*{when}*\n");
    quote(page, json["content"].as_str().unwrap_or_default());
    for one in json["embeds"].as_array().into_iter().flatten() {
        embed(page, one);
    }
    rows(page, &json["components"]);
    if let Some((name, bytes)) = message.file() {
        let lines = String::from_utf8_lossy(bytes).lines().count();
        let _ = writeln!(page, ">\n> 📎 `{name}`, {lines} lines  ");
    }
}

fn commands(page: &mut String) {
    let _ = writeln!(page, "\n## The commands\n\n| command | what Discord says of it |\n|---|---|");
    let commands = serde_json::to_value(registered_commands()).unwrap();
    let mut open: Vec<(String, Value)> =
        commands.as_array().unwrap().iter().rev().map(|command| ("/".to_owned(), command.clone())).collect();
    while let Some((before, command)) = open.pop() {
        let name = format!("{before}{}", command["name"].as_str().unwrap());
        let options = command["options"].as_array().cloned().unwrap_or_default();
        let is_group = options.iter().any(|option| [1, 2].contains(&option["type"].as_u64().unwrap()));
        let parameters: Vec<String> = match is_group {
            true => Vec::new(),
            false => options.iter().map(parameter).collect(),
        };
        let _ = writeln!(page, "| `{name}` {} | {} |", parameters.join(" "), command["description"].as_str().unwrap());
        if is_group {
            open.extend(options.into_iter().rev().map(|option| (format!("{name} "), option)));
        }
    }
}

fn parameter(option: &Value) -> String {
    let name = option["name"].as_str().unwrap();
    let what = option["description"].as_str().unwrap();
    if option["required"] == true { format!("**{name}** ({what})") } else { format!("*[{name}]* ({what})") }
}

fn page() -> String {
    let mut page = BEGIN.to_owned();
    commands(&mut page);
    let chapters: [Chapter; 5] =
        [catalogue::posts(), catalogue::runs(), catalogue::managing(), catalogue::rosters(), catalogue::everybody()];
    for (title, messages) in chapters {
        let _ = writeln!(page, "\n## {title}");
        for (when, one) in messages {
            message(&mut page, &when, &one);
        }
    }
    let form = catalogue::form();
    let _ = writeln!(page, "\n## The form behind “Redeem for me”\n\n> **{}**  ", form["title"].as_str().unwrap());
    rows(&mut page, &form["components"]);
    page
}

#[test]
fn the_page_shows_what_the_bot_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines().chain(std::iter::repeat(""))).find(|(now, then)| now != then);
    assert!(
        page == written,
        "{PAGE} is not what the bot says any more, first here:\n  says    {}\n  written {}\nIf that is meant: UPDATE_DOCS=1 \
         cargo test --test discord message_page",
        differs.map_or("", |(now, _)| now),
        differs.map_or("", |(_, then)| then),
    );
}

/// Whoever adds a message adds it to the page.
#[test]
fn no_message_is_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogue = std::fs::read_to_string(root.join("tests/discord/catalogue.rs")).unwrap();
    let mut missing = Vec::new();
    for module in ["appeal", "manage", "personal", "players", "post", "batch"] {
        let source = std::fs::read_to_string(root.join(format!("src/discord/messages/{module}.rs"))).unwrap();
        for declared in source.split("\npub fn ").skip(1) {
            let signature = declared.split('{').next().unwrap();
            let name = declared.split(['(', '<']).next().unwrap();
            if signature.contains("-> Message") && !catalogue.contains(&format!("{module}::{name}(")) {
                missing.push(format!("{module}::{name}"));
            }
        }
    }
    assert!(missing.is_empty(), "tests/discord/catalogue.rs lacks {missing:?}");
    // And none is built elsewhere.
    let mut open = vec![root.join("src/discord")];
    while let Some(path) = open.pop() {
        if path.ends_with("messages") {
            continue;
        }
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for builds in ["Message::text(", "Message::embed(", ".content(", "CreateReply", "CreateEmbed"] {
            assert!(!source.contains(builds), "{} builds a message by itself: {builds}", path.display());
        }
    }
}

/// Discord's bounds, for what is as long as it can be.
#[test]
fn the_longest_messages_keep_to_discords_bounds() {
    for (when, message) in catalogue::longest() {
        let mut json = serde_json::to_value(message.create()).unwrap();
        // Its file goes with it, and is not part of this.
        json["attachments"] = Value::Array(Vec::new());
        let problems = discord_double::problems_of_message(&json);
        assert!(problems.is_empty(), "{when}: {problems:#?}\n{json:#}");
    }
}
