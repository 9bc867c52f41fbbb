//! ID channels that another instance sets or gives up: its records say so, and no command here.
//!
//! The bot runs in this process, with the real library and the double of Discord, so that a minute passes at once for it.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::discord::bot::{Bot, MAX_CHECKS, MAX_REQUESTS, StateChecker};
use giftcode_bot::discord::connection_status::ConnectionStatus;
use giftcode_bot::discord::id_inbox::IdInbox;
use giftcode_bot::discord::message_content::MessageContent;
use giftcode_bot::discord::pictures::Pictures;
use giftcode_bot::discord::rest::Access;
use giftcode_bot::discord::session_budget::SessionBudget;
use giftcode_bot::discord::user_limit::UserLimit;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerId, State};
use giftcode_bot::domain::redeeming::state_check::StateCheck;
use giftcode_bot::domain::sync::record::RecordKind;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::health::HealthMonitor;
use giftcode_bot::store::{StateKind, Store};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::joining::reacted;
use crate::world::{CHANNEL, GUILD, OTHER_CHANNEL, PATIENCE};
use discord_double::{Double, Guild, Message, User, permission};

const ALLIANCE: AllianceId = AllianceId::first_of(GuildId(GUILD));

/// Nobody types a state.
struct Unasked;

impl StateChecker for Unasked {
    fn check_state(&self, player: PlayerId, _: State) -> Pin<Box<dyn Future<Output = StateCheck> + Send + '_>> {
        panic!("{player} was checked")
    }
}

/// An instance at work, and the store of another one.
struct World {
    double: Double,
    here: Store,
    there: Store,
    shutdown: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
    _folder: TempDir,
}

fn open(folder: &Path, name: &str) -> Store {
    Store::open(&folder.join(name), StateKind::Bot, Clock::system()).unwrap()
}

impl World {
    async fn start() -> Self {
        let double = Double::start().await;
        double.set_message_content(true);
        let allowed = permission::POSTING | permission::ADD_REACTIONS;
        let guild = Guild::new(GUILD).text(CHANNEL, "ids").text(OTHER_CHANNEL, "more-ids").bot_permissions(allowed);
        double.add_guild(guild);
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (open(folder.path(), "here.db"), open(folder.path(), "there.db"));
        let shutdown = CancellationToken::new();
        let bot = Arc::new(bot(&double, &here, &shutdown));
        let running = tokio::spawn(bot.run(shutdown.clone()));
        double.connected(PATIENCE).await;
        double.registered("manage", PATIENCE).await;
        Self { double, here, there, shutdown, running, _folder: folder }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.unwrap().unwrap();
    }

    /// The other instance sets its channel or gives it up, from this message on.
    async fn set_there(&self, channel: Option<u64>, since: &Message) {
        give(&self.here, &self.there).await;
        let channel = channel.map(ChannelId);
        assert!(self.there.guilds().set_id_channel(ALLIANCE, channel, since.id).await.unwrap());
    }

    /// What the other instance did arrives here.
    async fn arrives(&self) {
        give(&self.there, &self.here).await;
    }

    /// Waits until the player of this message is on the list, and the message noted as answered.
    async fn answers(&self, message: &Message) {
        reacted(&self.double, message, "✅").await;
        let is_noted = async || self.here.guilds().id_channels().await.unwrap().iter().any(|it| it.seen >= message.id);
        let noted = async {
            while !is_noted().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, noted).await.expect("it is never noted");
    }

    /// The players on the list here.
    async fn players(&self) -> Vec<u64> {
        let found = self.here.rosters().find_on_roster(ALLIANCE, String::new(), 25).await.unwrap();
        let mut ids: Vec<u64> = found.iter().map(|player| player.id.to_string().parse().unwrap()).collect();
        ids.sort_unstable();
        ids
    }

    /// How often a channel's messages were read.
    fn reads(&self, channel: u64) -> usize {
        let path = format!("/channels/{channel}/messages");
        let is_one = |path: &str, of: &str| of.split('?').next().is_some_and(|of| of.ends_with(path));
        self.double.requests().iter().filter(|it| it.method == "GET" && is_one(&path, &it.path)).count()
    }
}

