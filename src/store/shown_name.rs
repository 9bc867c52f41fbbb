//! How a player is called wherever people see the player.

/// The name of the player `p`, as people see it: the one on file, else that of the person who linked the account first.
pub(in crate::store) const NAME: &str = "iif(p.nickname <> '', p.nickname, coalesce((
    SELECT l.display_name FROM links l WHERE l.player_id = p.player_id AND l.deleted = 0 AND l.display_name <> ''
    ORDER BY l.linked_at, l.user_id LIMIT 1), ''))";
