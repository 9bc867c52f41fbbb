//! Reading a guild's roster.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::verdict;
use crate::domain::players::player::{AllianceId, Player, PlayerId};
use crate::domain::redeeming::state_search::CheckStatus;
use crate::domain::sync::version::Version;

use super::links::player;
use super::replacing;
use crate::store::handles::Rosters;
use crate::store::kernel::{Millis, StoreError};
use crate::store::shown_name::NAME;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterPage {
    /// Players on the whole roster.
    pub total: u32,
    /// Players on the whole roster whose state is not known.
    pub without_state: u32,
    /// The players of this page.
    pub players: Vec<Player>,
    /// How the checks of these players stand. Players who were never checked are left out.
    pub checks: BTreeMap<PlayerId, CheckStatus>,
}

impl RosterPage {
    /// A player of the page, if nobody on the whole roster has a state: then there is none to search in.
    pub fn stateless(&self) -> Option<PlayerId> {
        self.players.first().filter(|_| self.without_state == self.total).map(|player| player.id)
    }
}

/// A part of a roster that needs somebody's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RosterFilter {
    /// The state is not known.
    NoState,
    /// A code failed for them in the last 30 days, for a reason of their own.
    Failing,
    /// Nobody linked them.
    NotLinked,
    /// They were removed in the last 30 days, and are not on the roster.
    Left,
}

/// Why a filter shows a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListedDetail {
    None,
    Failed {
        codes: u32,
        /// The status of the latest failure.
        latest: Status,
    },
    LeftAt(Timestamp),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub player: Player,
    pub detail: ListedDetail,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FilteredPage {
    /// Players whom the filter shows, on all pages.
    pub total: u32,
    pub players: Vec<Listed>,
}

/// How far back the filters go.
const FILTERED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

const ORDER: &str = "ORDER BY name = '', name COLLATE NOCASE, p.player_id";

/// Condition: the redemption `d` of the player `p` failed since `?2`, and not because the code was over.
fn failed() -> String {
    let over: Vec<String> = verdict::over_statuses().map(|status| format!("'{}'", status.name())).collect();
    format!(
        "d.player_id = p.player_id AND d.deleted = 0 AND d.outcome IN ('failed', 'gave_up') AND d.finished_at > ?2
         AND coalesce(d.status, '') NOT IN ({})",
        over.join(", ")
    )
}

impl RosterFilter {
    /// Its name in buttons, which stays the same.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The condition for the roster's row `r` and its player `p`, the first and the second column of the detail, and the
    /// order.
    fn sql(self) -> (String, String, &'static str) {
        let on_roster = "r.deleted = 0";
        let nothing = "NULL, NULL".to_owned();
        match self {
            Self::NoState => (format!("{on_roster} AND p.state IS NULL"), nothing, ORDER),
            Self::NotLinked => (
                format!(
                    "{on_roster} AND NOT EXISTS (SELECT 1 FROM links l WHERE l.player_id = p.player_id AND l.deleted = 0)"
                ),
                nothing,
                ORDER,
            ),
            Self::Failing => {
                let failed = failed();
                (
                    format!("{on_roster} AND EXISTS (SELECT 1 FROM redemptions d WHERE {failed})"),
                    format!(
                        "(SELECT count(DISTINCT d.code_key) FROM redemptions d WHERE {failed}),
                         (SELECT coalesce(d.status, '') FROM redemptions d WHERE {failed} ORDER BY d.finished_at DESC LIMIT 1)"
                    ),
                    ORDER,
                )
            }
            // Only a removal changes a row of somebody who is not on the roster.
            Self::Left => (
                "r.deleted = 1 AND r.version > ?3".to_owned(),
                "r.version, NULL".to_owned(),
                "ORDER BY r.version DESC, p.player_id",
            ),
        }
    }

    fn listed(self, row: &Row<'_>) -> rusqlite::Result<Listed> {
        let detail = match self {
            Self::NoState | Self::NotLinked => ListedDetail::None,
            Self::Failing => ListedDetail::Failed { codes: row.get(4)?, latest: row.get(5)? },
            Self::Left => {
                let at = Timestamp::from_millisecond(Version(row.get(4)?).millis());
                at.map_or(ListedDetail::None, ListedDetail::LeftAt)
            }
        };
        Ok(Listed { player: player(row)?, detail })
    }
}

