//! Planning in small parts gives the same result as planning at once.

use crate::store::Store;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{ChannelId, Player, PlayerId, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::ports::{MessageId, Posted};
use crate::runtime::clock::Clock;
use crate::store::guilds;
use crate::store::kernel::StateKind;
use crate::store::with_tables::with_tables;
use crate::store::{Admission, AttemptResult, Next};

const HOUR: Duration = Duration::from_secs(3600);
const TINY: Bounds = Bounds { guilds: 1, posts: 1, rows: 3, places: 2 };

/// Actions of people, the feeds and the game.
#[derive(Debug, Clone)]
enum Change {
    /// The feeds list these codes, with their expiries in hours from now.
    Listed(BTreeMap<u8, Option<u8>>),
    SetChannel(u64),
    UnsetChannel(u64),
    Auto(u64, bool),
    Joined(u64, Vec<u64>),
    Left(u64, u64),
    AddCode(u64, u8),
    RemoveCode(u64, u8),
    StartRun(u64, u8),
    RetryRun(u64, u8),
    Requested(u64, u8),
    Answered(u64, u8, Status),
    PostsSent,
    Hours(u8),
    /// The process ends and another one opens the file.
    Restart,
    /// One part of the work is planned.
    PlanSome,
    Plan,
}

fn change() -> impl Strategy<Value = Change> {
    let (guild, player, code) = (1u64..4, 1u64..7, 0u8..4);
    let status = prop_oneof![
        Just(Status::Success),
        Just(Status::StoveLevel),
        Just(Status::CdkNotFound),
        Just(Status::UserInfoError)
    ];
    let pair = (guild.clone(), code.clone());
    prop_oneof![
        4 => proptest::collection::btree_map(code.clone(), proptest::option::of(1u8..6), 0..4).prop_map(Change::Listed),
        2 => guild.clone().prop_map(Change::SetChannel),
        1 => guild.clone().prop_map(Change::UnsetChannel),
        2 => (guild.clone(), proptest::bool::weighted(0.8)).prop_map(|(guild, on)| Change::Auto(guild, on)),
        3 => (guild.clone(), proptest::collection::vec(player.clone(), 1..5)).prop_map(|(g, p)| Change::Joined(g, p)),
        1 => (guild, player.clone()).prop_map(|(guild, player)| Change::Left(guild, player)),
        1 => pair.clone().prop_map(|(guild, code)| Change::AddCode(guild, code)),
        1 => pair.clone().prop_map(|(guild, code)| Change::RemoveCode(guild, code)),
        1 => pair.clone().prop_map(|(guild, code)| Change::StartRun(guild, code)),
        1 => pair.prop_map(|(guild, code)| Change::RetryRun(guild, code)),
        1 => (player.clone(), code.clone()).prop_map(|(player, code)| Change::Requested(player, code)),
        4 => (player, code, status).prop_map(|(player, code, status)| Change::Answered(player, code, status)),
        1 => Just(Change::PostsSent),
        2 => (1u8..9).prop_map(Change::Hours),
        1 => Just(Change::Restart),
        3 => Just(Change::PlanSome),
        3 => Just(Change::Plan),
    ]
}

fn code(number: u8) -> Code {
    Code::parse(&format!("CODE{number}")).unwrap()
}

fn player(id: u64) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state: State::new(1), furnace_level: None }
}

/// The only feed lists these codes.
async fn list(store: &Store, entries: Vec<Entry>) {
    store
        .listings()
        .apply_answer(Some(FeedAnswer::new("feed", entries)), &["feed".to_owned()], 6 * HOUR)
        .await
        .unwrap();
}

struct World {
    folder: TempDir,
    clock: Clock,
    store: Option<Store>,
    /// Plans everything each time.
    is_full: bool,
}

impl World {
    fn new(clock: Clock, is_full: bool) -> Self {
        let mut world = Self { folder: tempfile::tempdir().unwrap(), clock, store: None, is_full };
        world.open();
        world
    }

