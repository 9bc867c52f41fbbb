//! Tells in plain words what has changed since the last call.

use std::collections::BTreeMap;

use crate::domain::codes::code::CodeKey;
use crate::domain::codes::listing::KnownCode;
use crate::domain::players::player::AllianceId;
use crate::domain::redeeming::explanation::meaning;
use crate::store::BatchProgress;

use super::console::guild_name;

/// What was told before.
#[derive(Debug, Default)]
pub struct Narrator {
    /// The codes that are over, with their generations.
    over: BTreeMap<CodeKey, u32>,
    open: BTreeMap<(CodeKey, u32, AllianceId), BatchProgress>,
}

impl Narrator {
    /// One sentence per change: codes that the game invalidated, batches that ended.
    pub fn narrate(&mut self, known: &BTreeMap<CodeKey, KnownCode>, batches: &[BatchProgress]) -> Vec<String> {
        let mut sentences = Vec::new();
        for (key, code) in known {
            let Some(status) = &code.invalidated else {
                self.over.remove(key);
                continue;
            };
            // A reactivated code counts as over until its check. That is no news.
            if self.over.insert(key.clone(), code.generation).is_none() {
                sentences.push(format!(
                    "✗ {}: {}. This is confirmed, so no other player is tried.",
                    code.code,
                    meaning(status)
                ));
            }
        }
        let open: BTreeMap<_, _> =
            batches.iter().map(|batch| ((batch.code.key(), batch.generation, batch.guild), batch.clone())).collect();
        for ((key, generation, guild), batch) in &self.open {
            let is_over = self.over.get(key) == Some(generation);
            if !is_over && !open.contains_key(&(key.clone(), *generation, *guild)) {
                let name = guild_name(*guild);
                sentences.push(format!("✓ {} is settled for all {} players of {name}.", batch.code, batch.players));
            }
        }
        self.open = open;
        sentences
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::status::Status;
    use crate::domain::codes::code::Code;

    #[test]
    fn each_end_is_told_once() {
        let code = Code::parse("gogoWOS").unwrap();
        let batch =
            |generation| BatchProgress { guild: AllianceId(1001), code: code.clone(), generation, players: 7, done: 1 };
        let known = |is_over: bool, generation| KnownCode {
            code: code.clone(),
            generation,
            rewards: None,
            expires_at: None,
            source: "feed".into(),
            listed: true,
            ended_at: None,
            invalidated: is_over.then_some(Status::CdkNotFound),
            invalidated_at: is_over.then_some(jiff::Timestamp::UNIX_EPOCH),
        };
        let codes = |is_over| BTreeMap::from([(code.key(), known(is_over, 1))]);
        let mut narrator = Narrator::default();
        assert_eq!(narrator.narrate(&codes(false), &[batch(1)]), Vec::<String>::new());
        let over = narrator.narrate(&codes(true), &[]);
        assert!(over.len() == 1 && over[0].starts_with("✗ gogoWOS: the game does not know the code."), "{over:?}");
        assert_eq!(narrator.narrate(&codes(true), &[batch(2)]), Vec::<String>::new());
        assert_eq!(narrator.narrate(&codes(true), &[]), ["✓ gogoWOS is settled for all 7 players of Frostfire."]);
        assert_eq!(narrator.narrate(&codes(true), &[]), Vec::<String>::new());
        // The code is reactivated: over until its check, then good.
        let reactivated = |is_over| BTreeMap::from([(code.key(), known(is_over, 2))]);
        assert_eq!(narrator.narrate(&reactivated(true), &[]), Vec::<String>::new());
        assert_eq!(narrator.narrate(&reactivated(false), &[batch(2)]), Vec::<String>::new());
        assert_eq!(
            narrator.narrate(&reactivated(false), &[]),
            ["✓ gogoWOS is settled for all 7 players of Frostfire."]
        );
    }
}
