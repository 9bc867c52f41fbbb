//! Reads the documents of the legacy bot's database, one by one.
//!
//! A document is read as JSON. Ids may be numbers of any width, or texts. Documents that cannot be used are left out;
//! the first few of each collection are named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::codes::code::Code;
use crate::domain::legacy::state_file::{LegacyState, snowflake};
use crate::domain::players::player::{AllianceId, Player, PlayerId, State, furnace_level};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::text::clean;

/// The most unusable documents of a collection that are named.
const MAX_NAMED: usize = 20;
/// The most statuses other than success that are counted separately.
const MAX_STATUSES: usize = 20;
/// The longest nickname that is kept, in characters.
const NICKNAME_CHARS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegacyCollection {
    /// Channels and sent codes, as in `giftcode_state.json`.
    State,
    /// Which guilds redeem automatically.
    AutoSettings,
    Members,
    /// Players and their states.
    AllianceMembers,
    /// What was redeemed for each player.
    RedeemedCodes,
}

impl LegacyCollection {
    pub const ALL: [Self; 5] =
        [Self::State, Self::AutoSettings, Self::Members, Self::AllianceMembers, Self::RedeemedCodes];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "giftcode_state",
            Self::AutoSettings => "auto_redeem_settings",
            Self::Members => "auto_redeem_members",
            Self::AllianceMembers => "alliance_members",
            Self::RedeemedCodes => "auto_redeemed_codes",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LegacyDatabase {
    pub state: LegacyState,
    /// The guilds that turned automatic redemption on or off.
    pub auto: BTreeMap<AllianceId, bool>,
    pub rosters: BTreeMap<AllianceId, BTreeMap<PlayerId, Player>>,
    /// What each player has, by code as published.
    pub redeemed: BTreeMap<(PlayerId, String), (Code, Outcome)>,
    /// What was left out, one sentence each.
    pub left: Vec<String>,
}

/// Reads documents in any order.
#[derive(Debug, Default)]
pub struct LegacyDatabaseReader {
    read: LegacyDatabase,
    states: BTreeMap<PlayerId, State>,
    odd: BTreeMap<LegacyCollection, usize>,
    undecided: BTreeMap<String, usize>,
    undecided_else: usize,
}

/// A whole number, however it is written.
fn whole(value: &Value) -> Option<u64> {
    snowflake(value)
}

fn player_id(value: &Value) -> Option<PlayerId> {
    whole(value).and_then(PlayerId::new)
}

fn shown(value: &Value) -> String {
    clean(&value.to_string(), 60)
}

impl LegacyDatabaseReader {
    pub fn read(&mut self, collection: LegacyCollection, document: &Value) {
        let read = match collection {
            LegacyCollection::State => self.state(document),
            LegacyCollection::AutoSettings => self.auto_setting(document),
            LegacyCollection::Members => self.member(document),
            LegacyCollection::AllianceMembers => self.alliance_member(document),
            LegacyCollection::RedeemedCodes => self.redeemed_code(document),
        };
        if let Err(why) = read {
            let id = document.get("_id").map_or_else(|| "without _id".to_owned(), shown);
            self.leave_out(collection, format!("{} {id}: {why}", collection.name()));
        }
    }

    /// Records that the database lacks this collection.
    pub fn absent(&mut self, collection: LegacyCollection) {
        self.leave_out(collection, format!("{}: there is no such collection", collection.name()));
    }

    /// Records a document that is broken.
    pub fn unreadable(&mut self, collection: LegacyCollection) {
        self.leave_out(collection, format!("{}: a document cannot be read", collection.name()));
    }

    fn leave_out(&mut self, collection: LegacyCollection, sentence: String) {
        let odd = self.odd.entry(collection).or_default();
        *odd += 1;
        if *odd <= MAX_NAMED {
            self.read.left.push(sentence);
        }
    }

    fn state(&mut self, document: &Value) -> Result<(), String> {
        if document.get("_id").and_then(Value::as_str) != Some("giftcode_state") {
            return Err("only the document \"giftcode_state\" is read".to_owned());
        }
        let mut state = LegacyState::read(document).map_err(|_| "it has neither channels nor sent".to_owned())?;
        for sentence in std::mem::take(&mut state.left) {
            self.leave_out(LegacyCollection::State, sentence);
        }
        self.read.state = state;
        Ok(())
    }

    fn auto_setting(&mut self, document: &Value) -> Result<(), String> {
        let guild = document.get("_id").and_then(snowflake).ok_or("its _id is not a server's id")?;
        let enabled = match document.get("enabled") {
            Some(Value::Bool(enabled)) => *enabled,
            Some(number) if number.as_f64() == Some(1.0) => true,
            Some(number) if number.as_f64() == Some(0.0) => false,
            _ => return Err("its \"enabled\" is neither yes nor no".to_owned()),
        };
        self.read.auto.insert(AllianceId(guild), enabled);
        Ok(())
    }

