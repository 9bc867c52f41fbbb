//! What the sandbox's user sees: text, cards and progress bars on a terminal, plain lines elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::AllianceId;
use crate::store::BatchProgress;

use super::script::GUILDS;

/// The most bars at once. Further batches are only counted.
const MAX_BARS: usize = 12;
/// How often progress is printed without a terminal.
const LOG_INTERVAL: Duration = Duration::from_secs(5);

type Key = (CodeKey, u32, AllianceId);

/// Standard output, with bars below it on a terminal.
pub struct Console {
    bars: Option<MultiProgress>,
    /// Standard output belongs to machines: people's lines go to standard error.
    is_aside: bool,
    shown: Mutex<BTreeMap<Key, ProgressBar>>,
    printed_at: Mutex<Duration>,
}

pub fn guild_name(guild: AllianceId) -> String {
    let name = GUILDS.iter().find(|(id, _)| *id == guild).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| guild.to_string())
}

impl Console {
    /// `is_json` is whether the log, which shares standard output where that is no terminal, is for machines.
    pub fn new(is_json: bool) -> Self {
        let target = ProgressDrawTarget::stdout_with_hz(10);
        let bars = io::stdout().is_terminal().then(|| MultiProgress::with_draw_target(target));
        Self { is_aside: is_json && bars.is_none(), bars, shown: Mutex::default(), printed_at: Mutex::default() }
    }

    pub fn is_terminal(&self) -> bool {
        self.bars.is_some()
    }

    /// Prints lines above the bars. A reader that went away is not an error.
    pub fn print(&self, text: &str) {
        let printed = match &self.bars {
            Some(bars) => bars.println(text),
            None if self.is_aside => writeln!(io::stderr().lock(), "{text}"),
            None => writeln!(io::stdout().lock(), "{text}"),
        };
        // Nobody reads it any more.
        drop(printed);
    }

    /// Shows how far the batches are, `elapsed` after the start.
    pub fn show(&self, batches: &[BatchProgress], elapsed: Duration) {
        match &self.bars {
            Some(bars) => self.draw(bars, batches),
            None => self.count(batches, elapsed),
        }
    }

    fn draw(&self, bars: &MultiProgress, batches: &[BatchProgress]) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |batch: &BatchProgress| (batch.code.key(), batch.generation, batch.guild);
        let open: BTreeSet<Key> = batches.iter().map(key).collect();
        shown.retain(|key, bar| {
            let stays = open.contains(key);
            if !stays {
                bar.finish_and_clear();
                bars.remove(bar);
            }
            stays
        });
        for batch in batches {
            if shown.len() >= MAX_BARS && !shown.contains_key(&key(batch)) {
                continue;
            }
            let bar = shown.entry(key(batch)).or_insert_with(|| bars.add(new_bar(batch)));
            bar.set_length(batch.players.into());
            bar.set_position(batch.done.into());
        }
    }

    fn count(&self, batches: &[BatchProgress], elapsed: Duration) {
        let mut printed_at = self.printed_at.lock().unwrap_or_else(PoisonError::into_inner);
        if batches.is_empty() || elapsed.saturating_sub(*printed_at) < LOG_INTERVAL {
            return;
        }
        *printed_at = elapsed;
        let left: u32 = batches.iter().map(|batch| batch.players.saturating_sub(batch.done)).sum();
        self.print(&format!("… redeeming: {left} to go in {} batches", batches.len()));
    }

    pub fn clear(&self) {
        if let Some(bars) = &self.bars {
            drop(bars.clear());
        }
    }
}

fn new_bar(batch: &BatchProgress) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:30} {bar:24.cyan/dim} {pos:>4} of {len:<4} {elapsed}");
    let bar =
        ProgressBar::new(batch.players.into()).with_prefix(format!("{} · {}", batch.code, guild_name(batch.guild)));
    match style {
        Ok(style) => bar.with_style(style.progress_chars("━━─")),
        Err(_) => bar,
    }
}
