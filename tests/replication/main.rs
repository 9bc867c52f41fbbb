//! Two stores: the file and a real MongoDB server.
//!
//! Most of these tests wait: for a lease to run out, for a server that is far away. The standard harness runs as many at once
//! as there are cores; this one runs more. Its arguments are the same ones, but nothing is captured. A test that is in a module
//! and not in the list below is dead code, which the compiler warns of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it says where it is, and how long it took")]

use std::time::Instant;

use libtest_mimic::{Arguments, Trial};

mod adapter;
mod bots;
mod chaos;
mod converging;
mod disks;
mod erasing;
mod exporting;
mod fence;
mod frozen;
mod handover;
mod importing;
mod lease;
mod machine;
mod moving_in;
mod partition;
mod process;
mod proxy;
mod refusals;
mod refusing;
mod retention;
mod server;
mod sessions;
mod slow;
mod stop;

/// So many tests run at once, however few cores there are.
const AT_ONCE: usize = 8;

/// Runs a test on a runtime of its own, as Tokio's tests do, and says how long it took.
fn run(name: &str, test: impl Future<Output = ()>) {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // On the heap: a test's thread has little stack.
    runtime.block_on(Box::pin(test));
    println!("{name} took {:.1} s", began.elapsed().as_secs_f32());
}

macro_rules! trials {
    ($($module:ident: $($test:ident),+;)+) => {
        vec![$($({
            let name = concat!(stringify!($module), "::", stringify!($test));
            Trial::test(name, move || {
                run(name, $module::$test());
                Ok(())
            })
        },)+)+]
    };
}

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    // They begin in this order: the longest ones first.
    let trials = trials! {
        chaos:
            invariants_hold_through_thirty_rounds_of_everything;
        slow:
            a_mongodb_that_is_slow_is_not_called_down_while_a_roster_of_5_000_goes_in;
        partition:
            another_one_starts_during_the_cut,
            the_holder_that_requires_mongodb_stops_before_another_one_begins,
            the_leader_is_cut_off_while_another_one_waits,
            mongodb_comes_back_for_the_new_one_first,
            mongodb_comes_and_goes_under_one_that_is_alone;
        frozen:
            a_machine_that_slept,
            a_process_that_stood_still;
        importing:
            an_import_that_mongodb_does_not_take_ends_and_says_what_is_left,
            an_import_beside_a_dead_instance_waits_for_its_lease_and_says_so,
            an_import_beside_an_instance_at_work_is_refused_and_says_what_to_do,
            an_import_ends_when_both_stores_have_all_of_it;
        stop:
            what_is_acknowledged_at_sigterm_is_in_mongodb_and_an_empty_disk_does_none_of_it_again,
            what_cannot_be_sent_by_the_deadline_is_told_with_its_number_and_sent_by_the_next_start;
        handover:
            one_that_wakes_up_after_its_lease_ran_out_does_nothing_more_until_it_has_it_again,
            at_sigkill_the_waiting_instance_takes_over_and_the_killed_one_waits_when_it_comes_back,
            at_sigterm_the_waiting_instance_takes_over_at_once_and_posts_the_next_code,
            on_the_same_file_the_waiting_instance_takes_over_at_once_though_the_other_one_was_killed;
        fence:
            a_deleted_lease_lets_no_document_refuse_what_comes_after_it,
            a_program_that_is_older_than_the_documents_waits_and_says_why;
        refusing:
            while_the_space_is_used_up_an_old_file_waits,
            while_its_user_may_only_read_an_old_file_waits,
            while_the_space_is_used_up_a_leader_goes_on;
        disks:
            two_on_copies_of_one_disk,
            a_disk_fills_up,
            another_program_empties_the_log;
        process:
            it_says_when_both_have_it_and_takes_its_database_away_at_the_end,
            without_mongodb_an_empty_file_waits_and_one_with_state_goes_on_alone_until_both_are_merged,
            while_neither_can_be_written_nothing_is_posted_or_redeemed_and_all_goes_on_when_one_can,
            a_name_that_dns_does_not_know_is_waited_for;
        converging:
            an_empty_disk_fills_itself_and_either_side_gets_what_it_lacks,
            invariant_7_both_stores_converge_though_the_server_is_killed_again_and_again,
            children_without_parents_and_words_that_nobody_knows_are_kept_and_do_nothing,
            a_version_from_the_future_does_not_outlive_what_is_acknowledged_after_it,
            two_writes_of_one_version_end_as_one;
        moving_in:
            what_the_first_implementation_has_is_taken_over_once_and_nothing_in_it_changes,
            what_cannot_be_read_is_one_line_in_time_without_the_password,
            an_import_goes_to_both_stores_and_an_export_comes_from_both,
            what_is_odd_stops_nothing_and_what_is_done_is_no_run;
        erasing:
            what_is_erased_while_the_server_is_dead_is_gone_from_both_and_stays_away,
            a_guild_is_erased_in_both_stores_with_all_that_is_its_own;
        exporting:
            an_empty_damaged_or_outdated_file_is_left_aside_for_mongodb;
        retention:
            what_is_counted_goes_from_both_stores_and_no_copy_brings_it_back;
        adapter:
            of_two_versions_the_one_that_wins_stays_whatever_the_order,
            two_writes_with_one_version_end_the_same_whichever_comes_first,
            a_write_of_an_older_term_is_fenced_off_and_not_taken_for_lost,
            what_is_behind_a_position_and_what_is_late_is_read_alone,
            every_kind_is_kept_whole,
            what_a_newer_program_added_survives_and_its_documents_are_not_read,
            documents_of_the_first_schema_are_read_and_give_way,
            a_document_that_is_no_record_harms_nothing,
            nobody_there_is_an_error_in_time_and_tells_no_password;
        lease:
            of_two_that_take_it_at_once_one_has_it_and_only_who_has_it_renews_or_gives_it_back,
            without_a_lease_a_database_with_records_is_not_fresh,
            a_lease_that_was_edited_by_hand_is_read_or_counts_as_none,
            a_lease_of_the_first_schema_is_watched_by_its_date_and_taken;
        refusals:
            each_refusal_is_called_what_it_is_and_a_passing_trouble_is_none,
            one_statement_that_is_refused_is_told_too,
            an_address_that_is_not_let_in_and_a_server_without_tls_are_told_apart_from_silence;
    };
    libtest_mimic::run(&arguments, trials).exit();
}
