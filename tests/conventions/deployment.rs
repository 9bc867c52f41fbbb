//! The deployment files know the program: its variables, its times, its compiler, the files that it is built from.
//!
//! `deploy/lint/run` checks them against what Docker, Compose, Render, systemd and GitHub document.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use giftcode_bot::runtime::config::VARIABLES;

use crate::citations::without_dots;
use crate::{read, root, sources};

/// Where variables of the program are named.
const FILES: &[&str] = &[
    ".github/ISSUE_TEMPLATE/bug.yml",
    "Dockerfile",
    "README.md",
    "deploy/giftcode-bot.service",
    "deploy/render-free.yaml",
    "docker-compose.yml",
    "docs/deploying.md",
    "render.yaml",
];

/// Names that look like variables of the program, and are others'.
const OTHERS: &[&str] = &[
    // cargo and the C compiler.
    "TARGET_CC",
    // Railway: the user that a container runs as.
    "RAILWAY_RUN_UID",
    // systemd.unit: address families.
    "AF_INET",
    "AF_INET6",
    "AF_UNIX",
    "AF_NETLINK",
];

fn is_known(name: &str) -> bool {
    name == "MONGO_URI" || VARIABLES.iter().any(|variable| variable.name == name)
}

/// The words of a text that are written like a variable's name, with at least one underscore.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_name = |word: &&str| word.trim_matches('_') == *word && word.contains('_');
    // A word of mixed case, such as a path, is none.
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| word.chars().all(is_part));
    words.filter(is_name).collect()
}

fn unknown(text: &str) -> Vec<&str> {
    names(text).into_iter().filter(|name| !is_known(name) && !OTHERS.contains(name)).collect()
}

#[test]
fn every_variable_in_a_deployment_file_is_one_of_the_program() {
    for file in FILES {
        assert_eq!(unknown(&read(&root().join(file))), Vec::<&str>::new(), "{file}");
    }
    assert_eq!(unknown("- key: MONGODB_URL\n`GIFTCODE_API_URL` STATEFILE Target_CC"), ["MONGODB_URL"]);
}

/// The names that these files set, where no underscore shows that it is one.
fn set(file: &str) -> BTreeSet<String> {
    let text = read(&root().join(file));
    let name = |line: &str| -> Option<String> {
        let line = line.trim().trim_start_matches("# ");
        let name = match file.rsplit('.').next()? {
            "service" => line.strip_prefix("Environment=")?.split('=').next()?,
            "yaml" => line.strip_prefix("- key: ")?,
            _ => line.split_once(": ")?.0,
        };
        name.chars().all(|c| c.is_ascii_uppercase() || c == '_').then(|| name.to_owned())
    };
    text.lines().filter_map(name).collect()
}

#[test]
fn every_variable_that_is_set_is_one_of_the_program() {
    for file in ["deploy/giftcode-bot.service", "deploy/render-free.yaml", "docker-compose.yml", "render.yaml"] {
        let set = set(file);
        assert!(!set.is_empty(), "{file}");
        assert!(set.iter().all(|name| is_known(name)), "{file}: {set:?}");
    }
}

#[test]
fn no_secret_stands_in_a_blueprint() {
    for file in ["render.yaml", "deploy/render-free.yaml"] {
        let text = read(&root().join(file));
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let secrets = VARIABLES.iter().filter(|variable| variable.is_secret);
        let mut asked = 0;
        for secret in secrets {
            let key = format!("- key: {}", secret.name);
            for at in (0..lines.len()).filter(|at| lines[*at] == key) {
                assert_eq!(lines[at + 1], "sync: false", "{file}: {}", secret.name);
                asked += 1;
            }
        }
        assert!(asked >= 2, "{file} asks for the token and the connection string");
    }
}

