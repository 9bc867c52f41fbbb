//! What the double knows of an interaction: what a user did, and how the bot has responded so far.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::guild::User;
use super::message::Message;
use super::{APPLICATION, BOT_USER, State, merge};

/// With Discord's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractionKind {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Modal = 5,
}

/// The kinds of a first response, with Discord's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKind {
    Message = 4,
    /// "The bot is thinking…" The message follows.
    Deferred = 5,
    /// Acknowledges a component. The message may be edited later.
    DeferredUpdate = 6,
    /// Edits the message that has the component.
    Update = 7,
    Autocomplete = 8,
    Modal = 9,
}

impl ResponseKind {
    pub fn of(number: u64) -> Option<Self> {
        [Self::Message, Self::Deferred, Self::DeferredUpdate, Self::Update, Self::Autocomplete, Self::Modal]
            .into_iter()
            .find(|response| *response as u64 == number)
    }

    pub fn suits(self, interaction: InteractionKind, has_message: bool) -> bool {
        match (interaction, self) {
            (InteractionKind::Autocomplete, _) | (_, Self::Autocomplete) => {
                interaction == InteractionKind::Autocomplete && self == Self::Autocomplete
            }
            (_, Self::Message | Self::Deferred) => true,
            (_, Self::Modal) => interaction != InteractionKind::Modal,
            (_, Self::DeferredUpdate | Self::Update) => has_message,
        }
    }
}

pub struct FirstResponse {
    pub kind: ResponseKind,
    pub at: Timestamp,
    /// How long after the interaction was made.
    pub after: Duration,
    pub data: Value,
}

pub struct InteractionRecord {
    pub token: String,
    pub kind: InteractionKind,
    pub channel: u64,
    /// The message whose component was used.
    pub source: Option<u64>,
    pub first: Option<FirstResponse>,
    /// The bot does not know that its first response arrived, so it may repeat it.
    pub is_receipt_lost: bool,
    /// The message that `@original` names: the response, or the message that an update edits.
    pub original: Option<u64>,
    pub follow_ups: Vec<u64>,
}

impl State {
    /// Makes an interaction in a channel of a guild, and sends it to every session of the guild's shard.
    pub fn interact(
        &mut self,
        user: &User,
        channel: u64,
        kind: InteractionKind,
        source: Option<u64>,
        data: Value,
    ) -> u64 {
        let (guild, place) = self.channel(channel).unwrap_or_else(|| panic!("there is no channel {channel}"));
        assert_eq!(guild.id, user.guild, "{} is not in the guild of the channel {channel}", user.name);
        let mut member = guild.member_json(user.id);
        member["permissions"] = json!(user.permissions.to_string());
        let mut there = guild.channel_json(place);
        there["permissions"] = json!(user.permissions.to_string());
        let bot = guild.permissions(BOT_USER, Some(place));
        let guild_id = guild.id;
        let place = json!({
            "guild_id": guild_id.to_string(),
            "guild": { "id": guild_id.to_string(), "locale": guild.locale, "features": [] },
            "channel_id": channel.to_string(), "channel": there, "member": member,
            "app_permissions": bot.to_string(), "guild_locale": guild.locale,
            "authorizing_integration_owners": { "0": guild_id.to_string() }, "context": 0,
        });
        self.send(guild_id, user, (channel, place), kind, source, data)
    }

    /// The same in the bot's direct messages, which belong to the first shard.
    pub fn interact_in_dm(&mut self, user: &User, kind: InteractionKind, data: Value) -> u64 {
        let channel = user.id | 1 << 59;
        let there = json!({
            "id": channel.to_string(), "type": 1, "last_message_id": null, "flags": 0, "recipients": [user.json()],
        });
        let place = json!({
            "channel_id": channel.to_string(), "channel": there, "user": user.json(), "app_permissions": "0",
            "authorizing_integration_owners": { "0": "0" }, "context": 1,
        });
        self.send(0, user, (channel, place), kind, None, data)
    }

    fn send(
        &mut self,
        shard_of: u64,
        user: &User,
        (channel, place): (u64, Value),
        kind: InteractionKind,
        source: Option<u64>,
        data: Value,
    ) -> u64 {
        let id = self.next_interaction_id();
        let token = format!("interaction-token-{id}");
        let mut event = json!({
            "id": id.to_string(), "application_id": APPLICATION.to_string(), "type": kind as u8,
            "token": token, "version": 1, "data": data, "locale": user.locale, "entitlements": [],
            "attachment_size_limit": 10_485_760,
        });
        merge(&mut event, place);
        if let Some(source) = source {
            merge(&mut event, json!({ "message": self.messages[&source].json() }));
        }
        let interaction = InteractionRecord {
            token,
            kind,
            channel,
            source,
            first: None,
            is_receipt_lost: false,
            original: None,
            follow_ups: Vec::new(),
        };
        self.interactions.insert(id, interaction);
        self.dispatch(shard_of, "INTERACTION_CREATE", event);
        id
    }

    /// The response and its follow-ups, without deleted ones.
    pub fn response_messages(&self, interaction: u64) -> Vec<Message> {
        let interaction = &self.interactions[&interaction];
        let ids = interaction.original.iter().chain(&interaction.follow_ups);
        ids.map(|id| self.messages[id].clone()).filter(|message| !message.is_deleted).collect()
    }
}