    fn member(&mut self, document: &Value) -> Result<(), String> {
        let field = |name: &str| document.get(name).unwrap_or(&Value::Null);
        let guild = snowflake(field("guild_id")).ok_or("its guild_id is not a server's id")?;
        let id = player_id(field("fid")).ok_or("its fid is not a number of 1 to 12 digits")?;
        let nickname = clean(field("nickname").as_str().unwrap_or_default(), NICKNAME_CHARS);
        let level = field("furnace_lv");
        let level =
            level.as_str().map_or_else(|| whole(level).map(|level| level.to_string()), |text| Some(text.to_owned()));
        // The game sometimes sends a picture's address instead. Then the level is unknown.
        let furnace_level = level.and_then(|text| furnace_level(&text));
        let player = Player { id, nickname, state: None, furnace_level };
        self.read.rosters.entry(AllianceId(guild)).or_default().insert(id, player);
        Ok(())
    }

    fn alliance_member(&mut self, document: &Value) -> Result<(), String> {
        let field = |name: &str| document.get(name).unwrap_or(&Value::Null);
        let id = player_id(field("fid")).ok_or("its fid is not a number of 1 to 12 digits")?;
        let state = whole(field("kid")).and_then(|kid| u32::try_from(kid).ok()).and_then(State::new);
        let state = state.ok_or("its kid is not the number of a state")?;
        match *self.states.entry(id).or_insert(state) {
            known if known == state => Ok(()),
            known => {
                Err(format!("its kid is {state}, but player {id} is in state {known} according to an earlier document"))
            }
        }
    }

    fn redeemed_code(&mut self, document: &Value) -> Result<(), String> {
        let field = |name: &str| document.get(name).unwrap_or(&Value::Null);
        let id = player_id(field("fid")).ok_or("its fid is not a number of 1 to 12 digits")?;
        let code =
            field("code").as_str().and_then(|code| Code::parse(code).ok()).ok_or("its code is not a gift code")?;
        let status = field("status").as_str().unwrap_or_default().to_ascii_lowercase();
        let outcome = match status.as_str() {
            "success" => Outcome::Granted,
            "already_redeemed" | "already_received" | "received" => Outcome::Already,
            other => {
                let status = clean(other, 40);
                if self.undecided.len() < MAX_STATUSES || self.undecided.contains_key(&status) {
                    *self.undecided.entry(status).or_default() += 1;
                } else {
                    self.undecided_else += 1;
                }
                return Ok(());
            }
        };
        let key = (id, code.key().as_str().to_owned());
        let known = self.read.redeemed.entry(key).or_insert((code, outcome));
        known.1 = known.1.merge(outcome);
        Ok(())
    }

