//! The dashboard and the alert rules in `deploy/` name only what `/metrics` has, and everything that they name is produced here
//! with the real program: Discord's double, the simulated game, code feeds, and a real MongoDB server. docs/metrics.md lists
//! what was scraped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod evidence;
mod promql;
mod scenarios;
#[path = "../replication/server.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod server;
#[path = "../discord/world.rs"]
#[allow(dead_code, reason = "the tests of Discord use all of it")]
mod world;

use std::path::Path;

use serde_json::Value;

use evidence::Evidence;
use promql::Selector;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The expressions of the dashboard, each with the labels that its legend shows.
fn dashboard() -> Vec<(String, Vec<String>)> {
    let dashboard: Value = serde_json::from_str(&read("deploy/grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let shown = |legend: &str| {
        let labels = legend.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
        labels.map(str::to_owned).collect()
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    targets.map(|target| (text(&target["expr"]), shown(target["legendFormat"].as_str().unwrap()))).collect()
}

/// The expressions of the alert rules, each with the labels that its texts show.
fn alerts() -> Vec<(String, Vec<String>)> {
    let page = read("deploy/prometheus-alerts.yml");
    let rules = page.split("- alert:").skip(1);
    let parts = rules.map(|rule| {
        let expression = rule.lines().find_map(|line| line.trim().strip_prefix("expr: ")).unwrap();
        let labels = rule.split("$labels.").skip(1);
        let name = |rest: &str| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        (expression.to_owned(), labels.map(name).collect())
    });
    parts.collect()
}

/// What the evidence lacks for these expressions.
fn missing(expressions: &[(String, Vec<String>)], evidence: &Evidence) -> Vec<String> {
    let mut missing = Vec::new();
    for (expression, shown) in expressions {
        let query = promql::parse(expression);
        missing.extend(query.selectors.iter().filter(|selector| !evidence.has(selector)).map(|s| format!("{s:?}")));
        for label in query.groups.iter().chain(shown) {
            let is_of_prometheus = ["instance", "job", "le"].contains(&label.as_str());
            let has = |selector: &Selector| evidence.labels(&selector.name).contains(label.as_str());
            if !is_of_prometheus && !query.selectors.iter().any(has) {
                missing.push(format!("label {label} of {expression}"));
            }
        }
    }
    missing
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_on_the_dashboard_and_in_the_alerts_is_produced_and_every_metric_is_documented() {
    let evidence = Evidence::default();
    tokio::join!(
        scenarios::at_work_with_every_trouble_of_the_game(&evidence),
        scenarios::without_discord(&evidence),
        scenarios::waiting_for_mongodb(&evidence),
        scenarios::with_mongodb(&evidence),
    );
    let (dashboard, alerts) = (dashboard(), alerts());
    assert!(dashboard.len() > 40 && alerts.len() > 12);
    assert_eq!(missing(&dashboard, &evidence), Vec::<String>::new());
    assert_eq!(missing(&alerts, &evidence), Vec::<String>::new());
    // The test sees what is wrong.
    let planted = [
        ("sum by (guild) (rate(giftcode_polls_total[5m]))", "label guild of"),
        ("giftcode_poll_count_total", "giftcode_poll_count_total"),
        ("giftcode_standing{standing=\"asleep\"} == 1", "asleep"),
    ];
    for (expression, names) in planted {
        let missing = missing(&[(expression.to_owned(), Vec::new())], &evidence);
        assert!(missing.len() == 1 && missing[0].contains(names), "{missing:?}");
    }
    let page = read("docs/metrics.md");
    // The page has a table of the labels, too.
    let is_metric = |line: &&str| ["| `giftcode_", "| `process_"].iter().any(|begin| line.starts_with(begin));
    let listed: Vec<&str> = page.lines().filter(is_metric).collect();
    let rows = evidence.rows();
    let update = rows.join("\n");
    assert_eq!(listed, rows, "docs/metrics.md should list:\n{update}");
}
