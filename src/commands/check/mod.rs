//! `giftcode-bot check`: one line for each thing that the bot needs.
//!
//! # Guarantees
//! It ends within [`DEADLINE`] (with `--quick`: [`QUICK_DEADLINE`]), whatever hangs: each check has a time limit of its own, and
//! what has not ended then is named as not checked. It changes nothing that a bot works with, so it runs beside one. The lines come
//! in a fixed order. No line holds a secret.
//!
//! # Races
//! A bot that starts or stops meanwhile is seen or not.
//!
//! # Crash
//! A document of its own may stay in MongoDB's collection `checks`, where nothing reads it.

mod output;
mod plan;

use std::collections::BTreeSet;
use std::time::Duration;

use strum::VariantArray;
use tokio::time::{Instant, timeout_at};

use crate::commands::Ended;
use crate::domain::check::{Finding, FindingId, Need, Verdict};
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, ConfigError, LogFormat, Source};
use crate::runtime::telemetry::{self, Target};

use output::Output;
use plan::Plan;

/// When the command ends at the latest.
pub const DEADLINE: Duration = Duration::from_secs(28);
/// The same with `--quick`, the health check of a container.
pub const QUICK_DEADLINE: Duration = Duration::from_millis(2800);
/// What belongs to MongoDB alone.
const UNUSED: [Need; 3] = [Need::MongoDbWrite, Need::MongoDbSize, Need::MongoDbLease];
/// What `--quick` checks.
const QUICK: [Need; 4] = [Need::Configuration, Need::StateFile, Need::DiskSpace, Need::RunningBot];

#[derive(Debug, Clone, Copy)]
pub struct CheckOptions {
    /// Print one JSON object on standard output and nothing else there.
    pub json: bool,
    /// Use no network but this computer's own.
    pub quick: bool,
}

/// # Errors
/// None: what cannot be checked is a finding.
pub async fn run(options: CheckOptions) -> anyhow::Result<Ended> {
    let began = Instant::now();
    let deadline = began + if options.quick { QUICK_DEADLINE } else { DEADLINE };
    let mut output = Output::new(options.json);
    let (config, bad) = read_configuration(&mut output);
    if let Some(config) = config {
        let plan = Plan { config, bad, clock: Clock::system() };
        let checks = if options.quick { plan.quick() } else { plan.full().await };
        for check in checks {
            let abort = check.abort_handle();
            match timeout_at(deadline, check).await {
                Ok(Ok(Some(findings))) => output.add(findings),
                // It has not ended, or it panicked.
                Ok(Ok(None) | Err(_)) | Err(_) => {
                    abort.abort();
                    output.lacks_some();
                }
            }
        }
    }
    let found = output.needs();
    // Without MongoDB there is nothing of it to check.
    let is_unused = |need: &Need| UNUSED.contains(need) && output.has(FindingId::MongodbUnused);
    let is_missing =
        |need: &&Need| !found.contains(need) && !is_unused(need) && (!options.quick || QUICK.contains(need));
    let not_checked: Vec<Need> = Need::VARIANTS.iter().filter(is_missing).copied().collect();
    let worst = output.finish(&not_checked, began.elapsed());
    Ok(if worst == Verdict::Failed { Ended::Badly } else { Ended::Well })
}

/// Reads what can be read. Also returns the variables that cannot be.
fn read_configuration(output: &mut Output) -> (Option<Config>, BTreeSet<&'static str>) {
    let read = Source::process_and_dotenv().map_err(|error| vec![error]);
    let read = read.and_then(|source| {
        let set = source.names_set();
        Config::read_leniently(source).map(|(config, errors)| (config, errors, set))
    });
    let (config, errors, set) = match read {
        Ok(read) => read,
        Err(errors) => {
            output.add(errors.iter().map(refused).collect());
            return (None, BTreeSet::new());
        }
    };
    let mut findings: Vec<Finding> = errors.iter().map(refused).collect();
    // What matters is in the findings. With RUST_LOG the log comes too, on standard error.
    let json = config.log_format == LogFormat::Json;
    if let Err(error) = telemetry::init(Target::Stderr, json, config.log_filter.as_deref(), "off") {
        findings.push(bad_value(&error.to_string(), Some("RUST_LOG")));
    }
    if findings.is_empty() {
        let text = match set[..] {
            [] => "nothing is set: everything has its default".to_owned(),
            _ => format!("set and read: {}", set.join(", ")),
        };
        findings.push(Finding::new(FindingId::ConfigRead, text));
    }
    output.add(findings);
    (Some(config), errors.iter().flat_map(ConfigError::names).collect())
}

fn refused(error: &ConfigError) -> Finding {
    match error {
        ConfigError::DotEnv(_) => Finding::new(FindingId::DotenvUnreadable, error.to_string()),
        _ => bad_value(&error.to_string(), error.names().first().copied()),
    }
}

/// An error's text is what is wrong, a colon, and what to do.
fn bad_value(text: &str, name: Option<&'static str>) -> Finding {
    // The value may have a colon of its own.
    let (wrong, action) =
        text.rsplit_once("\": ").map(|(wrong, action)| (format!("{wrong}\""), action)).unwrap_or_else(|| {
            let (wrong, action) = text.split_once(": ").unwrap_or((text, "correct it"));
            (wrong.to_owned(), action)
        });
    let finding = Finding::new(FindingId::ConfigBad, wrong).with_action(action);
    match name {
        Some(name) => finding.of(name),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_is_split_into_what_is_wrong_and_what_to_do() {
        let source = Source::from_pairs(&[
            ("GIFTCODE_CHECK_INTERVAL", "a\": b"),
            ("MONGODB_URI", "postgres://u:s3cr3t@h"),
            ("REDEEM_RETRY_BASE", "1h"),
        ]);
        let (_, errors) = Config::read_leniently(source).unwrap();
        let shown: Vec<(String, String)> =
            errors.iter().map(refused).map(|finding| (finding.text, finding.action.unwrap())).collect();
        assert_eq!(
            shown,
            [
                (
                    "GIFTCODE_CHECK_INTERVAL is \"a\": b\"".to_owned(),
                    "give whole seconds from 1 to 3600, for example 10".to_owned()
                ),
                (
                    "MONGODB_URI is set to something else (not shown)".to_owned(),
                    "give an address that begins with mongodb:// or mongodb+srv://".to_owned()
                ),
                (
                    "REDEEM_RETRY_BASE is longer than REDEEM_RETRY_CAP".to_owned(),
                    "give a base up to the cap".to_owned()
                ),
            ]
        );
    }
}
