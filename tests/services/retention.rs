//! The loop that counts and drops what is old, in paused time.

use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::players::player::AllianceId;
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::retention::Retention;
use giftcode_bot::store::{Admission, AttemptResult, Next};
use tokio_util::sync::CancellationToken;

use crate::support::{GUILD, HOUR, StateFile, code, players};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Runs the loop for a while.
async fn retain(state: &StateFile, time: Duration) {
    let done = CancellationToken::new();
    let retention = Retention::new(state.store.tallies(), state.store.erasures(), state.clock);
    let running = tokio::spawn(Arc::new(retention).run(done.clone()));
    tokio::time::sleep(time).await;
    done.cancel();
    running.await.unwrap().unwrap();
}

async fn over() -> StateFile {
    let state = StateFile::new();
    state.guild(GUILD, players(1..=1200)).await;
    state.guild(AllianceId(2), players(1200..=1201)).await;
    state.list(&["GOOD"]).await;
    state.store.posts().plan().await.unwrap();
    for claim in state.store.redemptions().claim_due(2000, 99, |_| Admission::Take).await.unwrap().taken {
        let verdict =
            AttemptResult { status: Status::Success, history: claim.history, next: Next::Final(Outcome::Granted) };
        state.store.redemptions().record(claim, verdict).await.unwrap();
    }
    state.list(&["OTHER"]).await;
    state
}

async fn granted(state: &StateFile) -> Vec<u32> {
    let mut granted = vec![state.store.reports().code_report(code("GOOD").key(), 1).await.unwrap().granted];
    for guild in [GUILD, AllianceId(2)] {
        granted.push(
            state.store.batches().past_batches(guild, Some(code("GOOD").key()), 1).await.unwrap()[0].tally.granted,
        );
    }
    granted
}

#[tokio::test(start_paused = true)]
async fn a_codes_counts_stay_and_its_redemptions_go_after_eight_weeks() {
    let state = over().await;
    let rows = "SELECT count(*) FROM redemptions WHERE code_key = 'GOOD'";
    retain(&state, 56 * DAY - HOUR).await;
    assert_eq!((state.count(rows), granted(&state).await), (1201, vec![1201, 1200, 2]));
    retain(&state, 2 * HOUR).await;
    assert_eq!((state.count(rows), granted(&state).await), (0, vec![1201, 1200, 2]));
    assert_eq!(state.count("SELECT count(*) FROM tallies"), 3);
    // Posts stay, so that the code is not posted twice.
    assert_eq!(state.count("SELECT count(*) FROM posts WHERE code_key = 'GOOD'"), 2);
}

/// Stopped after each of its steps, it continues where it was.
#[tokio::test(start_paused = true)]
async fn retention_continues_wherever_it_was_stopped() {
    let mut state = over().await;
    retain(&state, 56 * DAY).await;
    let first = Duration::from_secs(600);
    let mut rows = Vec::new();
    for millis in [0, 50, 150, 250, 350, 1000] {
        retain(&state, first + Duration::from_millis(millis)).await;
        assert_eq!(granted(&state).await, [1201, 1200, 2], "{millis}");
        rows.push(state.count("SELECT count(*) FROM redemptions WHERE code_key = 'GOOD'"));
        state = state.reopened().await;
    }
    assert!(rows.is_sorted_by(|more, less| more >= less) && rows[0] > 0 && rows[5] == 0, "{rows:?}");
}

/// Nothing is counted while the clock may be wrong.
#[tokio::test(start_paused = true)]
async fn nothing_is_counted_while_the_clock_is_distrusted() {
    let state = over().await;
    tokio::time::advance(60 * DAY).await;
    state.store.erasures().set_erase_after(state.clock.now() + jiff::SignedDuration::from_hours(24)).await.unwrap();
    retain(&state, 20 * HOUR).await;
    assert_eq!(state.count("SELECT count(*) FROM tallies"), 0);
    retain(&state, 6 * HOUR).await;
    assert_eq!(state.count("SELECT count(*) FROM tallies"), 3);
}
