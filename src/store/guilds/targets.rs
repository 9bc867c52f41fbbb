//! Where a guild's codes are posted, and whom the posts mention.

use rusqlite::params;

use crate::domain::codes::channel::{ChannelKind, MAX_ROLES};
use crate::domain::players::player::{AllianceId, ChannelId, RoleId};
use crate::store::handles::Guilds;
use crate::store::kernel::{StoreError, Tx};

use super::{ensure, make_due, works};

/// The roles of a guild from its two columns. A program that knew one role only left the list alone.
pub(in crate::store) fn mention_roles(first: Option<RoleId>, list: Option<String>) -> Vec<RoleId> {
    let Some(first) = first else { return Vec::new() };
    let list: Option<Vec<u64>> = list.and_then(|list| serde_json::from_str(&list).ok());
    match list {
        Some(list) if list.first() == Some(&first.0) => list.into_iter().take(MAX_ROLES).map(RoleId).collect(),
        _ => vec![first],
    }
}

/// Notes what kind of channel this is, for every guild that posts there.
pub(in crate::store) fn learn_kind(tx: &Tx<'_>, channel: ChannelId, kind: ChannelKind) -> rusqlite::Result<bool> {
    let changed = tx.execute(
        "UPDATE guilds SET channel_kind = ?2, version = ?3
         WHERE channel_id = ?1 AND deleted = 0 AND channel_kind IS NOT ?2",
        params![channel, kind, tx.version()],
    )?;
    Ok(changed > 0)
}

fn set_roles(tx: &Tx<'_>, guild: AllianceId, roles: &[RoleId]) -> rusqlite::Result<()> {
    let ids: Vec<u64> = roles.iter().take(MAX_ROLES).map(|role| role.0).collect();
    let list = serde_json::to_string(&ids).ok().filter(|_| ids.len() > 1);
    tx.execute(
        "UPDATE guilds SET mention_role = ?2, mention_roles = ?3, version = ?4
         WHERE guild_id = ?1 AND (mention_role IS NOT ?2 OR mention_roles IS NOT ?3)",
        params![guild, roles.first(), list, tx.version()],
    )
    .map(drop)
}

/// Plans waiting posts of several codes anew: in a forum, each code has a post of its own.
fn part_posts(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE posts SET deleted = 1, version = ?2
         WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0 AND attempted_at IS NULL
           AND nonce IN (SELECT nonce FROM posts WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0
                         GROUP BY nonce HAVING count(*) > 1)",
        params![guild, tx.version()],
    )
    .map(drop)
}

/// Takes back the waiting posts of an alliance that changed its channel, so that they are planned for the new one: there
/// another alliance may have announced the codes. What may have been sent is cleared up first. A server with one alliance
/// keeps its messages.
pub(super) fn leave(tx: &Tx<'_>, alliance: AllianceId) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE posts SET deleted = 1, version = ?2
         WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0 AND attempted_at IS NULL
           AND EXISTS (SELECT 1 FROM guilds g WHERE g.guild_id = ?1
                       AND (g.server_id IS NOT NULL OR EXISTS (SELECT 1 FROM guilds s WHERE s.server_id = ?1)))",
        params![alliance, tx.version()],
    )
}

impl Guilds {
    /// Does the same as [`Self::set_target`] with a channel of an unknown kind, and leaves the roles as they are.
    pub async fn set_channel(&self, guild: AllianceId, channel: ChannelId) -> Result<(), StoreError> {
        self.set_target(guild, channel, None, None).await
    }

    /// Sets where a guild's codes are posted, and whom the posts mention; `None` leaves the roles unchanged. A guild that
    /// had no channel gets the active codes once, as a digest. This ends a pause and makes waiting posts due at once:
    /// whatever they waited for, somebody has acted since.
    pub async fn set_target(
        &self,
        guild: AllianceId,
        channel: ChannelId,
        kind: Option<ChannelKind>,
        roles: Option<Vec<RoleId>>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            ensure(tx, guild)?;
            if let Some(roles) = roles {
                set_roles(tx, guild, &roles)?;
            }
            let before: Option<ChannelId> = tx
                .statement("SELECT channel_id FROM guilds WHERE guild_id = ?1")?
                .query_row([guild], |row| row.get(0))?;
            tx.execute(
                "UPDATE guilds SET digest_due = digest_due OR channel_id IS NULL, channel_id = ?2, channel_kind = ?3, version = ?4
                 WHERE guild_id = ?1 AND (channel_id IS NOT ?2 OR channel_kind IS NOT ?3)",
                params![guild, channel, kind, tx.version()],
            )?;
            if kind == Some(ChannelKind::Forum) {
                part_posts(tx, guild)?;
            }
            if before != Some(channel) {
                leave(tx, guild)?;
            }
            // Somebody has acted, for all that post there.
            works(tx, guild)?;
            make_due(tx, guild)?;
            Ok(())
        })
        .await
    }

    /// Notes what kind of channel this is: an admin may have made a text channel an announcement channel. Returns whether
    /// that was news for a guild that posts there.
    pub async fn channel_kind_seen(&self, channel: ChannelId, kind: ChannelKind) -> Result<bool, StoreError> {
        let is_news = self
            .read(move |connection| {
                let sql = "SELECT 1 FROM guilds WHERE channel_id = ?1 AND deleted = 0 AND channel_kind IS NOT ?2";
                Ok(connection.prepare_cached(sql)?.exists(params![channel, kind])?)
            })
            .await?;
        if !is_news {
            return Ok(false);
        }
        self.write(move |tx| Ok(learn_kind(tx, channel, kind)?)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_counts_only_if_it_begins_with_the_role() {
        let roles = |first: Option<u64>, list: Option<&str>| -> Vec<u64> {
            mention_roles(first.map(RoleId), list.map(str::to_owned)).into_iter().map(|role| role.0).collect()
        };
        assert_eq!(roles(None, None), [0; 0]);
        assert_eq!(roles(Some(5), None), [5]);
        assert_eq!(roles(Some(5), Some("[5,6,18446744073709551615]")), [5, 6, u64::MAX]);
        // Another program has set another role, or none, since.
        assert_eq!(roles(Some(7), Some("[5,6]")), [7]);
        assert_eq!(roles(None, Some("[5,6]")), [0; 0]);
        for broken in ["", "[", "{}", "[\"5\"]", "[-1]", "[]"] {
            assert_eq!(roles(Some(5), Some(broken)), [5], "{broken}");
        }
        assert_eq!(roles(Some(1), Some("[1,2,3,4,5,6,7]")), [1, 2, 3, 4, 5]);
    }
}
