//! Posts: the codes of one announcement, and the corrected message once some of them are over.
#![allow(unused_variables, reason = "texts are being moved to Fluent")]

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption,
};

use crate::discord::custom_id::Action;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::text::language::Language;
use crate::ports::{AnnouncedCode, Announcement, Correction};

use super::escape::{clip, escape};
use super::texts::text;
use super::{GAME_PAGE, Message, colour, count, when};

/// The most options in a menu (docs/protocol.md, "Sizes").
const MAX_OPTIONS: usize = 25;
/// The most characters of a code's rewards, in a post of one code and of several.
const REWARDS_ALONE: usize = 200;
const REWARDS_AMONG_OTHERS: usize = 120;

/// Shown if the game granted the code to somebody before the post.
const CHECKED: &str = "✔ Checked: it works.";

type Shown<'a> = (&'a AnnouncedCode, Option<&'a OverReason>);

pub fn post(language: Language, announcement: &Announcement) -> Message {
    let codes: Vec<Shown<'_>> = announcement.codes.iter().map(|code| (code, None)).collect();
    message(language, &announcement.nonce, announcement.kind, announcement.total, &codes, announcement.is_auto)
        .mentioning(&announcement.roles)
}

/// The post with the present state of its codes.
pub fn corrected(language: Language, correction: &Correction) -> Message {
    let codes: Vec<Shown<'_>> = correction.codes.iter().map(|(code, over)| (code, over.as_ref())).collect();
    message(language, &correction.nonce, correction.kind, correction.total, &codes, correction.is_auto)
        .mentioning(&correction.roles)
}

/// The link of a message's title: the game's page, and the nonce that identifies the message in the channel's history.
pub fn mark(nonce: &str) -> String {
    format!("{GAME_PAGE}/#{nonce}")
}

