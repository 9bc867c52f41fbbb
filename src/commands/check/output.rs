//! The findings as lines for people, or as one JSON object (docs/contract.md, "Output of check --json").

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use serde::Serialize;

use crate::domain::check::{Finding, FindingId, Need, Verdict};
use crate::runtime::redaction::Redacted;

/// The widths of the first two columns.
const VERDICT_WIDTH: usize = 9;
const LABEL_WIDTH: usize = 18;

pub(super) struct Output {
    is_json: bool,
    has_colors: bool,
    findings: Vec<Finding>,
    /// A check has not ended.
    is_incomplete: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    verdict: &'static str,
    needs: Vec<Line<'a>>,
    not_checked: Vec<&'static str>,
    took_ms: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    need: &'static str,
    finding: &'static str,
    verdict: &'static str,
    subject: Option<&'a str>,
    text: &'a str,
    action: Option<&'a str>,
    took_ms: u64,
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Output {
    pub fn new(is_json: bool) -> Self {
        let is_unwanted = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let has_colors = std::io::stdout().is_terminal() && !is_unwanted("NO_COLOR");
        Self { is_json, has_colors, findings: Vec::new(), is_incomplete: false }
    }

    /// For people the lines come at once, because some checks take long.
    pub fn add(&mut self, findings: Vec<Finding>) {
        if !self.is_json {
            let lines: String = findings.iter().map(|finding| line(finding, self.has_colors)).collect();
            print(&lines);
        }
        self.findings.extend(findings);
    }

    /// A check has not ended: something hangs, which is a failure.
    pub fn lacks_some(&mut self) {
        self.is_incomplete = true;
    }

    pub fn needs(&self) -> BTreeSet<Need> {
        self.findings.iter().map(Finding::need).collect()
    }

    pub fn has(&self, id: FindingId) -> bool {
        self.findings.iter().any(|finding| finding.id == id)
    }

    /// Prints the end, and returns the worst verdict.
    pub fn finish(self, not_checked: &[Need], took: Duration) -> Verdict {
        let worst = worst(&self.findings, self.is_incomplete);
        if self.is_json {
            let needs = self.findings.iter().map(|finding| Line {
                need: finding.need().into(),
                finding: finding.id.into(),
                verdict: finding.verdict().into(),
                subject: finding.subject.as_deref(),
                text: &finding.text,
                action: finding.action.as_deref(),
                took_ms: millis(finding.took),
            });
            let not_checked = not_checked.iter().map(|need| need.into()).collect();
            let report = Report { verdict: worst.into(), needs: needs.collect(), not_checked, took_ms: millis(took) };
            print(&format!("{}\n", serde_json::to_string(&report).unwrap_or_default()));
            return worst;
        }
        print(&ending(&self.findings, not_checked, self.is_incomplete, took));
        worst
    }
}

/// A closed standard output is no error: the exit code remains. No line should hold a secret; this is the net below.
fn print(text: &str) {
    let mut out = Redacted(std::io::stdout().lock());
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

fn line(finding: &Finding, has_colors: bool) -> String {
    let word: &str = finding.verdict().into();
    let color = match finding.verdict() {
        Verdict::Ok => "\x1b[32m",
        Verdict::Warning => "\x1b[33m",
        Verdict::Failed => "\x1b[31m",
    };
    let gap = " ".repeat(VERDICT_WIDTH.saturating_sub(word.len()));
    let word = if has_colors { format!("{color}{word}\x1b[0m{gap}") } else { format!("{word}{gap}") };
    let label = finding.need().label();
    let subject = finding.subject.as_ref().map(|subject| format!("{subject}: ")).unwrap_or_default();
    let mut line = format!("{word}{label:LABEL_WIDTH$}{subject}{}\n", finding.text);
    if let Some(action) = &finding.action {
        line.push_str(&format!("{:1$}→ {action}\n", "", VERDICT_WIDTH + LABEL_WIDTH));
    }
    line
}

fn worst(findings: &[Finding], is_incomplete: bool) -> Verdict {
    if is_incomplete {
        return Verdict::Failed;
    }
    findings.iter().map(Finding::verdict).max().unwrap_or(Verdict::Ok)
}

fn ending(findings: &[Finding], not_checked: &[Need], is_incomplete: bool, took: Duration) -> String {
    let count = |verdict| findings.iter().filter(|finding| finding.verdict() == verdict).count();
    let plural = |count: usize| if count == 1 { "warning" } else { "warnings" };
    let warnings = count(Verdict::Warning);
    let mut text = String::from("\n");
    if !not_checked.is_empty() {
        let labels: Vec<&str> = not_checked.iter().map(|need| need.label()).collect();
        let why = if is_incomplete { "because something hangs" } else { "because of the above" };
        text.push_str(&format!("Not checked, {why}: {}.\n", labels.join(", ")));
    }
    text.push_str(&format!(
        "{} failed, {warnings} {}, {} ok, in {:.1} s.\n",
        count(Verdict::Failed),
        plural(warnings),
        count(Verdict::Ok),
        took.as_secs_f32()
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_has_not_ended_is_a_failure() {
        let warning = [Finding::new(FindingId::FeedEmpty, "")];
        assert_eq!((worst(&[], false), worst(&warning, false)), (Verdict::Ok, Verdict::Warning));
        assert_eq!(worst(&warning, true), Verdict::Failed);
        let end = ending(&[], &[Need::StateFile], true, Duration::ZERO);
        assert!(end.contains("Not checked, because something hangs: state file.\n"), "{end}");
    }

    #[test]
    fn lines_are_aligned_with_and_without_colors() {
        let finding = Finding::new(FindingId::TokenMissing, "DISCORD_TOKEN is not set").with_action("set it");
        let plain = "failed   Discord token     DISCORD_TOKEN is not set\n                           → set it\n";
        assert_eq!(line(&finding, false), plain);
        assert_eq!(line(&finding, true), plain.replacen("failed", "\x1b[31mfailed\x1b[0m", 1));
        let feed = Finding::new(FindingId::FeedWorks, "3 codes").of("feed.example/x");
        assert_eq!(line(&feed, false), "ok       code feed         feed.example/x: 3 codes\n");
        let end = ending(&[finding, feed], &[Need::Servers, Need::Clock], false, Duration::from_millis(1250));
        assert_eq!(
            end,
            "\nNot checked, because of the above: servers, clock.\n1 failed, 0 warnings, 1 ok, in 1.2 s.\n"
        );
    }
}
