//! Posts: the codes of one announcement, and what the message says when they are over.

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption,
};

use crate::discord::custom_id::Action;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::post_plan::MessageKind;
use crate::ports::{AnnouncedCode, Announcement, Correction};

use super::escape::{clip, escape};
use super::{GAME_PAGE, Message, colour, when};

/// The most options of a menu (docs/protocol.md, "Sizes").
const MAX_OPTIONS: usize = 25;
/// The most characters of a code's rewards where it stands alone, and among others.
const REWARDS_ALONE: usize = 200;
const REWARDS_AMONG_OTHERS: usize = 120;

/// The game granted the code to somebody before it was announced.
const CHECKED: &str = "✔ Checked: the game takes it.";

type Shown<'a> = (&'a AnnouncedCode, Option<&'a OverReason>);

/// The message that announces codes.
pub fn post(announcement: &Announcement) -> Message {
    let codes: Vec<Shown<'_>> = announcement.codes.iter().map(|code| (code, None)).collect();
    message(&announcement.nonce, announcement.kind, announcement.total, &codes).mentioning(announcement.role)
}

/// What that message says of how its codes are by now.
pub fn corrected(correction: &Correction) -> Message {
    let codes: Vec<Shown<'_>> = correction.codes.iter().map(|(code, over)| (code, over.as_ref())).collect();
    message(&correction.nonce, correction.kind, correction.total, &codes).mentioning(correction.role)
}

/// The address that a message's title links to: the game's page, and the nonce, by which the message is found again.
pub fn mark(nonce: &str) -> String {
    format!("{GAME_PAGE}/#{nonce}")
}

