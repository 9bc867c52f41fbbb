//! The first steps: the welcome of a new server, and `/help`.

use serenity::all::CreateEmbed;

use crate::domain::text::language::Language;

use super::texts::text;
use super::{Message, colour};

/// For those who added the bot to their server.
pub fn welcome(language: Language) -> Message {
    let embed = CreateEmbed::new().title(text!(language, "welcome-title")).colour(colour::GOOD);
    Message::embed(embed.description(format!(
        "{}\n\n{}\n\n{}\n\n{}",
        text!(language, "welcome-intro"),
        text!(language, "welcome-leaders-steps"),
        text!(language, "welcome-panel"),
        text!(language, "welcome-end")
    )))
}

/// The answer to `/help`.
pub fn help(language: Language) -> Message {
    let embed = CreateEmbed::new().title(text!(language, "welcome-help-title")).colour(colour::PLAIN);
    let leaders = format!("{}\n{}", text!(language, "welcome-leaders-steps"), text!(language, "welcome-panel"));
    let more = format!("{} {}", text!(language, "welcome-more-commands"), text!(language, "welcome-second-alliance"));
    Message::embed(
        embed
            .field(text!(language, "welcome-members"), text!(language, "welcome-members-steps"), false)
            .field(text!(language, "welcome-leaders"), leaders, false)
            .field(text!(language, "welcome-more"), more, false),
    )
}