fn bot(double: &Double, store: &Store, shutdown: &CancellationToken) -> Bot {
    let clock = Clock::system();
    let access = Access { token: Double::TOKEN.to_owned().into(), proxy: Some(double.url().parse().unwrap()) };
    let connection = ConnectionStatus::new(clock);
    let (feeds, engine) = (watch::channel(Default::default()).1, watch::channel(Default::default()).1);
    Bot {
        guilds: store.guilds(),
        codes: store.codes(),
        rosters: store.rosters(),
        requests: store.requests(),
        redemptions: store.redemptions(),
        batches: store.batches(),
        erasures: store.erasures(),
        people: store.people(),
        reports: store.reports(),
        rest: Arc::new(access.rest(clock).unwrap()),
        access,
        clock,
        state_checker: Arc::new(Unasked),
        health: HealthMonitor::new(store.reports(), store.sync_log(), feeds, engine),
        session_budget: SessionBudget::default(),
        connection,
        dev_guild: None,
        shutdown: shutdown.clone(),
        in_progress: TaskTracker::new(),
        request_limit: UserLimit::new(MAX_REQUESTS),
        check_limit: UserLimit::new(MAX_CHECKS),
        pictures: Pictures::default(),
        registrations: Arc::default(),
        message_content: MessageContent::new(true),
        id_inbox: IdInbox::default(),
    }
}

/// One store's records of servers are merged into another's, as the replicator does it.
async fn give(from: &Store, to: &Store) {
    let records = from.sync_log().page(RecordKind::Guilds, None, 100).await.unwrap();
    to.sync_log().merge(records).await.unwrap();
}

/// A minute passes at once, for the bot alone: the double has a clock of its own.
async fn a_minute_passes() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(60)).await;
    tokio::time::resume();
}

fn is_unanswered(double: &Double, message: &Message) -> bool {
    double.message(message.id).reactions.is_empty()
}

fn members(double: &Double) -> [User; 2] {
    [double.user(GUILD, 0), double.user(GUILD, 0)]
}

#[tokio::test]
async fn a_channel_that_another_instance_sets_is_read_within_a_minute_from_then_on() {
    let world = World::start().await;
    let double = world.double.clone();
    let [one, other] = members(&double);
    let old = ["100001", "hello", "100002"].map(|text| double.post(&one, CHANNEL, text));
    world.set_there(Some(CHANNEL), &old[2]).await;
    let early = double.post(&one, CHANNEL, "100003");
    world.arrives().await;
    let late = double.post(&other, CHANNEL, "nobody's id");
    a_minute_passes().await;
    reacted(&double, &early, "✅").await;
    reacted(&double, &late, "❌").await;
    // From now on at once.
    reacted(&double, &double.post(&other, CHANNEL, "ID: 100003"), "🔁").await;
    assert!(old.iter().all(|message| is_unanswered(&double, message)), "old chat");
    assert_eq!(world.players().await, [100_003]);
    world.stop().await;
}

#[tokio::test]
async fn a_channel_that_another_instance_gives_up_is_chat_again_within_a_minute() {
    let world = World::start().await;
    let double = world.double.clone();
    let [one, other] = members(&double);
    let old = double.post(&one, CHANNEL, "100001");
    world.set_there(Some(CHANNEL), &old).await;
    world.arrives().await;
    a_minute_passes().await;
    world.answers(&double.post(&one, CHANNEL, "100002")).await;

    // The other instance moves it, and somebody writes in the new channel. Meanwhile this one still answers in the first.
    let chat = double.post(&one, OTHER_CHANNEL, "100003");
    world.set_there(Some(OTHER_CHANNEL), &chat).await;
    let moved = double.post(&one, OTHER_CHANNEL, "100004");
    world.answers(&double.post(&other, CHANNEL, "100005")).await;
    world.arrives().await;
    a_minute_passes().await;
    world.answers(&moved).await;
    let reads = world.reads(CHANNEL);
    let left = double.post(&other, CHANNEL, "100006");
    world.answers(&double.post(&one, OTHER_CHANNEL, "100007")).await;
    assert_eq!(world.reads(CHANNEL), reads, "nobody asks for the messages of a channel that is none");

    // It gives that one up, too, which holds from the moment at which it is known here.
    world.set_there(None, &left).await;
    world.arrives().await;
    let mut unanswered = vec![old, chat, left, double.post(&one, OTHER_CHANNEL, "100008")];
    a_minute_passes().await;
    unanswered.push(double.post(&one, OTHER_CHANNEL, "100009"));
    // It is set once more: what was written meanwhile is old.
    unanswered.push(double.post(&one, CHANNEL, "100010"));
    world.set_there(Some(CHANNEL), &unanswered[5]).await;
    let typed = double.post(&other, CHANNEL, "100011");
    world.arrives().await;
    a_minute_passes().await;
    world.answers(&typed).await;
    assert!(unanswered.iter().all(|message| is_unanswered(&double, message)), "chat");
    assert_eq!(world.players().await, [100_002, 100_004, 100_005, 100_007, 100_011]);
    world.stop().await;
}
