//! Compares the bot's state with the simulated world: outcomes with the game's ledger, posts with the channels.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::codes::listing::KnownCode;
use crate::domain::players::player::PlayerId;
use crate::domain::redeeming::outcome::Outcome;
use crate::store::RedemptionRow;

use super::ledger::Ledger;
use super::posts::PostedMessage;
use super::rules::SimPlayer;
use super::script::{GUILDS, Script, ScriptedCode};

/// The fewest calls after which a redemption may be given up.
const UNKNOWN_TRIES: usize = 3;

/// All differences, one sentence each.
pub fn mismatches(
    script: &Script,
    rows: &[RedemptionRow],
    known: &BTreeMap<CodeKey, KnownCode>,
    posts: &[PostedMessage],
    ledger: &Ledger,
) -> Vec<String> {
    let mut found = Vec::new();
    let players: HashMap<PlayerId, &SimPlayer> = script.players.iter().map(|p| (p.id, p)).collect();
    let codes: HashMap<CodeKey, &ScriptedCode> = script.codes.iter().map(|c| (c.sim.code.key(), c)).collect();
    let mut decided: BTreeSet<(PlayerId, CodeKey)> = BTreeSet::new();
    let mut had: BTreeSet<(PlayerId, CodeKey)> = BTreeSet::new();
    for row in rows {
        let key = row.code.key();
        decided.insert((row.player, key.clone()));
        if row.outcome.is_success() {
            had.insert((row.player, key.clone()));
        }
        match (players.get(&row.player), codes.get(&key)) {
            (Some(player), Some(code)) => found.extend(row_mismatch(row, player, code, ledger)),
            _ => found.push(format!("{} for player {} is not in the script", row.code, row.player)),
        }
    }
    for player in &script.players {
        for code in &script.codes {
            let pair = (player.id, code.sim.code.key());
            if !decided.contains(&pair) {
                // A player without an outcome needs none once the code is over for everybody.
                if code.sim.is_over_in_the_end() && !ledger.is_granted(player.id, &pair.1) {
                    continue;
                }
                found.push(format!("{} was never redeemed for {}", code.sim.code, player.nickname));
            } else if ledger.is_granted(player.id, &pair.1) != had.contains(&pair) {
                found.push(format!("{} for {}: the game and the bot disagree", code.sim.code, player.nickname));
            }
        }
    }
    found.extend(post_mismatches(script, known, posts));
    found
}

fn row_mismatch(row: &RedemptionRow, player: &SimPlayer, code: &ScriptedCode, ledger: &Ledger) -> Option<String> {
    let status = row.status.as_ref().map(ToString::to_string).unwrap_or_default();
    let ok = match row.outcome {
        Outcome::Granted | Outcome::Already => ledger.is_granted(row.player, &row.code.key()),
        // A failure is right if any of the code's rules gives it for this player.
        Outcome::Failed => {
            code.sim.phases.iter().any(|(_, rule)| Some(&rule.answer(player, u32::MAX)) == row.status.as_ref())
        }
        // Right only after as many answers as the bot allows unknown ones.
        Outcome::GaveUp => ledger.calls_for(row.player, &row.code.key()) >= UNKNOWN_TRIES,
        Outcome::Pending => false,
    };
    let outcome = row.outcome.name();
    (!ok)
        .then(|| format!("{} for {} is {outcome} ({status}), which the game did not answer", row.code, player.nickname))
}

