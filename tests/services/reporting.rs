//! The reporter, with boards that fail in every way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::channel::Blocked;
use giftcode_bot::domain::health::{EngineStatus, WaitReason};
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, GuildId};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::ports::{AnnounceError, BatchBoard, BatchMessage, MessageId, Posted};
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::reporter::Reporter;
use giftcode_bot::store::{Admission, AttemptResult, Next};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{GUILD, StateFile, code, players};

const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };

/// The board's reaction to the next message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Behaviour {
    Takes,
    LosesAnswer,
    Hangs,
    Blocks,
    IsGone,
    /// An earlier attempt had sent it, and it shows what it was sent with.
    WasThere,
    AsksFor(u64),
}

/// A board that deduplicates by nonce, and keeps what it was shown and when.
#[derive(Clone, Default)]
struct Board {
    shown: Arc<Mutex<Vec<(tokio::time::Instant, BatchMessage)>>>,
    script: Arc<Mutex<Vec<Behaviour>>>,
}

impl Board {
    fn script(&self, mut next: Vec<Behaviour>) {
        next.reverse();
        *self.script.lock().unwrap() = next;
    }

    fn shown(&self) -> Vec<BatchMessage> {
        self.shown.lock().unwrap().iter().map(|(_, message)| message.clone()).collect()
    }

    fn nonces(&self) -> usize {
        let mut nonces: Vec<String> = self.shown().into_iter().map(|message| message.nonce).collect();
        nonces.sort();
        nonces.dedup();
        nonces.len()
    }
}

impl BatchBoard for Board {
    async fn show(&self, run: &BatchMessage) -> Result<Posted, AnnounceError> {
        let next = self.script.lock().unwrap().pop().unwrap_or(Behaviour::Takes);
        let error = AnnounceError::passing("no", next == Behaviour::LosesAnswer);
        match next {
            Behaviour::Blocks => return Err(AnnounceError { blocked: Some(Blocked::MissingAccess), ..error }),
            Behaviour::IsGone => return Err(AnnounceError { is_gone: true, ..error }),
            Behaviour::AsksFor(seconds) => {
                return Err(AnnounceError { retry_after: Some(Duration::from_secs(seconds)), ..error });
            }
            Behaviour::Takes | Behaviour::WasThere | Behaviour::LosesAnswer | Behaviour::Hangs => {}
        }
        self.shown.lock().unwrap().push((tokio::time::Instant::now(), run.clone()));
        match next {
            Behaviour::Hangs => std::future::pending().await,
            Behaviour::LosesAnswer => Err(error),
            _ => Ok(Posted::new(MessageId(7), next != Behaviour::WasThere)),
        }
    }
}

fn run(state: &StateFile, board: &Board) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    let stop = CancellationToken::new();
    let engine = EngineStatus { limit: Some(LIMIT), ..EngineStatus::default() };
    let engine = watch::Sender::new(engine).subscribe();
    let reporter = Reporter::new(
        board.clone(),
        state.store.batches(),
        state.store.guilds(),
        state.store.posts(),
        state.clock,
        engine,
    );
    (tokio::spawn(Arc::new(reporter).run(stop.clone())), stop)
}

/// A guild with a channel, five players and a batch of one code.
async fn started(state: &StateFile) {
    state.guild(GUILD, players(1..=5)).await;
    state.list(&["A1"]).await;
    state.store.requests().start_batch(GUILD, code("A1").key(), 1).await.unwrap();
}