fn message(
    language: Language,
    nonce: &str,
    kind: MessageKind,
    total: usize,
    codes: &[Shown<'_>],
    is_auto: bool,
) -> Message {
    let all_over = codes.iter().all(|(_, over)| over.is_some());
    let colour = match kind {
        _ if all_over => colour::OVER,
        MessageKind::New => colour::GOOD,
        MessageKind::Digest | MessageKind::More => colour::PLAIN,
    };
    let embed = CreateEmbed::new().title(title(language, kind, total, codes, all_over)).url(mark(nonce)).colour(colour);
    let embed = match (kind, codes) {
        (MessageKind::More, codes) => embed.description(clip(&lines(language, codes), 4096)),
        (_, [only]) => alone(language, embed, *only),
        (_, codes) => among_others(language, embed, codes, total),
    };
    let embed = embed.footer(CreateEmbedFooter::new(clip(&format!("Source: {}", sources(codes)), 300)));
    Message::embed(embed).with_rows(rows(language, kind, codes, is_auto)).with_content(&content(codes))
}

/// The bare codes, one per line: phones preview and copy a message's text, not its embeds. The longest possible list fits a
/// message's text.
fn content(codes: &[Shown<'_>]) -> String {
    let line = |(code, over): &Shown<'_>| match over {
        None => code.code.to_string(),
        Some(_) => format!("~~{}~~", code.code),
    };
    codes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn title(language: Language, kind: MessageKind, total: usize, codes: &[Shown<'_>], all_over: bool) -> String {
    let is_reactivated = codes.iter().all(|(code, _)| code.generation > 1);
    match (kind, total) {
        (_, 1) if all_over => "⌛ This gift code is no longer active".to_owned(),
        (MessageKind::New, 1) if is_reactivated => "🎁 A gift code works again".to_owned(),
        (MessageKind::New, 1) => "🎁 New gift code".to_owned(),
        (MessageKind::New, _) if all_over => format!("⌛ These {} gift codes are no longer active", codes.len()),
        (MessageKind::New, _) => format!("🎁 {total} new gift codes"),
        (MessageKind::Digest, 1) => "📋 The active gift code".to_owned(),
        (MessageKind::Digest, _) => format!("📋 The {total} active gift codes"),
        (MessageKind::More, _) => {
            let number = u32::try_from(codes.len()).unwrap_or(u32::MAX);
            format!("… {}", count(number, "more code"))
        }
    }
}

/// A post of one code.
fn alone(language: Language, embed: CreateEmbed, (code, over): Shown<'_>) -> CreateEmbed {
    let mut text = format!("```\n{}\n```\n", code.code);
    if let Some(over) = over {
        return embed.description(format!("{text}Not active: {}.", over.meaning()));
    }
    if code.generation > 1 {
        text += "It had stopped working, and now the game accepts it again.";
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

fn among_others(language: Language, embed: CreateEmbed, codes: &[Shown<'_>], total: usize) -> CreateEmbed {
    let embed = codes.iter().enumerate().fold(embed, |embed, (at, (code, over))| {
        let note = match (code.generation, code.checked && over.is_none()) {
            (2.., _) => " · works again",
            (_, true) => " · checked",
            (_, false) => "",
        };
        let mut text = format!("```\n{}\n```\n", code.code);
        match over {
            Some(over) => text += &format!("Not active: {}.", over.meaning()),
            None => {
                if let Some(rewards) = &code.rewards {
                    text += &format!("{}\n", escape(rewards, REWARDS_AMONG_OTHERS));
                }
                if let Some(at) = code.expires_at {
                    text += &format!("Expires <t:{}:R>", at.as_second());
                }
            }
        }
        embed.field(format!("{}{note}", at + 1), clip(text.trim_end(), 1024), false)
    });
    match total - codes.len().min(total) {
        0 => embed,
        more => embed.description(format!("… and {more} more, listed below.")),
    }
}

fn lines(language: Language, codes: &[Shown<'_>]) -> String {
    let line = |(code, over): &Shown<'_>| match (over, code.expires_at) {
        (Some(over), _) => format!("~~`{}`~~ not active: {}", code.code, over.meaning()),
        (None, Some(at)) => format!("`{}` · expires <t:{}:R>", code.code, at.as_second()),
        (None, None) => format!("`{}`", code.code),
    };
    codes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The feeds that listed the codes. A footer has no markdown, so cleaning is enough.
fn sources(codes: &[Shown<'_>]) -> String {
    let mut sources: Vec<String> = codes.iter().map(|(code, _)| crate::domain::text::clean(&code.source, 80)).collect();
    sources.sort();
    sources.dedup();
    sources.join(", ")
}

/// Buttons or menus for the codes that are not over. With automatic redemption, leaders need none for the alliance.
fn rows(language: Language, kind: MessageKind, codes: &[Shown<'_>], is_auto: bool) -> Vec<CreateActionRow> {
    let good: Vec<&AnnouncedCode> = codes.iter().filter(|(_, over)| over.is_none()).map(|(code, _)| *code).collect();
    // A continued list has no room for them. Its codes can be redeemed with /redeem.
    if kind == MessageKind::More || good.is_empty() || good.len() > MAX_OPTIONS {
        return Vec::new();
    }
    if let [only] = good.as_slice() {
        let button =
            |action: Action, label: &str, style| CreateButton::new(action.to_string()).label(label).style(style);
        let for_me = button(Action::RedeemForMe(only.code.clone()), "Redeem for me", ButtonStyle::Success);
        let for_all = || {
            button(
                Action::RedeemForAll(only.code.clone()),
                &text!(language, "post-for-alliance"),
                ButtonStyle::Secondary,
            )
        };
        let buttons = std::iter::once(for_me).chain((!is_auto).then(for_all));
        return vec![CreateActionRow::Buttons(buttons.collect())];
    }
    let menu = |action: Action, label: &str| {
        let options = good.iter().map(|code| CreateSelectMenuOption::new(code.code.as_str(), code.code.as_str()));
        let kind = CreateSelectMenuKind::String { options: options.collect() };
        let max = u8::try_from(good.len()).unwrap_or(u8::MAX);
        CreateActionRow::SelectMenu(
            CreateSelectMenu::new(action.to_string(), kind).placeholder(label).min_values(1).max_values(max),
        )
    };
    let for_all = || menu(Action::ChooseForAll, &text!(language, "post-for-alliance-menu"));
    std::iter::once(menu(Action::ChooseForMe, "Redeem for me …")).chain((!is_auto).then(for_all)).collect()
}
