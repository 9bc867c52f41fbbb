//! What happens, in plain words: tells what changed since it last looked.

use std::collections::BTreeMap;

use crate::domain::codes::code::CodeKey;
use crate::domain::codes::listing::KnownCode;
use crate::domain::players::player::GuildId;
use crate::domain::redeeming::explanation::meaning;
use crate::store::BatchProgress;

use super::console::guild_name;

/// What was told already.
#[derive(Debug, Default)]
pub struct Narrator {
    /// The codes that are over, with the generation in which they are.
    over: BTreeMap<CodeKey, u32>,
    open: BTreeMap<(CodeKey, u32, GuildId), BatchProgress>,
}

impl Narrator {
    /// The sentences for what changed: codes that the game invalidated, runs that ended.
    pub fn tell(&mut self, known: &BTreeMap<CodeKey, KnownCode>, batches: &[BatchProgress]) -> Vec<String> {
        let mut said = Vec::new();
        for (key, code) in known {
            let Some(status) = &code.invalidated else {
                self.over.remove(key);
                continue;
            };
            // One that comes back counts as over until the game was asked, which is no news.
            if self.over.insert(key.clone(), code.generation).is_none() {
                said.push(format!(
                    "✗ {}: {}. Now that this is sure, nobody else is asked for.",
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
                said.push(format!("✓ {} is settled for all {} players of {name}.", batch.code, batch.players));
            }
        }
        self.open = open;
        said
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
            |generation| BatchProgress { guild: GuildId(1001), code: code.clone(), generation, players: 7, done: 1 };
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
        assert_eq!(narrator.tell(&codes(false), &[batch(1)]), Vec::<String>::new());
        let over = narrator.tell(&codes(true), &[]);
        assert!(over.len() == 1 && over[0].starts_with("✗ gogoWOS: the game does not know the code."), "{over:?}");
        assert_eq!(narrator.tell(&codes(true), &[batch(2)]), Vec::<String>::new());
        assert_eq!(narrator.tell(&codes(true), &[]), ["✓ gogoWOS is settled for all 7 players of Frostfire."]);
        assert_eq!(narrator.tell(&codes(true), &[]), Vec::<String>::new());
        // It comes back: over until the game was asked, then good.
        let anew = |is_over| BTreeMap::from([(code.key(), known(is_over, 2))]);
        assert_eq!(narrator.tell(&anew(true), &[]), Vec::<String>::new());
        assert_eq!(narrator.tell(&anew(false), &[batch(2)]), Vec::<String>::new());
        assert_eq!(narrator.tell(&anew(false), &[]), ["✓ gogoWOS is settled for all 7 players of Frostfire."]);
    }
}
