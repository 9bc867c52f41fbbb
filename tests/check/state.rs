//! The state file and its disk.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use giftcode_bot::domain::check::{FindingId, disk_space};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};

use crate::support::{QUICKLY, Report, bare, found_by_rule, listing, report};

/// The user as whom the check runs if the tests run as root, because permissions do not stop root.
const NOBODY: u32 = 65534;

async fn check(folder: &Path, state: &str, more: &[&str]) -> Report {
    report(bare(folder, &[("STATE_FILE", state)]), more).await
}

fn make(path: &Path, kind: StateKind) {
    drop(Store::open(path, kind, Clock::system()).unwrap());
}

fn set_schema(path: &Path, schema: u32) {
    rusqlite::Connection::open(path).unwrap().pragma_update(None, "user_version", schema).unwrap();
}

pub async fn each_kind_of_state_file_is_told_apart_and_none_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.db"), "").unwrap();
    std::fs::write(path("other.db"), "This is something else. ".repeat(500)).unwrap();
    std::fs::create_dir(path("folder.db")).unwrap();
    for name in ["good.db", "newer.db", "older.db", "torn.db"] {
        make(&path(name), StateKind::Bot);
    }
    make(&path("redeem.db"), StateKind::Redeem);
    let good = rusqlite::Connection::open(path("good.db")).unwrap();
    let schema: u32 = good.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    drop(good);
    set_schema(&path("newer.db"), 9999);
    set_schema(&path("older.db"), 3);
    let mut torn = std::fs::read(path("torn.db")).unwrap();
    let last_page = torn.len() - 4096;
    torn[last_page..].fill(0x5A);
    std::fs::write(path("torn.db"), torn).unwrap();
    let before = listing(folder.path());
    for (name, id, text) in [
        ("absent.db", FindingId::StateAbsent, "it does not exist; the bot makes it"),
        ("new/folder/absent.db", FindingId::StateAbsent, "it does not exist; the bot makes it"),
        ("empty.db", FindingId::StateEmpty, "it is empty"),
        ("other.db", FindingId::StateDamaged, "it is damaged (it is not a state file)"),
        ("torn.db", FindingId::StateDamaged, "it is damaged ("),
        ("folder.db", FindingId::StateUnreadable, "it is not a file"),
        ("redeem.db", FindingId::StateForeign, "it holds the state of an unfinished redeem"),
        ("newer.db", FindingId::StateNewer, "a newer giftcode-bot has written it"),
        ("older.db", FindingId::StateOlder, "schema 3, "),
        ("good.db", FindingId::StateWorks, &format!("schema {schema}, ")),
    ] {
        let found = check(folder.path(), name, &[]).await;
        let line = found.line(id);
        assert_eq!(line["subject"], name, "{line}");
        assert!(line["text"].as_str().unwrap().starts_with(text), "{name}: {line}");
        let quick = check(folder.path(), name, &["--quick"]).await;
        assert!(quick.took < QUICKLY, "{name}: {:?}", quick.took);
        quick.has(&[id]);
    }
    assert_eq!(listing(folder.path()), before);
}

pub async fn a_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("data");
    std::fs::create_dir(&inner).unwrap();
    make(&inner.join("giftcode.db"), StateKind::Bot);
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(inner.join("giftcode.db"), Permissions::from_mode(0o644)).unwrap();
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    // Another user may not enter this user's folders.
    let program = folder.path().join("giftcode-bot");
    std::fs::copy(env!("CARGO_BIN_EXE_giftcode-bot"), &program).unwrap();
    let run = |state: &'static str| {
        let usual = bare(folder.path(), &[("STATE_FILE", state)]);
        let variables =
            usual.as_std().get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        let mut command = tokio::process::Command::new(&program);
        command.env_clear().current_dir(folder.path()).envs(variables.collect::<Vec<_>>());
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        report(command, &["--quick"])
    };
    std::fs::set_permissions(&inner, Permissions::from_mode(0o555)).unwrap();
    for state in ["data/giftcode.db", "data/absent.db"] {
        let found = run(state).await;
        let text = found.text(FindingId::StateReadOnly);
        assert!(text.contains("cannot be written"), "{text}");
    }
    std::fs::set_permissions(&inner, Permissions::from_mode(0o000)).unwrap();
    run("data/giftcode.db").await.has(&[FindingId::StateUnreadable]);
    std::fs::set_permissions(&inner, Permissions::from_mode(0o755)).unwrap();
}

/// A disk of this many megabytes at this path, until it is dropped; `None` if this user may not mount one.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path, megabytes: u32) -> Option<Self> {
        std::fs::create_dir(at).unwrap();
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "none"]).arg(at);
        let mounted = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(at))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

pub async fn a_disk_without_room_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, megabytes, id) in [("low", 60, FindingId::DiskLow), ("full", 8, FindingId::DiskFull)] {
        let at = folder.path().join(name);
        match Disk::mount(&at, megabytes) {
            Some(_disk) => {
                let found = check(folder.path(), &format!("{name}/giftcode.db"), &["--quick"]).await;
                assert!(found.text(id).ends_with("MB are free where the state file is"), "{:#}", found.json);
            }
            None => {
                println!("this user may not mount a small disk: the rule alone is tested");
                assert_eq!(disk_space(u64::from(megabytes) << 20, 0).id, id);
                found_by_rule(id);
            }
        }
    }
}
