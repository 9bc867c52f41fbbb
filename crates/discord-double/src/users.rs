//! What users do: they post, send commands, have options completed, press buttons, choose in selects, submit modals.

use std::time::Duration;

use serde_json::{Value, json};

use crate::state::State;
use crate::state::guild::User;
use crate::state::interaction_record::InteractionKind;
use crate::state::invocation::{Invocation, resolve};
use crate::state::message::Message;
use crate::{Double, Interaction};

/// Added to the deadline of a response: the double decides what is late, not the test that waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// Names and values.
type Options<'a> = &'a [(&'a str, Value)];

impl Double {
    /// A new member of a guild, with these permissions in all of its channels.
    pub fn user(&self, guild: u64, permissions: u64) -> User {
        self.inner.change(|state| {
            let id = state.next_id();
            let name = format!("user{}", id % 10_000);
            let user = User { id, guild, name, permissions, locale: "en-US".to_owned() };
            state
                .guilds
                .get_mut(&guild)
                .unwrap_or_else(|| panic!("there is no guild {guild}"))
                .members
                .push(user.clone());
            user
        })
    }

    /// Uploads a file, and returns the value for an attachment option.
    pub fn attach(&self, filename: &str, content_type: &str, bytes: &[u8]) -> Value {
        self.inner.change(|state| {
            let file = state.store_file(&self.inner, filename, content_type, bytes);
            let id = file.id;
            state.uploads.insert(id, file);
            json!(id.to_string())
        })
    }

    /// A user posts a message.
    pub fn post(&self, user: &User, channel: u64, text: &str) -> Message {
        self.post_as(user.id, false, channel, text)
    }

    /// Another bot posts a message.
    pub fn post_as_bot(&self, channel: u64, text: &str) -> Message {
        self.post_as(7, true, channel, text)
    }

    fn post_as(&self, author: u64, is_of_a_bot: bool, channel: u64, text: &str) -> Message {
        self.inner.change(|state| {
            let id = state.store(&self.inner, channel, &json!({ "content": text }), &[], 0);
            let message = state.messages.get_mut(&id).unwrap();
            (message.author, message.is_of_a_bot) = (author, is_of_a_bot);
            let message = message.clone();
            if let Some(guild) = state.channel(channel).map(|(guild, _)| guild.id) {
                let mut event = message.json();
                event["guild_id"] = json!(guild.to_string());
                state.dispatch_message(guild, &event);
            }
            message
        })
    }

    /// A user sends a command (for example "settings channel set"), and the bot gives its first response.
    ///
    /// # Panics
    /// If a Discord client would not let the user send it, and if the bot does not respond in time.
    pub async fn slash(&self, user: &User, channel: u64, command: &str, options: Options<'_>) -> Interaction {
        let interaction = self.send_slash(user, channel, command, options);
        self.first_response(interaction).await
    }

    /// The same, without waiting for a response.
    pub fn send_slash(&self, user: &User, channel: u64, command: &str, options: Options<'_>) -> Interaction {
        self.command(user, channel, command, options, false)
    }

    /// The same by a user whom a client does not show the command.
    pub async fn slash_forced(&self, user: &User, channel: u64, command: &str, options: Options<'_>) -> Interaction {
        let interaction = self.command(user, channel, command, options, true);
        self.first_response(interaction).await
    }

    /// The same in the bot's direct messages, where a client does not show the command.
    pub async fn slash_in_dm(&self, user: &User, command: &str, options: Options<'_>) -> Interaction {
        let id = self.inner.change(|state| {
            let data = invocation(state, user, command, options, None, true);
            state.interact_in_dm(user, InteractionKind::Command, data)
        });
        self.first_response(Interaction::new(&self.inner, id, format!("/{command}, sent directly"))).await
    }

    fn command(&self, user: &User, channel: u64, path: &str, options: Options<'_>, is_forced: bool) -> Interaction {
        let id = self.inner.change(|state| {
            let data = invocation(state, user, path, options, None, is_forced);
            state.interact(user, channel, InteractionKind::Command, None, data)
        });
        Interaction::new(&self.inner, id, format!("/{path}"))
    }

    /// The choices, as names and values, that the bot offers while a user types an option.
    pub async fn autocomplete(
        &self,
        user: &User,
        channel: u64,
        command: &str,
        options: Options<'_>,
        focused: &str,
    ) -> Vec<(String, Value)> {
        let id = self.inner.change(|state| {
            let data = invocation(state, user, command, options, Some(focused), false);
            state.interact(user, channel, InteractionKind::Autocomplete, None, data)
        });
        let interaction =
            self.first_response(Interaction::new(&self.inner, id, format!("completion of /{command}"))).await;
        let data = interaction.data();
        let choices = data["choices"].as_array().into_iter().flatten();
        choices.map(|choice| (choice["name"].as_str().unwrap().to_owned(), choice["value"].clone())).collect()
    }

    /// A user presses a button of a message. The message must still have the button, and the button must be enabled.
    pub async fn press(&self, user: &User, message: &Message, custom_id: &str) -> Interaction {
        let interaction = self.send_press(user, message, custom_id);
        self.first_response(interaction).await
    }

    /// The same, without waiting for a response.
    pub fn send_press(&self, user: &User, message: &Message, custom_id: &str) -> Interaction {
        let id = self.inner.change(|state| {
            let part = component(state, message, custom_id);
            assert_eq!(part["type"], json!(2), "{custom_id} is no button");
            let data = json!({ "component_type": 2, "custom_id": custom_id, "id": 1 });
            state.interact(user, message.channel, InteractionKind::Component, Some(message.id), data)
        });
        Interaction::new(&self.inner, id, format!("the button {custom_id}"))
    }

    /// A user chooses in a select of a message. Ids are given as text.
    pub async fn select(&self, user: &User, message: &Message, custom_id: &str, values: &[&str]) -> Interaction {
        let id = self.inner.change(|state| {
            let part = component(state, message, custom_id);
            let kind = part["type"].as_u64().unwrap();
            let bounds = [&part["min_values"], &part["max_values"]].map(|bound| bound.as_u64().unwrap_or(1));
            let count = values.len() as u64;
            assert!((bounds[0]..=bounds[1]).contains(&count), "{custom_id} takes {bounds:?} values, not {count}");
            let mut resolved = json!({});
            for value in values {
                match kind {
                    3 => {
                        let mut options = part["options"].as_array().unwrap().iter();
                        assert!(options.any(|option| option["value"] == json!(value)), "{custom_id} has no {value}");
                    }
                    5..=8 => {
                        // Selects and command options number the types differently.
                        let kind = [6, 8, 9, 7][usize::try_from(kind).unwrap() - 5];
                        resolve(state, user.guild, kind, value.parse().unwrap(), &mut resolved).unwrap();
                    }
                    _ => panic!("{custom_id} is no select"),
                }
            }
            let data = json!({
                "component_type": kind, "custom_id": custom_id, "values": values, "resolved": resolved, "id": 1,
            });
            state.interact(user, message.channel, InteractionKind::Component, Some(message.id), data)
        });
        self.first_response(Interaction::new(&self.inner, id, format!("the select {custom_id}"))).await
    }

    /// A user fills in a modal and submits it. Inputs that are not named keep the bot's values.
    pub async fn submit(&self, user: &User, modal: &Interaction, values: &[(&str, &str)]) -> Interaction {
        let form = modal.modal();
        let inputs: Vec<Value> =
            form["components"].as_array().unwrap().iter().map(|row| row["components"][0].clone()).collect();
        for (custom_id, _) in values {
            let is_there = inputs.iter().any(|input| input["custom_id"] == json!(custom_id));
            assert!(is_there, "the modal has no input {custom_id}: {form}");
        }
        let rows: Vec<Value> =
            inputs.iter().map(|input| json!({ "type": 1, "id": 1, "components": [filled(input, values)] })).collect();
        let id = self.inner.change(|state| {
            let opened_by = &state.interactions[&modal.id()];
            let (channel, source) = (opened_by.channel, opened_by.source);
            let data = json!({ "custom_id": form["custom_id"], "components": rows });
            state.interact(user, channel, InteractionKind::Modal, source, data)
        });
        self.first_response(Interaction::new(&self.inner, id, format!("the modal {}", form["custom_id"]))).await
    }

    async fn first_response(&self, interaction: Interaction) -> Interaction {
        let deadline = self.inner.read().settings.response_deadline;
        let kind = self.inner.wait(deadline + PATIENCE, || interaction.response_kind()).await;
        let (sessions, problems) = (self.sessions(), self.problems());
        assert!(kind.is_some(), "{}: no response; {sessions} sessions, problems: {problems:#?}", interaction.title());
        interaction
    }
}

fn invocation(
    state: &State,
    user: &User,
    path: &str,
    options: Options<'_>,
    focused: Option<&str>,
    is_forced: bool,
) -> Value {
    let invocation = Invocation::find(state, user.guild, path).unwrap_or_else(|error| panic!("{error}"));
    assert!(is_forced || invocation.allows(user), "/{path} is not shown to {}", user.name);
    let data = invocation.data(state, user.guild, options, focused);
    data.unwrap_or_else(|error| panic!("/{path} cannot be sent: {error}"))
}

/// An enabled component that the message has now.
fn component(state: &State, message: &Message, custom_id: &str) -> Value {
    let now = &state.messages[&message.id];
    assert!(!now.is_deleted, "the message is deleted: {}", now.text());
    let part = now.parts().find(|part| part["custom_id"] == json!(custom_id));
    let part = part.unwrap_or_else(|| panic!("there is no {custom_id} among {:#?}", now.components));
    assert_ne!(part["disabled"], json!(true), "{custom_id} is disabled");
    part.clone()
}

fn filled(input: &Value, values: &[(&str, &str)]) -> Value {
    let custom_id = &input["custom_id"];
    let given = values.iter().find(|(id, _)| *custom_id == json!(id)).map(|(_, value)| *value);
    let value = given.unwrap_or_else(|| input["value"].as_str().unwrap_or_default());
    let length = value.chars().count() as u64;
    let is_required = input["required"].as_bool().unwrap_or(true);
    assert!(length > 0 || !is_required, "{custom_id} is required");
    let bounds = [input["min_length"].as_u64().unwrap_or(0), input["max_length"].as_u64().unwrap_or(4000)];
    let is_right = (bounds[0]..=bounds[1]).contains(&length) || (length == 0 && !is_required);
    assert!(is_right, "{custom_id} takes {bounds:?} characters, not {length}");
    json!({ "type": 4, "id": 2, "custom_id": custom_id, "value": value })
}
