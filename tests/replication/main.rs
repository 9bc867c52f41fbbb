//! Tests both stores together: the file and a real MongoDB server.
//!
//! Most of these tests wait: for a lease to expire, or for a distant server. The standard harness runs as many tests at once as
//! there are cores; this one runs more. It takes the same arguments, but captures nothing. The compiler reports a test that is
//! in a module and missing from the list below as dead code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it says where it is, and how long it took")]

use libtest_mimic::Arguments;

#[macro_use]
mod harness;

mod adapter;
mod bots;
mod chaos;
mod converging;
mod disks;
mod erasing;
mod exporting;
mod fence;
mod frozen;
mod graceful;
mod handover;
mod importing;
mod lease;
mod machine;
mod moving_in;
mod partition;
mod process;
mod proxy;
#[allow(dead_code, reason = "the benchmarks use all of it")]
mod records;
mod refusals;
mod refusing;
mod retention;
mod server;
mod sessions;
mod slow;
mod stop;
#[path = "../discord/world.rs"]
#[allow(dead_code, reason = "the tests of Discord use all of it")]
mod world;

/// How many tests run at once, however few cores there are. With eight, the servers of some could not take what their bots wrote.
const AT_ONCE: usize = 6;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    // Tests start in this order, the longest ones first.
    let trials = trials! {
        chaos:
            invariants_hold_through_thirty_rounds_of_everything;
        slow:
            a_slow_mongodb_is_not_reported_as_down_while_it_takes_a_roster_of_5_000;
        partition:
            another_instance_starts_during_the_cut,
            a_holder_that_requires_mongodb_stops_before_another_begins,
            a_leader_is_cut_off_while_another_instance_waits,
            mongodb_comes_back_for_the_new_instance_first,
            mongodb_comes_and_goes_under_a_lone_instance;
        frozen:
            a_machine_that_slept,
            a_process_that_was_stopped;
        importing:
            an_import_that_mongodb_does_not_take_ends_and_reports_the_rest,
            an_import_beside_a_dead_instance_waits_for_its_lease_and_says_so,
            an_import_beside_an_active_instance_is_refused_with_advice,
            an_import_ends_when_both_stores_have_everything;
        stop:
            acknowledged_changes_are_in_mongodb_at_sigterm_and_an_empty_disk_repeats_none,
            unsent_changes_are_counted_at_the_deadline_and_sent_by_the_next_start;
        graceful:
            with_thousands_of_unsent_changes,
            at_work_while_mongodb_hangs,
            during_a_restore_and_during_a_comparison,
            during_a_batch_of_300_with_calls_in_flight,
            during_a_post_that_hangs,
            while_another_program_holds_the_file,
            at_a_start_while_discord_hangs,
            at_a_start_while_mongodb_hangs,
            during_a_poll_that_hangs,
            while_waiting_as_a_standby;
        handover:
            an_instance_that_wakes_after_its_lease_expired_does_nothing_until_it_leads_again,
            at_sigkill_the_waiting_instance_takes_over_and_the_killed_one_waits_when_it_comes_back,
            at_sigterm_the_waiting_instance_takes_over_at_once_and_posts_the_next_code,
            on_the_same_file_the_waiting_instance_takes_over_at_once_though_the_other_one_was_killed;
        fence:
            after_a_deleted_lease_no_document_refuses_later_writes,
            a_program_older_than_the_documents_waits_and_logs_why;
        refusing:
            while_the_space_is_used_up_an_old_file_waits,
            while_its_user_may_only_read_an_old_file_waits,
            while_the_space_is_used_up_a_leader_goes_on;
        disks:
            two_instances_on_copies_of_one_disk,
            a_disk_fills_up,
            another_program_empties_the_log;
        process:
            the_sandbox_logs_dual_writes_and_drops_its_database_at_the_end,
            without_mongodb_an_empty_file_waits_and_a_complete_one_works_alone_until_the_merge,
            while_neither_store_can_be_written_nothing_is_posted_or_redeemed,
            a_name_that_dns_does_not_know_is_waited_for;
        converging:
            an_empty_disk_fills_itself_and_either_side_gets_what_it_lacks,
            invariant_7_both_stores_converge_though_the_server_is_killed_again_and_again,
            children_without_parents_and_unknown_words_are_kept_without_effect,
            a_later_change_wins_over_a_version_from_the_future,
            two_writes_of_one_version_end_as_one;
        moving_in:
            the_legacy_database_is_imported_once_and_not_changed,
            an_unreadable_legacy_database_is_one_line_in_time_without_the_password,
            an_import_goes_to_both_stores_and_an_export_comes_from_both,
            odd_records_stop_nothing_and_a_finished_code_starts_no_batch;
        erasing:
            records_erased_while_the_server_is_dead_leave_both_stores_for_good,
            a_guild_is_erased_in_both_stores_with_everything_of_its_own;
        exporting:
            an_export_reads_mongodb_if_the_file_is_empty_damaged_or_stale;
        retention:
            counted_redemptions_leave_both_stores_and_no_copy_brings_them_back;
        adapter:
            the_winning_version_stays_in_any_order,
            two_writes_with_one_version_end_the_same_whichever_comes_first,
            a_write_of_an_older_term_is_fenced_off_and_does_not_count_as_lost,
            only_writes_after_a_position_and_late_writes_are_read,
            every_kind_is_kept_whole,
            a_newer_programs_fields_survive_and_its_documents_are_not_read,
            documents_of_the_first_schema_are_read_and_replaced,
            a_document_that_is_not_a_record_does_no_harm,
            an_absent_server_is_an_error_in_time_without_the_password;
        lease:
            one_of_two_takes_the_lease_and_only_its_holder_renews_or_releases_it,
            without_a_lease_a_database_with_records_is_not_fresh,
            a_lease_that_was_edited_by_hand_is_read_or_counts_as_none,
            a_lease_of_the_first_schema_is_watched_by_its_date_and_taken;
        refusals:
            each_refusal_is_named_and_a_transient_error_is_none,
            one_refused_statement_is_reported_too,
            a_refused_address_and_a_server_without_tls_differ_from_silence;
    };
    libtest_mimic::run(&arguments, trials).exit();
}
