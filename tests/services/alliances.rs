//! Several alliances of one server: channels that they share, and their order.

use std::time::Duration;

use giftcode_bot::domain::codes::channel::{Blocked, NONCE_WINDOW};
use giftcode_bot::domain::players::access::AccessRole;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, GuildId, RoleId};
use giftcode_bot::store::{AllianceAdded, AllianceRemoved};

use crate::posting::{Channels, Next, run, settle};
use crate::support::{GUILD, StateFile, players};

const SERVER: GuildId = GuildId(GUILD.0);
const SECOND: AllianceId = AllianceId(5_000);
const THIRD: AllianceId = AllianceId(6_000);
const HERE: ChannelId = ChannelId(1);
const THERE: ChannelId = ChannelId(2);

async fn add(state: &StateFile, id: AllianceId, name: &str) {
    let added = state.store.guilds().add_alliance(SERVER, id, name.to_owned(), "First".to_owned()).await.unwrap();
    assert_eq!(added, AllianceAdded::Added);
}

/// A server with two alliances that post in these channels.
async fn two(first: ChannelId, second: ChannelId) -> StateFile {
    let state = StateFile::new();
    add(&state, SECOND, "Second").await;
    state.store.guilds().set_channel(GUILD, first).await.unwrap();
    state.store.guilds().set_channel(SECOND, second).await.unwrap();
    state
}

/// (channel, code) of every post, in order of the channels.
fn posted(channels: &Channels) -> Vec<(u64, String)> {
    let posts = channels.posts.lock().unwrap();
    let codes = posts.iter().flat_map(|post| post.codes.iter().map(|it| (post.channel.0, it.code.to_string())));
    let mut posted: Vec<_> = codes.collect();
    posted.sort();
    posted
}

fn of(channel: ChannelId, codes: &[&str]) -> Vec<(u64, String)> {
    codes.iter().map(|code| (channel.0, (*code).to_owned())).collect()
}

