//! The answer to `/manage giftcode stats`: the server's charts as pictures, and the same numbers as text.
//!
//! The labels within a picture are English in every language, because the embedded font lacks the letters of some. The title
//! above the picture, the text below it and its description are in the person's language.

use jiff::SignedDuration;
use serenity::all::CreateEmbed;

use crate::charts::{Bars, Colour, Columns, Frame, Row, Series, Style, TimeAxis, Unit, duration};
use crate::domain::text::language::Language;
use crate::store::{CodeStats, DayCounts, GuildStats};

use super::escape::clip;
use super::texts::text;
use super::{Message, colour};

/// The size of a picture in the chart's pixels. Discord shows it about as large; desktop programs shrink what is higher.
const SIZE: (f64, f64) = (420.0, 315.0);
/// The longest description of a picture, in characters.
const MAX_ALT: usize = 1024;

/// A chart that is to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The picture's file name.
    pub name: &'static str,
    title: String,
    /// What the chart shows, in words.
    text: String,
    pub svg: String,
}

/// The charts of a server for which there is something to show.
pub fn charts(language: Language, stats: &GuildStats) -> Vec<Chart> {
    [per_day(language, stats), per_code(language, stats), speed(language, stats)].into_iter().flatten().collect()
}

fn frame(name: &'static str, title: &'static str) -> Frame<'static> {
    Frame { id: name.trim_end_matches(".png"), title, width: SIZE.0, height: SIZE.1, style: Style::Picture }
}

