//! docs/troubleshooting.md is true: each entry's symptom is produced with the real program, and the log, `giftcode-bot check`
//! and the page then say what the entry quotes.
//!
//! An entry without a scenario fails the test, and so does a scenario without an entry. `cargo test --test operating captcha`
//! runs the entries whose heading contains the word. Most of the time goes into waiting, so several run at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it says how long it took")]

use std::pin::Pin;

use libtest_mimic::{Arguments, Trial};

mod codes;
mod guide;
#[path = "../replication/harness.rs"]
#[allow(unused_macros, reason = "scenarios are no list of modules")]
mod harness;
#[path = "../replication/machine.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod machine;
#[path = "../replication/proxy.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod proxy;
mod redeeming;
#[path = "../replication/server.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod server;
mod stage;
mod starting;
mod state;
#[path = "../discord/world.rs"]
#[allow(dead_code, reason = "the tests of Discord use all of it")]
mod world;

use guide::Entry;

/// How many run at once, however few cores there are.
const AT_ONCE: usize = 6;

/// Produces an entry's symptom.
type Scenario = fn(Entry) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! scenarios {
    ($($name:literal: $module:ident::$scenario:ident;)+) => {
        vec![$(($name, (|entry| Box::pin($module::$scenario(entry))) as Scenario),)+]
    };
}

/// The headings of docs/troubleshooting.md, each with the scenario that produces its symptom.
fn scenarios() -> Vec<(&'static str, Scenario)> {
    scenarios! {
        // The longest first.
        "Everything is forgotten after a deploy": state::file_alone;
        "MongoDB does not answer": state::mongodb_away;
        "The bot waits for MongoDB and does nothing": state::empty_file_waits;
        "MongoDB refuses the user or the password": state::wrong_password;
        "MongoDB's user may not write": state::permission_missing;
        "MongoDB's space is used up": state::space_used_up;
        "Atlas does not admit this address": state::address_not_listed;
        "Another instance is active": state::another_leads;
        "A newer version has written to MongoDB": state::older_program;
        "The state file cannot be written": state::mongodb_alone;
        "Neither store accepts a change": state::neither_store;
        "The daily backup fails": state::backup_fails;
        "The clock was wrong": state::clock_was_ahead;
        "The log says that no token is set": starting::no_token;
        "Discord refuses the token": starting::refused_token;
        "A variable's value is refused": starting::unreadable_value;
        "The connection string is refused": starting::connection_string;
        "The state file is in use": starting::file_in_use;
        "The state file is damaged": starting::damaged_file;
        "The state file was written by a newer version": starting::newer_file;
        "The port is taken": starting::port_taken;
        "The feed answers with an error": codes::feed_fails;
        "The feed refuses the bot": codes::feed_refuses_the_key;
        "The feed answers with a page": codes::feed_is_a_page;
        "The feed cannot be reached": codes::feed_is_not_reached;
        "Nothing on the feed can be read": codes::feed_lists_nothing_readable;
        "The game says that the code is over": codes::code_is_over;
        "No channel is set": codes::no_channel;
        "The bot may not post in the channel": codes::permissions_lost;
        "The bot cannot see the channel": codes::channel_hidden;
        "The channel was deleted": codes::channel_deleted;
        "The bot is in a timeout": codes::timed_out;
        "Discord refuses the message": codes::message_refused;
        "Discord blocks this machine's address": codes::address_blocked;
        "The token's sessions are used up": codes::sessions_used_up;
        "Another program posts with the same token": codes::token_used_twice;
        "Another program answers the commands": codes::answered_by_another;
        "The commands are in one server only": starting::commands_in_one_server;
        "Discord refuses the commands": starting::commands_refused;
        "The game does not answer": redeeming::not_answering;
        "The game's door answers 403": redeeming::turned_away_at_the_door;
        "The game rejects the signature": redeeming::wrong_signature;
        "The game asks everybody for a captcha": redeeming::captcha;
        "The game rejects the requests as malformed": redeeming::malformed;
        "The game gives everybody an unknown answer": redeeming::unknown_to_everybody;
        "The game rejects every call as one too many": redeeming::one_too_many;
        "One code is held": redeeming::one_code_held;
        "One player is given up": redeeming::one_player_given_up;
        "A player's state is wrong": redeeming::wrong_state;
    }
}

/// The program starts as docs/operating.md shows it, with numbers of its own.
async fn a_good_start_is_the_guides() {
    let mut world = world::World::new(&[]).await;
    for number in 1..=7 {
        world.feed.add(&format!("CODE{number}"), "", "");
    }
    world.set("GIFTCODE_CHECK_INTERVAL", "10");
    let bot = world.start().await;
    let lines = guide::good_start();
    assert!(lines.len() > 4, "{lines:?}");
    for line in lines {
        world.until(&line.0, || line.are_in_a_line_of(&bot.log())).await;
    }
    bot.stop().await;
}

/// Runs a scenario, which must look at what its entry quotes.
fn run(entry: &Entry, scenario: Scenario) {
    harness::run(&entry.name, scenario(entry.clone()));
    assert!(entry.is_seen(), "{}: the scenario never looked", entry.name);
}

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let (entries, scenarios) = (guide::entries(), scenarios());
    let mut problems = guide::problems(&entries);
    let is_tested = |entry: &Entry| scenarios.iter().any(|(name, _)| *name == entry.name);
    let is_written = |name: &str| entries.iter().any(|entry| entry.name == name);
    problems.extend(entries.iter().filter(|entry| !is_tested(entry)).map(|entry| format!("{}: no test", entry.name)));
    problems
        .extend(scenarios.iter().filter(|(name, _)| !is_written(name)).map(|(name, _)| format!("{name}: no entry")));
    let mut trials = vec![
        Trial::test("every entry has a test and every test an entry", move || {
            problems.is_empty().then_some(()).ok_or_else(|| problems.join("\n").into())
        }),
        Trial::test("the page is read as it is written", || {
            guide::the_page_is_read_as_it_is_written();
            stage::a_page_is_read_by_rows_and_paragraphs();
            Ok(())
        }),
    ];
    trials.push(Trial::test("every line of check is explained", || {
        guide::every_line_of_check_is_explained();
        Ok(())
    }));
    trials.push(Trial::test("a good start is the guide's", || {
        tokio::runtime::Runtime::new().unwrap().block_on(a_good_start_is_the_guides());
        Ok(())
    }));
    trials.extend(scenarios.into_iter().filter_map(|(name, scenario)| {
        let entry = entries.iter().find(|entry| entry.name == name)?.clone();
        Some(Trial::test(name, move || {
            run(&entry, scenario);
            Ok(())
        }))
    }));
    libtest_mimic::run(&arguments, trials).exit();
}
