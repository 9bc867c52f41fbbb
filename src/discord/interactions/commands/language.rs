//! `/manage language`: the language of a server's posts and progress messages.

use crate::discord::messages::language as words;
use crate::domain::text::language::Language;

use crate::discord::managers::may_manage;
use crate::domain::players::access::Managed;

use super::{Context, guild, language as of_person, managers_only, respond};

/// The languages in their own words, because people look for theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, poise::ChoiceParameter)]
enum Choice {
    #[name = "English"]
    En,
    #[name = "Deutsch"]
    De,
    #[name = "Français"]
    Fr,
    #[name = "Español"]
    Es,
    #[name = "Português (Brasil)"]
    PtBr,
    #[name = "Türkçe"]
    Tr,
    #[name = "Русский"]
    Ru,
    #[name = "한국어"]
    Ko,
    #[name = "日本語"]
    Ja,
    #[name = "繁體中文"]
    ZhTw,
}

impl Choice {
    fn language(self) -> Language {
        match self {
            Self::En => Language::En,
            Self::De => Language::De,
            Self::Fr => Language::Fr,
            Self::Es => Language::Es,
            Self::PtBr => Language::PtBr,
            Self::Tr => Language::Tr,
            Self::Ru => Language::Ru,
            Self::Ko => Language::Ko,
            Self::Ja => Language::Ja,
            Self::ZhTw => Language::ZhTw,
        }
    }
}

/// Show or choose the language of posts and progress messages
#[poise::command(slash_command, guild_only)]
pub(super) async fn language(
    ctx: Context<'_>,
    #[description = "The language; leave it out to see which one is set"] language: Option<Choice>,
) -> anyhow::Result<()> {
    respond(ctx, async move {
        let (guilds, server, person) = (&ctx.data().guilds, guild(ctx)?, of_person(ctx));
        let member = ctx.interaction.member.as_deref();
        Ok(match language.map(Choice::language) {
            // It concerns all alliances.
            Some(_) if !may_manage(ctx.data(), server, Managed::Server, member).await? => {
                managers_only(ctx, Managed::Server).await?
            }
            Some(chosen) => {
                guilds.set_server_language(server, chosen).await?;
                words::changed(person, chosen)
            }
            None => words::shown(person, guilds.server_language(server).await?),
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_can_be_chosen_by_its_own_name() {
        let choices = <Choice as poise::ChoiceParameter>::list();
        let named: Vec<&str> = choices.iter().map(|choice| &*choice.name).collect();
        assert_eq!(named, Language::ALL.map(Language::own_name));
        for (at, language) in Language::ALL.into_iter().enumerate() {
            let choice = <Choice as poise::ChoiceParameter>::from_index(at).unwrap();
            assert_eq!(choice.language(), language);
        }
    }
}
