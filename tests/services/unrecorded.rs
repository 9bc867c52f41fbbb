//! Results of calls that the store could not record.

use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::game::GameClient;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::services::engine::{Engine, Unrecorded};
use tokio_util::sync::CancellationToken;

use crate::engine::{POLICY, due, game_settings, redeem_calls, settings, world};
use crate::support::{GUILD, Lines, StateFile, code, player, players};

fn engine(unrecorded: &Unrecorded, state: &StateFile, sim: &GameSim) -> std::sync::Arc<Engine<GameClient>> {
    let game = GameClient::with_sessions(game_settings(sim, "salt"), state.clock, 2, POLICY.base).unwrap();
    Engine::after(unrecorded.clone(), game, state.store.redemptions(), state.clock, settings(2))
}

/// The file is removed while calls are in flight. The next working copy has what MongoDB had: no claims, and perhaps no redemptions
/// yet.
#[tokio::test(start_paused = true)]
async fn a_calls_result_outlives_the_file_that_could_not_record_it() {
    for is_planned in [true, false] {
        let lines = Lines::capture();
        let said =
            |id: &String| lines.all().iter().filter(|line| line.contains(&format!("edeemed for P{id}:"))).count();
        let (broken, next) = (StateFile::new(), StateFile::new());
        let latency = std::time::Duration::from_secs(2);
        let sim = GameSim::start(GameSimSettings { latency, ..world(6) }, broken.clock).unwrap();
        let not_there = r#"{"code":1,"data":[],"msg":"ROLE NOT EXIST.","err_code":40001}"#;
        sim.set_troubles(vec![Trouble::of_all(Wrong::json(200, not_there)).of_player(player(4).id)]);
        due(&broken, players(1..=6), &["GOOD"]).await;
        let (unrecorded, stop) = (Unrecorded::default(), CancellationToken::new());
        let first = tokio::spawn(engine(&unrecorded, &broken, &sim).run(stop.clone()));
        while sim.ledger(|ledger| redeem_calls(ledger).len()) < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        std::fs::remove_file(broken.path()).unwrap();
        broken.store.broken().await;
        stop.cancel();
        first.await.unwrap().unwrap();
        let called = sim.ledger(redeem_calls);
        // The log shows what the first file had and the next one lacks.
        let in_flight: Vec<_> = called.keys().filter(|id| said(id) == 0).collect();
        assert_eq!(in_flight.len(), 2, "{:?}", lines.all());

        next.guild(GUILD, players(1..=6)).await;
        next.list(&["GOOD"]).await;
        if is_planned {
            next.store.posts().plan().await.unwrap();
        }
        let (second, stop) = (engine(&unrecorded, &next, &sim), CancellationToken::new());
        let task = tokio::spawn(second.run(stop.clone()));
        next.store.posts().plan().await.unwrap();
        next.until_decided().await;
        stop.cancel();
        task.await.unwrap().unwrap();
        let again = sim.ledger(redeem_calls);
        for id in in_flight {
            assert_eq!(called[id].len(), again[id].len(), "{id} was called for again");
            assert_eq!(said(id), 1, "{:?}", lines.all());
        }
        let report = next.store.reports().code_report(code("GOOD").key(), 1).await.unwrap();
        assert_eq!((report.granted + report.already, report.failed.values().sum::<u32>()), (5, 1));
        assert!(
            next.store.reports().redemption_rows().await.unwrap().iter().all(|row| row.outcome != Outcome::Pending)
        );
    }
}
