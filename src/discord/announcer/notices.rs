//! Notices in Discord's channels: mentions of people for whom a code failed, and reminders.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::time::Duration;

use serde::de::IgnoredAny;
use serenity::all::{GuildId as DiscordGuildId, UserId as DiscordUserId};

use super::{DiscordAnnouncer, OutgoingMessage, Place, forums};
use crate::discord::messages::{after, alliances, reminder};
use crate::discord::rest::RestError;
use crate::domain::players::player::{GuildId, UserId};
use crate::ports::notices::{Notice, NoticeBoard, NoticeContent};
use crate::ports::{AnnounceError, Posted};

/// How long the questions for members may take at once: the notifier gives a whole notice a minute.
const ASK_FOR: Duration = Duration::from_secs(30);
/// How long an answer counts. Discord's limit may divide the questions of a notice over several attempts.
const KNOWN_FOR: Duration = Duration::from_secs(15 * 60);

/// Who was found to be a member of a server or not, and when, since the clock's start.
#[derive(Debug, Default)]
pub(super) struct KnownMembers(HashMap<(GuildId, UserId), (bool, Duration)>);

impl KnownMembers {
    fn get(&self, guild: GuildId, person: UserId, now: Duration) -> Option<bool> {
        self.0.get(&(guild, person)).filter(|(_, at)| now < *at + KNOWN_FOR).map(|(is_member, _)| *is_member)
    }

    fn note(&mut self, guild: GuildId, person: UserId, is_member: bool, now: Duration) {
        self.0.retain(|_, (_, at)| now < *at + KNOWN_FOR);
        self.0.insert((guild, person), (is_member, now));
    }
}

impl DiscordAnnouncer {
    /// Those of the people who are members of the guild. Anybody may link any account, from any server. An error ends it at
    /// once, and the next attempt goes on with those who were not answered for: whoever began again with the first person would
    /// never come to the last one, and whoever waited here would keep all other notices waiting.
    async fn members(&self, guild: GuildId, people: &[UserId]) -> Result<Vec<UserId>, AnnounceError> {
        let ask = async {
            let mut members = Vec::new();
            for person in people {
                if self.is_member(guild, *person).await? {
                    members.push(*person);
                }
            }
            Ok::<_, RestError>(members)
        };
        match tokio::time::timeout(ASK_FOR, ask).await {
            Ok(Ok(members)) => Ok(members),
            // Nothing was sent yet, whatever the error says.
            Ok(Err(error)) => Err(AnnounceError { maybe_sent: false, ..AnnounceError::from(error) }),
            Err(_) => Err(AnnounceError::passing("asking who is a member takes long", false)),
        }
    }

    async fn is_member(&self, guild: GuildId, person: UserId) -> Result<bool, RestError> {
        let known = || self.known_members.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(is_member) = known().get(guild, person, self.clock.elapsed()) {
            return Ok(is_member);
        }
        let (server, user) = (DiscordGuildId::new(guild.0.max(1)), DiscordUserId::new(person.0.max(1)));
        let is_member = match self.rest.member::<IgnoredAny>(server, user).await {
            Ok(_) => true,
            Err(RestError::Refused { status: 404, .. }) => false,
            Err(error) => return Err(error),
        };
        known().note(guild, person, is_member, self.clock.elapsed());
        Ok(is_member)
    }
}

impl NoticeBoard for DiscordAnnouncer {
    async fn notify(&self, notice: &Notice) -> Result<Option<Posted>, AnnounceError> {
        let language = notice.language;
        let (message, without_file) = match &notice.content {
            NoticeContent::Failed { people, .. } => {
                let members = self.members(notice.server, people).await?;
                if members.is_empty() && notice.attempted_at.is_none() {
                    return Ok(None);
                }
                (after::failed_for(language, notice, &members), None)
            }
            NoticeContent::Reminder { .. } => {
                let message = reminder::reminder(language, notice);
                let without_file = (!message.files().is_empty()).then(|| reminder::without_file(language, notice));
                (message, without_file)
            }
        };
        let head = || alliances::posted_for(language, &notice.alliance);
        let outgoing = OutgoingMessage {
            place: Place {
                server: notice.server,
                alliance: notice.guild,
                channel: notice.channel,
                nonce: &notice.nonce,
            },
            // It may be the thread of the code's post.
            channel_kind: None,
            title: forums::title([notice.code.as_str()]),
            attempted_at: notice.attempted_at,
            is_moved: notice.is_moved,
            message: message.headed(head()),
            without_file: without_file.map(|message| message.headed(head())),
        };
        self.send(outgoing).await.map(Some)
    }
}