    fn open(&mut self) {
        self.store = None;
        let path = self.folder.path().join("giftcode.db");
        let store = Store::open(with_tables(&path), StateKind::Bot, self.clock).unwrap();
        self.store = Some(store);
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    async fn generation(&self, number: u8) -> Option<u32> {
        Some(self.store().reports().known_codes().await.unwrap().get(&code(number).key())?.generation)
    }

    async fn queue_everything(&self) {
        self.store()
            .write_local(|tx| Ok(tx.execute(crate::store::kernel::schema::PLAN_EVERYTHING, [])?))
            .await
            .unwrap();
    }

    async fn plan(&self) {
        if self.is_full {
            self.queue_everything().await;
            self.store().posts().plan().await.unwrap();
            return;
        }
        while self.store().posts().plan_within(TINY).await.unwrap().next.is_some_and(|at| at <= self.clock.now()) {}
    }

    async fn apply(&mut self, change: Change) {
        let store = self.store().clone();
        match change {
            Change::Listed(codes) => {
                let now = self.clock.now();
                let entry = |(number, hours): (u8, Option<u8>)| Entry {
                    expires_at: hours.map(|hours| now + HOUR * u32::from(hours)),
                    ..Entry::active(code(number))
                };
                list(&store, codes.into_iter().map(entry).collect()).await;
            }
            Change::SetChannel(guild) => store.guilds().set_channel(AllianceId(guild), ChannelId(guild)).await.unwrap(),
            Change::UnsetChannel(guild) => store.guilds().unset_channel(AllianceId(guild)).await.map(drop).unwrap(),
            Change::Auto(guild, on) => store.guilds().set_auto_redeem(AllianceId(guild), on).await.unwrap(),
            Change::Joined(guild, ids) => {
                store
                    .rosters()
                    .add_to_roster(AllianceId(guild), ids.into_iter().map(player).collect())
                    .await
                    .map(drop)
                    .unwrap();
            }
            Change::Left(guild, id) => {
                store.rosters().remove_players(AllianceId(guild), vec![player(id).id]).await.map(drop).unwrap();
            }
            Change::AddCode(guild, number) => {
                store.codes().add_guild_code(AllianceId(guild), code(number)).await.map(drop).unwrap();
            }
            Change::RemoveCode(guild, number) => {
                store.codes().remove_guild_code(AllianceId(guild), code(number).key()).await.map(drop).unwrap();
            }
            Change::StartRun(guild, number) => {
                if let Some(generation) = self.generation(number).await {
                    store.write(move |tx| Ok(guilds::ensure(tx, AllianceId(guild))?)).await.unwrap();
                    store
                        .requests()
                        .start_batch(AllianceId(guild), code(number).key(), generation)
                        .await
                        .map(drop)
                        .unwrap();
                }
            }
            Change::RetryRun(guild, number) => {
                if let Some(generation) = self.generation(number).await {
                    store.write(move |tx| Ok(guilds::ensure(tx, AllianceId(guild))?)).await.unwrap();
                    store
                        .requests()
                        .retry_batch(AllianceId(guild), code(number).key(), generation)
                        .await
                        .map(drop)
                        .unwrap();
                }
            }
            Change::Requested(id, number) => {
                if let Some(generation) = self.generation(number).await {
                    store.rosters().put_players(vec![player(id)]).await.unwrap();
                    store
                        .requests()
                        .request_for_person(vec![player(id).id], code(number).key(), generation)
                        .await
                        .unwrap();
                }
            }
            Change::Answered(id, number, status) => {
                let admit = move |candidate: &crate::store::Candidate| {
                    let is_it = candidate.player == player(id).id && candidate.key == code(number).key();
                    if is_it { Admission::Take } else { Admission::Skip }
                };
                for claim in store.redemptions().claim_due(1, 12, admit).await.unwrap().taken {
                    let verdict = AttemptResult {
                        status: status.clone(),
                        history: claim.history,
                        next: Next::Final(Outcome::of(&status).unwrap()),
                    };
                    store.redemptions().record(claim, verdict).await.map(drop).unwrap();
                }
            }
            Change::PostsSent => loop {
                // Codes that are planned at the same moment may be grouped into messages differently, so all are sent.
                let due = store.posts().due_messages().await.unwrap();
                if due.is_empty() {
                    break;
                }
                for message in due {
                    let announcement = message.announcement;
                    store.posts().begin_post(announcement.nonce.clone(), announcement.channel, 1).await.unwrap();
                    store.posts().record_posted(announcement, Posted::new(MessageId(1), true)).await.unwrap();
                }
            },
            Change::Hours(_) => {}
            Change::Restart => {
                drop(store);
                self.open();
            }
            Change::PlanSome if !self.is_full => store.posts().plan_within(TINY).await.map(drop).unwrap(),
            Change::PlanSome => {}
            Change::Plan => self.plan().await,
        }
    }

    async fn rows(&self, sql: &'static str) -> Vec<Vec<Value>> {
        self.store()
            .read(move |connection| {
                let mut statement = connection.prepare(sql)?;
                let columns = statement.column_count();
                let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect())?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
            .unwrap()
    }

    /// The planned rows.
    async fn planned(&self) -> Vec<Vec<Vec<Value>>> {
        let mut all = Vec::new();
        for sql in [
            "SELECT guild_id, code_key, generation, message_id FROM posts WHERE deleted = 0 ORDER BY 1, 2, 3",
            "SELECT player_id, code_key, generation, outcome, status FROM redemptions WHERE deleted = 0 ORDER BY 1, 2, 3",
            "SELECT guild_id, code_key, generation, finished_at IS NULL FROM runs WHERE deleted = 0 ORDER BY 1, 2, 3",
            "SELECT guild_id, digest_due FROM guilds ORDER BY 1",
        ] {
            all.push(self.rows(sql).await);
        }
        all
    }

    /// Compares the stored rows with the definition, without the planning statements.
    async fn assert_nothing_is_missing(&self) {
        let now = self.clock.now().as_millisecond();
        let active = |guild: &str| {
            format!(
                "c.deleted = 0 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > {now}) AND coalesce(
                 (SELECT wanted FROM guild_codes w WHERE w.guild_id = {guild} AND w.code_key = c.code_key AND w.deleted = 0), c.listed)"
            )
        };
        let post = "p.code_key = c.code_key AND p.generation = c.generation AND p.deleted = 0";
        let redemption =
            "d.player_id = r.player_id AND d.code_key = c.code_key AND d.generation = c.generation AND d.deleted = 0";
        let member = "rosters r JOIN guilds g USING (guild_id) JOIN codes c
                      WHERE r.deleted = 0 AND g.deleted = 0 AND g.auto_redeem = 1";
        let (of_guild, of_post) = (active("g.guild_id"), active("p.guild_id"));
        for (what, sql) in [
            (
                "posts",
                format!(
                    "SELECT g.guild_id, c.code_key FROM guilds g JOIN codes c WHERE g.channel_id IS NOT NULL AND {of_guild}
                     AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.guild_id = g.guild_id AND {post})"
                ),
            ),
            (
                "stale posts",
                format!(
                    "SELECT p.guild_id, p.code_key FROM posts p WHERE p.message_id IS NULL AND p.deleted = 0
                     AND p.attempted_at IS NULL AND NOT EXISTS (SELECT 1 FROM codes c WHERE {post} AND {of_post})"
                ),
            ),
            (
                "redemptions",
                format!(
                    "SELECT r.player_id, c.code_key FROM {member} AND {of_guild}
                     AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE {redemption})"
                ),
            ),
            (
                "runs",
                format!(
                    "SELECT r.guild_id, c.code_key FROM {member} AND {of_guild}
                     AND EXISTS (SELECT 1 FROM redemptions d WHERE {redemption} AND d.outcome = 'pending')
                     AND NOT EXISTS (SELECT 1 FROM runs u WHERE u.guild_id = r.guild_id AND u.code_key = c.code_key
                                     AND u.generation = c.generation)"
                ),
            ),
        ] {
            let missing: Vec<(i64, String)> = self
                .store()
                .read(move |connection| {
                    let mut statement = connection.prepare(&sql)?;
                    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                    Ok(rows.collect::<Result<_, _>>()?)
                })
                .await
                .unwrap();
            assert_eq!(missing, [], "{what}");
        }
    }
}

fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(future)
}

/// Applies the changes to two files. One is planned in the smallest parts, the other completely each time.
async fn compare(changes: impl IntoIterator<Item = Change>) {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    let (mut parts, mut full) = (World::new(clock, false), World::new(clock, true));
    for change in changes {
        if let Change::Hours(hours) = change {
            // Plans before time advances, as a poster does when it is woken.
            parts.plan().await;
            full.plan().await;
            tokio::time::advance(HOUR * u32::from(hours)).await;
        }
        let is_planned = matches!(change, Change::Plan);
        parts.apply(change.clone()).await;
        full.apply(change).await;
        if is_planned {
            parts.assert_nothing_is_missing().await;
            assert_eq!(parts.planned().await, full.planned().await);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_change_is_planned() {
    use Change::{AddCode, Answered, Auto, Joined, Left, Listed, Plan, RemoveCode, Requested, SetChannel};
    let listed = |codes: &[u8]| Listed(codes.iter().map(|code| (*code, None)).collect());
    for changes in [
        // The first poll brings nothing, so later codes are news and not part of the digest.
        vec![SetChannel(1), Plan, listed(&[]), Plan, listed(&[0]), Plan],
        vec![
            listed(&[0]),
            Plan,
            SetChannel(1),
            Plan,
            Joined(1, vec![1]),
            Plan,
            Auto(1, true),
            Plan,
            listed(&[0, 1]),
            Plan,
        ],
        // A guild adds a code that no feed lists any more, and adds back a code that it removed.
        vec![listed(&[0]), listed(&[]), SetChannel(1), Plan, AddCode(1, 0), Plan],
        vec![listed(&[0]), SetChannel(1), RemoveCode(1, 0), Plan, AddCode(1, 0), Plan],
        vec![Auto(1, true), Joined(1, vec![1]), Plan, Left(1, 1), listed(&[0]), Plan, Joined(1, vec![1]), Plan],
        // A person had the code decided before the guild joined, and requests it again: the guild's batch begins.
        vec![
            listed(&[0]),
            Requested(1, 0),
            Answered(1, 0, Status::StoveLevel),
            Auto(1, true),
            Joined(1, vec![1]),
            Plan,
            Requested(1, 0),
            Plan,
        ],
    ] {
        compare(changes).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever changes, planning in the smallest parts gives the same posts, redemptions and batches as planning
    /// everything each time.
    #[test]
    fn what_changed_is_planned_as_everything_would_be(changes in proptest::collection::vec(change(), 1..40)) {
        let changes = changes.into_iter().filter(|change| !matches!(change, Change::PlanSome));
        in_paused_time(compare(changes.chain([Change::Plan])));
    }

    /// A change is not lost if something else is being planned at that moment.
    #[test]
    fn nothing_is_missing_whatever_changes_between_the_parts(changes in proptest::collection::vec(change(), 1..50)) {
        in_paused_time(async {
            let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
            let mut world = World::new(clock, false);
            for change in changes.into_iter().chain([Change::Plan]) {
                if let Change::Hours(hours) = change {
                    tokio::time::advance(HOUR * u32::from(hours)).await;
                }
                let is_planned = matches!(change, Change::Plan);
                world.apply(change).await;
                if is_planned {
                    world.assert_nothing_is_missing().await;
                }
            }
            world.queue_everything().await;
            assert_eq!(world.store().posts().plan().await.unwrap(), Plan::default(), "nothing is left");
        });
    }
}

/// A guild with this many players, whose redemptions of all `codes` are decided.
async fn decided(players: u64, codes: u8) -> World {
    let world = World::new(Clock::system(), false);
    let store = world.store();
    store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
    store.guilds().set_auto_redeem(AllianceId(1), true).await.unwrap();
    store.rosters().add_to_roster(AllianceId(1), (1..=players).map(player).collect()).await.unwrap();
    list(store, (0..codes).map(|number| Entry::active(code(number))).collect()).await;
    store.posts().plan().await.unwrap();
    let decide = "UPDATE redemptions SET outcome = 'granted', status = 'SUCCESS', finished_at = 1";
    store.write_local(|tx| Ok(tx.execute(decide, [])?)).await.unwrap();
    world
}

#[tokio::test]
async fn a_plan_with_everything_decided_costs_nothing_and_writes_nothing() {
    let world = decided(1_000, 20).await;
    let store = world.store();
    let commits = || store.inner.commits.load(std::sync::atomic::Ordering::SeqCst);
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let (before, began) = (commits(), Instant::now());
        assert_eq!(store.posts().plan().await.unwrap(), Plan::default());
        fastest = fastest.min(began.elapsed());
        assert_eq!(commits(), before, "nothing is written");
    }
    world.queue_everything().await;
    let began = Instant::now();
    assert_eq!(store.posts().plan().await.unwrap(), Plan::default());
    assert!(fastest * 20 < began.elapsed(), "{fastest:?}, and everything {:?}", began.elapsed());
}

#[tokio::test]
async fn a_code_for_many_players_is_planned_in_parts_and_its_posts_first() {
    let world = decided(6_000, 0).await;
    let store = world.store();
    list(store, vec![Entry::active(code(9))]).await;
    let first = store.posts().plan_some().await.unwrap();
    assert_eq!(first.plan.guilds.len(), 1);
    let mut parts = vec![first.plan.redemptions];
    loop {
        let part = store.posts().plan_some().await.unwrap();
        if part == Planned::default() {
            break;
        }
        assert_eq!(part.plan.guilds, []);
        parts.push(part.plan.redemptions);
    }
    assert!(
        parts.iter().all(|part| *part <= BOUNDS.places as usize) && parts.iter().sum::<usize>() == 6_000,
        "{parts:?}"
    );
}

/// Plans everything, as after a start. No part holds the writer for long, however much there is to check.
#[tokio::test]
async fn everything_is_planned_anew_in_parts_of_bounded_size() {
    let (players, codes) = (1_000, 40);
    let world = decided(players, codes).await;
    world.queue_everything().await;
    let mut parts = 1;
    while world.store().posts().plan_some().await.unwrap().next.is_some() {
        parts += 1;
    }
    let rows = usize::try_from(players).unwrap() * usize::from(codes);
    let most = BOUNDS.rows + BOUNDS.places as usize;
    assert!(parts >= rows.div_ceil(most), "{rows} looks in {parts} parts");
}

#[tokio::test(start_paused = true)]
async fn a_code_s_end_is_planned_when_it_comes() {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    let world = World::new(clock, false);
    let store = world.store();
    store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
    for hours in [3u32, 5] {
        list(store, vec![Entry { expires_at: Some(clock.now() + HOUR * hours), ..Entry::active(code(0)) }]).await;
        store.posts().plan().await.unwrap();
        assert_eq!(
            store.posts().plan_some().await.unwrap().next,
            Some(clock.now() + HOUR * hours),
            "an end that moved is planned once"
        );
    }
    assert_eq!(store.reports().waiting_messages().await.unwrap(), 1);
    tokio::time::advance(HOUR * 5).await;
    assert_eq!(store.posts().plan_some().await.unwrap(), Planned::default());
    assert_eq!(store.reports().waiting_messages().await.unwrap(), 0, "nobody is told of it any more");
}
