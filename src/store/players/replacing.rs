//! Removing several players and replacing a whole roster, each with a way back or a preview.

use jiff::SignedDuration;
use rusqlite::{Connection, params};

use crate::domain::players::player::{AllianceId, Player, PlayerId};
use crate::domain::players::replacement::Replacement;
use crate::store::batches;
use crate::store::drafts::{self, Draft, KEEP_FOR};
use crate::store::handles::Rosters;
use crate::store::kernel::{StoreError, Tx};
use crate::store::shown_name::NAME;

use super::{RosterChange, add, links, what_others_rely_on};

/// The most players of a list that replaces a roster.
pub const MAX_REPLACED: usize = 10_000;
/// How long a removal can be undone.
pub const UNDO_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Players who were removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removal {
    /// Those who were on the roster.
    pub removed: Vec<Player>,
    /// Under this id it can be undone; `None` if nobody was removed.
    pub draft: Option<String>,
}

/// What a replacement would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub replacement: Replacement,
    /// New details that are not taken, because others rely on those on file.
    pub kept: u32,
    /// Under this id it can be confirmed.
    pub draft: String,
}

/// The result of confirming a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    Done {
        replacement: Replacement,
        /// Redemptions that are due again, because a wrong state was corrected.
        retried: u32,
    },
    /// The roster has changed since the preview: this is what would happen now.
    Changed(Preview),
    /// The roster is as in the list already.
    Same,
    /// The draft is too old or was made elsewhere.
    Unknown,
}

/// The players of an alliance's roster with the details on file, ordered by name.
pub(super) fn on_roster(connection: &Connection, alliance: AllianceId) -> rusqlite::Result<Vec<Player>> {
    connection
        .prepare_cached(
            "SELECT p.player_id, p.nickname, p.state, p.furnace_level FROM rosters r JOIN players p USING (player_id)
             WHERE r.guild_id = ?1 AND r.deleted = 0 ORDER BY p.nickname = '', p.nickname COLLATE NOCASE, p.player_id",
        )?
        .query_map([alliance], links::player)?
        .collect()
}

/// What replacing the roster by `players` would do, and how many of their details are not taken.
fn compare(connection: &Connection, alliance: AllianceId, players: &[Player]) -> rusqlite::Result<(Replacement, u32)> {
    let mut kept = 0;
    let mut then = Vec::with_capacity(players.len());
    for player in players {
        match what_others_rely_on(connection, alliance, player)? {
            Some(on_file) => {
                kept += u32::from(player.state.is_some() && on_file.state != player.state);
                then.push(on_file);
            }
            None => then.push(player.clone()),
        }
    }
    Ok((Replacement::of(&on_roster(connection, alliance)?, then), kept))
}

fn preview(tx: &Tx<'_>, alliance: AllianceId, players: Vec<Player>) -> rusqlite::Result<Preview> {
    let (replacement, kept) = compare(tx.connection(), alliance, &players)?;
    let draft = Draft::Replacement { players, fingerprint: replacement.fingerprint() };
    Ok(Preview { draft: drafts::keep(tx, alliance, &draft)?, replacement, kept })
}

fn remove(tx: &Tx<'_>, alliance: AllianceId, player: PlayerId) -> rusqlite::Result<bool> {
    let removed = tx.execute(
        "UPDATE rosters SET deleted = 1, version = ?3 WHERE guild_id = ?1 AND player_id = ?2 AND deleted = 0",
        params![alliance, player, tx.version()],
    )?;
    if removed > 0 {
        batches::finish_without(tx, alliance, player)?;
        batches::show_without(tx, alliance, player)?;
    }
    Ok(removed > 0)
}

impl Rosters {
    /// Takes players off an alliance's roster, and keeps how to undo that. Redemptions that have begun for them continue.
    ///
    /// # Errors
    /// Returns an error if the write fails; nobody is removed then.
    pub async fn remove_players(&self, alliance: AllianceId, players: Vec<PlayerId>) -> Result<Removal, StoreError> {
        self.write(move |tx| {
            let sql =
                format!("SELECT p.player_id, {NAME}, p.state, p.furnace_level FROM players p WHERE p.player_id = ?1");
            let mut removed = Vec::new();
            for id in players {
                if remove(tx, alliance, id)? {
                    removed.push(tx.statement(&sql)?.query_row([id], links::player)?);
                }
            }
            let draft = match removed.is_empty() {
                true => None,
                false => {
                    let ids = removed.iter().map(|player: &Player| player.id).collect();
                    Some(drafts::keep(tx, alliance, &Draft::Removal(ids))?)
                }
            };
            Ok(Removal { removed, draft })
        })
        .await
    }

    /// Puts the players of a removal back on the roster. Returns how many were not on it; `None` if it is too late.
    ///
    /// # Errors
    /// Returns an error if the write fails; nobody is put back then.
    pub async fn undo_removal(&self, alliance: AllianceId, draft: String) -> Result<Option<u32>, StoreError> {
        self.write(move |tx| {
            let Some(Draft::Removal(ids)) = drafts::find(tx, alliance, &draft, UNDO_WITHIN)? else { return Ok(None) };
            let mut back = 0;
            for id in ids {
                // Whoever was erased meanwhile stays away.
                back += tx.execute(
                    "UPDATE rosters SET deleted = 0, version = ?3 WHERE guild_id = ?1 AND player_id = ?2 AND deleted = 1",
                    params![alliance, id, tx.version()],
                )?;
                batches::reopen_with(tx, id)?;
            }
            tx.wake_plan();
            Ok(Some(u32::try_from(back).unwrap_or(u32::MAX)))
        })
        .await
    }

    /// Says what replacing an alliance's roster by these players would do, and keeps the list to confirm it.
    ///
    /// # Errors
    /// Returns an error if the write fails; nothing can be confirmed then.
    pub async fn preview_replacement(&self, alliance: AllianceId, players: Vec<Player>) -> Result<Preview, StoreError> {
        self.write_local(move |tx| Ok(preview(tx, alliance, players)?)).await
    }

    /// Replaces an alliance's roster as it was previewed, or previews it anew if the effect would be another one now.
    ///
    /// # Errors
    /// Returns an error if the write fails; the roster is unchanged then.
    pub async fn replace_roster(&self, alliance: AllianceId, draft: String) -> Result<Replaced, StoreError> {
        self.write(move |tx| {
            let Some(Draft::Replacement { players, fingerprint }) = drafts::find(tx, alliance, &draft, KEEP_FOR)?
            else {
                return Ok(Replaced::Unknown);
            };
            let (replacement, _) = compare(tx.connection(), alliance, &players)?;
            if replacement.is_empty() {
                return Ok(Replaced::Same);
            }
            if replacement.fingerprint() != fingerprint {
                return Ok(Replaced::Changed(preview(tx, alliance, players)?));
            }
            for player in &replacement.goes {
                remove(tx, alliance, player.id)?;
            }
            let RosterChange { retried, .. } = add(tx, alliance, &players)?;
            Ok(Replaced::Done { replacement, retried })
        })
        .await
    }
}
