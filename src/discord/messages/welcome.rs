//! The first steps: the welcome of a new server, and `/help`.

use serenity::all::CreateEmbed;

use crate::domain::text::language::Language;

use super::texts::text;
use super::{Message, colour};

/// For those who added the bot to their server.
pub fn welcome(language: Language) -> Message {
    let embed = CreateEmbed::new().title(text!(language, "welcome-title")).colour(colour::GOOD);
    Message::embed(embed.description(format!(
        "{}\n\n{}\n\n{}",
        text!(language, "welcome-intro"),
        text!(language, "welcome-leaders-steps"),
        text!(language, "welcome-end")
    )))
}

/// The answer to `/help`.
pub fn help(language: Language) -> Message {
    let embed = CreateEmbed::new().title(text!(language, "welcome-help-title")).colour(colour::PLAIN);
    Message::embed(
        embed
            .field(text!(language, "welcome-members"), text!(language, "welcome-members-steps"), false)
            .field(text!(language, "welcome-leaders"), text!(language, "welcome-leaders-steps"), false)
            .field(text!(language, "welcome-more"), text!(language, "welcome-more-commands"), false),
    )
}
