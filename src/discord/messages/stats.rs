//! The answer to `/manage giftcode stats`: the server's charts as pictures, and the same numbers as text.

use jiff::SignedDuration;
use serenity::all::CreateEmbed;

use crate::charts::{Bars, Colour, Columns, Frame, Row, Series, Style, TimeAxis, Unit, Words, duration};
use crate::domain::text::language::Language;
use crate::store::{CodeStats, DayCounts, GuildStats};

use super::chart_words::ChartWords;
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

fn frame<'a>(name: &'static str, title: &'a str, words: &'a dyn Words) -> Frame<'a> {
    let (width, height) = SIZE;
    Frame { id: name.trim_end_matches(".png"), title, width, height, style: Style::Picture, words }
}

/// How many redemptions of a day came to an outcome.
type CountOf = fn(&DayCounts) -> u32;

const OUTCOMES: [CountOf; 4] = [|day| day.granted, |day| day.already, |day| day.failed, |day| day.gave_up];

fn per_day(language: Language, stats: &GuildStats) -> Option<Chart> {
    let sum = |of: CountOf| stats.days.iter().map(of).fold(0, u32::saturating_add);
    let counts = |counts: &dyn Fn(CountOf) -> u32| -> String {
        let [granted, already, failed, gave_up] = OUTCOMES.map(|of| Some(counts(of)).filter(|number| *number > 0));
        let parts = [
            granted.map(|number| text!(language, "count-redeemed", number = number)),
            already.map(|number| text!(language, "count-already", number = number)),
            failed.map(|number| text!(language, "count-failed", number = number)),
            gave_up.map(|number| text!(language, "stats-gave-up", number = number)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let all = counts(&sum);
    if all.is_empty() {
        return None;
    }
    let mut text = text!(language, "stats-last-days", days = stats.days.len(), counts = all);
    if let Some(today) = stats.days.last() {
        let today = counts(&|of| of(today));
        text += "\n";
        text += &match today.is_empty() {
            true => text!(language, "stats-today-nothing"),
            false => text!(language, "stats-today", counts = today),
        };
    }
    text += &format!("\n-# {}", text!(language, "stats-midnight"));
    let names = [
        (text!(language, "chart-redeemed"), Colour::Green),
        (text!(language, "chart-already"), Colour::Blue),
        (text!(language, "chart-failed"), Colour::Red),
        (text!(language, "chart-gave-up"), Colour::Purple),
    ];
    let series = names.iter().zip(OUTCOMES).filter(|(_, of)| sum(*of) > 0).map(|((name, colour), of)| Series {
        name,
        colour: *colour,
        values: stats.days.iter().map(|day| f64::from(of(day))).collect(),
    });
    let (name, title) = ("redemptions-per-day.png", text!(language, "chart-per-day"));
    let svg = frame(name, &title, &ChartWords(language)).columns(&Columns {
        time: TimeAxis { start: stats.first_day, step: SignedDuration::from_hours(24) },
        unit: Unit::Count(&text!(language, "chart-redemptions")),
        series: series.collect(),
    });
    Some(Chart { name, title, text, svg })
}

fn per_code(language: Language, stats: &GuildStats) -> Option<Chart> {
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
    let note = |code: &&CodeStats| text!(language, "chart-of", have = code.have, players = code.players);
    let notes: Vec<String> = codes.iter().map(note).collect();
    let rows = codes.iter().zip(&notes).map(|(code, note)| Row {
        label: code.code.as_str(),
        values: vec![f64::from(code.have), f64::from(code.failed)],
        full: Some(f64::from(code.players)),
        note,
    });
    let have = text!(language, "chart-have");
    let failed = match codes.iter().any(|code| code.failed > 0) {
        true => text!(language, "chart-have-not"),
        false => String::new(),
    };
    let (name, title) = ("players-per-code.png", text!(language, "chart-per-code"));
    let svg = frame(name, &title, &ChartWords(language)).bars(&Bars {
        unit: Unit::Count(&text!(language, "chart-players")),
        parts: vec![(&have, Colour::Green), (&failed, Colour::Red)],
        rows: rows.collect(),
    });
    Some(Chart { name, title, text: lines.join("\n"), svg })
}

fn speed(language: Language, stats: &GuildStats) -> Option<Chart> {
    let words = ChartWords(language);
    let seconds = |part: Option<SignedDuration>| part.map(|part| part.as_secs_f64());
    let shown = |seconds: f64| duration(seconds, &words);
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    let mut timed = Vec::new();
    for code in &stats.codes {
        let (to_post, to_done) = (seconds(code.to_post), seconds(code.to_done));
        let line = match (to_post.map(shown), to_done.map(shown)) {
            (Some(posted), Some(done)) => {
                text!(language, "stats-posted-and-done", posted = posted, done = done)
            }
            (Some(posted), None) => text!(language, "stats-posted", time = posted),
            (None, Some(done)) => text!(language, "stats-done", time = done),
            (None, None) => continue,
        };
        lines.push(format!("`{}` {line}", code.code));
        notes.push(shown(to_post.unwrap_or(0.0) + to_done.unwrap_or(0.0)));
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
    let (name, title) = ("how-fast.png", text!(language, "chart-speed"));
    let (to_post, to_done) = (text!(language, "chart-to-post"), text!(language, "chart-to-done"));
    let svg = frame(name, &title, &words).bars(&Bars {
        unit: Unit::Seconds,
        parts: vec![(&to_post, Colour::Orange), (&to_done, Colour::Blue)],
        rows: rows.collect(),
    });
    Some(Chart { name, title, text: lines.join("\n"), svg })
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
