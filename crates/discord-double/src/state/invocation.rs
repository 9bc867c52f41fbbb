//! What a Discord client does with a user's command: finds it among the registered ones, checks the options, and makes the
//! interaction's data.

use serde_json::{Value, json};

use super::guild::{User, permission};
use super::{State, id_of};

const SUB_COMMAND: u64 = 1;
const GROUP: u64 = 2;

/// A registered command, or a sub-command of it.
pub struct Invocation<'a> {
    command: &'a Value,
    /// Type and name of each level below the command.
    path: Vec<(u64, &'a str)>,
    options: &'a [Value],
}

fn kind(option: &Value) -> u64 {
    option["type"].as_u64().unwrap_or_default()
}

fn options(part: &Value) -> &[Value] {
    part["options"].as_array().map_or(&[], Vec::as_slice)
}

fn named<'a>(parts: &'a [Value], name: &str) -> Option<&'a Value> {
    parts.iter().find(|part| part["name"] == json!(name))
}

impl<'a> Invocation<'a> {
    /// Finds a path such as "settings channel set" among the guild's commands and the global ones.
    pub fn find(state: &'a State, guild: u64, path: &str) -> Result<Self, String> {
        let mut words = path.split_whitespace();
        let first = words.next().ok_or("no command")?;
        let lists = [Some(guild), None].into_iter().filter_map(|of| state.commands.get(&of));
        let mut found = lists.filter_map(|list| named(list, first));
        let command = found.next().ok_or_else(|| format!("the bot has registered no /{first}"))?;
        let mut level = Self { command, path: Vec::new(), options: options(command) };
        for word in words {
            let part = named(level.options, word).filter(|part| matches!(kind(part), SUB_COMMAND | GROUP));
            let part = part.ok_or_else(|| format!("/{path}: there is no {word}"))?;
            level.path.push((kind(part), part["name"].as_str().unwrap_or_default()));
            level.options = options(part);
        }
        match level.options.iter().find(|option| matches!(kind(option), SUB_COMMAND | GROUP)) {
            Some(inner) => Err(format!("/{path} is not whole: there is {} and more", inner["name"])),
            None => Ok(level),
        }
    }

    /// Whether a client shows the command to this user in a channel of a guild.
    pub fn allows(&self, user: &User) -> bool {
        let in_guilds = |field: &str| self.command[field].as_array().is_none_or(|list| list.contains(&json!(0)));
        if !in_guilds("contexts") || !in_guilds("integration_types") {
            return false;
        }
        let needed = &self.command["default_member_permissions"];
        let is_admin = user.permissions & permission::ADMINISTRATOR != 0;
        let needed: Option<u64> = needed.as_str().map(|bits| bits.parse().unwrap());
        is_admin || needed.is_none_or(|bits| bits != 0 && user.permissions & bits == bits)
    }

