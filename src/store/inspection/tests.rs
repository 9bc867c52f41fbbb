use super::*;
use crate::runtime::clock::Clock;
use crate::store::Store;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

async fn with_server(path: &Path) -> Store {
    let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
    store.guilds().set_channel(AllianceId(7), ChannelId(8)).await.unwrap();
    store
}

#[tokio::test]
async fn a_file_in_use_is_read_with_its_log_and_one_at_rest_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?.db");
    let store = with_server(&path).await;
    store.redemptions().note_call(Endpoint::Redeem).await.unwrap();
    let overview = state_overview(&path).unwrap();
    assert_eq!(overview.schema.0, overview.schema.1);
    assert_eq!((overview.servers[0].guild, overview.servers[0].channel), (AllianceId(7), ChannelId(8)));
    assert_eq!(overview.calls, [RecordedCall { endpoint: Endpoint::Redeem, ended_at: None }]);
    assert!(!overview.is_log_unread);
    drop(store);
    let before = names(folder.path());
    assert!(!before.iter().any(|name| name.ends_with("-wal")), "{before:?}");
    assert_eq!(state_overview(&path).unwrap(), overview);
    assert_eq!(check_integrity(&path, Duration::from_secs(60)).unwrap(), Integrity::Sound);
    assert_eq!(names(folder.path()), before);
}

#[tokio::test]
async fn the_log_of_a_killed_bot_is_read_only_if_that_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("a.db"), folder.path().join("b.db"));
    let store = with_server(&path).await;
    for suffix in ["", "-wal"] {
        std::fs::copy(beside(&path, suffix), beside(&copy, suffix)).unwrap();
    }
    drop(store);
    let before = names(folder.path());
    let overview = state_overview(&copy).unwrap();
    assert!(overview.is_log_unread && overview.servers.is_empty(), "{overview:?}");
    assert_eq!(names(folder.path()), before);
}

#[tokio::test]
async fn a_removed_or_paused_server_is_told_from_one_that_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = with_server(&path).await;
    for (guild, channel) in [(9, 10), (11, 12)] {
        store.guilds().set_channel(AllianceId(guild), ChannelId(channel)).await.unwrap();
    }
    store.guilds().pause_guild(AllianceId(9), None, Blocked::TimedOut, None).await.unwrap();
    store.guilds().guild_removed(GuildId(11)).await.unwrap();
    let found: Vec<_> = state_overview(&path).unwrap().servers.iter().map(|s| (s.guild.0, s.paused)).collect();
    assert_eq!(found, [(9, Some(Blocked::TimedOut)), (7, None)]);
}

#[test]
fn files_that_are_no_state_file_of_this_version_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    std::fs::write(&path, "x".repeat(5000)).unwrap();
    assert!(matches!(state_overview(&path), Err(StoreError::Damaged { .. })));
    std::fs::write(&path, "").unwrap();
    assert_eq!(state_overview(&path).unwrap().schema.0, 0);
    assert!(matches!(state_overview(&folder.path().join("none")), Err(StoreError::Open { .. })));
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(state_overview(&other), Err(StoreError::WrongKind { .. })));
    let redeem = folder.path().join("redeem.db");
    drop(Store::open(&redeem, StateKind::Redeem, Clock::system()).unwrap());
    assert!(matches!(state_overview(&redeem), Err(StoreError::WrongKind { .. })));
    let newer = folder.path().join("newer.db");
    drop(Store::open(&newer, StateKind::Bot, Clock::system()).unwrap());
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 999).unwrap();
    assert!(matches!(state_overview(&newer), Err(StoreError::Newer(_))));
}

#[test]
fn a_damaged_page_is_found_and_a_check_without_time_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(Store::open(&path, StateKind::Bot, Clock::system()).unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    bytes[(pages - 1) * 4096..].fill(0x5A);
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(check_integrity(&path, Duration::from_secs(60)).unwrap(), Integrity::Faulty(_)));
    let large = folder.path().join("large.db");
    let connection = Connection::open(&large).unwrap();
    let sql = "CREATE TABLE t (x); CREATE INDEX i ON t (x);
               WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300000) INSERT INTO t SELECT x || 'text' FROM n";
    connection.execute_batch(sql).unwrap();
    drop(connection);
    assert_eq!(check_integrity(&large, Duration::ZERO).unwrap(), Integrity::Unfinished);
}

#[test]
fn the_holder_of_a_lock_is_found_without_taking_it() {
    let locks = "1: POSIX  ADVISORY  WRITE 10 fe:01:77 0 EOF\n\
                 2: FLOCK  ADVISORY  READ 11 fe:01:77 0 EOF\n\
                 3: FLOCK  ADVISORY  WRITE 12 00:2a:77 0 EOF\n\
                 4: -> FLOCK  ADVISORY  WRITE 13 fe:01:77 0 EOF\n\
                 5: FLOCK  ADVISORY  WRITE 14 fe:01:77 0 EOF\n";
    let device = rustix::fs::makedev(0xfe, 1);
    assert_eq!(holder_in(locks, (device, 77), |_| false), Some(14));
    assert_eq!(holder_in(locks, (device, 77), |process| process == 12), Some(12));
    assert_eq!(holder_in(locks, (device, 78), |_| true), None);
    if !Path::new(LOCKS).exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    assert_eq!(lock_holder(&path), None);
    let lock = crate::store::FileLock::take(&path).unwrap();
    assert_eq!(lock_holder(&path), Some(std::process::id()));
    drop(lock);
    assert_eq!(lock_holder(&path), None);
}
