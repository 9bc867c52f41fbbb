//! Posts as cards on a terminal.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};

use crate::domain::codes::post_plan::MessageKind;
use crate::ports::{AnnouncedCode, Announcement, Correction};

/// The width of a card, in terminal columns.
const WIDTH: u16 = 66;

/// A post as its channel would show it.
pub fn post(message: &Announcement, guild: &str) -> String {
    let mut card = Table::new();
    card.load_style(UTF8_FULL_CONDENSED.with_rounded_corners());
    card.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    card.set_header([format!("#gift-codes of {guild}   {}", title(message))]);
    for code in &message.codes {
        card.add_row([if message.kind == MessageKind::More { line(code) } else { details(code) }]);
    }
    let spelled_out = message.codes.len();
    if message.kind != MessageKind::More && message.total > spelled_out {
        card.add_row([format!("… and {} more, listed below", message.total - spelled_out)]);
    }
    card.to_string()
}

/// The text of an edited post for its codes that are over.
pub fn correction(correction: &Correction, guild: &str) -> String {
    let over = correction.codes.iter().filter_map(|(shown, over)| {
        over.as_ref().map(|over| format!("  ✎ #gift-codes of {guild}: {}: {}", shown.code, over.meaning()))
    });
    over.collect::<Vec<_>>().join("\n")
}

fn title(message: &Announcement) -> String {
    let codes = |count: usize| if count == 1 { "code".to_owned() } else { format!("{count} codes") };
    match message.kind {
        MessageKind::New if message.total == 1 && message.codes.iter().all(|code| code.generation > 1) => {
            "🎁 A gift code is valid again".to_owned()
        }
        MessageKind::New if message.total == 1 => "🎁 A new gift code".to_owned(),
        MessageKind::New => format!("🎁 {} new gift codes", message.total),
        MessageKind::Digest if message.total == 1 => "📋 The gift code that is active".to_owned(),
        MessageKind::Digest => format!("📋 The {} gift codes that are active", message.total),
        MessageKind::More => format!("… {} more", codes(message.codes.len())),
    }
}

fn until(code: &AnnouncedCode) -> Option<String> {
    code.expires_at.map(|at| format!("until {}", at.strftime("%Y-%m-%d %H:%M UTC")))
}

fn details(code: &AnnouncedCode) -> String {
    let again = if code.generation > 1 { "   ↺ again" } else { "" };
    let facts: Vec<String> = code.rewards.clone().into_iter().chain(until(code)).collect();
    match facts.is_empty() {
        true => format!("{}{again}", code.code),
        false => format!("{}{again}\n  {}", code.code, facts.join(" · ")),
    }
}

fn line(code: &AnnouncedCode) -> String {
    let again = (code.generation > 1).then(|| "valid again".to_owned());
    let facts: Vec<String> = again.into_iter().chain(until(code)).collect();
    [code.code.to_string()].into_iter().chain(facts).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::code::Code;
    use crate::domain::players::player::{AllianceId, ChannelId, GuildId};

    fn code(text: &str, generation: u32) -> AnnouncedCode {
        AnnouncedCode {
            code: Code::parse(text).unwrap(),
            generation,
            rewards: Some("1K Gems".into()),
            expires_at: Some("2026-11-30T23:59:00Z".parse().unwrap()),
            source: "feed".into(),
            checked: false,
        }
    }

    #[test]
    fn a_card_names_the_guild_and_every_code_of_its_message() {
        let mut message = Announcement {
            language: crate::domain::text::language::Language::En,
            server: GuildId(1),
            roles: Vec::new(),
            alliances: Vec::new(),
            channel_kind: None,
            is_auto: false,
            nonce: "g1".into(),
            guild: AllianceId(1),
            channel: ChannelId(2),
            kind: MessageKind::New,
            total: 12,
            codes: vec![code("gogoWOS", 1), code("OFFICIALSTORE", 2)],
            attempted_at: None,
            is_moved: false,
        };
        let card = post(&message, "Frostfire");
        for part in [
            "#gift-codes of Frostfire",
            "12 new gift codes",
            "gogoWOS",
            "OFFICIALSTORE   ↺ again",
            "1K Gems · until 2026-11-30 23:59 UTC",
            "and 10 more",
        ] {
            assert!(card.contains(part), "{part} in\n{card}");
        }
        message.kind = MessageKind::More;
        let card = post(&message, "Frostfire");
        assert!(card.contains("… 2 codes more") && card.contains("OFFICIALSTORE · valid again · until"), "{card}");
    }
}
