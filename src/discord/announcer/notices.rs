//! Notices in Discord's channels: mentions of people for whom a code failed, and reminders.

use std::time::Duration;

use serde::de::IgnoredAny;
use serenity::all::{GuildId as DiscordGuildId, UserId as DiscordUserId};

use super::{DiscordAnnouncer, OutgoingMessage, Place, forums};
use crate::discord::messages::{after, reminder};
use crate::discord::rest::RestError;
use crate::domain::players::player::{GuildId, UserId};
use crate::ports::notices::{Notice, NoticeBoard, NoticeContent};
use crate::ports::{AnnounceError, Posted};

/// The longest time that the questions for members wait for Discord's limit: the notifier gives a whole notice a minute.
const PATIENCE: Duration = Duration::from_secs(40);

impl DiscordAnnouncer {
    /// Those of the people who are members of the guild. Anybody may link any account, from any server. Discord's limit for
    /// these calls is waited for here: whoever begins again with the first person would never come to the last one.
    async fn members(&self, guild: GuildId, people: &[UserId]) -> Result<Vec<UserId>, RestError> {
        let mut members = Vec::new();
        let mut people = people.iter().peekable();
        let mut patience = PATIENCE;
        while let Some(person) = people.peek() {
            let (guild, user) = (DiscordGuildId::new(guild.0.max(1)), DiscordUserId::new(person.0.max(1)));
            match self.rest.member::<IgnoredAny>(guild, user).await {
                Ok(_) => members.push(**person),
                Err(RestError::Refused { status: 404, .. }) => {}
                Err(RestError::Refused { status: 429, retry_after: Some(wait), is_global: false, .. })
                    if wait <= patience =>
                {
                    patience -= wait;
                    tokio::time::sleep(wait).await;
                    continue;
                }
                Err(error) => return Err(error),
            }
            people.next();
        }
        Ok(members)
    }
}

impl NoticeBoard for DiscordAnnouncer {
    async fn notify(&self, notice: &Notice) -> Result<Option<Posted>, AnnounceError> {
        let language = notice.language;
        let (message, without_file) = match &notice.content {
            NoticeContent::Failed { people, .. } => {
                // Nothing was sent yet, whatever this error says.
                let unsent = |error: RestError| AnnounceError { maybe_sent: false, ..AnnounceError::from(error) };
                let members = self.members(notice.server, people).await.map_err(unsent)?;
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
            message,
            without_file,
        };
        self.send(outgoing).await.map(Some)
    }
}
