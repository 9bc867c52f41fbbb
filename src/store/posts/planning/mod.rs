//! Planning derives the due posts, redemptions and batches from codes, guilds and rosters.
//!
//! A plan processes the entries of `plan_queue`, which triggers fill (`migrations/0006_plan_queue.sql`). Its cost
//! depends on how much changed; if nothing changed, it writes nothing. Once per start and after each merge, everything
//! goes through the same statements, with one entry for each code.
//!
//! A plan is one transaction and does a bounded part of the work. Claims and posts therefore wait for it only briefly,
//! even while a code is planned for 20,000 players. Posts come first. Redemptions follow in the order of the rosters,
//! and the entry stores how far they have come.

mod redemptions;

use std::collections::BTreeMap;
use std::ops::AddAssign;

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::codes::post_plan;
use crate::domain::players::player::AllianceId;

use crate::store::guilds;
use crate::store::posts::{NOT_HELD, nonce};

use crate::store::handles::PostQueue;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::redemptions::overdue;
use redemptions::plan_redemptions;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub guilds: Vec<GuildPlan>,
    /// The number of redemptions that became due.
    pub redemptions: usize,
}

/// The posts that one guild gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuildPlan {
    pub guild: AllianceId,
    /// In the order of the posts.
    pub codes: Vec<Code>,
}

/// The result of planning a part of the work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Planned {
    pub plan: Plan,
    /// When there is more to plan: in the past if that is now, `None` if nothing is left.
    pub next: Option<Timestamp>,
}

impl AddAssign for Plan {
    fn add_assign(&mut self, other: Self) {
        self.guilds.extend(other.guilds);
        self.redemptions += other.redemptions;
    }
}

/// Restarts an entry that exists already.
const AGAIN: &str = "ON CONFLICT DO UPDATE SET has_posts = 0, after_guild = -9223372036854775808, after_player = 0";

/// Limits on the work of one plan.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Guilds whose entries are split by code.
    guilds: u32,
    /// Posts. All posts of one guild are planned together.
    posts: usize,
    /// Lookups of one player and one code.
    rows: usize,
    /// Roster places that one statement reads.
    places: u32,
}

/// About 50 ms of work.
const BOUNDS: Bounds = Bounds { guilds: 100, posts: 2_000, rows: 10_000, places: 2_000 };