fn post_mismatches(script: &Script, known: &BTreeMap<CodeKey, KnownCode>, posts: &[PostedMessage]) -> Vec<String> {
    let mut count: BTreeMap<(u64, CodeKey, u32), usize> = BTreeMap::new();
    for message in posts {
        for posted in &message.codes {
            if let Ok(code) = Code::parse(&posted.code) {
                *count.entry((message.guild, code.key(), posted.generation)).or_default() += 1;
            }
        }
    }
    let mut found = Vec::new();
    for (guild, name) in GUILDS {
        for code in &script.codes {
            let key = code.sim.code.key();
            let generations = known.get(&key).map_or(1, |known| known.generation);
            for generation in 1..=generations {
                match count.remove(&(guild.0, key.clone(), generation)).unwrap_or_default() {
                    1 => {}
                    // The code was tested, and is not announced.
                    0 if code.sim.is_ever_over() => {}
                    times => found.push(format!("{key} (generation {generation}) was posted {times} times in {name}")),
                }
            }
        }
    }
    found.extend(
        count.keys().map(|(guild, key, generation)| format!("{key} ({generation}) was posted in guild {guild}")),
    );
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::status::Status;
    use crate::sandbox::ledger::Call;
    use crate::sandbox::posts::PostedCode;

    struct Book {
        script: Script,
        rows: Vec<RedemptionRow>,
        posts: Vec<PostedMessage>,
        ledger: Ledger,
    }

    /// A world of one player, with the good code and the expired one, in which everything agrees.
    fn book() -> Book {
        let script = Script::new(1, 2, 1).unwrap();
        let player = script.players[0].clone();
        let (good, expired) = (script.codes[0].sim.code.clone(), script.codes[1].sim.code.clone());
        let row = |code: &Code, outcome, status| RedemptionRow {
            player: player.id,
            nickname: player.nickname.clone(),
            code: code.clone(),
            generation: 1,
            outcome,
            status: Some(status),
            calls: 1,
        };
        let rows =
            vec![row(&good, Outcome::Granted, Status::Success), row(&expired, Outcome::Failed, Status::TimeError)];
        let posted = |code: &Code| PostedCode { code: code.to_string(), generation: 1 };
        let codes = vec![posted(&good), posted(&expired)];
        let message = |(guild, name): (crate::domain::players::player::AllianceId, &str)| PostedMessage {
            nonce: name.to_owned(),
            guild: guild.0,
            codes: codes.clone(),
        };
        let mut ledger = Ledger::default();
        let call = Call {
            at_ms: 0,
            endpoint: "gift_code".into(),
            fid: player.id.to_string(),
            code: good.key().as_str().into(),
            phase: 0,
            answer: "SUCCESS".into(),
            granted: true,
            process: 1,
        };
        ledger.note(call).unwrap();
        Book { script, rows, posts: GUILDS.map(message).into(), ledger }
    }

    #[test]
    fn giving_up_is_right_after_three_answers_that_nobody_knows_and_not_before() {
        let mut book = book();
        book.rows[1].outcome = Outcome::GaveUp;
        let row = book.rows[1].clone();
        for _ in 0..3 {
            assert_ne!(check(&book), Vec::<String>::new());
            let call = Call {
                at_ms: 0,
                endpoint: "gift_code".into(),
                fid: row.player.to_string(),
                code: row.code.key().as_str().into(),
                phase: 0,
                answer: "RECHARGE_MONEY_VIP".into(),
                granted: false,
                process: 1,
            };
            book.ledger.note(call).unwrap();
        }
        assert_eq!(check(&book), Vec::<String>::new());
    }

    fn check(book: &Book) -> Vec<String> {
        mismatches(&book.script, &book.rows, &BTreeMap::new(), &book.posts, &book.ledger)
    }

    #[test]
    fn a_book_that_agrees_has_no_mismatch_and_every_lie_is_found() {
        assert_eq!(check(&book()), Vec::<String>::new());
        let mut tested = book();
        tested.posts[0].codes.remove(1);
        assert_eq!(check(&tested), Vec::<String>::new(), "what is over need not be posted");
        tested.rows.pop();
        assert_eq!(check(&tested), Vec::<String>::new(), "what is over need not be asked for");
        let lies: [fn(&mut Book); 9] = [
            |book| book.rows[0].outcome = Outcome::Failed,
            |book| book.rows[0].outcome = Outcome::GaveUp,
            |book| book.rows[1].outcome = Outcome::Granted,
            |book| book.rows[1].status = Some(Status::CdkNotFound),
            |book| drop(book.rows.remove(0)),
            |book| book.ledger = Ledger::default(),
            |book| drop(book.posts.pop()),
            |book| drop(book.posts[0].codes.remove(0)),
            |book| book.posts.push(book.posts[0].clone()),
        ];
        for (number, lie) in lies.into_iter().enumerate() {
            let mut book = book();
            lie(&mut book);
            assert_ne!(check(&book), Vec::<String>::new(), "lie {number}");
        }
    }
}
