//! Drafts: what somebody was shown and may confirm or undo with a button.
//!
//! They are kept in this file only, for [`KEEP_FOR`], and no more than [`MAX_DRAFTS`] of them. They go when their alliance or a
//! player in them is erased, here or by another instance. One that is too old goes with the next draft, the next erasure that
//! comes from the replica, or the next session, so an instance that leads no more may keep it for longer. A draft names its alliance, so that a forged button does nothing elsewhere.

use jiff::{SignedDuration, Timestamp};
use md5::{Digest, Md5};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::domain::players::player::{AllianceId, Player, PlayerId, State};
use crate::domain::sync::record::Root;
use crate::store::handles::Erasures;
use crate::store::kernel::{Millis, StoreError, Tx};

/// How long a draft can be used.
pub(super) const KEEP_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The most drafts. One has at most [`MAX_REPLACED`](crate::store::MAX_REPLACED) players, about 1 MB.
const MAX_DRAFTS: u32 = 100;
/// The most characters of all drafts together.
const MAX_CHARS: u32 = 20_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Draft {
    /// The list that replaces the roster, and the fingerprint of the effect that was shown.
    Replacement { players: Vec<Player>, fingerprint: String },
    /// The players who were removed.
    Removal(Vec<PlayerId>),
}

/// A draft as it is stored. A newer program may add fields.
#[derive(Serialize, Deserialize)]
enum Stored {
    #[serde(rename = "replacement")]
    Replacement { players: Vec<StoredPlayer>, fingerprint: String },
    #[serde(rename = "removal")]
    Removal { players: Vec<u64> },
}

/// Id, name, state and furnace level.
type StoredPlayer = (u64, String, Option<u32>, Option<u32>);

impl Stored {
    fn of(draft: &Draft) -> Self {
        let stored = |player: &Player| {
            (player.id.get(), player.nickname.clone(), player.state.map(State::get), player.furnace_level)
        };
        match draft {
            Draft::Replacement { players, fingerprint } => {
                Self::Replacement { players: players.iter().map(stored).collect(), fingerprint: fingerprint.clone() }
            }
            Draft::Removal(players) => Self::Removal { players: players.iter().map(|id| id.get()).collect() },
        }
    }

    fn draft(self) -> Option<Draft> {
        let player = |(id, nickname, state, furnace_level): StoredPlayer| {
            Some(Player { id: PlayerId::new(id)?, nickname, state: state.and_then(State::new), furnace_level })
        };
        Some(match self {
            Self::Replacement { players, fingerprint } => {
                Draft::Replacement { players: players.into_iter().map(player).collect::<Option<_>>()?, fingerprint }
            }
            Self::Removal { players } => Draft::Removal(players.into_iter().map(PlayerId::new).collect::<Option<_>>()?),
        })
    }
}

/// Keeps a draft and returns its id of 32 letters and digits. The same draft of one moment has one id.
pub(super) fn keep(tx: &Tx<'_>, alliance: AllianceId, draft: &Draft) -> rusqlite::Result<String> {
    // Writing numbers and texts cannot fail.
    let content = serde_json::to_string(&Stored::of(draft)).unwrap_or_default();
    let now = tx.now();
    let hashed = format!("{alliance} {} {content}", now.as_millisecond());
    let id: String = Md5::digest(&hashed).iter().map(|byte| format!("{byte:02x}")).collect();
    tx.execute(
        "INSERT INTO drafts (draft_id, guild_id, content, made_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![id, alliance, content, Millis(now)],
    )?;
    forget(tx)?;
    Ok(id)
}

/// Deletes drafts that are too old or dated in the future (a clock was set back), and the oldest beyond the maximum.
fn forget(tx: &Tx<'_>) -> rusqlite::Result<()> {
    let oldest = tx.now().checked_sub(KEEP_FOR).unwrap_or(Timestamp::MIN);
    let newest = tx.now().checked_add(KEEP_FOR).unwrap_or(Timestamp::MAX);
    tx.execute(
        "DELETE FROM drafts WHERE made_at NOT BETWEEN ?1 AND ?2 OR draft_id IN (
             SELECT draft_id FROM (
                 SELECT draft_id, row_number() OVER newest AS place, sum(length(content)) OVER newest AS chars FROM drafts
                 WINDOW newest AS (ORDER BY made_at DESC, draft_id))
             WHERE place > ?3 OR (chars > ?4 AND place > 1))",
        params![Millis(oldest), Millis(newest), MAX_DRAFTS, MAX_CHARS],
    )
    .map(drop)
}

impl Erasures {
    /// Deletes the drafts that cannot be used any more.
    pub async fn forget_drafts(&self) -> Result<(), StoreError> {
        self.write_local(|tx| Ok(forget(tx)?)).await
    }
}

/// Deletes the drafts of an alliance that is erased.
pub(in crate::store) fn forget_of(tx: &Tx<'_>, alliance: AllianceId) -> rusqlite::Result<usize> {
    tx.execute("DELETE FROM drafts WHERE guild_id = ?1", [alliance])
}

/// Deletes the drafts that name one of these players, who are erased.
pub(in crate::store) fn forget_with(tx: &Tx<'_>, players: &[PlayerId]) -> rusqlite::Result<usize> {
    if players.is_empty() {
        return Ok(0);
    }
    let ids: Vec<u64> = players.iter().map(|id| id.get()).collect();
    // A player is an id, or a list that begins with it.
    let sql = "DELETE FROM drafts WHERE EXISTS (
                   SELECT 1 FROM (SELECT value ->> 0 AS id FROM json_each(content, '$.replacement.players')
                                  UNION ALL SELECT value FROM json_each(content, '$.removal.players'))
                   WHERE id IN (SELECT value FROM json_each(?1)))";
    tx.execute(sql, [serde_json::to_string(&ids).unwrap_or_default()])
}

/// Deletes the drafts that another instance's erasures concern, and those that cannot be used any more. `is_erased` says
/// whether a root with this id was erased at this time or later.
pub(in crate::store) fn forget_erased(
    tx: &Tx<'_>,
    is_erased: impl Fn(Root, i64, Timestamp) -> bool,
) -> rusqlite::Result<()> {
    forget(tx)?;
    let drafts: Vec<(String, i64, Millis)> = tx
        .statement("SELECT draft_id, guild_id, made_at FROM drafts")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (draft, guild, Millis(made_at)) in drafts {
        let players: Vec<i64> = tx
            .statement(
                "SELECT value ->> 0 FROM drafts, json_each(content, '$.replacement.players') WHERE draft_id = ?1
                 UNION ALL SELECT value FROM drafts, json_each(content, '$.removal.players') WHERE draft_id = ?1",
            )?
            .query_map([&draft], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if is_erased(Root::Guild, guild, made_at) || players.iter().any(|id| is_erased(Root::Player, *id, made_at)) {
            tx.execute("DELETE FROM drafts WHERE draft_id = ?1", [draft])?;
        }
    }
    Ok(())
}

/// An alliance's draft that is at most `within` old.
pub(super) fn find(
    tx: &Tx<'_>,
    alliance: AllianceId,
    id: &str,
    within: SignedDuration,
) -> rusqlite::Result<Option<Draft>> {
    let found: Option<(String, Millis)> = tx
        .statement("SELECT content, made_at FROM drafts WHERE draft_id = ?1 AND guild_id = ?2")?
        .query_row(params![id, alliance], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let kept = found.filter(|(_, made_at)| tx.now().duration_since(made_at.0).abs() <= within);
    Ok(kept.and_then(|(content, _)| serde_json::from_str::<Stored>(&content).ok()?.draft()))
}
