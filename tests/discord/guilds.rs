//! A thousand guilds, and a code that appears in all of them.

use std::time::Duration;

use giftcode_bot::domain::players::player::{AllianceId, ChannelId};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};

use crate::world::{Bot, World};
use discord_double::{Attempt, Fault, Guild, permission};

pub const GUILDS: u64 = 1000;
/// Guilds whose channel is missing or not writable.
pub const REFUSING: u64 = 20;
/// Guilds in which the code is posted.
pub const POSTS: u64 = GUILDS - REFUSING;
/// The rate that Discord allows.
pub const PER_SECOND: u64 = 50;

/// How it was posted.
pub struct Posting {
    /// The calls that create messages.
    pub calls: usize,
    /// From the first of these calls to the last.
    pub took: Duration,
}

/// The ids of a guild and its channel, spaced like real ones.
pub fn ids(number: u64) -> (u64, u64) {
    let guild = (number + 10_000) << 22;
    (guild, guild + 1)
}

pub fn is_refusing(number: u64) -> bool {
    number.is_multiple_of(GUILDS / REFUSING)
}

/// One first attempt in a hundred fails, fails after posting, or gets a 429.
fn fault(channel: u64) -> Option<Fault> {
    match (channel >> 22) % 300 {
        7 => Some(Fault::Status(500)),
        107 => Some(Fault::DoneThenStatus(500)),
        207 => Some(Fault::RateLimited { retry_after: Duration::from_millis(700), is_global: false }),
        _ => None,
    }
}

/// How many guilds' first attempts fail so.
pub fn failing() -> u64 {
    (0..GUILDS).map(|number| u64::from(fault(ids(number).1).is_some())).sum()
}

/// The bot serves all guilds, and is connected.
pub async fn start(world: &World) -> Bot {
    {
        let store = Store::open(&world.folder.path().join("giftcode.db"), StateKind::Bot, Clock::system()).unwrap();
        let guilds = (0..GUILDS).map(async |number| {
            let (guild, channel) = ids(number);
            store.guilds().set_channel(AllianceId(guild), ChannelId(channel)).await
        });
        for set in futures_util::future::join_all(guilds).await {
            set.unwrap();
        }
    }
    for number in 0..GUILDS {
        let (guild, channel) = ids(number);
        let it = Guild::new(guild).text(channel, "gift-codes");
        let lacks = if number.is_multiple_of(3) { permission::SEND_MESSAGES } else { permission::VIEW_CHANNEL };
        match is_refusing(number) {
            // Half of them lack a permission, the others have no such channel.
            true if number.is_multiple_of(2 * GUILDS / REFUSING) => {
                world.double.add_guild(it.bot_permissions(permission::POSTING & !lacks));
            }
            true => world.double.add_guild(Guild::new(guild).text(channel + 1, "another")),
            false => world.double.add_guild(it),
        }
    }
    world.double.fail_messages(|attempt: &Attempt<'_>| attempt.channel.filter(|_| attempt.nth == 1).and_then(fault));
    let bot = world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    bot
}

/// A code appears, and is posted in all guilds that do not refuse.
pub async fn post(world: &World, bot: &Bot) -> Posting {
    world.feed.add("CODE1", "1K Gems", "2099-11-20 23:59");
    world.until("all posts", || bot.log().matches("Posted 1 new codes").count() as u64 == POSTS).await;
    let requests = world.double.requests();
    let creates = requests.iter().filter(|r| r.method == "POST" && r.path.ends_with("/messages"));
    let at: Vec<_> = creates.map(|request| request.at).collect();
    let (first, last) = (at.iter().min().unwrap(), at.iter().max().unwrap());
    Posting { calls: at.len(), took: last.duration_since(*first).unsigned_abs() }
}
