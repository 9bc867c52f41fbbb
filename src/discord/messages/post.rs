//! Posts: the codes of one announcement, and the corrected message once some of them are over.

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption,
};

use crate::discord::custom_id::Action;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::text::language::Language;
use crate::ports::{AnnouncedCode, Announcement, Correction};

use super::appeal::over;
use super::escape::{clip, escape};
use super::texts::text;
use super::{GAME_PAGE, MAX_BUTTON, MAX_DESCRIPTION, MAX_FIELD, MAX_PLACEHOLDER, Message, colour, when};

/// The most options in a menu (docs/protocol.md, "Sizes").
const MAX_OPTIONS: usize = 25;
/// The most characters of a code's rewards, in a post of one code and of several.
const REWARDS_ALONE: usize = 200;
const REWARDS_AMONG_OTHERS: usize = 120;

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
        (MessageKind::More, codes) => embed.description(clip(&lines(language, codes), MAX_DESCRIPTION)),
        (_, [only]) => alone(language, embed, *only),
        (_, codes) => among_others(language, embed, codes, total),
    };
    let source = text!(language, "post-source", sources = sources(codes));
    let embed = embed.footer(CreateEmbedFooter::new(clip(&source, 300)));
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
        (_, 1) if all_over => text!(language, "post-title-over"),
        (MessageKind::New, 1) if is_reactivated => text!(language, "post-title-again"),
        (MessageKind::New, 1) => text!(language, "post-title-new"),
        (MessageKind::New, _) if all_over => text!(language, "post-title-several-over", codes = codes.len()),
        (MessageKind::New, _) => text!(language, "post-title-several-new", codes = total),
        (MessageKind::Digest, 1) => text!(language, "post-title-active"),
        (MessageKind::Digest, _) => text!(language, "post-title-several-active", codes = total),
        (MessageKind::More, _) => text!(language, "post-title-more", codes = codes.len()),
    }
}

/// A post of one code.
fn alone(language: Language, embed: CreateEmbed, (code, why): Shown<'_>) -> CreateEmbed {
    let mut text = format!("```\n{}\n```\n", code.code);
    if let Some(why) = why {
        return embed.description(text + &text!(language, "post-not-active", why = over(language, why)));
    }
    if code.generation > 1 {
        text += &text!(language, "post-works-again");
    } else if code.checked {
        text += &text!(language, "post-checked");
    }
    let mut embed = embed.description(text.trim_end());
    if let Some(rewards) = &code.rewards {
        let rewards = clip(&escape(rewards, REWARDS_ALONE), MAX_FIELD);
        embed = embed.field(text!(language, "post-field-rewards"), rewards, false);
    }
    if let Some(at) = code.expires_at {
        embed = embed.field(text!(language, "post-field-expires"), when(at), false);
    }
    embed
}

fn among_others(language: Language, embed: CreateEmbed, codes: &[Shown<'_>], total: usize) -> CreateEmbed {
    let embed = codes.iter().enumerate().fold(embed, |embed, (at, (code, why))| {
        let number = (at + 1).to_string();
        let name = match (code.generation, code.checked && why.is_none()) {
            (2.., _) => text!(language, "post-note-works-again", number = number),
            (_, true) => text!(language, "post-note-checked", number = number),
            (_, false) => number,
        };
        let mut text = format!("```\n{}\n```\n", code.code);
        match why {
            Some(why) => text += &text!(language, "post-not-active", why = over(language, why)),
            None => {
                if let Some(rewards) = &code.rewards {
                    text += &format!("{}\n", escape(rewards, REWARDS_AMONG_OTHERS));
                }
                if let Some(at) = code.expires_at {
                    text += &text!(language, "post-expires", when = format!("<t:{}:R>", at.as_second()));
                }
            }
        }
        embed.field(name, clip(text.trim_end(), MAX_FIELD), false)
    });
    match total - codes.len().min(total) {
        0 => embed,
        more => embed.description(text!(language, "post-more-below", number = more)),
    }
}

fn lines(language: Language, codes: &[Shown<'_>]) -> String {
    let line = |(code, why): &Shown<'_>| {
        let name = code.code.as_str();
        match (why, code.expires_at) {
            (Some(why), _) => text!(language, "post-line-over", code = name, why = over(language, why)),
            (None, Some(at)) => {
                text!(language, "post-line-expires", code = name, when = format!("<t:{}:R>", at.as_second()))
            }
            (None, None) => format!("`{name}`"),
        }
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
        let button = |action: Action, label: String, style| {
            CreateButton::new(action.to_string()).label(clip(&label, MAX_BUTTON)).style(style)
        };
        let for_me = text!(language, "post-redeem-for-me");
        let for_me = button(Action::RedeemForMe(only.code.clone()), for_me, ButtonStyle::Success);
        let for_all = || {
            let label = text!(language, "post-for-alliance");
            button(Action::RedeemForAll(only.code.clone()), label, ButtonStyle::Secondary)
        };
        let buttons = std::iter::once(for_me).chain((!is_auto).then(for_all));
        return vec![CreateActionRow::Buttons(buttons.collect())];
    }
    let menu = |action: Action, label: String| {
        let options = good.iter().map(|code| CreateSelectMenuOption::new(code.code.as_str(), code.code.as_str()));
        let kind = CreateSelectMenuKind::String { options: options.collect() };
        let max = u8::try_from(good.len()).unwrap_or(u8::MAX);
        let menu = CreateSelectMenu::new(action.to_string(), kind);
        CreateActionRow::SelectMenu(menu.placeholder(clip(&label, MAX_PLACEHOLDER)).min_values(1).max_values(max))
    };
    let for_all = || menu(Action::ChooseForAll, text!(language, "post-for-alliance-menu"));
    let for_me = menu(Action::ChooseForMe, text!(language, "post-choose-for-me"));
    std::iter::once(for_me).chain((!is_auto).then(for_all)).collect()
}