/// The number after `before` in a file.
fn number(file: &str, before: &str) -> u64 {
    let text = read(&root().join(file));
    let rest = text.split_once(before).map(|(_, rest)| rest);
    assert!(rest.is_some(), "{file} has no {before}");
    let digits: String = rest.unwrap().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// The bot needs up to 25 s.
#[test]
fn it_has_thirty_seconds_to_stop() {
    let times = [
        ("deploy/giftcode-bot.service", "\nTimeoutStopSec="),
        ("docker-compose.yml", "stop_grace_period: "),
        ("render.yaml", "\n    maxShutdownDelaySeconds: "),
        ("docs/deploying.md", "--stop-timeout "),
        ("docs/deploying.md", "\"drainingSeconds\": "),
        ("docs/deploying.md", "kill_timeout = \""),
    ];
    for (file, before) in times {
        assert_eq!(number(file, before), 30, "{file}: {before}");
    }
}

#[test]
fn the_image_is_built_by_the_projects_compiler() {
    let toolchain = read(&root().join("rust-toolchain.toml"));
    let channel = toolchain.split("channel = \"").nth(1).unwrap().split('"').next().unwrap();
    let dockerfile = read(&root().join("Dockerfile"));
    let base = dockerfile.lines().find_map(|line| line.strip_prefix("FROM rust:")).unwrap();
    assert!(base.starts_with(&format!("{channel}-")), "rust-toolchain.toml says {channel}, the Dockerfile {base}");
    assert!(base.contains("@sha256:"), "a tag can change");
}

/// Each file that the build reads, and what the manifest names.
#[test]
fn the_image_is_built_from_all_that_it_needs() {
    let ignore = read(&root().join(".dockerignore"));
    let let_through: Vec<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignore.lines().any(|line| line == "*"), "everything else is left out");
    let mut needed: Vec<PathBuf> = ["Cargo.toml", "Cargo.lock", "deploy/image-tree"].map(PathBuf::from).to_vec();
    for source in sources(&["src", "crates"]) {
        let text = read(&source);
        needed.push(source.strip_prefix(root()).unwrap().to_owned());
        for include in text.split("include_str!(\"").skip(1).chain(text.split("include_bytes!(\"").skip(1)) {
            let path = source.parent().unwrap().join(include.split('"').next().unwrap());
            needed.push(without_dots(path.strip_prefix(root()).unwrap()).into());
        }
        let templates = text.split("#[template(path = \"").skip(1);
        needed.extend(templates.map(|rest| Path::new("templates").join(rest.split('"').next().unwrap())));
    }
    let has = |folder: &str| needed.iter().any(|path| path.starts_with(folder));
    assert!(has("migrations") && has("templates"), "includes and templates are found");
    needed.retain(|path| !let_through.iter().any(|folder| path.starts_with(folder)));
    assert!(needed.is_empty(), ".dockerignore leaves out {needed:?}");
}

#[test]
fn a_release_has_the_changelogs_notes_and_the_manifests_version() {
    let notes = |tag: &str, changelog: &Path| {
        let output = Command::new(root().join("deploy/release-notes")).arg(tag).arg(changelog).output().unwrap();
        let said = String::from_utf8(if output.status.success() { output.stdout } else { output.stderr }).unwrap();
        (output.status.success(), said.trim().to_owned())
    };
    let version = env!("CARGO_PKG_VERSION");
    let folder = tempfile::tempdir().unwrap();
    let changelog = folder.path().join("CHANGELOG.md");
    let text =
        format!("# Changelog\n\n## [Unreleased]\n\n## [{version}] - 2026-12-31\n\n- This.\n\n## [0.0.1]\n\n- That.\n");
    std::fs::write(&changelog, text).unwrap();
    assert_eq!(notes(&format!("v{version}"), &changelog), (true, "- This.".to_owned()));
    assert_eq!(
        notes("v0.0.1", &changelog),
        (false, format!("the tag v0.0.1 does not belong to version {version} of Cargo.toml"))
    );
    std::fs::write(&changelog, "## [Unreleased]\n\n- This.\n").unwrap();
    let (is_found, said) = notes(&format!("v{version}"), &changelog);
    assert!(!is_found && said.ends_with(&format!("has no section [{version}]")), "{said}");
    assert!(read(&root().join("CHANGELOG.md")).contains("\n## [Unreleased]\n"));
}
