//! The simulated game's memory: every call, and which player got what.
//!
//! With a journal it outlives the process, like the real game's memory: one JSON line per call, written before the call
//! is answered, so that it survives a kill (but not a power failure). A line cut off by a kill is dropped, because its
//! call was never answered.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::PlayerId;

/// One call that the simulated game received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Milliseconds since the world's start.
    pub at_ms: u64,
    /// `gift_code` or `player`.
    pub endpoint: String,
    /// As sent.
    pub fid: String,
    /// Empty at the player endpoint.
    pub code: String,
    /// The phase that the code was in.
    pub phase: usize,
    /// The status of the answer, or the name of the fault that replaced it.
    pub answer: String,
    /// Whether this call granted the code, whatever the answer.
    pub granted: bool,
    /// The process that made the call, which also runs the simulated game.
    #[serde(default)]
    pub process: u32,
}

/// Calls refused as too fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refusals {
    pub rate_limited: usize,
    pub too_frequent: usize,
}

#[derive(Debug, Default)]
pub struct Ledger {
    journal: Option<File>,
    calls: Vec<Call>,
    grants: HashSet<(String, String, usize)>,
    claims: HashMap<(String, usize), u32>,
}

/// Opens a file of JSON lines for reading and appending. A line at the end that a kill cut off is removed.
pub fn open_lines<T: DeserializeOwned>(path: &Path) -> anyhow::Result<(File, Vec<T>)> {
    let cannot = || format!("cannot open the sandbox's file {}", path.display());
    let mut file = File::options().create(true).read(true).append(true).open(path).with_context(cannot)?;
    let mut text = String::new();
    file.read_to_string(&mut text).with_context(cannot)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    file.set_len(whole as u64).with_context(cannot)?;
    file.seek(SeekFrom::End(0)).with_context(cannot)?;
    let lines: Result<Vec<T>, _> = text[..whole].lines().map(serde_json::from_str).collect();
    Ok((file, lines.with_context(cannot)?))
}

pub fn append_line(file: &mut File, line: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    file.write_all(text.as_bytes())
}

impl Ledger {
    /// An empty memory, or the one in `journal`.
    pub fn open(journal: Option<&Path>) -> anyhow::Result<Self> {
        let mut ledger = Self::default();
        if let Some(path) = journal {
            let (file, calls) = open_lines::<Call>(path)?;
            calls.into_iter().for_each(|call| ledger.remember(call));
            ledger.journal = Some(file);
        }
        Ok(ledger)
    }

    fn remember(&mut self, call: Call) {
        if call.granted && self.grants.insert((call.fid.clone(), call.code.clone(), call.phase)) {
            *self.claims.entry((call.code.clone(), call.phase)).or_default() += 1;
        }
        self.calls.push(call);
    }

    /// Records a call before it is answered.
    pub fn note(&mut self, call: Call) -> std::io::Result<()> {
        if let Some(file) = &mut self.journal {
            append_line(file, &call)?;
        }
        self.remember(call);
        Ok(())
    }

    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Whether the player got the code in this phase.
    pub fn has(&self, fid: &str, code: &CodeKey, phase: usize) -> bool {
        self.grants.contains(&(fid.to_owned(), code.as_str().to_owned(), phase))
    }

    /// Whether the player got the code in any phase.
    pub fn is_granted(&self, player: PlayerId, code: &CodeKey) -> bool {
        let fid = player.to_string();
        (0..8).any(|phase| self.has(&fid, code, phase))
    }

    /// How often the code was requested for the player.
    pub fn calls_for(&self, player: PlayerId, code: &CodeKey) -> usize {
        let fid = player.to_string();
        self.calls.iter().filter(|call| call.fid == fid && call.code == code.as_str()).count()
    }

    /// The players who got the code in this phase.
    pub fn claims(&self, code: &CodeKey, phase: usize) -> u32 {
        self.claims.get(&(code.as_str().to_owned(), phase)).copied().unwrap_or_default()
    }

    pub fn grants(&self) -> usize {
        self.grants.len()
    }

    pub fn refusals(&self) -> Refusals {
        let count = |name: &str| self.calls.iter().filter(|call| call.answer == name).count();
        Refusals { rate_limited: count("RATE_LIMITED"), too_frequent: count("TOO_FREQUENT") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(fid: &str, phase: usize, granted: bool) -> Call {
        let (endpoint, code, answer) = ("gift_code".to_owned(), "A1".to_owned(), "SUCCESS".to_owned());
        Call { at_ms: 1, endpoint, fid: fid.to_owned(), code, phase, answer, granted, process: 1 }
    }

    #[test]
    fn the_journal_outlives_the_process_though_its_end_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls");
        let key = crate::domain::codes::code::Code::parse("a1").unwrap().key();
        let mut ledger = Ledger::open(Some(&path)).unwrap();
        ledger.note(call("7", 0, true)).unwrap();
        ledger.note(call("8", 1, false)).unwrap();
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"{\"at_ms\":9,");
        std::fs::write(&path, torn).unwrap();
        let mut again = Ledger::open(Some(&path)).unwrap();
        assert_eq!(again.calls(), ledger.calls());
        assert!(again.has("7", &key, 0) && !again.has("7", &key, 1) && !again.has("8", &key, 1));
        again.note(call("9", 1, true)).unwrap();
        let last = Ledger::open(Some(&path)).unwrap();
        assert_eq!((last.calls().len(), last.grants(), last.claims(&key, 1)), (3, 2, 1));
        std::fs::write(&path, "not a call\n").unwrap();
        assert!(Ledger::open(Some(&path)).is_err());
    }
}
