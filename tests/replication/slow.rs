//! A slow MongoDB is reported as catching up, not as down.

use std::pin::pin;
use std::time::Duration;

use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::store::Store;

use crate::bots::HANGING;
use crate::converging::DATABASE;
use crate::proxy::Proxy;
use crate::server::{Server, hard_work};
use crate::sessions::session;

const PLAYERS: u64 = 5_000;
/// At this rate a command of 32 documents takes about 2 s.
const THIN: u32 = 7_000;

/// A roster of 5,000 players who are on no other.
async fn add_roster(store: &Store, guild: u64) {
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("Frost {id}"),
        state: State::new(245),
        furnace_level: None,
    };
    let players = (1..=PLAYERS).map(|number| player(guild * 1_000_000 + number)).collect();
    store.rosters().add_to_roster(AllianceId(guild), players).await.unwrap();
}

/// The sentences of the health line about both stores during the work, each once.
async fn reported_during(store: &Store, work: impl Future<Output = ()>) -> Vec<String> {
    let mut work = pin!(work);
    let (mut said, mut is_done) = (Vec::new(), false);
    while !is_done {
        tokio::select! {
            biased;
            () = &mut work => is_done = true,
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
        let trouble = store.sync_log().replica_status().await.unwrap().trouble();
        said.extend(trouble.filter(|trouble| said.last() != Some(trouble)));
    }
    said
}

async fn until_sent(store: &Store) {
    let sent = async {
        while store.sync_log().unsent().await.unwrap().records > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(HANGING, sent).await.unwrap();
}

async fn until_reported_as_catching_up(store: &Store) {
    let said = async {
        let is_reported = |trouble: Option<String>| trouble.is_some_and(|trouble| trouble.contains("is catching up"));
        while !is_reported(store.sync_log().replica_status().await.unwrap().trouble()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(HANGING, said).await.unwrap();
}

pub async fn a_slow_mongodb_is_not_reported_as_down_while_it_takes_a_roster_of_5_000() {
    let _one = hard_work().await;
    let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
    let far = Proxy::far(&server.uri(), Duration::from_millis(100));
    let is_behind = |trouble: &String| trouble.starts_with("MongoDB is catching up: it lacks ");
    let mut sessions = 0;
    let work = async |store: &Store| {
        sessions += 1;
        // The first write finds that MongoDB accepts writes.
        store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
        until_sent(store).await;
        let said = reported_during(store, async {
            add_roster(store, 1).await;
            until_sent(store).await;
        });
        let said = said.await;
        // None, unless this machine is very busy.
        assert!(said.iter().all(is_behind), "{said:#?}");
        // Over a thin connection the next one takes longer than a minute, and is reported as such.
        far.thin(THIN);
        let said = reported_during(store, async {
            add_roster(store, 2).await;
            until_reported_as_catching_up(store).await;
        });
        let said = said.await;
        assert!(!said.is_empty() && said.iter().all(is_behind), "{said:#?}");
        far.thin(0);
        until_sent(store).await;
        assert_eq!(store.sync_log().replica_status().await.unwrap().trouble(), None);
    };
    session(&folder.path().join("a.db"), &far.uri(), DATABASE, work).await;
    assert_eq!(sessions, 1, "nothing began anew");
}
