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
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};

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

/// The posts that one channel gets. `guild` is the alliance after which they are named.
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
    server: GuildId,
    channel: ChannelId,
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
        "SELECT g.guild_id, c.first_seen_at, c.code_key, g.digest_due, c.code, c.generation,
                coalesce(g.server_id, g.guild_id), g.channel_id, g.channel_kind IS 'forum'
         FROM codes c CROSS JOIN guilds g
         WHERE c.code_key = ?2 AND {of_guild} AND g.channel_id IS NOT NULL AND g.deleted = 0 AND g.removed_at IS NULL
           AND g.disbanded_at IS NULL AND {NOT_HELD} AND {}
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
                server: row.get(6)?,
                channel: row.get(7)?,
                is_forum: row.get(8)?,
            })
        })?
        .collect()
}

/// The name for a message with these codes: the first one that no other message has.
fn message_nonce(tx: &Tx<'_>, guild: AllianceId, codes: &[Announced]) -> rusqlite::Result<String> {
    let Some(first) = codes.first() else { return Ok(nonce('g', tx.version())) };
    let mut again = 0;
    loop {
        let nonce = post_plan::nonce(guild, &first.code.key, first.code.generation, again);
        if !tx.statement("SELECT 1 FROM posts WHERE nonce = ?1 AND deleted = 0")?.exists([&nonce])? {
            return Ok(nonce);
        }
        again += 1;
    }
}

/// A code to announce in a channel, and the alliances that lack it there.
struct Announced {
    code: Missing,
    alliances: Vec<AllianceId>,
}

/// The alliance after which a channel's messages are named: the one with the smallest id of those whose codes are posted
/// there. The order of the alliances may change, and this one must not.
fn leader(tx: &Tx<'_>, server: GuildId, channel: ChannelId) -> rusqlite::Result<AllianceId> {
    let first: Option<AllianceId> = tx
        .statement(
            "SELECT min(guild_id) FROM guilds
             WHERE (guild_id = ?1 OR server_id = ?1) AND channel_id = ?2 AND deleted = 0 AND disbanded_at IS NULL",
        )?
        .query_row(params![server, channel], |row| row.get(0))?;
    Ok(first.unwrap_or(AllianceId::first_of(server)))
}

/// Lets an alliance share the message of another one of its server, if the code is announced in the same channel already,
/// or is about to be: each channel gets a code once. Returns whether there is such a message. In a forum, a message is in a
/// thread of its own, whose id it has.
fn join(tx: &Tx<'_>, missing: &Missing) -> rusqlite::Result<bool> {
    let joined = tx.execute(
        "INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, attempts, attempted_at,
                            next_attempt_at, message_id, posted_at, channel_id, corrected, shown, version)
         SELECT ?1, p.code_key, p.generation, p.nonce, p.kind, p.position, p.total, p.planned_at, p.attempts, p.attempted_at,
                p.next_attempt_at, p.message_id, p.posted_at, p.channel_id, p.corrected, p.shown, ?6
         FROM guilds g JOIN posts p ON p.guild_id = g.guild_id
         WHERE (g.guild_id = ?2 OR g.server_id = ?2) AND g.guild_id <> ?1 AND g.deleted = 0
           AND p.code_key = ?4 AND p.generation = ?5 AND p.deleted = 0
           AND iif((p.message_id IS NULL AND p.attempted_at IS NULL) OR p.message_id = p.channel_id, g.channel_id,
                   coalesce(p.channel_id, g.channel_id)) = ?3
         ORDER BY p.message_id IS NULL, g.guild_id LIMIT 1
         ON CONFLICT DO UPDATE SET nonce = excluded.nonce, kind = excluded.kind, position = excluded.position,
             total = excluded.total, planned_at = excluded.planned_at, attempts = excluded.attempts,
             attempted_at = excluded.attempted_at, next_attempt_at = excluded.next_attempt_at,
             message_id = excluded.message_id, posted_at = excluded.posted_at, channel_id = excluded.channel_id,
             corrected = excluded.corrected, shown = excluded.shown, deleted = 0, version = excluded.version
             WHERE message_id IS NULL AND deleted = 1",
        params![missing.guild, missing.server, missing.channel, missing.key, missing.generation, tx.version()],
    )?;
    Ok(joined > 0)
}

/// Plans the messages of one channel.
fn plan_channel(
    tx: &Tx<'_>,
    (server, channel): (GuildId, ChannelId),
    missing: Vec<Announced>,
) -> rusqlite::Result<GuildPlan> {
    let guild = leader(tx, server, channel)?;
    let planned = GuildPlan { guild, codes: missing.iter().map(|it| it.code.code.clone()).collect() };
    let is_digest = missing.iter().any(|it| it.code.is_digest);
    let messages = match missing.iter().any(|it| it.code.is_forum) {
        true => post_plan::messages_apart(missing),
        false => post_plan::messages(missing, is_digest),
    };
    let mut position = 0;
    for message in messages {
        let nonce = message_nonce(tx, guild, &message.codes)?;
        for post in message.codes {
            for alliance in &post.alliances {
                tx.execute(
                    "INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at,
                                        next_attempt_at, version)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)
                     ON CONFLICT DO UPDATE SET nonce = excluded.nonce, kind = excluded.kind, position = excluded.position,
                         total = excluded.total, planned_at = excluded.planned_at, attempts = 0, attempted_at = NULL,
                         next_attempt_at = excluded.next_attempt_at, deleted = 0, version = excluded.version
                         WHERE message_id IS NULL AND deleted = 1",
                    params![
                        alliance,
                        post.code.key,
                        post.code.generation,
                        nonce,
                        message.kind,
                        position,
                        u32::try_from(message.total).unwrap_or(u32::MAX),
                        Millis(tx.now()),
                        tx.version()
                    ],
                )?;
            }
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
    // A message combines all codes that a channel lacks at the same moment, for all alliances that post there.
    let mut by_channel: BTreeMap<(GuildId, ChannelId), BTreeMap<(i64, CodeKey), Announced>> = BTreeMap::new();
    for (code, guild) in &entries {
        drop_stale(tx, code, *guild)?;
        for missing in missing_posts(tx, code, *guild)? {
            if join(tx, &missing)? {
                continue;
            }
            let place = (missing.first_seen, missing.key.clone());
            let (alliance, is_digest) = (missing.guild, missing.is_digest);
            let of_channel = by_channel.entry((missing.server, missing.channel)).or_default();
            let announced = of_channel.entry(place).or_insert(Announced { code: missing, alliances: Vec::new() });
            announced.code.is_digest |= is_digest;
            // Several entries may name one alliance and code.
            if !announced.alliances.contains(&alliance) {
                announced.alliances.push(alliance);
            }
        }
    }
    let (mut planned, mut count) = (Vec::new(), 0);
    for (channel, missing) in by_channel {
        if count >= most {
            return Ok(planned);
        }
        count += missing.values().map(|it| it.alliances.len()).sum::<usize>();
        planned.push(plan_channel(tx, channel, missing.into_values().collect())?);
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
