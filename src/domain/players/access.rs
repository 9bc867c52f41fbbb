//! Who may manage the bot in a server, besides its members with Manage Server.

use super::player::{AllianceId, RoleId};

/// The most roles that a server may name.
pub const MAX_ACCESS_ROLES: u32 = 25;

/// A role whose members may manage the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessRole {
    /// The only alliance that it may manage; `None` for the whole server.
    pub alliance: Option<AllianceId>,
    pub role: RoleId,
}

impl AccessRole {
    /// Whether its members may manage this.
    pub fn covers(&self, managed: Managed) -> bool {
        match managed {
            Managed::Anything => true,
            Managed::Alliance(managed) => self.alliance.is_none_or(|alliance| alliance == managed),
            Managed::Server => self.alliance.is_none(),
        }
    }
}

/// What somebody wants to manage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Managed {
    /// Something in the server: a command is offered, and it is not yet known for which alliance.
    Anything,
    Alliance(AllianceId),
    /// What concerns all alliances.
    Server,
}

/// Whether one of these roles allows it to a member who has the roles `held`.
pub fn is_granted(roles: &[AccessRole], managed: Managed, held: &[RoleId]) -> bool {
    roles.iter().any(|access| access.covers(managed) && held.contains(&access.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_manages_its_alliance_or_the_whole_server() {
        let (leaders, north) = (RoleId(1), RoleId(2));
        let of_north = AllianceId(20);
        let roles =
            [AccessRole { alliance: None, role: leaders }, AccessRole { alliance: Some(of_north), role: north }];
        let may = |managed| [leaders, north, RoleId(3)].map(|role| is_granted(&roles, managed, &[RoleId(9), role]));
        assert_eq!(may(Managed::Anything), [true, true, false]);
        assert_eq!(may(Managed::Alliance(of_north)), [true, true, false]);
        assert_eq!(may(Managed::Alliance(AllianceId(10))), [true, false, false]);
        assert_eq!(may(Managed::Server), [true, false, false]);
        assert!(!is_granted(&roles, Managed::Anything, &[]) && !is_granted(&[], Managed::Anything, &[leaders]));
    }
}
