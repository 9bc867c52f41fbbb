//! `giftcode-bot check`: the real program against servers that are well, hang, refuse, redirect, or answer with pages.
//!
//! When all tests have run, each finding that the program knows must have been produced by one of them. The harness is not the
//! standard one, because only a harness of its own knows when that is. The compiler reports a test that is in a module and missing
//! from the list below as dead code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it says how long it took, and what is missing")]

use std::process::ExitCode;

use libtest_mimic::Arguments;

#[macro_use]
#[path = "../replication/harness.rs"]
mod harness;

mod beside;
mod configuration;
mod discord;
mod game;
mod mongodb;
mod outside;
#[path = "../replication/proxy.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod proxy;
#[path = "../replication/server.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod server;
mod servers;
mod state;
mod strange;
mod support;
#[path = "../discord/world.rs"]
#[allow(dead_code, reason = "the tests of Discord use all of it")]
mod world;

/// How many tests run at once, however few cores there are: most of them wait.
const AT_ONCE: usize = 6;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    // Tests start in this order, the longest ones first.
    let trials = trials! {
        servers:
            a_thousand_servers_are_checked_at_discords_pace_and_in_time,
            each_servers_trouble_is_a_line_and_many_are_summed_up,
            a_server_with_a_channel_is_missing_or_cannot_be_asked_about;
        outside:
            whatever_hangs_it_ends_in_time,
            each_feed_is_described_and_each_failure_named,
            the_clock_is_compared_with_the_servers;
        mongodb:
            a_new_database_is_well_and_a_bot_in_it_holds_the_lease,
            a_full_a_slow_and_a_read_only_database_are_named,
            what_is_wrong_with_a_connection_or_a_lease_is_named;
        beside:
            beside_a_running_bot_all_is_well_and_nothing_is_changed,
            a_bot_that_is_unwell_hangs_or_is_gone_is_named,
            a_standby_is_well;
        discord:
            each_way_in_which_discord_refuses_is_told_apart,
            few_sessions_are_a_warning_and_too_few_a_failure,
            whether_messages_may_be_read_is_told_where_it_is_wanted,
            commands_that_are_missing_or_of_another_version_are_named;
        game:
            the_games_door_is_open_or_the_reason_is_named,
            the_last_calls_of_the_budget_are_left_to_the_bot;
        state:
            each_kind_of_state_file_is_told_apart_and_none_is_changed,
            a_file_that_cannot_be_written_is_named,
            a_disk_without_room_is_named;
        configuration:
            a_bad_variable_is_one_line_and_the_rest_is_checked,
            wrong_usage_is_told_from_a_failure,
            no_secret_is_shown;
    };
    let is_whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list && !arguments.ignored;
    let conclusion = libtest_mimic::run(&arguments, trials);
    let missing = support::never_found();
    if is_whole && !conclusion.has_failed() && !missing.is_empty() {
        eprintln!("check can print these lines, and no test has produced them: {}", missing.join(", "));
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}