async fn end((task, stop): (tokio::task::JoinHandle<anyhow::Result<()>>, tokio_util::sync::CancellationToken)) {
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn invariant_1_a_shared_channel_gets_each_code_once_for_all() {
    let (state, channels) = (two(HERE, HERE).await, Channels::default());
    for (alliance, role) in [(GUILD, 71), (SECOND, 72)] {
        state.store.guilds().set_target(alliance, HERE, None, Some(vec![RoleId(role)])).await.unwrap();
    }
    // One that shares the role is mentioned once.
    add(&state, THIRD, "Third").await;
    state.store.guilds().set_target(THIRD, HERE, None, Some(vec![RoleId(71)])).await.unwrap();
    let running = run(&state, &channels);
    state.list(&["A1"]).await;
    settle().await;
    state.list(&["A1", "B2"]).await;
    settle().await;
    assert_eq!(posted(&channels), of(HERE, &["A1", "B2"]));
    let post = channels.posts.lock().unwrap()[1].clone();
    assert_eq!((post.server, post.roles), (SERVER, vec![RoleId(71), RoleId(72)]));
    assert_eq!(post.alliances, ["First", "Second", "Third"]);
    assert_eq!(state.count("SELECT count(*) FROM posts WHERE message_id IS NOT NULL"), 6, "each has it in its history");
    // An edit is made once, and noted for all.
    state.list(&["A1"]).await;
    tokio::time::sleep(Duration::from_secs(7 * 3600)).await;
    state.list(&["A1"]).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(state.count("SELECT count(DISTINCT shown) FROM posts WHERE code_key = 'B2'"), 1);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn invariant_1_who_comes_to_a_channel_finds_its_codes_announced() {
    let (state, channels) = (two(HERE, THERE).await, Channels::default());
    let running = run(&state, &channels);
    state.list(&["A1", "B2"]).await;
    settle().await;
    assert_eq!(posted(&channels).len(), 4, "two channels get each code");
    // A third one shares the first channel: it gets no digest.
    add(&state, THIRD, "Third").await;
    state.store.guilds().set_channel(THIRD, HERE).await.unwrap();
    settle().await;
    // The second one moves there, too.
    state.store.guilds().set_channel(SECOND, HERE).await.unwrap();
    settle().await;
    assert_eq!(posted(&channels).len(), 4);
    // One that leaves gets later codes elsewhere, and the others get them here once.
    state.store.guilds().set_channel(GUILD, THERE).await.unwrap();
    state.list(&["A1", "B2", "C3"]).await;
    settle().await;
    let new: Vec<_> = posted(&channels).into_iter().filter(|(_, code)| code == "C3").collect();
    assert_eq!(new, [(HERE.0, "C3".to_owned()), (THERE.0, "C3".to_owned())]);
    // One that comes back to where it posted before.
    state.store.guilds().set_channel(GUILD, HERE).await.unwrap();
    settle().await;
    assert_eq!(posted(&channels).len(), 6);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_code_of_one_alliance_joins_the_channel_once_the_other_adds_it_too() {
    let (state, channels) = (two(HERE, HERE).await, Channels::default());
    let running = run(&state, &channels);
    state.list(&[]).await;
    let code = crate::support::code("MINE");
    state.store.codes().add_guild_code(SECOND, code.clone()).await.unwrap();
    settle().await;
    assert_eq!(channels.posts.lock().unwrap()[0].alliances, ["Second"]);
    state.store.codes().add_guild_code(GUILD, code).await.unwrap();
    settle().await;
    assert_eq!(posted(&channels), of(HERE, &["MINE"]));
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn invariant_1_a_crash_posts_a_shared_message_exactly_once() {
    for (kill_after, script) in
        [(0, vec![]), (1, vec![Next::Hangs]), (5, vec![Next::Hangs]), (500, vec![]), (7, vec![Next::LosesAnswer])]
    {
        let (mut state, channels) = (two(HERE, HERE).await, Channels::default());
        channels.script(GUILD, script);
        state.list(&["A1", "B2"]).await;
        let (task, _stop) = run(&state, &channels);
        tokio::time::sleep(Duration::from_millis(kill_after)).await;
        task.abort();
        drop(task.await);
        state = state.reopened().await;
        let running = run(&state, &channels);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(posted(&channels), of(HERE, &["A1", "B2"]), "killed after {kill_after} ms");
        assert_eq!(state.count("SELECT count(*) FROM posts WHERE message_id IS NULL AND deleted = 0"), 0);
        end(running).await;
    }
}

/// An attempt whose end is unknown is cleared up in its channel, whoever has left it meanwhile.
#[tokio::test(start_paused = true)]
async fn invariant_1_an_open_attempt_is_cleared_up_before_alliances_part() {
    for (script, was_sent) in [(vec![Next::LosesAnswer], true), (vec![Next::MayHaveSent], false)] {
        let state = two(HERE, HERE).await;
        let channels = Channels { clock: Some(state.clock), ..Channels::default() };
        channels.script(GUILD, script);
        state.list(&["A1"]).await;
        let (task, _stop) = run(&state, &channels);
        tokio::time::sleep(Duration::from_millis(50)).await;
        task.abort();
        drop(task.await);
        // The one after which the message is named goes, and later another one.
        state.store.guilds().set_channel(GUILD, THERE).await.unwrap();
        tokio::time::sleep(Duration::try_from(NONCE_WINDOW).unwrap() * 2).await;
        let running = run(&state, &channels);
        tokio::time::sleep(Duration::from_secs(600)).await;
        let expected = match was_sent {
            // As for a single alliance, what was posted before a move is not posted again.
            true => of(HERE, &["A1"]),
            false => [of(HERE, &["A1"]), of(THERE, &["A1"])].concat(),
        };
        assert_eq!(posted(&channels), expected, "sent: {was_sent}");
        assert_eq!(state.count("SELECT count(*) FROM posts WHERE message_id IS NULL AND deleted = 0"), 0);
        end(running).await;
    }
}

/// The same for one that comes to a channel with an open attempt elsewhere.
#[tokio::test(start_paused = true)]
async fn invariant_1_an_open_attempt_elsewhere_does_not_follow_to_a_channel_that_has_the_code() {
    let state = two(HERE, THERE).await;
    let channels = Channels { clock: Some(state.clock), ..Channels::default() };
    channels.script(SECOND, vec![Next::MayHaveSent]);
    state.list(&["A1"]).await;
    let (task, _stop) = run(&state, &channels);
    tokio::time::sleep(Duration::from_millis(50)).await;
    task.abort();
    drop(task.await);
    assert_eq!(posted(&channels), of(HERE, &["A1"]));
    state.store.guilds().set_channel(SECOND, HERE).await.unwrap();
    let running = run(&state, &channels);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(posted(&channels), of(HERE, &["A1"]));
    assert_eq!(state.count("SELECT count(*) FROM posts WHERE message_id IS NULL AND deleted = 0"), 0);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_that_of_the_channel() {
    let (state, channels) = (two(HERE, HERE).await, Channels::default());
    add(&state, THIRD, "Third").await;
    state.store.guilds().set_channel(THIRD, THERE).await.unwrap();
    channels.script(GUILD, vec![Next::Blocks]);
    state.list(&["A1"]).await;
    let running = run(&state, &channels);
    settle().await;
    let paused = async |alliance| state.store.guilds().guild(alliance).await.unwrap().paused;
    assert_eq!(paused(GUILD).await, Some(Blocked::MissingPermissions));
    assert_eq!((paused(SECOND).await, paused(THIRD).await), (Some(Blocked::MissingPermissions), None));
    // Whoever acts, acts for both.
    state.store.guilds().set_channel(SECOND, HERE).await.unwrap();
    settle().await;
    assert_eq!((paused(GUILD).await, paused(SECOND).await), (None, None));
    assert_eq!(posted(&channels), [of(HERE, &["A1"]), of(THERE, &["A1"])].concat());
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn a_removed_alliance_leaves_its_history_and_nothing_that_is_due() {
    let (state, channels) = (two(HERE, HERE).await, Channels::default());
    let (guilds, rosters) = (state.store.guilds(), state.store.rosters());
    rosters.add_to_roster(GUILD, players(1..=3)).await.unwrap();
    rosters.add_to_roster(SECOND, players(3..=5)).await.unwrap();
    for alliance in [GUILD, SECOND] {
        guilds.set_auto_redeem(alliance, true).await.unwrap();
    }
    state.list(&["A1"]).await;
    let running = run(&state, &channels);
    settle().await;
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 5);
    let role = |alliance| AccessRole { alliance, role: RoleId(5) };
    for alliance in [Some(GUILD), Some(SECOND), None] {
        guilds.add_access_role(SERVER, role(alliance)).await.unwrap();
    }
    // The first one goes, whose row is also the server's, and with it who may manage nothing else.
    assert_eq!(guilds.remove_alliance(SERVER, GUILD).await.unwrap(), AllianceRemoved::Removed(3));
    assert_eq!(guilds.remove_alliance(SERVER, GUILD).await.unwrap(), AllianceRemoved::Gone);
    assert_eq!(guilds.remove_alliance(SERVER, SECOND).await.unwrap(), AllianceRemoved::Last);
    assert_eq!(guilds.access_roles(SERVER).await.unwrap(), [role(None), role(Some(SECOND))]);
    settle().await;
    // Player 3 stays on the other list.
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 3);
    let past = state.store.batches().past_batches(GUILD, None, 10).await.unwrap();
    assert_eq!((past.len(), past[0].finished_at.is_some()), (1, true));
    assert_eq!(guilds.past_alliances(SERVER).await.unwrap()[0].id, GUILD);
    assert_eq!(guilds.alliances(SERVER).await.unwrap().iter().map(|it| it.id).collect::<Vec<_>>(), [SECOND]);
    state.list(&["A1", "B2"]).await;
    settle().await;
    assert_eq!(posted(&channels), of(HERE, &["A1", "B2"]));
    assert_eq!(state.store.reports().pending_redemptions().await.unwrap(), 6);
    end(running).await;
}

#[tokio::test(start_paused = true)]
async fn the_bots_removal_and_return_concern_every_alliance_of_the_server() {
    let state = two(HERE, THERE).await;
    let guilds = state.store.guilds();
    assert_eq!(guilds.known_guilds().await.unwrap(), [(SERVER, false)]);
    assert_eq!(guilds.count_with_channel().await.unwrap(), 1);
    assert!(guilds.guild_removed(SERVER).await.unwrap());
    for alliance in [GUILD, SECOND] {
        assert_eq!(guilds.guild(alliance).await.unwrap().paused, Some(Blocked::Removed));
    }
    assert!(guilds.servers_with_several().await.unwrap().is_empty());
    assert!(guilds.guild_returned(SERVER).await.unwrap());
    for alliance in [GUILD, SECOND] {
        assert_eq!(guilds.guild(alliance).await.unwrap().paused, None);
    }
    assert_eq!(guilds.servers_with_several().await.unwrap(), [SERVER].into());
}

#[tokio::test(start_paused = true)]
async fn what_reaches_an_alliance_after_its_removal_does_nothing() {
    let (state, channels) = (two(HERE, HERE).await, Channels::default());
    let guilds = state.store.guilds();
    assert!(matches!(guilds.remove_alliance(SERVER, SECOND).await.unwrap(), AllianceRemoved::Removed(_)));
    // Leaders whose commands found the alliance, and another one was quicker.
    guilds.set_channel(SECOND, THERE).await.unwrap();
    guilds.set_auto_redeem(SECOND, true).await.unwrap();
    state.store.rosters().add_to_roster(SECOND, players(1..=3)).await.unwrap();
    let running = run(&state, &channels);
    state.list(&["A1"]).await;
    settle().await;
    assert_eq!(posted(&channels), of(HERE, &["A1"]));
    assert_eq!(state.count("SELECT count(*) FROM redemptions") + state.count("SELECT count(*) FROM runs"), 0);
    end(running).await;
}
