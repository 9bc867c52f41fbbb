//! What an expression asks for: enough of PromQL for the dashboard and the alerts.

use std::collections::BTreeSet;

/// The series of one metric that an expression selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    pub name: String,
    /// Each label with the values that are asked for. Those that Prometheus itself adds are left out.
    pub labels: Vec<(String, Vec<String>)>,
    /// It is compared with zero, so a zero is what it waits for.
    pub is_zero_wanted: bool,
}

#[derive(Debug, Default)]
pub struct Query {
    pub selectors: Vec<Selector>,
    /// The labels by which it groups or joins.
    pub groups: BTreeSet<String>,
}

const WORDS: [&str; 6] = ["and", "or", "unless", "bool", "offset", "time"];
const GROUPS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

fn name(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_' || letter == ':'));
    &text[..end.unwrap_or(text.len())]
}

pub fn parse(expression: &str) -> Query {
    let mut query = Query::default();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = name(rest);
        if first.is_ascii_digit() || word.is_empty() {
            // A range is in brackets, a number and an operator stand alone.
            let end = if first == '[' { rest.find(']').unwrap() + 1 } else { word.len().max(first.len_utf8()) };
            rest = rest[end..].trim_start();
            continue;
        }
        rest = rest[word.len()..].trim_start();
        if GROUPS.contains(&word) {
            let (inside, after) = rest.strip_prefix('(').unwrap().split_once(')').unwrap();
            query.groups.extend(inside.split(',').map(|label| label.trim().to_owned()));
            rest = after.trim_start();
        } else if !WORDS.contains(&word) && !rest.starts_with('(') && !is_function_by(word, rest) {
            let (labels, after) = match rest.strip_prefix('{') {
                Some(inside) => {
                    let (inside, after) = inside.split_once('}').unwrap();
                    (matchers(inside), after.trim_start())
                }
                None => (Vec::new(), rest),
            };
            let after_all = after.trim_start_matches(|c: char| c != '=' && !c.is_alphabetic()).trim_start();
            let is_zero_wanted = after_all.starts_with("== 0");
            query.selectors.push(Selector { name: word.to_owned(), labels, is_zero_wanted });
            rest = after;
        }
    }
    query
}

/// An aggregation whose grouping stands before its argument.
fn is_function_by(word: &str, rest: &str) -> bool {
    ["sum", "max", "min", "avg", "count"].contains(&word) && GROUPS.contains(&name(rest))
}

fn matchers(inside: &str) -> Vec<(String, Vec<String>)> {
    let matchers = inside.split(',').map(|matcher| {
        let label = name(matcher.trim());
        let value = matcher.split('"').nth(1).unwrap();
        (label.to_owned(), value.split('|').map(str::to_owned).collect())
    });
    matchers.filter(|(label, _)| !["instance", "job"].contains(&label.as_str())).collect()
}

#[test]
fn metrics_labels_and_groups_are_found() {
    let query = parse(
        "histogram_quantile(0.95, sum by (le, feed) (rate(a_bucket{instance=~\"$instance\"}[$__rate_interval]))) > 1 and on \
         (instance) b{c=~\"d|e\"} == 0 or time() - max(f) > 3600",
    );
    let selector = |name: &str, labels: &[(&str, &[&str])], is_zero_wanted| Selector {
        name: name.to_owned(),
        labels: labels.iter().map(|(l, v)| ((*l).to_owned(), v.iter().map(|v| (*v).to_owned()).collect())).collect(),
        is_zero_wanted,
    };
    let expected =
        [selector("a_bucket", &[], false), selector("b", &[("c", &["d", "e"])], true), selector("f", &[], false)];
    assert_eq!(query.selectors, expected);
    assert_eq!(query.groups.into_iter().collect::<Vec<_>>(), ["feed", "instance", "le"]);
    assert!(parse("max(giftcode_standing{standing=\"active\"}) == 0").selectors[0].is_zero_wanted);
}
