//! Which of a server's alliances a command or button is about.

use serenity::all::PartialChannel;

use crate::discord::bot::Bot;
use crate::discord::messages::{Message, alliances as words};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::domain::text::language::Language;
use crate::domain::text::trim;
use crate::store::{Alliance, StoreError};

/// Where a command or button is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::discord) struct Here {
    channel: ChannelId,
    /// Where a thread belongs: a code's post in a forum is a thread of the forum.
    parent: Option<ChannelId>,
}

impl Here {
    /// No alliance posts there.
    pub const NOWHERE: Self = Self { channel: ChannelId(0), parent: None };

    pub fn new(channel: serenity::all::ChannelId, details: Option<&PartialChannel>) -> Self {
        let parent = details.and_then(|details| details.parent_id);
        Self { channel: ChannelId(channel.get()), parent: parent.map(|id| ChannelId(id.get())) }
    }

    /// The channel, and that of the thread.
    pub fn channels(self) -> Vec<ChannelId> {
        std::iter::once(self.channel).chain(self.parent).collect()
    }

    /// The alliances whose codes are posted in this channel, or else those with that of the thread.
    fn posting(self, alliances: &[Alliance]) -> Vec<&Alliance> {
        let with = |channel: ChannelId| alliances.iter().filter(|it| it.channel == Some(channel)).collect::<Vec<_>>();
        let here = with(self.channel);
        match self.parent {
            Some(parent) if here.is_empty() => with(parent),
            _ => here,
        }
    }
}

/// The alliance that is named, by its name in any case or by its number; else the one whose codes are posted in this
/// channel; else the only one. Otherwise the answer that says which ones there are.
pub(in crate::discord) fn choose(
    language: Language,
    alliances: &[Alliance],
    here: Here,
    option: Option<&str>,
) -> Result<AllianceId, Box<Message>> {
    if let Some(named) = option.map(trim) {
        let wanted = named.to_lowercase();
        let by_name = alliances.iter().find(|it| it.name.as_ref().is_some_and(|name| name.to_lowercase() == wanted));
        let found = by_name.or_else(|| alliances.iter().find(|it| it.id.to_string() == named));
        return found.map(|it| it.id).ok_or_else(|| Box::new(words::unknown(language, named, alliances)));
    }
    if let [only] = alliances {
        return Ok(only.id);
    }
    match here.posting(alliances).as_slice() {
        [one] => Ok(one.id),
        several => Err(Box::new(words::which(language, alliances, !several.is_empty()))),
    }
}

/// For what people of a server see when they name no alliance and need not: the first one with this channel, or else the
/// server's first one.
pub(in crate::discord) async fn nearest(bot: &Bot, server: GuildId, here: Here) -> Result<AllianceId, StoreError> {
    let alliances = bot.guilds.alliances(server).await?;
    let posting = here.posting(&alliances).first().copied().or(alliances.first());
    Ok(posting.map_or(AllianceId::first_of(server), |it| it.id))
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
        let at = |channel, parent: Option<u64>| Here { channel: ChannelId(channel), parent: parent.map(ChannelId) };
        let chosen = |channel, option| choose(Language::En, &several, at(channel, None), option).ok().map(|id| id.0);
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
        // Threads: their own channel goes before that of their parent.
        for (thread, parent, expected) in [(50, 10, Some(1)), (10, 20, Some(1)), (50, 20, None), (50, 30, None)] {
            let chosen = choose(Language::En, &several, at(thread, Some(parent)), None).ok();
            assert_eq!(chosen.map(|id| id.0), expected, "{thread} of {parent}");
        }
        let only = [alliance(7, None, Some(10))];
        assert_eq!(choose(Language::En, &only, at(99, None), None).ok(), Some(AllianceId(7)));
        assert!(choose(Language::En, &only, at(99, None), Some("Frost")).is_err(), "a wrong name is not ignored");
    }
}
