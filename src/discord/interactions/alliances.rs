//! Which of a server's alliances a command or button is about.

use crate::discord::bot::Bot;
use crate::discord::messages::{Message, alliances as words};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::domain::text::language::Language;
use crate::domain::text::trim;
use crate::store::{Alliance, StoreError};

/// The alliance that is named, by its name in any case or by its number; else the one whose codes are posted in this
/// channel; else the only one. Otherwise the answer that says which ones there are.
pub(in crate::discord) fn choose(
    language: Language,
    alliances: &[Alliance],
    channel: ChannelId,
    option: Option<&str>,
) -> Result<AllianceId, Message> {
    if let Some(named) = option.map(trim) {
        let wanted = named.to_lowercase();
        let by_name = alliances.iter().find(|it| it.name.as_ref().is_some_and(|name| name.to_lowercase() == wanted));
        let found = by_name.or_else(|| alliances.iter().find(|it| it.id.to_string() == named));
        return found.map(|it| it.id).ok_or_else(|| words::unknown(language, named, alliances));
    }
    if let [only] = alliances {
        return Ok(only.id);
    }
    let mut here = alliances.iter().filter(|it| it.channel == Some(channel));
    match (here.next(), here.next()) {
        (Some(one), None) => Ok(one.id),
        (one, _) => Err(words::which(language, alliances, one.is_some())),
    }
}

/// For what people of a server see when they name no alliance and need not: the first one with this channel, or else the
/// server's first one.
pub(in crate::discord) async fn nearest(
    bot: &Bot,
    server: GuildId,
    channel: ChannelId,
) -> Result<AllianceId, StoreError> {
    let alliances = bot.guilds.alliances(server).await?;
    let here = alliances.iter().find(|it| it.channel == Some(channel)).or(alliances.first());
    Ok(here.map_or(AllianceId::first_of(server), |it| it.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alliance(id: u64, name: Option<&str>, channel: Option<u64>) -> Alliance {
        Alliance {
            id: AllianceId(id),
            name: name.map(str::to_owned),
            channel: channel.map(ChannelId),
            auto_redeem: false,
            players: 0,
        }
    }

    #[test]
    fn a_named_one_goes_before_the_channels_and_the_channels_before_none() {
        let several = [
            alliance(1, Some("Frost"), Some(10)),
            alliance(2, Some("Ember"), Some(20)),
            alliance(3, Some("1"), Some(20)),
            alliance(4, None, None),
        ];
        let chosen = |channel, option| choose(Language::En, &several, ChannelId(channel), option).ok().map(|id| id.0);
        for (channel, option, expected) in [
            (10, None, Some(1)),
            (20, Some("frost"), Some(1)),
            (10, Some(" EMBER "), Some(2)),
            // A name that looks like a number is a name.
            (10, Some("1"), Some(3)),
            (10, Some("4"), Some(4)),
            (10, Some("5"), None),
            (10, Some(""), None),
            // Two post in this channel, and none in that.
            (20, None, None),
            (30, None, None),
        ] {
            assert_eq!(chosen(channel, option), expected, "{channel} {option:?}");
        }
        let only = [alliance(7, None, Some(10))];
        assert_eq!(choose(Language::En, &only, ChannelId(99), None).ok(), Some(AllianceId(7)));
        assert!(choose(Language::En, &only, ChannelId(99), Some("Frost")).is_err(), "a wrong name is not ignored");
    }
}
