//! What is read at a scrape.

use jiff::Timestamp;
use prometheus_client::registry::Unit;
use strum::{VariantArray, VariantNames};

use crate::domain::health::{EnginePhase, EngineStatus, Health, Part, ReplicaState, ReplicaStatus, Standing};
use crate::domain::limits::budget::Endpoint;
use crate::domain::redeeming::breaker::Cause;
use crate::ops::instance::{ActiveParts, InstanceMonitor};
use crate::store::StoreCounts;

use super::process::ProcessStatus;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricKind {
    Gauge,
    Counter,
}

type Series = Vec<(Vec<(&'static str, String)>, f64)>;

/// One metric, with all its series.
#[derive(Debug)]
pub(super) struct Reading {
    pub name: &'static str,
    pub help: &'static str,
    pub unit: Option<Unit>,
    pub kind: MetricKind,
    pub series: Series,
}

fn gauge(name: &'static str, help: &'static str, value: impl Into<f64>) -> Reading {
    Reading { name, help, unit: None, kind: MetricKind::Gauge, series: vec![(Vec::new(), value.into())] }
}

/// For each of these values of a label: 1 if it is so, else 0.
fn states<'a>(
    name: &'static str,
    help: &'static str,
    label: &'static str,
    values: impl Iterator<Item = (&'a str, bool)>,
) -> Reading {
    let series = values.map(|(value, is_so)| (vec![(label, value.to_owned())], f64::from(u8::from(is_so))));
    Reading { name, help, unit: None, kind: MetricKind::Gauge, series: series.collect() }
}

impl Reading {
    fn in_unit(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    fn counted(self) -> Self {
        Self { kind: MetricKind::Counter, ..self }
    }
}

/// Counts become floating-point numbers, as everything that is scraped.
#[allow(clippy::cast_precision_loss, reason = "no count here comes near 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

fn time(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}

/// What can be read without the store.
pub(super) fn of_process(instance: &InstanceMonitor) -> Vec<Reading> {
    let standing = instance.standing();
    let mut readings = vec![
        states(
            "giftcode_standing",
            "What the instance may do: 1 for its standing, 0 for the others",
            "standing",
            Standing::VARIANTS.iter().map(|name| (*name, *name == standing.as_ref())),
        ),
        gauge("process_start_time", "When the process started, in Unix time", time(instance.started_at()))
            .in_unit(Unit::Seconds),
    ];
    if let Some(process) = ProcessStatus::read() {
        readings.extend([
            gauge("process_cpu", "CPU time that the process used", process.cpu.as_secs_f64())
                .in_unit(Unit::Seconds)
                .counted(),
            gauge("process_resident_memory", "Memory of the process that is in RAM", number(process.resident_bytes))
                .in_unit(Unit::Bytes),
            gauge("process_open_fds", "Open files and connections of the process", process.open_files),
            gauge("process_threads", "Threads of the process", process.threads),
        ]);
    }
    readings
}

/// All of it.
pub(super) async fn of_instance(instance: &InstanceMonitor) -> Vec<Reading> {
    let (parts, health) = (instance.parts(), instance.read().await);
    let problems = health.problems(instance.now());
    let mut readings = of_process(instance);
    readings.push(states(
        "giftcode_problem",
        "Whether a part is unwell: 1 or 0",
        "part",
        Part::VARIANTS.iter().map(|part| (part.as_ref(), problems.iter().any(|problem| problem.part == *part))),
    ));
    if let Some(health) = &health.parts {
        readings.extend(of_health(health));
    }
    if let Some(parts) = parts {
        if let Ok(counts) = parts.reports.counts().await {
            readings.extend(of_counts(counts));
        }
        readings.extend(of_budgets(&parts));
    }
    readings
}

fn of_health(health: &Health) -> Vec<Reading> {
    let read_at = health.feeds.0.iter().filter_map(|feed| Some((&feed.name, feed.read_at?)));
    let mut readings = vec![
        Reading {
            name: "giftcode_feed_read_timestamp",
            help: "When a code feed last returned its codes, in Unix time",
            unit: Some(Unit::Seconds),
            kind: MetricKind::Gauge,
            series: read_at.map(|(name, at)| (vec![("feed", name.clone())], time(at))).collect(),
        },
        of_breaker(&health.engine),
    ];
    if let Some(discord) = &health.discord {
        let is_connected = u8::from(discord.is_connected());
        readings.push(gauge("giftcode_discord_connected", "Whether all shards are connected: 1 or 0", is_connected));
        readings.push(gauge("giftcode_discord_servers", "Servers that the bot is in", discord.servers));
        readings.extend(discord.latency.map(|latency| {
            let help = "Between a heartbeat and Discord's answer, the longest of all shards";
            gauge("giftcode_discord_latency", help, latency.as_secs_f64()).in_unit(Unit::Seconds)
        }));
    }
    if let Ok(replica) = &health.replica
        && replica.is_used
    {
        readings.extend(of_replica(replica));
    }
    readings
}

fn of_breaker(engine: &EngineStatus) -> Reading {
    let open = match &engine.phase {
        EnginePhase::Open { trouble, .. } => Some(trouble.cause),
        EnginePhase::Working | EnginePhase::Limited { .. } | EnginePhase::Held { .. } => None,
    };
    states(
        "giftcode_breaker_open",
        "Whether calls to the game are stopped for this cause: 1 or 0",
        "cause",
        Cause::VARIANTS.iter().map(|cause| (cause.as_ref(), open == Some(*cause))),
    )
}

fn of_replica(replica: &ReplicaStatus) -> Vec<Reading> {
    let oldest = replica.oldest_unsent.unwrap_or_default();
    let is_up = u8::from(replica.state == ReplicaState::Answers);
    let mut readings = vec![
        gauge("giftcode_mongodb_up", "Whether MongoDB answers and takes changes: 1 or 0", is_up),
        gauge("giftcode_outbox_records", "Changes that MongoDB lacks", replica.unsent),
        gauge("giftcode_outbox_oldest_age", "Age of the oldest change that MongoDB lacks", oldest.as_secs_f64())
            .in_unit(Unit::Seconds),
        gauge(
            "giftcode_temporary_copy",
            "Whether the state file cannot be used and a temporary copy takes its place: 1 or 0",
            u8::from(replica.is_temporary),
        ),
    ];
    if let Some((holds, may_hold)) = replica.size {
        let size = gauge("giftcode_mongodb_size", "What the database holds", number(holds));
        let limit = gauge("giftcode_mongodb_size_limit", "What it may hold (MONGODB_MAX_SIZE)", number(may_hold));
        readings.extend([size.in_unit(Unit::Bytes), limit.in_unit(Unit::Bytes)]);
    }
    readings
}

fn of_counts(counts: StoreCounts) -> Vec<Reading> {
    vec![
        gauge("giftcode_redemptions_pending", "Redemptions without a final outcome", counts.pending),
        gauge("giftcode_redemptions_due", "Redemptions that wait for a call now", counts.due),
        gauge("giftcode_messages_waiting", "Messages with codes that are not sent yet", counts.messages),
        gauge("giftcode_servers", "Servers with a channel for codes", counts.servers),
        gauge(
            "giftcode_servers_paused",
            "Servers in which an alliance gets no posts until somebody acts",
            counts.paused_servers,
        ),
        gauge("giftcode_players", "Players on at least one list", counts.players),
        gauge("giftcode_codes_active", "Codes that a feed lists and that are not over", counts.active_codes),
    ]
}

fn of_budgets(parts: &ActiveParts) -> Vec<Reading> {
    let budgets = (parts.budgets)();
    let label = |endpoint: Endpoint| vec![("endpoint", endpoint.name().to_owned())];
    let used = budgets.iter().map(|(endpoint, budget)| (label(*endpoint), number(budget.used)));
    let allowed =
        budgets.iter().filter_map(|(endpoint, budget)| Some((label(*endpoint), f64::from(budget.limit?.calls))));
    let (used, allowed) = (used.collect(), allowed.collect());
    let reading = |name, help, series| Reading { name, help, unit: None, kind: MetricKind::Gauge, series };
    vec![
        reading("giftcode_budget_used_calls", "Calls that count in the present window of an endpoint's limit", used),
        reading("giftcode_budget_allowed_calls", "Calls that an endpoint's limit allows in a window", allowed),
    ]
}