/// Decides this many of the due redemptions.
async fn decide(state: &StateFile, count: usize) {
    for claim in state.store.redemptions().claim_due(count, 12, |_| Admission::Take).await.unwrap().taken {
        let verdict =
            AttemptResult { status: Status::Success, history: claim.history, next: Next::Final(Outcome::Granted) };
        state.store.redemptions().record(claim, verdict).await.unwrap();
    }
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_one_message_that_is_edited_with_pauses_and_ends_as_a_summary() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    let (task, stop) = run(&state, &board);
    seconds(2).await;
    for _ in 0..4 {
        decide(&state, 1).await;
        seconds(2).await;
    }
    seconds(20).await;
    let under_way = board.shown();
    assert_eq!((under_way.first().unwrap().tally.granted, under_way.last().unwrap().tally.granted), (0, 4));
    assert!(under_way[1..].iter().all(|message| message.message == Some(MessageId(7))), "the same message");
    assert_eq!(under_way[0].wait_reason, Some(WaitReason::Limit(LIMIT)));
    let times: Vec<_> = board.shown.lock().unwrap().iter().map(|(at, _)| *at).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(5)), "{times:?}");
    // Nothing new, so nothing is sent.
    let before = board.shown().len();
    seconds(60).await;
    assert_eq!(board.shown().len(), before);
    decide(&state, 1).await;
    seconds(6).await;
    let ended = board.shown().last().unwrap().clone();
    assert_eq!((ended.is_finished, ended.tally.granted, ended.wait_reason), (true, 5, None));
    seconds(60).await;
    assert_eq!((board.shown().len(), board.nonces()), (before + 1, 1));
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn lost_answers_hangs_and_restarts_make_no_second_message() {
    let (mut state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    board.script(vec![Behaviour::LosesAnswer, Behaviour::Hangs, Behaviour::LosesAnswer]);
    let (task, stop) = run(&state, &board);
    seconds(120).await;
    assert!(board.shown()[1].attempted_at.is_some(), "it is told that an attempt was made");
    assert_eq!(board.nonces(), 1);
    stop.cancel();
    task.await.unwrap().unwrap();
    state = state.reopened().await;
    decide(&state, 5).await;
    let (task, stop) = run(&state, &board);
    seconds(10).await;
    let ended = board.shown().last().unwrap().clone();
    assert_eq!((ended.is_finished, ended.message, board.nonces()), (true, Some(MessageId(7)), 1));
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_refuses_pauses_its_guild_and_a_message_that_was_taken_away_is_not_sent_again() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    board.script(vec![Behaviour::Blocks]);
    let (task, stop) = run(&state, &board);
    seconds(30).await;
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().paused, Some(Blocked::MissingAccess));
    assert_eq!(board.shown().len(), 0);
    state.store.guilds().resume_guild(GUILD).await.unwrap();
    seconds(30).await;
    assert_eq!(board.shown().len(), 1);
    board.script(vec![Behaviour::IsGone]);
    decide(&state, 1).await;
    seconds(30).await;
    decide(&state, 4).await;
    seconds(30).await;
    assert_eq!(board.shown().len(), 1, "it is not wanted");
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn posts_go_first_and_a_guild_without_a_channel_gets_no_message() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    // A post is due and never sent, because nobody posts here.
    state.store.posts().plan().await.unwrap();
    state.store.rosters().add_to_roster(AllianceId(7), players(9..=9)).await.unwrap();
    state.store.requests().start_batch(AllianceId(7), code("A1").key(), 1).await.unwrap();
    let (task, stop) = run(&state, &board);
    seconds(20).await;
    assert_eq!(board.shown().len(), 0);
    // But posts do not delay it for ever.
    seconds(20).await;
    let guilds: Vec<AllianceId> = board.shown().iter().map(|message| message.guild).collect();
    assert_eq!(guilds, [GUILD]);
    // An old end is not shown in a channel that is set later.
    decide(&state, 6).await;
    seconds(7 * 3600).await;
    state.store.guilds().set_channel(AllianceId(7), ChannelId(8)).await.unwrap();
    seconds(60).await;
    assert!(board.shown().iter().all(|message| message.guild == GUILD));
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_first_message_that_comes_back_with_its_old_content_is_edited() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    // The answer is lost. By the next try everything is decided, and Discord answers with the message as it was sent.
    board.script(vec![Behaviour::LosesAnswer, Behaviour::WasThere]);
    let (task, stop) = run(&state, &board);
    seconds(2).await;
    decide(&state, 5).await;
    seconds(30).await;
    let shown = board.shown();
    let last = shown.last().unwrap();
    assert_eq!(
        (last.message, last.is_finished, last.tally.granted),
        (Some(MessageId(7)), true, 5),
        "it stays as it was"
    );
    assert_eq!((shown.len(), board.nonces()), (3, 1), "and it is told once");
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_is_refused_pauses_no_guild() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    let (task, stop) = run(&state, &board);
    seconds(2).await;
    board.script(vec![Behaviour::Blocks; 3]);
    decide(&state, 5).await;
    seconds(20).await;
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().paused, None);
    seconds(60).await;
    assert!(board.shown().last().unwrap().is_finished);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_batch_in_a_paused_guild_shows_its_end_once_the_guild_is_tried_again() {
    for after in [Duration::from_secs(60), Duration::from_secs(7 * 3600)] {
        let (state, board) = (StateFile::new(), Board::default());
        started(&state).await;
        let (task, stop) = run(&state, &board);
        seconds(2).await;
        // Posts are refused, and nothing shows when they no longer are.
        let resume_at = state.clock.now() + jiff::SignedDuration::from_mins(15);
        let guilds = state.store.guilds();
        assert!(guilds.pause_guild(GUILD, None, Blocked::MissingPermissions, Some(resume_at)).await.unwrap());
        decide(&state, 5).await;
        tokio::time::sleep(Duration::from_secs(14 * 60)).await;
        assert!(!board.shown().last().unwrap().is_finished);
        tokio::time::sleep(after).await;
        seconds(10).await;
        let ended = board.shown().last().unwrap().clone();
        assert_eq!((ended.is_finished, ended.message), (true, Some(MessageId(7))));
        stop.cancel();
        task.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_message_ends_the_pause_of_its_guild() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    board.script(vec![Behaviour::Blocks]);
    let (task, stop) = run(&state, &board);
    seconds(3).await;
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().paused, Some(Blocked::MissingAccess));
    decide(&state, 5).await;
    seconds(16 * 60).await;
    assert!(board.shown().last().unwrap().is_finished);
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().paused, None);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_immediate_retry_keeps_the_pauses_of_its_message() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    let (task, stop) = run(&state, &board);
    seconds(2).await;
    for claim in state.store.redemptions().claim_due(5, 12, |_| Admission::Take).await.unwrap().taken {
        let verdict = AttemptResult {
            status: Status::RechargeMoneyVip,
            history: claim.history,
            next: Next::Final(Outcome::Failed),
        };
        state.store.redemptions().record(claim, verdict).await.unwrap();
    }
    while !board.shown().last().unwrap().is_finished {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    seconds(1).await;
    state.store.requests().retry_batch(GUILD, code("A1").key(), 1).await.unwrap();
    decide(&state, 1).await;
    seconds(20).await;
    let times: Vec<_> = board.shown.lock().unwrap().iter().map(|(at, _)| *at).collect();
    assert!(times.len() > 2 && times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(5)), "{times:?}");
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_message_waits_as_long_as_the_channel_asks() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    board.script(vec![Behaviour::AsksFor(12)]);
    let began = tokio::time::Instant::now();
    let (task, stop) = run(&state, &board);
    seconds(40).await;
    let first = board.shown.lock().unwrap()[0].0 - began;
    assert!((12..=14).contains(&first.as_secs()), "{first:?}");
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_new_language_of_the_server_is_shown_at_once() {
    let (state, board) = (StateFile::new(), Board::default());
    started(&state).await;
    state.store.guilds().note_locale(GuildId(GUILD.0), "de").await.unwrap();
    let (task, stop) = run(&state, &board);
    seconds(30).await;
    let languages = || board.shown().iter().map(|message| message.language).collect::<Vec<_>>();
    assert_eq!(languages(), [Language::De]);
    state.store.guilds().set_server_language(GuildId(GUILD.0), Language::Ja).await.unwrap();
    seconds(30).await;
    assert_eq!(languages(), [Language::De, Language::Ja]);
    // The same message, once more.
    assert_eq!((board.nonces(), board.shown()[1].message), (1, Some(MessageId(7))));
    stop.cancel();
    task.await.unwrap().unwrap();
}
