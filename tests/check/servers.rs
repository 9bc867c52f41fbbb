//! The channels of the servers, and what the bot may do there.

use discord_double::{Fault, Guild, permission};
use giftcode_bot::domain::check::FindingId;
use giftcode_bot::domain::codes::channel::Blocked;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, GuildId};
use jiff::{SignedDuration, Timestamp};

use crate::support::{IN_TIME, report, with_servers, world};
use crate::world::{CHANNEL, GUILD, World};

const POSTING: u64 = permission::POSTING;

/// The channel of a server in these tests.
fn channel(guild: u64) -> u64 {
    guild + 500_000
}

/// Adds a guild with this number, in which the bot has these permissions.
fn add(world: &World, guild: u64, permissions: u64) {
    world.double.add_guild(Guild::new(guild).text(channel(guild), "codes").bot_permissions(permissions));
}

fn change(world: &World, sql: &str) {
    let changed =
        rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap().execute(sql, []).unwrap();
    assert_eq!(changed, 1, "{sql}");
}

pub async fn each_servers_trouble_is_a_line_and_many_are_summed_up() {
    let world = world().await;
    let guilds: Vec<(u64, u64)> = (101..=107).map(|guild| (guild, channel(guild))).collect();
    for guild in [101, 102, 103, 105, 106, 107] {
        add(&world, guild, POSTING);
    }
    let store = with_servers(&world, &[&[(GUILD, CHANNEL)][..], &guilds].concat()).await;
    // A server with two alliances: one channel is well, the other is gone.
    store.guilds().add_alliance(GuildId(GUILD), AllianceId(900), "ICE".into(), "FIRE".into()).await.unwrap();
    store.guilds().set_channel(AllianceId(900), ChannelId(500_900)).await.unwrap();
    store.guilds().pause_guild(AllianceId(106), None, Blocked::MissingAccess, None).await.unwrap();
    drop(store);
    world.double.set_bot_permissions(101, POSTING & !permission::SEND_MESSAGES & !permission::EMBED_LINKS);
    world.double.set_bot_permissions(102, POSTING & !permission::READ_MESSAGE_HISTORY);
    world.double.delete_channel(channel(103));
    // 104 has removed the bot while it was not running.
    world.double.set_bot_timeout(105, Some(Timestamp::now() + SignedDuration::from_hours(2)));
    change(
        &world,
        "UPDATE guilds SET refusals = 4, refused_at = 1, refusal = 'AutoMod blocked it (200000)' WHERE guild_id = 107",
    );
    let found = report(world.command(), &[]).await;
    for (guild, id, text) in [
        (101, FindingId::ServerBlocked, "the bot lacks Send Messages, Embed Links in channel 500101"),
        (102, FindingId::ServerLacksUseful, "the bot lacks Read Message History in channel 500102"),
        (103, FindingId::ServerChannelGone, "the channel 500103 does not exist any more"),
        (104, FindingId::ServerChannelGone, "the channel 500104 does not exist any more"),
        (105, FindingId::ServerTimedOut, "the bot is in a timeout until 2"),
        (
            106,
            FindingId::ServerPaused,
            "posts to channel 500106 are paused (the bot could not see the channel), though the bot may post there",
        ),
        (107, FindingId::ServerFailing, "the last 4 messages to channel 500107 failed: AutoMod blocked it (200000)"),
    ] {
        let subject = guild.to_string();
        let lines = found.all(id);
        let line = lines.iter().find(|line| line["subject"] == subject.as_str());
        let line = line.unwrap_or_else(|| panic!("no {id:?} of {guild} in {:#}", found.json));
        assert!(line["text"].as_str().unwrap().starts_with(text), "{line}");
    }
    let of_alliance = format!("{GUILD} (ICE)");
    let gone = found.all(FindingId::ServerChannelGone);
    let line = gone.iter().find(|line| line["subject"] == of_alliance.as_str()).unwrap();
    assert!(line["text"].as_str().unwrap().starts_with("the channel 500900 does not exist"), "{line}");
    // The one that lacks the history is counted too, and the one with two alliances once.
    assert_eq!(found.text(FindingId::ServersWell), "the bot can post in 2 servers");
    assert_eq!(found.code, Some(0), "servers with trouble are their managers' matter: {:#}", found.json);
    // A channel of a server that removed the bot is known to Discord, and refused.
    world.double.remove_guild(101);
    report(world.command(), &[]).await.has(&[FindingId::ServerLeft]);
    let more: Vec<(u64, u64)> = (201..=206).map(|guild| (guild, channel(guild))).collect();
    drop(with_servers(&world, &more).await);
    let found = report(world.command(), &[]).await;
    assert_eq!(found.text(FindingId::ServersMore), "4 more servers are not well");
}

pub async fn a_server_with_a_channel_is_missing_or_cannot_be_asked_about() {
    let world = world().await;
    let found = report(world.command(), &[]).await;
    assert_eq!(found.text(FindingId::ServersNone), "no server has a channel for codes");
    drop(with_servers(&world, &[(GUILD, CHANNEL)]).await);
    world.double.set_bot_permissions(GUILD, permission::VIEW_CHANNEL);
    let found = report(world.command(), &[]).await;
    assert_eq!(found.text(FindingId::ServersNoneWell), "the bot can post in none of 1 server");
    assert_eq!(found.code, Some(1));
    for fault in [Fault::Page { status: 502, retry_after: None }, Fault::Status(500)] {
        world.double.fail_requests(move |attempt| attempt.path.starts_with("/channels/").then_some(fault));
        let found = report(world.command(), &[]).await;
        let text = found.text(FindingId::ServersUnknown);
        assert!(text.starts_with("1 server could not be checked: Discord"), "{text}");
        assert!(found.all(FindingId::ServersNone).is_empty(), "{:#}", found.json);
    }
}

pub async fn a_thousand_servers_are_checked_at_discords_pace_and_in_time() {
    let world = world().await;
    let servers: Vec<(u64, u64)> = (1001..=2000).map(|guild| (guild, channel(guild))).collect();
    for (guild, _) in &servers {
        add(&world, *guild, POSTING);
    }
    let store = with_servers(&world, &servers).await;
    // Those with trouble come first, so they are among the checked ones.
    for guild in [1500, 1600] {
        store.guilds().pause_guild(AllianceId(guild), None, Blocked::MissingAccess, None).await.unwrap();
    }
    drop(store);
    world.double.set_latency(20..=60);
    let found = report(world.command(), &[]).await;
    assert!(found.took < IN_TIME, "{:?}", found.took);
    assert!(world.double.busiest_second() <= 50, "{}", world.double.busiest_second());
    assert_eq!(found.all(FindingId::ServerPaused).len(), 2);
    let text = found.text(FindingId::ServersWell);
    assert!(text.starts_with("the bot can post in "), "{text}");
    assert!(text.ends_with(" more were not checked, because there was no time"), "{text}");
    let numbers: Vec<usize> = text.split([' ', ';']).filter_map(|word| word.parse().ok()).collect();
    let [well, unchecked] = numbers[..] else { panic!("{text}") };
    assert_eq!(well + unchecked + 2, 1000, "{text}");
    assert!(well >= 50, "{text}");
}