/// Queues a code to be planned for every guild and player.
pub(in crate::store) fn queue_code(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<usize> {
    let sql = format!("INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES (?1, 0, 0, 0) {AGAIN}");
    tx.execute(&sql, [key])
}

struct Missing {
    guild: AllianceId,
    first_seen: i64,
    key: CodeKey,
    is_digest: bool,
    is_forum: bool,
    code: Code,
    generation: u32,
}

/// Splits each entry without a code into one entry for each code that may have something to plan.
fn take_apart(tx: &Tx<'_>, most: u32) -> rusqlite::Result<()> {
    let now = Millis(tx.now());
    let open = "c.deleted = 0 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?1)";
    if tx.execute(
        "DELETE FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0 AND due_at <= ?1",
        [&now],
    )? > 0
    {
        let codes = format!(
            "INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
             SELECT c.code_key, 0, 0, 0 FROM codes c WHERE {open}
             UNION SELECT code_key, 0, 0, 0 FROM posts INDEXED BY posts_waiting WHERE message_id IS NULL AND deleted = 0
             ORDER BY 1 {AGAIN}"
        );
        tx.execute(&codes, [&now])?;
        let ends = format!(
            "INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
             SELECT c.code_key, 0, 0, c.expires_at FROM codes c WHERE {open} AND c.expires_at IS NOT NULL ON CONFLICT DO NOTHING"
        );
        tx.execute(&ends, [&now])?;
    }
    let guilds: Vec<(i64, i64)> = tx
        .statement(
            "SELECT entry, guild_id FROM plan_queue
             WHERE code_key = '' AND guild_id <> 0 AND player_id = 0 AND due_at <= ?1 ORDER BY entry LIMIT ?2",
        )?
        .query_map(params![now, most], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let codes = format!(
        "INSERT INTO plan_queue (code_key, guild_id, player_id, due_at)
         SELECT c.code_key, ?2, 0, 0 FROM codes c WHERE {}
         UNION SELECT code_key, ?2, 0, 0 FROM posts WHERE guild_id = ?2 AND message_id IS NULL AND deleted = 0
         ORDER BY 1 {AGAIN}",
        guilds::active_code("?2")
    );
    for (entry, guild) in guilds {
        tx.execute(&codes, params![now, guild])?;
        tx.execute("DELETE FROM plan_queue WHERE entry = ?1", [entry])?;
    }
    Ok(())
}

/// Drops waiting posts whose code is over. A post that an earlier attempt may have sent is kept, because that must be
/// cleared up first.
fn drop_stale(tx: &Tx<'_>, code: &str, guild: i64) -> rusqlite::Result<usize> {
    let sql = format!(
        "UPDATE posts SET deleted = 1, version = ?2
         WHERE message_id IS NULL AND deleted = 0 AND attempted_at IS NULL AND code_key = ?3 AND (?4 = 0 OR guild_id = ?4)
           AND NOT EXISTS (SELECT 1 FROM codes c WHERE c.code_key = posts.code_key AND c.generation = posts.generation AND {})",
        guilds::active_code("posts.guild_id")
    );
    tx.execute(&sql, params![Millis(tx.now()), tx.version(), code, guild])
}

fn missing_posts(tx: &Tx<'_>, code: &str, guild: i64) -> rusqlite::Result<Vec<Missing>> {
    let of_guild = if guild == 0 { "?3 = 0" } else { "g.guild_id = ?3" };
    let sql = format!(
        "SELECT g.guild_id, c.first_seen_at, c.code_key, g.digest_due, c.code, c.generation, g.channel_kind IS 'forum' FROM codes c CROSS JOIN guilds g
         WHERE c.code_key = ?2 AND {of_guild} AND g.channel_id IS NOT NULL AND g.deleted = 0 AND g.removed_at IS NULL AND {NOT_HELD} AND {}
           AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.guild_id = g.guild_id AND p.code_key = c.code_key
                           AND p.generation = c.generation AND p.deleted = 0)",
        guilds::active_code("g.guild_id")
    );
    tx.statement(&sql)?
        .query_map(params![Millis(tx.now()), code, guild], |row| {
            Ok(Missing {
                guild: row.get(0)?,
                first_seen: row.get(1)?,
                key: row.get(2)?,
                is_digest: row.get(3)?,
                code: row.get(4)?,
                generation: row.get(5)?,
                is_forum: row.get(6)?,
            })
        })?
        .collect()
}

/// The name for a message with these codes: the first one that no other message has.
fn message_nonce(tx: &Tx<'_>, guild: AllianceId, codes: &[Missing]) -> rusqlite::Result<String> {
    let Some(first) = codes.first() else { return Ok(nonce('g', tx.version())) };
    let mut again = 0;
    loop {
        let nonce = post_plan::nonce(guild, &first.key, first.generation, again);
        if !tx.statement("SELECT 1 FROM posts WHERE nonce = ?1 AND deleted = 0")?.exists([&nonce])? {
            return Ok(nonce);
        }
        again += 1;
    }
}

fn plan_guild(tx: &Tx<'_>, guild: AllianceId, missing: Vec<Missing>) -> rusqlite::Result<GuildPlan> {
    let planned = GuildPlan { guild, codes: missing.iter().map(|m| m.code.clone()).collect() };
    let is_digest = missing.iter().any(|m| m.is_digest);
    let messages = match missing.iter().any(|m| m.is_forum) {
        true => post_plan::messages_apart(missing),
        false => post_plan::messages(missing, is_digest),
    };
    let mut position = 0;
    for message in messages {
        let nonce = message_nonce(tx, guild, &message.codes)?;
        for post in message.codes {
            tx.execute(
                "INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at,
                                    next_attempt_at, version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)
                 ON CONFLICT DO UPDATE SET nonce = excluded.nonce, kind = excluded.kind, position = excluded.position,
                     total = excluded.total, planned_at = excluded.planned_at, attempts = 0, attempted_at = NULL,
                     next_attempt_at = excluded.next_attempt_at, deleted = 0, version = excluded.version
                     WHERE message_id IS NULL AND deleted = 1",
                params![
                    guild,
                    post.key,
                    post.generation,
                    nonce,
                    message.kind,
                    position,
                    u32::try_from(message.total).unwrap_or(u32::MAX),
                    Millis(tx.now()),
                    tx.version()
                ],
            )?;
            position += 1;
        }
    }
    Ok(planned)
}