impl Rosters {
    /// Returns a page of a guild's roster, ordered by name.
    pub async fn roster(&self, guild: AllianceId, offset: u32, limit: u32) -> Result<RosterPage, StoreError> {
        self.read(move |connection| {
            let on_roster = "FROM rosters r JOIN players p USING (player_id) WHERE r.guild_id = ?1 AND r.deleted = 0";
            let counts = format!("SELECT count(*), count(*) FILTER (WHERE p.state IS NULL) {on_roster}");
            let (total, without_state) =
                connection.prepare_cached(&counts)?.query_row([guild], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let select = format!(
                "SELECT p.player_id, {NAME} AS name, p.state, p.furnace_level {on_roster} {ORDER} LIMIT ?3 OFFSET ?2"
            );
            let mut statement = connection.prepare_cached(&select)?;
            let players: Vec<Player> =
                statement.query_map(params![guild, offset, limit], player)?.collect::<Result<_, _>>()?;
            let mut check = connection
                .prepare_cached("SELECT state_check FROM players WHERE player_id = ?1 AND state_check IS NOT NULL")?;
            let mut checks = BTreeMap::new();
            for player in &players {
                checks.extend(check.query_row([player.id], |row| Ok((player.id, row.get(0)?))).optional()?);
            }
            Ok(RosterPage { total, without_state, players, checks })
        })
        .await
    }

    /// Returns a page of those players of a guild's roster, or of those who left it, whom the filter shows. They are
    /// ordered by name, and those who left by time.
    pub async fn filtered_roster(
        &self,
        guild: AllianceId,
        filter: RosterFilter,
        offset: u32,
        limit: u32,
    ) -> Result<FilteredPage, StoreError> {
        let since = self.0.inner.clock.now().checked_sub(FILTERED_FOR).unwrap_or(Timestamp::MIN);
        self.read(move |connection| {
            let (condition, details, order) = filter.sql();
            let from = format!(
                "FROM rosters r JOIN players p USING (player_id)
                 WHERE r.guild_id = ?1 AND p.deleted = 0 AND ?2 IS NOT NULL AND ?3 IS NOT NULL AND {condition}"
            );
            let (at, version) = (Millis(since), Version::at(since).0);
            let total = connection
                .prepare_cached(&format!("SELECT count(*) {from}"))?
                .query_row(params![guild, at, version], |row| row.get(0))?;
            let select = format!(
                "SELECT p.player_id, {NAME} AS name, p.state, p.furnace_level, {details} {from} {order} LIMIT ?5 OFFSET ?4"
            );
            let mut statement = connection.prepare_cached(&select)?;
            let rows = statement.query_map(params![guild, at, version, offset, limit], |row| filter.listed(row))?;
            Ok(FilteredPage { total, players: rows.collect::<Result<_, _>>()? })
        })
        .await
    }

    /// Returns a guild's whole roster with the details on file, ordered by name. Names of the people who linked a player
    /// are not among them, so that the list can be imported again.
    pub async fn whole_roster(&self, guild: AllianceId) -> Result<Vec<Player>, StoreError> {
        self.read(move |connection| Ok(replacing::on_roster(connection, guild)?)).await
    }

    /// Returns at most `limit` players of a guild's roster whose name contains `text` or whose id begins with it, without
    /// the first `offset` of them, and how many there are in all.
    pub async fn search_roster(
        &self,
        guild: AllianceId,
        text: String,
        offset: u32,
        limit: u32,
    ) -> Result<(u32, Vec<Player>), StoreError> {
        self.read(move |connection| {
            // SQLite knows the two cases of ASCII alone.
            let mut statement = connection.prepare_cached(&format!(
                "SELECT p.player_id, {NAME} AS name, p.state, p.furnace_level
                 FROM rosters r JOIN players p USING (player_id) WHERE r.guild_id = ?1 AND r.deleted = 0 {ORDER}"
            ))?;
            let (mut total, mut found) = (0, Vec::new());
            let page = offset..offset.saturating_add(limit);
            for player in statement.query_map([guild], player)? {
                let player = player?;
                if !player.is_meant_by(&text) {
                    continue;
                }
                if page.contains(&total) {
                    found.push(player);
                }
                total += 1;
            }
            Ok((total, found))
        })
        .await
    }

    /// Returns at most `limit` players of a guild's roster whose name contains `text` or whose id begins with it.
    pub async fn find_on_roster(&self, guild: AllianceId, text: String, limit: u32) -> Result<Vec<Player>, StoreError> {
        Ok(self.search_roster(guild, text, 0, limit).await?.1)
    }
}
