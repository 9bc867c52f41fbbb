//! A state file and an export of a program that knew one alliance per server.

use std::path::{Path, PathBuf};

use giftcode_bot::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerId, RoleId, State, UserId};
use giftcode_bot::domain::players::self_service::JoinMode;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::ports::MessageId;
use giftcode_bot::store::{Alliance, AllianceAdded, Store};
use rusqlite::Connection;

use crate::state::{open, state};

/// The last migration of that program.
const MIGRATIONS: usize = 15;
const FIRST: AllianceId = AllianceId(100);
const OTHER: AllianceId = AllianceId(200);

fn in_sources(path: &[&str]) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR")].iter().chain(path).collect()
}

fn data(name: &str) -> String {
    std::fs::read_to_string(in_sources(&["tests", "data", "before-alliances", name])).unwrap()
}

/// The file as that program left it.
fn write_old_file(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let folder = std::fs::read_dir(in_sources(&["migrations"])).unwrap();
    let mut migrations: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    migrations.sort();
    assert!(migrations.len() > MIGRATIONS);
    for migration in &migrations[..MIGRATIONS] {
        connection.execute_batch(&std::fs::read_to_string(migration).unwrap()).unwrap();
    }
    connection.pragma_update(None, "user_version", MIGRATIONS as i64).unwrap();
    connection.execute_batch(&data("state.sql")).unwrap();
}

async fn roster(store: &Store, alliance: AllianceId) -> Vec<(u64, String, Option<State>)> {
    let players = store.rosters().whole_roster(alliance).await.unwrap();
    players.into_iter().map(|player| (player.id.get(), player.nickname, player.state)).collect()
}

async fn is_as_it_was(store: &Store) {
    let guilds = store.guilds();
    let only = |id: AllianceId, channel, auto_redeem| {
        vec![Alliance { id, name: None, channel: Some(ChannelId(channel)), auto_redeem, players: 2 }]
    };
    assert_eq!(guilds.alliances(GuildId(100)).await.unwrap(), only(FIRST, 11, true));
    assert_eq!(guilds.alliances(GuildId(200)).await.unwrap(), only(OTHER, 12, false));
    assert_eq!(
        guilds.known_guilds().await.unwrap(),
        [(100, false), (200, false), (300, true)].map(|(id, gone)| (GuildId(id), gone))
    );
    assert!(guilds.servers_with_several().await.unwrap().is_empty());
    assert!(guilds.past_alliances(GuildId(100)).await.unwrap().is_empty());

    let settings = guilds.guild(FIRST).await.unwrap();
    assert_eq!((settings.channel, settings.channel_kind), (Some(ChannelId(11)), None));
    assert_eq!(settings.mention_roles, [RoleId(21)]);
    assert_eq!((settings.auto_redeem, settings.players, settings.paused, settings.failing), (true, 2, None, None));
    let settings = guilds.guild(OTHER).await.unwrap();
    assert_eq!((settings.channel, settings.mention_roles, settings.auto_redeem), (Some(ChannelId(12)), vec![], false));
    // What that program did not know has its default.
    assert_eq!(guilds.join_mode(GuildId(100)).await.unwrap(), JoinMode::default());
    assert_eq!(guilds.server_language(GuildId(100)).await.unwrap(), Language::default());
    assert!(
        guilds.access_roles(GuildId(100)).await.unwrap().is_empty() && guilds.id_channels().await.unwrap().is_empty()
    );

    let (frost, ice) = ((1, "Frost \"Lord\" ❄".to_owned(), State::new(245)), (2, "Ice".to_owned(), State::new(245)));
    assert_eq!(roster(store, FIRST).await, [frost, ice.clone()]);
    assert_eq!(roster(store, OTHER).await, [ice, (3, String::new(), None)]);
    let linked = store.rosters().links(UserId(51)).await.unwrap();
    assert_eq!(linked.iter().map(|player| player.id).collect::<Vec<_>>(), [PlayerId::new(1).unwrap()]);

    assert_eq!(guilds.alliances_of_post(GuildId(100), MessageId(31), &[], &[]).await.unwrap(), [FIRST]);
    assert_eq!(guilds.alliances_of_post(GuildId(200), MessageId(32), &[], &[]).await.unwrap(), [OTHER]);
    let [batch] = &store.batches().past_batches(FIRST, None, 10).await.unwrap()[..] else { panic!("one batch") };
    let times = [batch.started_at, batch.finished_at.unwrap()].map(|at| at.as_millisecond());
    assert_eq!((batch.code.as_str(), times), ("gogoWOS", [1_789_990_002_000, 1_789_990_004_000]));
    assert_eq!((batch.tally.granted, batch.tally.already, batch.tally.pending, batch.tally.failures()), (1, 1, 0, 0));
    assert!(store.batches().past_batches(OTHER, None, 10).await.unwrap().is_empty());
}

/// What waited is sent once, as it was planned, and what was posted is not posted again.
async fn goes_on_where_it_stopped(store: &Store) {
    store.posts().plan().await.unwrap();
    let [due] = &store.posts().due_messages().await.unwrap()[..] else { panic!("one message") };
    let post = &due.announcement;
    assert_eq!(
        (post.nonce.as_str(), post.server, post.guild, post.channel),
        ("n3", GuildId(100), FIRST, ChannelId(11))
    );
    assert_eq!((&post.roles[..], post.is_auto), (&[RoleId(21)][..], true));
    assert_eq!(post.alliances, Vec::<String>::new(), "nobody sees the word while there is one");
    let codes: Vec<&str> = post.codes.iter().map(|code| code.code.as_str()).collect();
    assert_eq!(codes, ["WOS1105"]);
    // A second alliance changes nothing for the first.
    let guilds = store.guilds();
    let before = guilds.guild(FIRST).await.unwrap();
    let added = guilds.add_alliance(GuildId(100), AllianceId(900), "ICE".into(), "FIRE".into()).await.unwrap();
    assert_eq!(added, AllianceAdded::Added);
    let named: Vec<_> = guilds.alliances(GuildId(100)).await.unwrap().into_iter().map(|it| (it.id, it.name)).collect();
    assert_eq!(named, [(FIRST, Some("FIRE".to_owned())), (AllianceId(900), Some("ICE".to_owned()))]);
    assert_eq!(guilds.guild(FIRST).await.unwrap(), before);
    assert_eq!(guilds.alliances_of_post(GuildId(100), MessageId(31), &[], &[]).await.unwrap(), [FIRST]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_file_and_an_export_from_before_several_alliances_read_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_old_file(&path.join("file.db"));
    std::fs::write(path.join("old.json"), data("export.json")).unwrap();
    let said = state(path, "export.db", ["import", "old.json"]).await.unwrap();
    let count = data("export.json").lines().filter(|line| line.contains("\"kind\"")).count();
    assert_eq!(
        said,
        format!("{count} records read from old.json; {count} taken over, the others were here already.\n")
    );
    for name in ["file", "export"] {
        is_as_it_was(&open(path, &format!("{name}.db"))).await;
        state(path, &format!("{name}.db"), ["export", &format!("{name}.json")]).await.unwrap();
    }
    let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    assert_eq!(read("file.json"), read("export.json"), "both hold the same records");
    for name in ["file.db", "export.db"] {
        goes_on_where_it_stopped(&open(path, name)).await;
    }
}
