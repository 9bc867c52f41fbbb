//! What the sandbox's user sees: plain words, cards and progress bars on a terminal; plain lines elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::GuildId;
use crate::store::RunProgress;

use super::script::GUILDS;

/// The most bars at once; what is beyond is counted in words.
const MAX_BARS: usize = 12;
/// Where there is no terminal, progress is said this often.
const SAY_EVERY: Duration = Duration::from_secs(5);

type Key = (CodeKey, u32, GuildId);

/// Standard output, with bars below it where it is a terminal.
pub struct Console {
    bars: Option<MultiProgress>,
    shown: Mutex<BTreeMap<Key, ProgressBar>>,
    said_at: Mutex<Duration>,
}

/// What a guild is called.
#[must_use]
pub fn guild_name(guild: GuildId) -> String {
    let name = GUILDS.iter().find(|(id, _)| *id == guild).map(|(_, name)| (*name).to_owned());
    name.unwrap_or_else(|| guild.to_string())
}

impl Console {
    /// The console of this process.
    #[must_use]
    pub fn new() -> Self {
        let target = ProgressDrawTarget::stdout_with_hz(10);
        let bars = io::stdout().is_terminal().then(|| MultiProgress::with_draw_target(target));
        Self { bars, shown: Mutex::default(), said_at: Mutex::default() }
    }

    /// Whether there is a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.bars.is_some()
    }

    /// Prints lines, above the bars. A reader that went away is no error.
    pub fn say(&self, text: &str) {
        let printed = match &self.bars {
            Some(bars) => bars.println(text),
            None => writeln!(io::stdout().lock(), "{text}"),
        };
        // There is nobody left to tell.
        drop(printed);
    }

    /// Shows how far the runs are, `elapsed` after the start.
    pub fn show(&self, runs: &[RunProgress], elapsed: Duration) {
        match &self.bars {
            Some(bars) => self.draw(bars, runs),
            None => self.count(runs, elapsed),
        }
    }

    fn draw(&self, bars: &MultiProgress, runs: &[RunProgress]) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |run: &RunProgress| (run.code.key(), run.generation, run.guild);
        let open: BTreeSet<Key> = runs.iter().map(key).collect();
        shown.retain(|key, bar| {
            let stays = open.contains(key);
            if !stays {
                bar.finish_and_clear();
                bars.remove(bar);
            }
            stays
        });
        for run in runs {
            if shown.len() >= MAX_BARS && !shown.contains_key(&key(run)) {
                continue;
            }
            let bar = shown.entry(key(run)).or_insert_with(|| bars.add(new_bar(run)));
            bar.set_length(run.players.into());
            bar.set_position(run.done.into());
        }
    }

    fn count(&self, runs: &[RunProgress], elapsed: Duration) {
        let mut said_at = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.is_empty() || elapsed.saturating_sub(*said_at) < SAY_EVERY {
            return;
        }
        *said_at = elapsed;
        let left: u32 = runs.iter().map(|run| run.players.saturating_sub(run.done)).sum();
        self.say(&format!("… redeeming: {left} to go in {} runs", runs.len()));
    }

    /// Takes the bars away.
    pub fn clear(&self) {
        if let Some(bars) = &self.bars {
            drop(bars.clear());
        }
    }
}

impl Default for Console {
    fn default() -> Self {
        Self::new()
    }
}

fn new_bar(run: &RunProgress) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:30} {bar:24.cyan/dim} {pos:>4} of {len:<4} {elapsed}");
    let bar = ProgressBar::new(run.players.into()).with_prefix(format!("{} · {}", run.code, guild_name(run.guild)));
    match style {
        Ok(style) => bar.with_style(style.progress_chars("━━─")),
        Err(_) => bar,
    }
}