    /// Everything that was read, with the states joined to the players.
    pub fn finish(mut self) -> LegacyDatabase {
        let mut on_roster: BTreeSet<PlayerId> = BTreeSet::new();
        for player in self.read.rosters.values_mut().flat_map(BTreeMap::values_mut) {
            player.state = self.states.get(&player.id).copied();
            on_roster.insert(player.id);
        }
        let left = &mut self.read.left;
        for (collection, count) in &self.odd {
            if let Some(more) = count.checked_sub(MAX_NAMED).filter(|more| *more > 0) {
                left.push(format!("{}: {more} more like these", collection.name()));
            }
        }
        let others = self.states.keys().filter(|id| !on_roster.contains(id)).count();
        if others > 0 {
            left.push(format!("alliance_members: {others} players who are on no roster"));
        }
        let named = self.undecided.iter().map(|(status, count)| format!("{count} with the status {status:?}"));
        let others = (self.undecided_else > 0).then(|| format!("{} with other statuses", self.undecided_else));
        left.extend(named.chain(others).map(|what| {
            format!("auto_redeemed_codes: {what}: not a success, so they are tried again while the code is valid")
        }));
        self.read
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(documents: &[(LegacyCollection, Value)]) -> LegacyDatabase {
        let mut reader = LegacyDatabaseReader::default();
        for (collection, document) in documents {
            reader.read(*collection, document);
        }
        reader.finish()
    }

    #[test]
    fn documents_of_every_collection_are_read_however_their_numbers_are_written() {
        use LegacyCollection::{AllianceMembers, AutoSettings, Members, RedeemedCodes};
        let id = 1_165_706_299_393_183_754_u64;
        let database = read(&[
            (
                LegacyCollection::State,
                json!({"_id": "giftcode_state", "channels": {"11": 21}, "sent": {"11": ["WOS1105"]}}),
            ),
            (AutoSettings, json!({"_id": id, "enabled": true})),
            (AutoSettings, json!({"_id": "12", "enabled": 0})),
            (Members, json!({"guild_id": id.to_string(), "fid": "33750731", "nickname": "Frost", "furnace_lv": "30"})),
            (Members, json!({"guild_id": id, "fid": 33_750_732.0, "furnace_lv": "https://x/30.png"})),
            (Members, json!({"guild_id": id, "fid": 33_750_733, "nickname": "A\nB", "furnace_lv": 7})),
            (AllianceMembers, json!({"fid": 33_750_731, "kid": "245"})),
            (AllianceMembers, json!({"fid": "33750732", "kid": 246.0})),
            (AllianceMembers, json!({"fid": 99, "kid": 1})),
            (
                RedeemedCodes,
                json!({"guild_id": id, "code": "gogoWOS", "fid": 33_750_731, "status": "already_redeemed"}),
            ),
            (RedeemedCodes, json!({"guild_id": 12, "code": "GOGOWOS", "fid": 33_750_731, "status": "success"})),
            (RedeemedCodes, json!({"code": "gogoWOS", "fid": "33750732", "status": "ALREADY_RECEIVED"})),
            (RedeemedCodes, json!({"code": "gogoWOS", "fid": 33_750_733, "status": "failed"})),
        ]);
        assert_eq!(database.state.channels.len(), 1);
        assert_eq!(database.auto, BTreeMap::from([(AllianceId(id), true), (AllianceId(12), false)]));
        let players: Vec<_> = database.rosters[&AllianceId(id)]
            .values()
            .map(|p| (p.id.get(), p.nickname.as_str(), p.state.map(State::get), p.furnace_level))
            .collect();
        assert_eq!(
            players,
            [
                (33_750_731, "Frost", Some(245), Some(30)),
                (33_750_732, "", Some(246), None),
                (33_750_733, "A B", None, Some(7))
            ]
        );
        let outcomes: Vec<_> = database.redeemed.values().map(|(code, outcome)| (code.as_str(), *outcome)).collect();
        assert_eq!(outcomes, [("gogoWOS", Outcome::Granted), ("gogoWOS", Outcome::Already)]);
        assert_eq!(database.left.len(), 2, "{:?}", database.left);
        assert!(database.left[0].contains("1 players who are on no roster"), "{:?}", database.left);
        assert!(database.left[1].contains("1 with the status \"failed\""), "{:?}", database.left);
    }

    #[test]
    fn odd_documents_are_named_and_many_are_counted() {
        let odd = json!({"_id": {"$oid": "x\ny"}, "fid": "12a"});
        let documents: Vec<_> = LegacyCollection::ALL.into_iter().flat_map(|c| vec![(c, odd.clone()); 25]).collect();
        let database = read(&documents);
        assert_eq!(database.left.len(), 5 * 21);
        assert!(database.left.iter().all(|sentence| !sentence.contains('\n')));
        assert!(database.left.contains(&"auto_redeem_members: 5 more like these".to_owned()), "{:?}", database.left);
        assert_eq!(LegacyDatabase { left: Vec::new(), ..database }, LegacyDatabase::default());
    }

    #[test]
    fn few_unusable_documents_are_named_however_many_there_are() {
        use LegacyCollection::{AllianceMembers, Members, RedeemedCodes, State};
        let mut reader = LegacyDatabaseReader::default();
        let sent: Vec<String> = (0..100).map(|number| format!("no code {number}")).collect();
        reader.read(State, &json!({"_id": "giftcode_state", "sent": {"11": sent}}));
        for number in 0..100 {
            reader.read(RedeemedCodes, &json!({"code": "GOOD", "fid": 5, "status": format!("S{number}")}));
            reader.unreadable(Members);
        }
        reader.absent(AllianceMembers);
        let left = reader.finish().left;
        assert_eq!(left.len(), 21 + 21 + 21 + 1, "{left:?}");
        for part in
            ["giftcode_state: 80 more", "auto_redeem_members: 80 more", "80 with other statuses", "no such collection"]
        {
            assert!(left.iter().any(|sentence| sentence.contains(part)), "{part} in {left:?}");
        }
    }

    #[test]
    fn of_two_states_of_one_player_the_first_is_kept_and_the_other_named() {
        let alliance = |kid| (LegacyCollection::AllianceMembers, json!({"_id": kid, "fid": 5, "kid": kid}));
        let member = (LegacyCollection::Members, json!({"guild_id": 11, "fid": 5}));
        let database = read(&[alliance(245), member, alliance(246), alliance(245)]);
        let players: Vec<_> = database.rosters.values().flat_map(BTreeMap::values).collect();
        assert_eq!(players[0].state, State::new(245));
        assert_eq!(
            database.left,
            ["alliance_members 246: its kid is 246, but player 5 is in state 245 according to an earlier document"]
        );
    }

    proptest! {
        #[test]
        fn no_document_panics(text in "[\\[\\]{}\",:a-z0-9._ -]{0,60}", id in any::<f64>()) {
            let value = serde_json::from_str::<Value>(&text).unwrap_or(Value::String(text));
            for collection in LegacyCollection::ALL {
                let fields = ["_id", "guild_id", "fid", "kid", "code", "status", "enabled", "furnace_lv", "nickname"];
                let document: serde_json::Map<_, _> = fields.map(|name| (name.to_owned(), value.clone())).into_iter().collect();
                let numbers: serde_json::Map<_, _> = fields.map(|name| (name.to_owned(), json!(id))).into_iter().collect();
                read(&[(collection, value.clone()), (collection, document.into()), (collection, numbers.into())]);
            }
        }
    }
}
