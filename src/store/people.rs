//! What Discord users chose for themselves: results by direct message, and how far each was told.
//!
//! A code has ended for a person when none of its redemptions waits for the accounts linked to that person; it ended when the last of
//! them did. A message tells of all codes that ended after the last message, so one time for each person says what was told.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::domain::codes::code::Code;
use crate::domain::players::player::{PlayerId, UserId};
use crate::domain::text::language::Language;
use crate::store::handles::People;
use crate::store::kernel::{Millis, StoreError};

/// Whether a person gets results by direct message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResultsChoice {
    pub on: bool,
    /// Discord refused a message, so that they were turned off, and the person does not know it yet.
    pub was_refused: bool,
}

/// A code that has ended for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedCode {
    pub code: Code,
    pub generation: u32,
    pub ended_at: Timestamp,
}

/// What a person is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectResults {
    pub language: Language,
    /// The accounts linked to the person.
    pub accounts: Vec<PlayerId>,
    /// The oldest first.
    pub codes: Vec<EndedCode>,
    /// A message about the codes that ended up to the first of these times was being sent since the second.
    pub attempt: Option<(Timestamp, Timestamp)>,
}

impl People {
    pub async fn results_choice(&self, user: UserId) -> Result<ResultsChoice, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT results, closed FROM people WHERE user_id = ?1 AND deleted = 0";
            let choice = connection.prepare_cached(sql)?.query_row([user], |row| {
                let flag = |at| row.get::<_, Option<bool>>(at).map(Option::unwrap_or_default);
                Ok(ResultsChoice { on: flag(0)?, was_refused: flag(1)? })
            });
            Ok(choice.optional()?.unwrap_or_default())
        })
        .await
    }

    /// Turns results by direct message on or off. What ended before is not told. Where they are on already, a message that is
    /// being sent stays noted: it would be sent again otherwise.
    pub async fn set_results(&self, user: UserId, on: bool, language: Language) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO people (user_id, results, told_until, closed, language, version) VALUES (?1, ?2, ?3, 0, ?4, ?5)
                 ON CONFLICT DO UPDATE SET
                     told_until = iif(results IS 1 AND deleted = 0, told_until, excluded.told_until),
                     telling_until = iif(results IS 1 AND excluded.results = 1 AND deleted = 0, telling_until, NULL),
                     attempted_at = iif(results IS 1 AND excluded.results = 1 AND deleted = 0, attempted_at, NULL),
                     results = excluded.results, closed = 0, language = excluded.language, deleted = 0,
                     version = excluded.version",
                params![user, on, Millis(tx.now()), language.tag(), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes that the person has learnt that Discord refused a message. Returns whether that was news.
    pub async fn note_refusal_known(&self, user: UserId) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let sql = "UPDATE people SET closed = 0, version = ?2 WHERE user_id = ?1 AND closed = 1 AND deleted = 0";
            Ok(tx.execute(sql, params![user, tx.version()])? > 0)
        })
        .await
    }

    /// The people who want results and have an account for which something ended after `since`.
    pub async fn with_news(&self, since: Timestamp) -> Result<Vec<UserId>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT l.user_id FROM redemptions d JOIN links l ON l.player_id = d.player_id AND l.deleted = 0
                 JOIN people p ON p.user_id = l.user_id AND p.results = 1 AND p.deleted = 0
                 WHERE d.outcome <> 'pending' AND d.finished_at > ?1 AND d.deleted = 0",
            )?;
            let rows = statement.query_map([Millis(since)], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What a person is to be told, of the first `limit` codes and those that ended at the same time as the last of them: the
    /// next message begins after that time. `None` if nothing.
    pub async fn unsent_results(&self, user: UserId, limit: u32) -> Result<Option<DirectResults>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT told_until, telling_until, attempted_at, language FROM people
                       WHERE user_id = ?1 AND results = 1 AND deleted = 0";
            type Row = (Option<Millis>, Option<Millis>, Option<Millis>, Option<String>);
            let found: Option<Row> = connection
                .prepare_cached(sql)?
                .query_row([user], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let Some((sent_until, telling, attempted, language)) = found else { return Ok(None) };
            let sent_until = sent_until.map_or(Timestamp::MIN, |Millis(at)| at).max(Timestamp::UNIX_EPOCH);
            let attempt = telling.zip(attempted).map(|(Millis(until), Millis(at))| (until, at));
            // What ended since an attempt whose end nobody knows has a message of its own.
            let until = attempt.map_or(Millis(Timestamp::MAX), |(until, _)| Millis(until));
            let codes = connection
                .prepare_cached(
                    "WITH news AS MATERIALIZED (
                         SELECT c.code, d.code_key, d.generation, max(d.finished_at) AS ended
                         FROM links l JOIN redemptions d ON d.player_id = l.player_id AND d.deleted = 0
                         JOIN codes c ON c.code_key = d.code_key
                         WHERE l.user_id = ?1 AND l.deleted = 0
                         GROUP BY d.code_key, d.generation
                         HAVING count(*) FILTER (WHERE d.outcome = 'pending') = 0 AND ended > ?2 AND ended <= ?3)
                     SELECT code, generation, ended FROM news
                     WHERE ended <= (SELECT max(ended) FROM (SELECT ended FROM news ORDER BY ended LIMIT ?4))
                     ORDER BY ended, code_key, generation",
                )?
                .query_map(params![user, Millis(sent_until), until, limit], |row| {
                    let Millis(ended_at) = row.get(2)?;
                    Ok(EndedCode { code: row.get(0)?, generation: row.get(1)?, ended_at })
                })?
                .collect::<Result<Vec<_>, _>>()?;
            if codes.is_empty() && attempt.is_none() {
                return Ok(None);
            }
            let accounts = connection
                .prepare_cached(
                    "SELECT player_id FROM links WHERE user_id = ?1 AND deleted = 0 ORDER BY linked_at, player_id",
                )?
                .query_map([user], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let language = language.and_then(|tag| Language::of_locale(&tag)).unwrap_or_default();
            Ok(Some(DirectResults { language, accounts, codes, attempt }))
        })
        .await
    }

    /// Records the intent to send a message about what ended up to `until`. A message that was begun before stays as it is.
    ///
    /// # Errors
    /// Returns an error if the write fails or this instance may not act (any more); nothing may be sent then.
    pub async fn begin_telling(&self, user: UserId, until: Timestamp) -> Result<(), StoreError> {
        let begun = self.write_intent(move |tx| {
            tx.execute(
                "UPDATE people SET telling_until = coalesce(telling_until, ?2), attempted_at = coalesce(attempted_at, ?3),
                     version = ?4 WHERE user_id = ?1",
                params![user, Millis(until), Millis(tx.now()), tx.version()],
            )?;
            Ok(())
        });
        begun.await?.1
    }

    /// Notes that the person was told of what ended up to `until`, or will never be.
    pub async fn notified(&self, user: UserId, until: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE people SET told_until = max(coalesce(told_until, 0), ?2), telling_until = NULL, attempted_at = NULL,
                     version = ?3 WHERE user_id = ?1",
                params![user, Millis(until), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes that the message was surely not sent, and may be tried again.
    pub async fn not_notified(&self, user: UserId) -> Result<(), StoreError> {
        self.write(move |tx| {
            let sql = "UPDATE people SET telling_until = NULL, attempted_at = NULL, version = ?2 WHERE user_id = ?1";
            tx.execute(sql, params![user, tx.version()])?;
            Ok(())
        })
        .await
    }

    /// Turns the messages off because Discord refuses them.
    pub async fn refuses_messages(&self, user: UserId) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE people SET results = 0, closed = 1, telling_until = NULL, attempted_at = NULL, version = ?2
                 WHERE user_id = ?1",
                params![user, tx.version()],
            )?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::domain::answers::status::Status;
    use crate::domain::codes::listing::{Entry, FeedAnswer};
    use crate::domain::players::player::{AllianceId, Player, State};
    use crate::domain::redeeming::outcome::Outcome;
    use crate::leadership::{HeldLease, Leadership, Phase};
    use crate::runtime::clock::Clock;
    use crate::store::{Admission, AttemptResult, FileLock, Next, Opening, StateKind, Store};

    pub(crate) const USER: UserId = UserId(5);
    const HERE: AllianceId = AllianceId(7);

    async fn sent_now(people: &People) -> Vec<String> {
        let results = people.unsent_results(USER, 10).await.unwrap();
        let codes = results.map(|results| results.codes).unwrap_or_default();
        if let Some(last) = codes.last() {
            people.notified(USER, last.ended_at).await.unwrap();
        }
        codes.into_iter().map(|ended| ended.code.to_string()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn every_code_is_sent_once_however_many_end_at_the_same_time() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let store = Store::open(&folder.path().join("giftcode.db"), StateKind::Bot, clock).unwrap();
        let player = PlayerId::new(1).unwrap();
        let account = Player { id: player, nickname: String::new(), state: State::new(245), furnace_level: None };
        store.guilds().set_auto_redeem(HERE, true).await.unwrap();
        store.rosters().add_to_roster(HERE, vec![account.clone()]).await.unwrap();
        store.rosters().link(USER, account).await.unwrap();
        store.people().set_results(USER, true, Language::En).await.unwrap();
        let names: Vec<String> = (10..25).map(|number| format!("CODE{number}")).collect();
        let entries = names.iter().map(|name| Entry::active(Code::parse(name).unwrap())).collect();
        let answer = FeedAnswer::new("feed", entries);
        store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
        while store.posts().plan().await.unwrap().redemptions > 0 {}
        let mut ended = Vec::new();
        while ended.len() < names.len() {
            let claims = store.redemptions().claim_due(100, 100, |_| Admission::Take).await.unwrap().taken;
            assert!(!claims.is_empty(), "{ended:?}");
            for claim in claims {
                // Two before, twelve at one time, and one after.
                if [0, 1, 2, 14].contains(&ended.len()) {
                    tokio::time::advance(Duration::from_millis(5)).await;
                }
                ended.push(claim.code.to_string());
                let next = Next::Final(Outcome::Granted);
                let result = AttemptResult { status: Status::Success, history: claim.history, next };
                store.redemptions().record(claim, result).await.unwrap();
            }
        }
        let people = store.people();
        let (mut first, second) = (sent_now(&people).await, sent_now(&people).await);
        assert_eq!((first.len(), second.as_slice()), (14, &ended[14..]));
        first.extend(second);
        first.sort();
        assert_eq!(first, names);
        assert_eq!(sent_now(&people).await, Vec::<String>::new());
    }

    /// One game account that is linked to [`USER`] and has a code that ended.
    pub(crate) async fn with_a_result(store: &Store, player: u64, code: &str) {
        let id = PlayerId::new(player).unwrap();
        let account = Player { id, nickname: String::new(), state: State::new(245), furnace_level: None };
        store.guilds().set_auto_redeem(HERE, true).await.unwrap();
        store.rosters().add_to_roster(HERE, vec![account.clone()]).await.unwrap();
        store.rosters().link(USER, account).await.unwrap();
        let answer = FeedAnswer::new("feed", vec![Entry::active(Code::parse(code).unwrap())]);
        store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
        while store.posts().plan().await.unwrap().redemptions > 0 {}
        tokio::time::advance(Duration::from_secs(1)).await;
        for claim in store.redemptions().claim_due(9, 9, |_| Admission::Take).await.unwrap().taken {
            let next = Next::Final(Outcome::Granted);
            let result = AttemptResult { status: Status::Success, history: claim.history, next };
            store.redemptions().record(claim, result).await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_is_being_sent_stays_noted_until_results_are_turned_off() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let store = Store::open(&folder.path().join("giftcode.db"), StateKind::Bot, clock).unwrap();
        let people = store.people();
        people.set_results(USER, true, Language::En).await.unwrap();
        with_a_result(&store, 1, "CODE1").await;
        let until = people.unsent_results(USER, 10).await.unwrap().unwrap().codes[0].ended_at;
        let begun_at = clock.now();
        people.begin_telling(USER, until).await.unwrap();
        let attempt = async || people.unsent_results(USER, 10).await.unwrap().and_then(|results| results.attempt);
        assert_eq!(attempt().await, Some((until, begun_at)));
        // Another try keeps the time of the first, and so does turning on what is on.
        tokio::time::advance(Duration::from_secs(5)).await;
        people.begin_telling(USER, clock.now()).await.unwrap();
        people.set_results(USER, true, Language::De).await.unwrap();
        assert_eq!(attempt().await, Some((until, begun_at)));
        people.set_results(USER, false, Language::En).await.unwrap();
        people.set_results(USER, true, Language::En).await.unwrap();
        assert_eq!(attempt().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_leader_begins_a_message_and_its_intent_is_sent_among_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FileLock::take(&folder.path().join("giftcode.db")).unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let leadership = Leadership::waiting(clock);
        let opening = Opening { leader: Arc::new(leadership.clone()), ..Opening::new(StateKind::Bot, clock) };
        let store = Store::open_locked(lock, opening).unwrap();
        store.sync_log().set_replicated(true).await.unwrap();
        let people = store.people();
        people.set_results(USER, true, Language::En).await.unwrap();
        let begun = people.begin_telling(USER, clock.now()).await;
        assert!(matches!(begun, Err(StoreError::NotActive)), "{begun:?}");
        let until = clock.boot() + Duration::from_secs(29);
        leadership.set(Phase::Leading(HeldLease { term: 1, round: 0, until, has_standby: false }));
        people.begin_telling(USER, clock.now()).await.unwrap();
        let urgency = |connection: &rusqlite::Connection| {
            connection.query_row("SELECT urgency FROM outbox WHERE kind = 'people'", [], |row| row.get::<_, u8>(0))
        };
        assert_eq!(store.read(move |connection| Ok(urgency(connection)?)).await.unwrap(), 1);
    }
}
