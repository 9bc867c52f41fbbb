//! When there is enough of something.

use std::collections::BTreeSet;

use super::{Finding, FindingId};
use crate::domain::players::player::GuildId;

/// Sessions of the day that stay in reserve for an operator who has to restart the bot: with fewer the bot does not connect.
pub const RESERVED_SESSIONS: u64 = 5;
/// Fewer sessions than this are few: a bot that is well begins some a day.
const FEW_SESSIONS: u64 = 100;
/// With less room than this, in bytes, the disk counts as full: the bot's own log alone grows to 4 MB,
const FULL_DISK: u64 = 16 << 20;
/// and below this, or below the file's own size, which an update of its tables may need again, room is low.
const LOW_DISK: u64 = 100 << 20;
/// From this percentage of its maximum size on, the database is nearly full.
const NEARLY_FULL: u128 = 80;
/// How many servers that are not well get a line of their own.
pub const MAX_SERVER_LINES: usize = 10;

/// In whole megabytes, rounded up so that something is never nothing.
fn mb(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// The room on the state file's disk, in bytes, and the size of the file.
pub fn disk_space(free: u64, file: u64) -> Finding {
    let text = format!("{} MB are free where the state file is", free >> 20);
    let id = match free {
        free if free < FULL_DISK => FindingId::DiskFull,
        free if free < LOW_DISK.max(file) => FindingId::DiskLow,
        _ => FindingId::DiskRoomy,
    };
    Finding::new(id, text)
}

/// The size of the database in bytes, and `MONGODB_MAX_SIZE`.
pub fn mongodb_size(holds: u64, may_hold: Option<u64>) -> Finding {
    let Some(may_hold) = may_hold else {
        let text = format!("{} MB; set MONGODB_MAX_SIZE to your plan's size to be warned in time", mb(holds));
        return Finding::new(FindingId::MongodbSizeFine, text);
    };
    let percent = u128::from(holds) * 100 / u128::from(may_hold.max(1));
    let id = match percent {
        100.. => FindingId::MongodbFull,
        NEARLY_FULL.. => FindingId::MongodbNearlyFull,
        _ => FindingId::MongodbSizeFine,
    };
    Finding::new(id, format!("{} of {} MB (MONGODB_MAX_SIZE), {percent} %", mb(holds), may_hold >> 20))
}

/// How many sessions may still begin before the reset, of which the bot begins one for each shard at a start.
pub fn sessions(remaining: u64, reset_in_minutes: u64, shards: u32) -> Finding {
    let id = match remaining {
        left if left < u64::from(shards) + RESERVED_SESSIONS => FindingId::SessionsUsedUp,
        left if left < FEW_SESSIONS => FindingId::SessionsFew,
        _ => FindingId::SessionsLeft,
    };
    let shards = if shards == 1 { "1 session".to_owned() } else { format!("{shards} sessions") };
    let (hours, minutes) = (reset_in_minutes / 60, reset_in_minutes % 60);
    let text =
        format!("{remaining} may still begin, reset in {hours} h {minutes} min; each start of the bot begins {shards}");
    Finding::new(id, text)
}

pub fn servers_in_words(count: usize) -> String {
    if count == 1 { "1 server".to_owned() } else { format!("{count} servers") }
}

/// The lines for all servers: one for those that the bot can post in, one each for some of those that are not, and a last one for the
/// rest. With several alliances a server may be `well` for one and have a line for another. `unchecked` are those that there
/// was no time for.
pub fn servers(well: &BTreeSet<GuildId>, not_well: Vec<(GuildId, Finding)>, unchecked: usize) -> Vec<Finding> {
    let of = |lines: &[(GuildId, Finding)]| lines.iter().map(|(server, _)| *server).collect::<BTreeSet<_>>();
    let (all, shown) = (of(&not_well), of(&not_well[..not_well.len().min(MAX_SERVER_LINES)]));
    let (total, more) = (all.len(), all.len() - shown.len());
    // The bot posts in these all the same.
    let useful = not_well.iter().filter(|(_, line)| line.id == FindingId::ServerLacksUseful).map(|(server, _)| server);
    let posting = well.iter().chain(useful).collect::<BTreeSet<_>>().len();
    let mut lines: Vec<Finding> = not_well.into_iter().take(MAX_SERVER_LINES).map(|(_, line)| line).collect();
    if more > 0 {
        lines.push(Finding::new(FindingId::ServersMore, format!("{more} more servers are not well")));
    }
    let tail = match unchecked {
        0 => String::new(),
        count => format!("; {count} more were not checked, because there was no time"),
    };
    match (posting, total, unchecked) {
        (0, 0, 0) => lines.push(Finding::new(FindingId::ServersNone, "no server has a channel for codes")),
        (0, total, 0) => {
            let text = format!("the bot can post in none of {}", servers_in_words(total));
            lines.push(Finding::new(FindingId::ServersNoneWell, text));
        }
        (0, ..) => {
            let text = format!("no server was found in which the bot can post{tail}");
            lines.push(Finding::new(FindingId::ServersUnknown, text));
        }
        (posting, ..) => {
            let text = format!("the bot can post in {}{tail}", servers_in_words(posting));
            lines.insert(0, Finding::new(FindingId::ServersWell, text));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_low_below_100_mb_or_the_files_own_size_and_full_below_16_mb() {
        let id = |free: u64, file: u64| disk_space(free << 20, file << 20).id;
        assert_eq!(id(15, 0), FindingId::DiskFull);
        assert_eq!(id(16, 0), FindingId::DiskLow);
        assert_eq!((id(99, 1), id(100, 1)), (FindingId::DiskLow, FindingId::DiskRoomy));
        assert_eq!((id(299, 300), id(300, 300)), (FindingId::DiskLow, FindingId::DiskRoomy));
    }

    #[test]
    fn a_database_is_nearly_full_from_80_percent_on() {
        let id = |holds: u64| mongodb_size(holds << 20, Some(512 << 20)).id;
        assert_eq!((id(409), id(410)), (FindingId::MongodbSizeFine, FindingId::MongodbNearlyFull));
        assert_eq!((id(511), id(512)), (FindingId::MongodbNearlyFull, FindingId::MongodbFull));
        assert_eq!(mongodb_size(u64::MAX, Some(0)).id, FindingId::MongodbFull);
        assert_eq!(mongodb_size(3, None).id, FindingId::MongodbSizeFine);
        assert_eq!(mongodb_size(410 << 20, Some(512 << 20)).text, "410 of 512 MB (MONGODB_MAX_SIZE), 80 %");
    }

    #[test]
    fn sessions_are_few_below_100_and_used_up_where_the_bot_does_not_connect() {
        let id = |remaining| sessions(remaining, 90, 2).id;
        assert_eq!((id(100), id(99)), (FindingId::SessionsLeft, FindingId::SessionsFew));
        assert_eq!((id(7), id(6)), (FindingId::SessionsFew, FindingId::SessionsUsedUp));
        assert_eq!(
            sessions(900, 125, 1).text,
            "900 may still begin, reset in 2 h 5 min; each start of the bot begins 1 session"
        );
    }

    #[test]
    fn a_thousand_servers_make_a_few_lines() {
        let bad = |count: u64| -> Vec<(GuildId, Finding)> {
            (0..count).map(|server| (GuildId(server), Finding::new(FindingId::ServerBlocked, ""))).collect()
        };
        let servers = |well: u64, not_well, unchecked| {
            servers(&(0..well).map(|server| GuildId(1000 + server)).collect(), not_well, unchecked)
        };
        let ids = |lines: Vec<Finding>| lines.iter().map(|line| line.id).collect::<Vec<_>>();
        let lines = servers(38, bad(12), 950);
        assert_eq!(
            lines[0].text,
            "the bot can post in 38 servers; 950 more were not checked, because there was no time"
        );
        assert_eq!((lines.len(), lines[11].text.as_str()), (12, "2 more servers are not well"));
        assert_eq!(ids(servers(0, bad(1), 0)), [FindingId::ServerBlocked, FindingId::ServersNoneWell]);
        assert_eq!(ids(servers(0, bad(1), 5)), [FindingId::ServerBlocked, FindingId::ServersUnknown]);
        assert_eq!(ids(servers(0, Vec::new(), 0)), [FindingId::ServersNone]);
        assert_eq!(ids(servers(0, Vec::new(), 3)), [FindingId::ServersUnknown]);
        assert_eq!(servers(1, Vec::new(), 0)[0].text, "the bot can post in 1 server");
        let useful = servers(0, vec![(GuildId(1), Finding::new(FindingId::ServerLacksUseful, ""))], 0);
        assert_eq!(useful[0].text, "the bot can post in 1 server");
        assert_eq!(ids(useful), [FindingId::ServersWell, FindingId::ServerLacksUseful]);
    }

    #[test]
    fn a_server_with_several_alliances_is_counted_once() {
        let line = |server, id| (GuildId(server), Finding::new(id, ""));
        let blocked = |count: usize| vec![line(1, FindingId::ServerBlocked); count];
        assert_eq!(servers(&[GuildId(1), GuildId(2)].into(), blocked(2), 0)[0].text, "the bot can post in 2 servers");
        let none = servers(&BTreeSet::new(), blocked(3), 0);
        assert_eq!(none.last().unwrap().text, "the bot can post in none of 1 server");
        let useful = vec![line(1, FindingId::ServerLacksUseful), line(1, FindingId::ServerLacksUseful)];
        assert_eq!(servers(&[GuildId(1)].into(), useful, 0)[0].text, "the bot can post in 1 server");
        let many =
            (1..=12).flat_map(|server| [server; 2]).map(|server| line(server, FindingId::ServerBlocked)).collect();
        let lines = servers(&BTreeSet::new(), many, 0);
        assert_eq!(lines[10].text, "7 more servers are not well");
    }
}