    /// The interaction's data. `focused` is the option that the user is still typing.
    pub fn data(
        &self,
        state: &State,
        guild: u64,
        given: &[(&str, Value)],
        focused: Option<&str>,
    ) -> Result<Value, String> {
        let mut resolved = json!({});
        let mut written = Vec::new();
        for (name, value) in given {
            let option = named(self.options, name).ok_or_else(|| format!("there is no option {name}"))?;
            let is_focused = focused == Some(*name);
            let mut value = value.clone();
            if is_focused {
                if option["autocomplete"] != json!(true) {
                    return Err(format!("{name} does not autocomplete"));
                }
                // What has been typed so far is a text, whatever the option's type.
                value = json!(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            } else {
                value = checked(state, guild, option, &value, &mut resolved).map_err(|e| format!("{name}: {e}"))?;
            }
            let mut entry = json!({ "type": kind(option), "name": name, "value": value });
            if is_focused {
                entry["focused"] = json!(true);
            }
            written.push(entry);
        }
        let is_given = |option: &Value| given.iter().any(|(name, _)| option["name"] == json!(name));
        let is_missing = |option: &&Value| option["required"] == json!(true) && !is_given(option);
        if focused.is_none()
            && let Some(missing) = self.options.iter().find(is_missing)
        {
            return Err(format!("the option {} is required", missing["name"]));
        }
        let nest = |inner: Vec<Value>, (kind, name): &(u64, &str)| {
            vec![json!({ "type": kind, "name": name, "options": inner })]
        };
        let options = self.path.iter().rev().fold(written, nest);
        let mut data = json!({
            "id": self.command["id"], "name": self.command["name"], "type": 1, "options": options, "resolved": resolved,
        });
        if let Some(guild) = self.command.get("guild_id") {
            data["guild_id"] = guild.clone();
        }
        Ok(data)
    }
}

/// The value as a client sends it. Adds what the value names to `resolved`.
///
/// # Errors
/// If a client would not send it.
fn checked(state: &State, guild: u64, option: &Value, value: &Value, resolved: &mut Value) -> Result<Value, String> {
    let bound = |field: &str| option[field].as_f64();
    let choices = option["choices"].as_array().filter(|choices| !choices.is_empty());
    if let Some(choices) = choices
        && !choices.iter().any(|choice| choice["value"] == *value)
    {
        return Err(format!("{value} is none of its choices"));
    }
    match kind(option) {
        3 => {
            let text = value.as_str().ok_or("not a text")?;
            let length = u32::try_from(text.chars().count()).map_or(f64::MAX, f64::from);
            let is_right = length >= bound("min_length").unwrap_or(0.0).max(1.0)
                && length <= bound("max_length").unwrap_or(6000.0);
            is_right.then(|| value.clone()).ok_or_else(|| format!("a text of {length} characters"))
        }
        number @ (4 | 10) => {
            let is_kind = if number == 4 { value.is_i64() || value.is_u64() } else { value.is_number() };
            let given = value.as_f64().filter(|_| is_kind).ok_or_else(|| format!("{value} is not such a number"))?;
            let is_right =
                given >= bound("min_value").unwrap_or(f64::MIN) && given <= bound("max_value").unwrap_or(f64::MAX);
            is_right.then(|| value.clone()).ok_or_else(|| format!("{value} is out of its bounds"))
        }
        5 => value.is_boolean().then(|| value.clone()).ok_or_else(|| "not true or false".to_owned()),
        kind @ (6..=9 | 11) => {
            let id = id_of(value).ok_or_else(|| format!("{value} is not an id"))?;
            if kind == 7 {
                let allowed = option["channel_types"].as_array().filter(|kinds| !kinds.is_empty());
                let is = state.channel(id).map(|(_, channel)| json!(channel.kind));
                if is.is_some_and(|is| allowed.is_some_and(|kinds| !kinds.contains(&is))) {
                    return Err(format!("the channel {id} is not of an allowed type"));
                }
            }
            resolve(state, guild, kind, id, resolved)?;
            Ok(json!(id.to_string()))
        }
        other => Err(format!("the type {other}")),
    }
}

/// Adds what an id names to `resolved`. `kind` is the type of a command option.
pub fn resolve(state: &State, guild: u64, kind: u64, id: u64, resolved: &mut Value) -> Result<(), String> {
    let guild = &state.guilds[&guild];
    let key = id.to_string();
    let member = guild.members.iter().find(|member| member.id == id);
    let is_role = guild.roles_json().iter().any(|role| role["id"] == json!(key));
    match kind {
        6 | 9 if member.is_some() => {
            let member = member.ok_or("no member")?;
            let mut partial = guild.member_json(id);
            partial.as_object_mut().ok_or("not an object")?.remove("user");
            partial["permissions"] = json!(member.permissions.to_string());
            resolved["users"][&key] = member.json();
            resolved["members"][&key] = partial;
        }
        8 | 9 if is_role => resolved["roles"][&key] = guild.role_json(id),
        7 => {
            let (of, channel) = state.channel(id).ok_or_else(|| format!("there is no channel {id}"))?;
            if of.id != guild.id {
                return Err(format!("the channel {id} is of another guild"));
            }
            let mut json = of.channel_json(channel);
            json["permissions"] = json!(permission::POSTING.to_string());
            resolved["channels"][&key] = json;
        }
        11 => {
            let file = state.uploads.get(&id).ok_or_else(|| format!("there is no attachment {id}"))?;
            let mut json = file.json();
            json["ephemeral"] = json!(true);
            resolved["attachments"][&key] = json;
        }
        _ => return Err(format!("{id} is not there")),
    }
    Ok(())
}
