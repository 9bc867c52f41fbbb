//! The answer to `/manage giftcode stats`: the server's charts as pictures, and the same numbers as text.
#![allow(unused_variables, reason = "texts are being moved to Fluent")]

use jiff::SignedDuration;
use serenity::all::CreateEmbed;

use crate::charts::{Bars, Colour, Columns, Frame, Row, Series, Style, TimeAxis, Unit, duration};
use crate::domain::text::language::Language;
use crate::store::{CodeStats, DayCounts, GuildStats};

use super::escape::clip;
use super::{Message, colour, count, thousands};

/// The size of a picture in the chart's pixels. Discord shows it about as large; desktop programs shrink what is higher.
const SIZE: (f64, f64) = (420.0, 315.0);
/// The longest description of a picture, in characters.
const MAX_ALT: usize = 1024;

/// A chart that is to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The picture's file name.
    pub name: &'static str,
    title: &'static str,
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

/// One outcome: its sign and name, its colour, and how many redemptions of a day came to it.
type OutcomeSeries = (&'static str, &'static str, Colour, fn(&DayCounts) -> u32);

/// The outcomes, in the words of the progress message.
const OUTCOMES: [OutcomeSeries; 4] = [
    ("🎁", "redeemed", Colour::Green, |day| day.granted),
    ("📦", "already claimed", Colour::Blue, |day| day.already),
    ("❌", "failed", Colour::Red, |day| day.failed),
    ("⌛", "gave up", Colour::Purple, |day| day.gave_up),
];

fn per_day(language: Language, stats: &GuildStats) -> Option<Chart> {
    let (name, title) = ("redemptions-per-day.png", "Redemptions per day");
    let sum = |of: fn(&DayCounts) -> u32| stats.days.iter().map(of).fold(0, u32::saturating_add);
    let parts = |counts: &dyn Fn(fn(&DayCounts) -> u32) -> u32| -> String {
        let parts = OUTCOMES.iter().filter(|(.., of)| counts(*of) > 0);
        let parts = parts.map(|(sign, name, _, of)| format!("{sign} {} {name}", thousands(counts(*of))));
        parts.collect::<Vec<_>>().join(" · ")
    };
    let all = parts(&sum);
    if all.is_empty() {
        return None;
    }
    let mut text = format!("Last {} days: {all}", stats.days.len());
    if let Some(today) = stats.days.last() {
        let today = parts(&|of| of(today));
        text += &format!("\nToday: {}", if today.is_empty() { "nothing yet" } else { &today });
    }
    text += "\n-# Days begin at midnight UTC.";
    let series = OUTCOMES.iter().filter(|(.., of)| sum(*of) > 0).map(|(_, name, colour, of)| Series {
        name,
        colour: *colour,
        values: stats.days.iter().map(|day| f64::from(of(day))).collect(),
    });
    let svg = frame(name, title).columns(&Columns {
        time: TimeAxis { start: stats.first_day, step: SignedDuration::from_hours(24) },
        unit: Unit::Count("redemptions"),
        series: series.collect(),
    });
    Some(Chart { name, title, text, svg })
}

fn per_code(language: Language, stats: &GuildStats) -> Option<Chart> {
    let (name, title) = ("players-per-code.png", "Players who have the latest codes");
    let codes: Vec<&CodeStats> = stats.codes.iter().filter(|code| code.players > 0).collect();
    if codes.is_empty() {
        return None;
    }
    let lines: Vec<String> = codes
        .iter()
        .map(|code| {
            let failed =
                if code.failed > 0 { format!(" · ❌ {} failed", thousands(code.failed)) } else { String::new() };
            format!("`{}` {} of {}{failed}", code.code, thousands(code.have), count(code.players, "player"))
        })
        .collect();
    let notes: Vec<String> =
        codes.iter().map(|code| format!("{} of {}", thousands(code.have), thousands(code.players))).collect();
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
    Some(Chart { name, title, text: lines.join("\n"), svg })
}

fn speed(language: Language, stats: &GuildStats) -> Option<Chart> {
    let (name, title) = ("how-fast.png", "How fast");
    let seconds = |part: Option<SignedDuration>| part.map(|part| part.as_secs_f64());
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    let mut timed = Vec::new();
    for code in &stats.codes {
        let (to_post, to_done) = (seconds(code.to_post), seconds(code.to_done));
        let posted = to_post.map(|to_post| format!("posted {} after it was seen", duration(to_post)));
        let done = to_done.map(|to_done| format!("last player done {} later", duration(to_done)));
        let line = match (posted, done, to_done) {
            (Some(posted), Some(done), _) => format!("{posted}, {done}"),
            (Some(posted), None, _) => posted,
            (None, _, Some(to_done)) => format!("last player done {} after the start", duration(to_done)),
            (None, ..) => continue,
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
    Some(Chart { name, title, text: lines.join("\n"), svg })
}

/// The charts with their pictures, one PNG for each of them in their order; `None` if they could not be drawn.
pub fn stats(language: Language, stats: &GuildStats, charts: &[Chart], pictures: Option<Vec<Vec<u8>>>) -> Message {
    if charts.is_empty() {
        let missing = if stats.players == 0 {
            "Add players with `/manage players add` or `/manage players import`, and set a channel with `/manage giftcode setchannel`."
        } else {
            "They appear once a code has been posted or redeemed. Set a channel with `/manage giftcode setchannel`, and turn on \
             `/manage giftcode auto`."
        };
        return Message::text(format!("📈 There are no numbers for this server yet. {missing}"));
    }
    let is_drawn = pictures.is_some();
    let mut pictures = pictures.unwrap_or_default().into_iter();
    let mut message =
        Message::text(if is_drawn { "" } else { "⚠️ The pictures could not be drawn; here are the numbers." });
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
