//! The state of the legacy bot, as its JSON file and its database contain it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;

use crate::domain::codes::code::Code;
use crate::domain::players::player::{AllianceId, ChannelId};
use crate::domain::text::clean;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LegacyState {
    /// The channel for each guild's codes.
    pub channels: BTreeMap<AllianceId, ChannelId>,
    /// The codes sent to each guild. Codes sent "globally" are listed for every guild with a channel.
    pub sent: BTreeMap<AllianceId, Vec<Code>>,
    /// Whether it ever posted. If not, the guilds still get the digest of the active codes.
    pub initialized: bool,
    /// What was left out, one sentence each.
    pub left: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("it has neither \"channels\" nor \"sent\", so it is not a giftcode_state.json")]
pub struct NotLegacyState;

/// The largest whole number that is exact when written with a decimal point.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// A snowflake or another positive whole number in JSON: a number, or its digits in a string.
pub(super) fn snowflake(value: &Value) -> Option<u64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, positive and small enough"
    )]
    let from_decimal =
        |number: f64| (number.fract() == 0.0 && (0.0..=MAX_EXACT).contains(&number)).then_some(number as u64);
    let number = value.as_u64().or_else(|| value.as_f64().and_then(from_decimal));
    let number = number.or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number| *number > 0)
}

fn shown(value: &Value) -> String {
    clean(&value.to_string(), 60)
}

impl LegacyState {
    /// Reads `{"channels":{"GUILD":CHANNEL},"sent":{"GUILD"|"global":["CODE",…]},"initialized":bool}`. Unusable entries
    /// are left out and named.
    pub fn read(json: &Value) -> Result<Self, NotLegacyState> {
        let object = |name: &str| json.get(name).and_then(Value::as_object);
        let (channels, sent) = (object("channels"), object("sent"));
        if channels.is_none() && sent.is_none() {
            return Err(NotLegacyState);
        }
        let mut state = Self::default();
        for (guild, channel) in channels.into_iter().flatten() {
            match (guild.trim().parse().ok().filter(|id| *id > 0), snowflake(channel)) {
                (Some(guild), Some(channel)) => drop(state.channels.insert(AllianceId(guild), ChannelId(channel))),
                _ => {
                    state.left.push(format!("channel {} of guild {:?}: not both ids", shown(channel), clean(guild, 30)))
                }
            }
        }
        let mut everywhere = Vec::new();
        for (guild, codes) in sent.into_iter().flatten() {
            let read = state.read_codes(guild, codes);
            match guild.trim().parse::<u64>() {
                Ok(id) if id > 0 => state.sent.entry(AllianceId(id)).or_default().extend(read),
                _ if guild == "global" => everywhere = read,
                _ => state.left.push(format!("{} codes sent to {:?}: not a guild's id", read.len(), clean(guild, 30))),
            }
        }
        for guild in state.channels.keys() {
            state.sent.entry(*guild).or_default().extend(everywhere.iter().cloned());
        }
        for codes in state.sent.values_mut() {
            let mut seen = BTreeSet::new();
            codes.retain(|code| seen.insert(code.key()));
        }
        let has_sent = state.sent.values().any(|codes| !codes.is_empty());
        state.initialized = json.get("initialized").and_then(Value::as_bool).unwrap_or(has_sent);
        Ok(state)
    }

    fn read_codes(&mut self, guild: &str, codes: &Value) -> Vec<Code> {
        let Some(codes) = codes.as_array() else {
            self.left.push(format!("what was sent to {:?}: not a list", clean(guild, 30)));
            return Vec::new();
        };
        let mut read = Vec::new();
        for code in codes {
            match code.as_str().map(Code::parse) {
                Some(Ok(code)) => read.push(code),
                _ => self.left.push(format!("{} sent to {:?}: not a gift code", shown(code), clean(guild, 30))),
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn channels_and_sent_codes_are_read_and_odd_things_named() {
        let state = LegacyState::read(&json!({
            "channels": {"11": 21, "12": "22", "home": 5, "13": null},
            "sent": {"11": ["WOS1105", "wos1105", "A\nB", 7], "global": ["gogoWOS"], "99": ["OLD1"], "x": ["A1"], "14": 3},
            "initialized": true,
        }))
        .unwrap();
        assert_eq!(state.channels.keys().map(|g| g.0).collect::<Vec<_>>(), [11, 12]);
        let sent = |guild| state.sent[&AllianceId(guild)].iter().map(Code::as_str).collect::<Vec<_>>();
        assert_eq!((sent(11), sent(12), sent(99)), (vec!["WOS1105", "gogoWOS"], vec!["gogoWOS"], vec!["OLD1"]));
        assert!(state.initialized);
        assert_eq!(state.left.len(), 6, "{:?}", state.left);
        assert!(state.left.iter().all(|sentence| !sentence.contains('\n')));
    }

    #[test]
    fn something_else_is_not_taken_for_it() {
        for other in [json!({}), json!([]), json!({"channels": 3}), json!("x")] {
            assert_eq!(LegacyState::read(&other), Err(NotLegacyState));
        }
        assert!(!LegacyState::read(&json!({"channels": {"1": 2}})).unwrap().initialized);
    }

    proptest! {
        #[test]
        fn no_json_panics(text in "[\\[\\]{}\",:a-z0-9 ]{0,80}") {
            if let Ok(json) = serde_json::from_str::<Value>(&text) {
                let _ = LegacyState::read(&json);
                let _ = LegacyState::read(&json!({"channels": json, "sent": json}));
            }
        }
    }
}
