//! One interaction: what a person did, and what the bot has answered so far.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Double;
use super::guild::{User, merge};
use super::message::Message;
use super::state::State;

/// Discord's numbers for what a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Modal = 5,
}

/// The kinds of a first answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    Message = 4,
    /// "The bot is thinking…"
    Deferred = 5,
    /// Seen; the message may change later.
    DeferredUpdate = 6,
    /// The message that the component stands in is changed.
    Update = 7,
    Autocomplete = 8,
    Modal = 9,
}

impl Response {
    pub fn of(number: u64) -> Option<Self> {
        [Self::Message, Self::Deferred, Self::DeferredUpdate, Self::Update, Self::Autocomplete, Self::Modal]
            .into_iter()
            .find(|response| *response as u64 == number)
    }

    pub fn suits(self, deed: Deed, has_message: bool) -> bool {
        match (deed, self) {
            (Deed::Autocomplete, _) | (_, Self::Autocomplete) => {
                deed == Deed::Autocomplete && self == Self::Autocomplete
            }
            (_, Self::Message | Self::Deferred) => true,
            (_, Self::Modal) => deed != Deed::Modal,
            (_, Self::DeferredUpdate | Self::Update) => has_message,
        }
    }
}

pub struct First {
    pub kind: Response,
    pub after: Duration,
    pub data: Value,
}

pub struct Interaction {
    pub token: String,
    pub deed: Deed,
    pub channel: u64,
    /// The message whose component was used.
    pub source: Option<u64>,
    pub first: Option<First>,
    /// The bot has not heard that its first answer came: it may send it again.
    pub is_answer_lost: bool,
    /// When the first answer came.
    pub seen_at: Option<Timestamp>,
    /// What `@original` means: the answer, or the message that was changed.
    pub original: Option<u64>,
    pub follow_ups: Vec<u64>,
}

impl State {
    /// Lets a person do something in a channel of a guild: makes the interaction and sends it to every session of the guild's
    /// shard.
    pub fn interact(&mut self, user: &User, channel: u64, deed: Deed, source: Option<u64>, data: Value) -> u64 {
        let (guild, place) = self.channel(channel).unwrap_or_else(|| panic!("there is no channel {channel}"));
        assert_eq!(guild.id, user.guild, "{} is not in the guild of the channel {channel}", user.name);
        let mut member = guild.member_json(user.id);
        member["permissions"] = json!(user.permissions.to_string());
        let mut there = guild.channel_json(place);
        there["permissions"] = json!(user.permissions.to_string());
        let bot = guild.permissions(Double::BOT_USER, Some(place));
        let guild_id = guild.id;
        let place = json!({
            "guild_id": guild_id.to_string(),
            "guild": { "id": guild_id.to_string(), "locale": guild.locale, "features": [] },
            "channel_id": channel.to_string(), "channel": there, "member": member,
            "app_permissions": bot.to_string(), "guild_locale": guild.locale,
            "authorizing_integration_owners": { "0": guild_id.to_string() }, "context": 0,
        });
        self.send(guild_id, user, (channel, place), deed, source, data)
    }

    /// The same in the bot's direct messages, of which the first shard hears.
    pub fn interact_directly(&mut self, user: &User, deed: Deed, data: Value) -> u64 {
        let channel = user.id | 1 << 59;
        let there = json!({
            "id": channel.to_string(), "type": 1, "last_message_id": null, "flags": 0, "recipients": [user.json()],
        });
        let place = json!({
            "channel_id": channel.to_string(), "channel": there, "user": user.json(), "app_permissions": "0",
            "authorizing_integration_owners": { "0": "0" }, "context": 1,
        });
        self.send(0, user, (channel, place), deed, None, data)
    }

    fn send(
        &mut self,
        shard_of: u64,
        user: &User,
        (channel, place): (u64, Value),
        deed: Deed,
        source: Option<u64>,
        data: Value,
    ) -> u64 {
        let id = self.next_interaction_id();
        let token = format!("interaction-token-{id}");
        let mut event = json!({
            "id": id.to_string(), "application_id": Double::APPLICATION.to_string(), "type": deed as u8,
            "token": token, "version": 1, "data": data, "locale": user.locale, "entitlements": [],
            "attachment_size_limit": 10_485_760,
        });
        merge(&mut event, place);
        if let Some(source) = source {
            merge(&mut event, json!({ "message": self.messages[&source].json() }));
        }
        let interaction = Interaction {
            token,
            deed,
            channel,
            source,
            first: None,
            is_answer_lost: false,
            seen_at: None,
            original: None,
            follow_ups: Vec::new(),
        };
        self.interactions.insert(id, interaction);
        self.dispatch(shard_of, "INTERACTION_CREATE", event);
        id
    }

    /// The answer and what followed it, as far as it is there.
    pub fn answer_messages(&self, interaction: u64) -> Vec<Message> {
        let interaction = &self.interactions[&interaction];
        let ids = interaction.original.iter().chain(&interaction.follow_ups);
        ids.map(|id| self.messages[id].clone()).filter(|message| !message.is_deleted).collect()
    }
}
