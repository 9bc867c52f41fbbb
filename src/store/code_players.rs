//! How a code stands with each player of a guild's roster, and how much is left to redeem.

use jiff::Timestamp;
use rusqlite::{Row, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{AllianceId, PlayerId, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::store::handles::Batches;
use crate::store::kernel::{Millis, StoreError};
use crate::store::shown_name::NAME;
use crate::store::{batches, guilds};

use super::BatchKey;

/// Selects players by how a code stands with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Which {
    /// Those who do not have it, for whatever reason.
    Missing,
    /// Those for whom it failed.
    Failed,
    /// Those who have it.
    Redeemed,
    All,
}

impl Which {
    pub const ALL: [Self; 4] = [Self::Missing, Self::Failed, Self::Redeemed, Self::All];

    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// A condition on a redemption `d` that may be missing.
    fn condition(self) -> &'static str {
        match self {
            Self::Missing => "coalesce(d.outcome, '') NOT IN ('granted', 'already')",
            Self::Failed => "d.outcome IN ('failed', 'gave_up')",
            Self::Redeemed => "d.outcome IN ('granted', 'already')",
            Self::All => "TRUE",
        }
    }
}

/// How a code stands with one player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlayer {
    pub id: PlayerId,
    /// May be empty.
    pub nickname: String,
    pub state: Option<State>,
    /// `None` if it was never tried.
    pub outcome: Option<Outcome>,
    /// Status of the latest attempt.
    pub status: Option<Status>,
    pub finished_at: Option<Timestamp>,
}

/// Some of a roster's players, and how many there are of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodePlayers {
    /// Those who do not have the code come first, by their names.
    pub players: Vec<CodePlayer>,
    pub missing: u32,
    /// Of those who do not have it.
    pub failed: u32,
    pub redeemed: u32,
}

impl CodePlayers {
    pub fn count(&self, which: Which) -> u32 {
        match which {
            Which::Missing => self.missing,
            Which::Failed => self.failed,
            Which::Redeemed => self.redeemed,
            Which::All => self.missing.saturating_add(self.redeemed),
        }
    }
}

/// What is left to redeem of a guild's active codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outstanding {
    pub players: u32,
    pub codes: u32,
    /// Redemptions that are not decided.
    pub redemptions: u32,
}

/// An active code, and how it stands with a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveCode {
    pub code: Code,
    pub generation: u32,
    /// Players for whom it failed.
    pub failed: u32,
    /// Players for whom it was never tried.
    pub untried: u32,
    /// Players for whom it is being redeemed.
    pub pending: u32,
}

const OF_ROSTER: &str = "FROM rosters r JOIN players p USING (player_id)
    LEFT JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = ?2 AND d.generation = ?3 AND d.deleted = 0
    WHERE r.guild_id = ?1 AND r.deleted = 0";

fn code_player(row: &Row<'_>) -> rusqlite::Result<CodePlayer> {
    Ok(CodePlayer {
        id: row.get(0)?,
        nickname: row.get(1)?,
        state: row.get(2)?,
        outcome: row.get(3)?,
        status: row.get(4)?,
        finished_at: row.get::<_, Option<Millis>>(5)?.map(|Millis(at)| at),
    })
}

impl Batches {
    /// How a code stands with the players of a guild's roster: `limit` of those that `which` selects, from the `offset`th on.
    pub async fn players_of_code(
        &self,
        batch: BatchKey,
        which: Which,
        offset: u32,
        limit: u32,
    ) -> Result<CodePlayers, StoreError> {
        self.read(move |connection| {
            let [redeemed, failed, missing] =
                [Which::Redeemed, Which::Failed, Which::Missing].map(|which| which.condition());
            let counts = format!(
                "SELECT count(*) FILTER (WHERE {redeemed}), count(*) FILTER (WHERE {failed}),
                        count(*) FILTER (WHERE {missing}) {OF_ROSTER}"
            );
            let (redeemed, failed, missing) = connection
                .prepare_cached(&counts)?
                .query_row(params![batch.guild, batch.code, batch.generation], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            let sql = format!(
                "SELECT p.player_id, {NAME} AS name, p.state, d.outcome, d.status, d.finished_at {OF_ROSTER} AND {}
                 ORDER BY coalesce(d.outcome, '') IN ('granted', 'already'), name COLLATE NOCASE, p.player_id
                 LIMIT ?4 OFFSET ?5",
                which.condition()
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows =
                statement.query_map(params![batch.guild, batch.code, batch.generation, limit, offset], code_player)?;
            Ok(CodePlayers { players: rows.collect::<Result<_, _>>()?, missing, failed, redeemed })
        })
        .await
    }

    /// The active codes of a guild, the newest first, and how each stands with the roster.
    pub async fn active_codes_of(&self, guild: AllianceId) -> Result<Vec<ActiveCode>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let active = guilds::active_code("?2");
            let sql = format!(
                "SELECT c.code, c.generation,
                        count(r.player_id) FILTER (WHERE d.outcome IN ('failed', 'gave_up')),
                        count(r.player_id) FILTER (WHERE d.outcome IS NULL),
                        count(r.player_id) FILTER (WHERE d.outcome = 'pending')
                 FROM codes c LEFT JOIN rosters r ON r.guild_id = ?2 AND r.deleted = 0
                 LEFT JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = c.code_key
                      AND d.generation = c.generation AND d.deleted = 0
                 WHERE {active} GROUP BY c.code_key ORDER BY c.first_seen_at DESC, c.code_key"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![Millis(now), guild], |row| {
                let (code, generation) = (row.get(0)?, row.get(1)?);
                let (failed, untried, pending) = (row.get(2)?, row.get(3)?, row.get(4)?);
                Ok(ActiveCode { code, generation, failed, untried, pending })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What would be redeemed if a guild turned auto-redemption on.
    pub async fn outstanding(&self, guild: AllianceId) -> Result<Outstanding, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let active = guilds::active_code("?2");
            let players = connection
                .prepare_cached("SELECT count(*) FROM rosters WHERE guild_id = ?1 AND deleted = 0")?
                .query_row([guild], |row| row.get(0))?;
            let codes = connection
                .prepare_cached(&format!("SELECT count(*) FROM codes c WHERE {active}"))?
                .query_row(params![Millis(now), guild], |row| row.get(0))?;
            let open = format!(
                "SELECT count(*) FROM codes c CROSS JOIN rosters r
                 LEFT JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = c.code_key
                      AND d.generation = c.generation AND d.deleted = 0
                 WHERE {active} AND r.guild_id = ?2 AND r.deleted = 0 AND coalesce(d.outcome, 'pending') = 'pending'"
            );
            let redemptions =
                connection.prepare_cached(&open)?.query_row(params![Millis(now), guild], |row| row.get(0))?;
            Ok(Outstanding { players, codes, redemptions })
        })
        .await
    }

    /// Makes the message of a finished batch show its present result, because the roster has changed since.
    pub async fn show_again(&self, batch: BatchKey) -> Result<(), StoreError> {
        self.write(move |tx| {
            let since = tx.now().checked_sub(batches::FOLLOWED_FOR).unwrap_or(Timestamp::MIN);
            tx.execute(
                "UPDATE runs SET summarised = 0, version = ?4
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3 AND message_id IS NOT NULL
                   AND finished_at > ?5 AND deleted = 0",
                params![batch.guild, batch.code, batch.generation, tx.version(), Millis(since)],
            )?;
            Ok(())
        })
        .await
    }
}
