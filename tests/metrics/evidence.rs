//! Everything that was scraped, and what was seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::promql::Selector;

type Labels = BTreeMap<String, String>;

/// How long a test waits for a value. A passing test never does.
const PATIENCE: Duration = Duration::from_secs(150);

/// A metric as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Description {
    what: String,
    form: String,
    unit: String,
    labels: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub struct Evidence(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Each series with the least and the greatest value.
    series: BTreeMap<(String, Labels), (f64, f64)>,
    metrics: BTreeMap<String, Description>,
}

/// `name{label="value"} 1.0`.
fn series(line: &str) -> (String, Labels, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let mut found = Labels::new();
    let mut rest = labels.trim_end_matches('}');
    while let Some((label, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap();
        found.insert(label.trim_start_matches(',').to_owned(), value.to_owned());
        rest = after;
    }
    (name.to_owned(), found, value.parse().unwrap())
}

impl Seen {
    /// Adds a scrape, which must be sound OpenMetrics.
    fn add(&mut self, text: &str) {
        assert!(text.ends_with("# EOF\n"), "{text}");
        let mut described = String::new();
        for line in text.lines().filter(|line| *line != "# EOF") {
            if let Some(rest) = line.strip_prefix("# ") {
                let mut parts = rest.splitn(3, ' ');
                let (key, name, value) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
                described = name.to_owned();
                let metric = self.metrics.entry(name.to_owned()).or_default();
                match key {
                    "HELP" => metric.what = value.to_owned(),
                    "TYPE" => metric.form = value.to_owned(),
                    "UNIT" => metric.unit = value.to_owned(),
                    other => panic!("{other} in {line}"),
                }
                continue;
            }
            let (name, labels, value) = series(line);
            assert!(name.starts_with(&described), "{name} under {described}");
            let metric = self.metrics.get_mut(&described).unwrap();
            metric.labels.extend(labels.keys().filter(|label| *label != "le").cloned());
            let range = self.series.entry((name, labels)).or_insert((value, value));
            *range = (range.0.min(value), range.1.max(value));
        }
    }
}

impl Evidence {
    /// Scrapes the program on this port, if it answers.
    pub async fn scrape(&self, port: u16) -> Option<String> {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("http://127.0.0.1:{port}/metrics")).send().await.ok()?;
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
        let text = answer.text().await.ok()?;
        self.0.lock().unwrap().add(&text);
        Some(text)
    }

    /// Scrapes until a series that begins so has a value for which this holds.
    pub async fn until(&self, port: u16, begin: &str, holds: impl Fn(f64) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = self.scrape(port).await.unwrap_or_default();
            let mut lines = text.lines().filter(|line| line.starts_with(begin));
            if lines.any(|line| holds(series(line).2)) {
                return;
            }
            assert!(Instant::now() < until, "never: {begin} in\n{text}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    /// Whether what is asked for was seen with a value that says something: not only zero, or, where zero is asked for, zero.
    pub fn has(&self, selector: &Selector) -> bool {
        let seen = self.0.lock().unwrap();
        let has = |labels: &[(&String, &String)]| {
            seen.series.iter().any(|((name, found), (least, greatest))| {
                let fits = labels.iter().all(|(label, value)| found.get(*label) == Some(value));
                *name == selector.name && fits && *greatest > 0.0 && (!selector.is_zero_wanted || *least == 0.0)
                    || *name == selector.name && fits && selector.is_zero_wanted && *least == 0.0
            })
        };
        // Each value of each label on its own.
        let values = selector.labels.iter().flat_map(|(label, values)| values.iter().map(move |value| (label, value)));
        let each: Vec<_> = values.collect();
        has(&[]) && each.iter().all(|pair| has(&[*pair]))
    }

    /// The labels of a series' metric.
    pub fn labels(&self, series: &str) -> BTreeSet<String> {
        let seen = self.0.lock().unwrap();
        let of_series = seen.series.keys().filter(|(name, _)| name == series);
        of_series.flat_map(|(_, labels)| labels.keys().cloned()).collect()
    }

    /// The rows of docs/metrics.md.
    pub fn rows(&self) -> Vec<String> {
        let seen = self.0.lock().unwrap();
        let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        let row = |(name, metric): (&String, &Description)| {
            let labels = metric.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
            let (unit, labels) = (or_dash(metric.unit.clone()), or_dash(labels));
            format!("| `{name}` | {} | {unit} | {labels} | {} |", metric.form, metric.what)
        };
        seen.metrics.iter().map(row).collect()
    }
}