fn message(nonce: &str, kind: MessageKind, total: usize, codes: &[Shown<'_>]) -> Message {
    let all_over = codes.iter().all(|(_, over)| over.is_some());
    let colour = match kind {
        _ if all_over => colour::OVER,
        MessageKind::New => colour::GOOD,
        MessageKind::Digest | MessageKind::More => colour::PLAIN,
    };
    let embed = CreateEmbed::new().title(title(kind, total, codes, all_over)).url(mark(nonce)).colour(colour);
    let embed = match (kind, codes) {
        (MessageKind::More, codes) => embed.description(clip(&lines(codes), 4096)),
        (_, [only]) => alone(embed, *only),
        (_, codes) => among_others(embed, codes, total),
    };
    let embed = embed.footer(CreateEmbedFooter::new(clip(&format!("Source: {}", sources(codes)), 300)));
    Message::embed(embed).with_rows(rows(kind, codes)).with_content(&content(codes))
}

/// The bare codes, a line each: a telephone previews and copies a message's text, and not its embeds. The most codes of a
/// message, each of the most characters, are less than a message's text may hold.
fn content(codes: &[Shown<'_>]) -> String {
    let line = |(code, over): &Shown<'_>| match over {
        None => code.code.to_string(),
        Some(_) => format!("~~{}~~", code.code),
    };
    codes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn title(kind: MessageKind, total: usize, codes: &[Shown<'_>], all_over: bool) -> String {
    let returned = codes.iter().all(|(code, _)| code.generation > 1);
    match (kind, total) {
        (_, 1) if all_over => "⌛ This gift code is over".to_owned(),
        (MessageKind::New, 1) if returned => "🎁 A gift code is valid again".to_owned(),
        (MessageKind::New, 1) => "🎁 New gift code".to_owned(),
        (MessageKind::New, _) if all_over => format!("⌛ These {} gift codes are over", codes.len()),
        (MessageKind::New, _) => format!("🎁 {total} new gift codes"),
        (MessageKind::Digest, 1) => "📋 The gift code that is active".to_owned(),
        (MessageKind::Digest, _) => format!("📋 The {total} gift codes that are active"),
        (MessageKind::More, _) => {
            let codes = if codes.len() == 1 { "code".to_owned() } else { format!("{} codes", codes.len()) };
            format!("… {codes} more")
        }
    }
}

/// One code with all that is known of it.
fn alone(embed: CreateEmbed, (code, over): Shown<'_>) -> CreateEmbed {
    let mut text = format!("```\n{}\n```\n", code.code);
    if let Some(over) = over {
        return embed.description(format!("{text}Over: {}.", over.meaning()));
    }
    if code.generation > 1 {
        text += "It was over, and the game takes it again.";
    } else if code.checked {
        text += CHECKED;
    }
    let mut embed = embed.description(text.trim_end());
    if let Some(rewards) = &code.rewards {
        embed = embed.field("Rewards", clip(&escape(rewards, REWARDS_ALONE), 1024), false);
    }
    if let Some(at) = code.expires_at {
        embed = embed.field("Expires", when(at), false);
    }
    embed
}

fn among_others(embed: CreateEmbed, codes: &[Shown<'_>], total: usize) -> CreateEmbed {
    let embed = codes.iter().enumerate().fold(embed, |embed, (at, (code, over))| {
        let again = match (code.generation, code.checked && over.is_none()) {
            (2.., _) => " · valid again",
            (_, true) => " · checked",
            (_, false) => "",
        };
        let mut text = format!("```\n{}\n```\n", code.code);
        match over {
            Some(over) => text += &format!("Over: {}.", over.meaning()),
            None => {
                if let Some(rewards) = &code.rewards {
                    text += &format!("{}\n", escape(rewards, REWARDS_AMONG_OTHERS));
                }
                if let Some(at) = code.expires_at {
                    text += &format!("Expires <t:{}:R>", at.as_second());
                }
            }
        }
        embed.field(format!("{}{again}", at + 1), clip(text.trim_end(), 1024), false)
    });
    match total - codes.len().min(total) {
        0 => embed,
        more => embed.description(format!("… and {more} more, listed below.")),
    }
}

fn lines(codes: &[Shown<'_>]) -> String {
    let line = |(code, over): &Shown<'_>| match (over, code.expires_at) {
        (Some(over), _) => format!("~~`{}`~~ over: {}", code.code, over.meaning()),
        (None, Some(at)) => format!("`{}` · expires <t:{}:R>", code.code, at.as_second()),
        (None, None) => format!("`{}`", code.code),
    };
    codes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The feeds that listed the codes. A footer knows no markdown: it is only made harmless.
fn sources(codes: &[Shown<'_>]) -> String {
    let mut sources: Vec<String> = codes.iter().map(|(code, _)| crate::domain::text::clean(&code.source, 80)).collect();
    sources.sort();
    sources.dedup();
    sources.join(", ")
}

/// What can be done with the codes that are not over.
fn rows(kind: MessageKind, codes: &[Shown<'_>]) -> Vec<CreateActionRow> {
    let good: Vec<&AnnouncedCode> = codes.iter().filter(|(_, over)| over.is_none()).map(|(code, _)| *code).collect();
    // A list has no room for them: its codes can be redeemed with /redeem.
    if kind == MessageKind::More || good.is_empty() || good.len() > MAX_OPTIONS {
        return Vec::new();
    }
    if let [only] = good.as_slice() {
        let button =
            |action: Action, label: &str, style| CreateButton::new(action.to_string()).label(label).style(style);
        return vec![CreateActionRow::Buttons(vec![
            button(Action::RedeemForMe(only.code.clone()), "Redeem for me", ButtonStyle::Success),
            button(Action::RedeemForAll(only.code.clone()), "Redeem for all", ButtonStyle::Secondary),
        ])];
    }
    let menu = |action: Action, label: &str| {
        let options = good.iter().map(|code| CreateSelectMenuOption::new(code.code.as_str(), code.code.as_str()));
        let kind = CreateSelectMenuKind::String { options: options.collect() };
        let most = u8::try_from(good.len()).unwrap_or(u8::MAX);
        CreateActionRow::SelectMenu(
            CreateSelectMenu::new(action.to_string(), kind).placeholder(label).min_values(1).max_values(most),
        )
    };
    vec![menu(Action::ChooseForMe, "Redeem for me …"), menu(Action::ChooseForAll, "Redeem for all …")]
}