/// Plans the posts of the entries that are not planned yet.
fn plan_posts(tx: &Tx<'_>, most: usize) -> rusqlite::Result<Vec<GuildPlan>> {
    let now = Millis(tx.now());
    let waiting = "has_posts = 0 AND code_key <> '' AND player_id = 0 AND due_at <= ?1";
    let entries: Vec<(String, i64)> = tx
        .statement(&format!("SELECT code_key, guild_id FROM plan_queue WHERE {waiting}"))?
        .query_map([&now], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    // A message combines all codes that a guild lacks at the same moment.
    let mut by_guild: BTreeMap<AllianceId, BTreeMap<(i64, CodeKey), Missing>> = BTreeMap::new();
    for (code, guild) in &entries {
        drop_stale(tx, code, *guild)?;
        for missing in missing_posts(tx, code, *guild)? {
            let place = (missing.first_seen, missing.key.clone());
            by_guild.entry(missing.guild).or_default().insert(place, missing);
        }
    }
    let (mut planned, mut count) = (Vec::new(), 0);
    for (guild, missing) in by_guild {
        if count >= most {
            return Ok(planned);
        }
        count += missing.len();
        planned.push(plan_guild(tx, guild, missing.into_values().collect())?);
    }
    tx.execute(&format!("UPDATE plan_queue SET has_posts = 1 WHERE {waiting}"), [&now])?;
    // The digest is planned, or there was nothing to include. Before the first poll, its content is not known yet.
    tx.execute(
        "UPDATE guilds SET digest_due = 0, version = ?1
         WHERE digest_due = 1 AND channel_id IS NOT NULL AND removed_at IS NULL AND (SELECT value FROM meta WHERE key = 'polled') = 1
           AND NOT EXISTS (SELECT 1 FROM plan_queue WHERE code_key = '' AND guild_id IN (0, guilds.guild_id) AND player_id = 0)",
        [tx.version()],
    )?;
    Ok(planned)
}

fn next_due(connection: &rusqlite::Connection) -> rusqlite::Result<Option<Timestamp>> {
    let due: Option<Millis> =
        connection.prepare_cached("SELECT min(due_at) FROM plan_queue")?.query_row([], |row| row.get(0))?;
    Ok(due.map(|Millis(at)| at))
}

fn plan_within(tx: &Tx<'_>, bounds: Bounds) -> rusqlite::Result<Planned> {
    take_apart(tx, bounds.guilds)?;
    let last: i64 = tx.statement("SELECT coalesce(max(entry), 0) FROM plan_queue")?.query_row([], |row| row.get(0))?;
    let guilds = plan_posts(tx, bounds.posts)?;
    let redemptions = plan_redemptions(tx, bounds)?;
    // Entries that this plan's own changes created are planned already.
    tx.execute("DELETE FROM plan_queue WHERE entry > ?1", [last])?;
    if redemptions > 0 {
        tx.wake_work();
    }
    Ok(Planned { plan: Plan { guilds, redemptions }, next: next_due(tx.connection())? })
}

impl PostQueue {
    /// Makes due what is not due yet: a post for every guild and active code, and a redemption for every active code
    /// and player of a guild with auto-redemption. Planning again makes nothing due twice. Each call does a bounded
    /// part of the work, and nothing at all if nothing changed.
    ///
    /// # Errors
    /// Returns an error if the write fails or this instance may not act (any more). Nothing of this part is due then,
    /// and nothing may be posted because of it.
    pub async fn plan_some(&self) -> Result<Planned, StoreError> {
        self.plan_within(BOUNDS).await
    }

    async fn plan_within(&self, bounds: Bounds) -> Result<Planned, StoreError> {
        let now = self.0.inner.clock.now();
        let (next, is_overdue) =
            self.read(move |connection| Ok((next_due(connection)?, overdue::is_there(connection, now)?))).await?;
        if is_overdue {
            self.write_leading(|tx| Ok(overdue::make_due(tx)?)).await?;
        }
        if next.is_none_or(|at| at > now) {
            return Ok(Planned { plan: Plan::default(), next });
        }
        self.write_leading(move |tx| Ok(plan_within(tx, bounds)?)).await
    }

    /// Calls [`Self::plan_some`] until there is nothing more to plan now.
    ///
    /// # Errors
    /// The errors of [`Self::plan_some`].
    pub async fn plan(&self) -> Result<Plan, StoreError> {
        let mut all = Plan::default();
        loop {
            let Planned { plan, next } = self.plan_some().await?;
            all += plan;
            if next.is_none_or(|at| at > self.0.inner.clock.now()) {
                return Ok(all);
            }
        }
    }
}

#[cfg(test)]
mod tests;