/// One outcome: its name in the picture, its colour, and how many redemptions of a day came to it.
type OutcomeSeries = (&'static str, Colour, fn(&DayCounts) -> u32);

/// The outcomes.
const OUTCOMES: [OutcomeSeries; 4] = [
    ("redeemed", Colour::Green, |day| day.granted),
    ("already claimed", Colour::Blue, |day| day.already),
    ("failed", Colour::Red, |day| day.failed),
    ("gave up", Colour::Purple, |day| day.gave_up),
];

fn per_day(language: Language, stats: &GuildStats) -> Option<Chart> {
    let (name, title) = ("redemptions-per-day.png", "Redemptions per day");
    let sum = |of: fn(&DayCounts) -> u32| stats.days.iter().map(of).fold(0, u32::saturating_add);
    let parts = |counts: &dyn Fn(fn(&DayCounts) -> u32) -> u32| -> String {
        let some = |of: fn(&DayCounts) -> u32| Some(counts(of)).filter(|number| *number > 0);
        let parts = [
            some(|day| day.granted).map(|number| text!(language, "count-redeemed", number = number)),
            some(|day| day.already).map(|number| text!(language, "count-already", number = number)),
            some(|day| day.failed).map(|number| text!(language, "count-failed", number = number)),
            some(|day| day.gave_up).map(|number| text!(language, "stats-gave-up", number = number)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let all = parts(&sum);
    if all.is_empty() {
        return None;
    }
    let mut text = text!(language, "stats-last-days", days = stats.days.len(), counts = all);
    if let Some(today) = stats.days.last() {
        let today = parts(&|of| of(today));
        text += "\n";
        text += &match today.is_empty() {
            true => text!(language, "stats-today-nothing"),
            false => text!(language, "stats-today", counts = today),
        };
    }
    text += &format!("\n-# {}", text!(language, "stats-midnight"));
    let series = OUTCOMES.iter().filter(|(.., of)| sum(*of) > 0).map(|(name, colour, of)| Series {
        name,
        colour: *colour,
        values: stats.days.iter().map(|day| f64::from(of(day))).collect(),
    });
    let svg = frame(name, title).columns(&Columns {
        time: TimeAxis { start: stats.first_day, step: SignedDuration::from_hours(24) },
        unit: Unit::Count("redemptions"),
        series: series.collect(),
    });
    Some(Chart { name, title: text!(language, "stats-per-day"), text, svg })
}

fn per_code(language: Language, stats: &GuildStats) -> Option<Chart> {
    let (name, title) = ("players-per-code.png", "Players who have the latest codes");
    let codes: Vec<&CodeStats> = stats.codes.iter().filter(|code| code.players > 0).collect();
    if codes.is_empty() {
        return None;
    }
    let line = |code: &&CodeStats| {
        let (name, have, players) = (code.code.as_str(), code.have, code.players);
        let line = text!(language, "stats-code", code = name, have = have, players = players);
        match code.failed {
            0 => line,
            failed => format!("{line} · {}", text!(language, "count-failed", number = failed)),
        }
    };
    let lines: Vec<String> = codes.iter().map(line).collect();
    // The labels of charts are English.
    let english = |number: u32| Language::En.grouped(number.into());
    let notes: Vec<String> =
        codes.iter().map(|code| format!("{} of {}", english(code.have), english(code.players))).collect();
    let rows = codes.iter().zip(&notes).map(|(code, note)| Row {
        label: code.code.as_str(),
        values: vec![f64::from(code.have), f64::from(code.failed)],
        full: Some(f64::from(code.players)),
        note,
    });
    let failed = if codes.iter().any(|code| code.failed > 0) { "failed or gave up" } else { "" };
    let svg = frame(name, title).bars(&Bars {
        unit: Unit::Count("players"),
        parts: vec![("have it", Colour::Green), (failed, Colour::Red)],
        rows: rows.collect(),
    });
    Some(Chart { name, title: text!(language, "stats-per-code"), text: lines.join("\n"), svg })
}

fn speed(language: Language, stats: &GuildStats) -> Option<Chart> {
    let (name, title) = ("how-fast.png", "How fast");
    let seconds = |part: Option<SignedDuration>| part.map(|part| part.as_secs_f64());
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    let mut timed = Vec::new();
    for code in &stats.codes {
        let (to_post, to_done) = (seconds(code.to_post), seconds(code.to_done));
        let line = match (to_post.map(duration), to_done.map(duration)) {
            (Some(posted), Some(done)) => {
                text!(language, "stats-posted-and-done", posted = posted, done = done)
            }
            (Some(posted), None) => text!(language, "stats-posted", time = posted),
            (None, Some(done)) => text!(language, "stats-done", time = done),
            (None, None) => continue,
        };
        lines.push(format!("`{}` {line}", code.code));
        notes.push(duration(to_post.unwrap_or(0.0) + to_done.unwrap_or(0.0)));
        timed.push((code, vec![to_post.unwrap_or(0.0), to_done.unwrap_or(0.0)]));
    }
    if timed.is_empty() {
        return None;
    }
    let rows = timed.into_iter().zip(&notes).map(|((code, values), note)| Row {
        label: code.code.as_str(),
        values,
        full: None,
        note,
    });
    let svg = frame(name, title).bars(&Bars {
        unit: Unit::Seconds,
        parts: vec![("seen → posted", Colour::Orange), ("posted → last player done", Colour::Blue)],
        rows: rows.collect(),
    });
    Some(Chart { name, title: text!(language, "stats-speed"), text: lines.join("\n"), svg })
}

/// The charts with their pictures, one PNG for each of them in their order; `None` if they could not be drawn.
pub fn stats(language: Language, stats: &GuildStats, charts: &[Chart], pictures: Option<Vec<Vec<u8>>>) -> Message {
    if charts.is_empty() {
        return Message::text(match stats.players {
            0 => text!(language, "stats-no-players"),
            _ => text!(language, "stats-nothing-yet"),
        });
    }
    let is_drawn = pictures.is_some();
    let mut pictures = pictures.unwrap_or_default().into_iter();
    let mut message = match is_drawn {
        true => Message::default(),
        false => Message::text(text!(language, "stats-not-drawn")),
    };
    for chart in charts {
        let embed = CreateEmbed::new().title(format!("📈 {}", chart.title)).colour(colour::PLAIN);
        let embed = embed.description(clip(&chart.text, 1900));
        message = match pictures.next() {
            Some(png) => {
                let alt = format!("{}: {}", chart.title, plain(&chart.text));
                message.with_embed(embed.image(format!("attachment://{}", chart.name))).with_picture(
                    chart.name,
                    png,
                    clip(&alt, MAX_ALT),
                )
            }
            None => message.with_embed(embed),
        };
    }
    message
}

/// The text without markdown, on one line.
fn plain(text: &str) -> String {
    text.replace("\n-# ", ". ").replace('\n', "; ").replace('`', "")
}
