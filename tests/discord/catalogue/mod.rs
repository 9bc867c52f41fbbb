//! Every message that a person sees, with sample contents, in the order of `docs/messages.md`.

pub mod after;
pub mod panel;
mod targets;

use giftcode_bot::discord::custom_id::Action;
use giftcode_bot::discord::messages::appeal::{self, Recheck};
use giftcode_bot::discord::messages::{
    Message, access, batch, files, manage, personal, players, post, self_service, stats,
};
use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::channel::{Blocked, ChannelKind, OverReason};
use giftcode_bot::domain::codes::code::{Code, CodeError};
use giftcode_bot::domain::codes::post_plan::MessageKind;
use giftcode_bot::domain::health::{
    Connection, DiscordStatus, EnginePhase, EngineStatus, FailingFeed, FeedStatus, Feeds, ReplicaState, ReplicaStatus,
    WaitReason,
};
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::access::Managed;
use giftcode_bot::domain::players::player::{
    AllianceId, ChannelId, GuildId, Player, PlayerError, PlayerId, RoleId, State,
};
use giftcode_bot::domain::players::roster_file::{BadLine, BadLineReason, Meaning, Place, RosterFileError};
use giftcode_bot::domain::redeeming::batch_progress::{FailedGroup, Tally};
use giftcode_bot::domain::redeeming::breaker::{Cause, Trouble};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::redeeming::state_check::StateCheck;
use giftcode_bot::domain::redeeming::state_search::CheckStatus;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::ports::{AnnouncedCode, Announcement, BatchMessage, Correction, MessageId};
use giftcode_bot::store::{
    BatchStart, CheckCounts, CodeStats, DayCounts, Failing, Forgotten, GuildSettings, GuildStats, OverCode, PastBatch,
    RosterPage, STATS_CODES, STATS_DAYS, Standing,
};
use jiff::{SignedDuration, Timestamp};

use self::rosters::{adding, filtering, removing, replacing};

pub mod alliances;
pub mod language;
pub mod own;
pub mod rosters;

/// A chapter of the page: its title, and its messages, each with the situation in which people see it.
pub type Chapter = (&'static str, Vec<(String, Message)>);

pub const CHANNEL: ChannelId = ChannelId(4);
pub const ROLE: RoleId = RoleId(5);

pub fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn player(id: u64) -> PlayerId {
    PlayerId::new(id).unwrap()
}

fn announced(text: &str, rewards: Option<&str>, hours: Option<i64>, generation: u32) -> AnnouncedCode {
    AnnouncedCode {
        code: code(text),
        generation,
        rewards: rewards.map(str::to_owned),
        expires_at: hours.map(|hours| now() + SignedDuration::from_hours(hours)),
        source: "wostools.net/api/gift-codes".to_owned(),
        checked: false,
    }
}

fn one() -> AnnouncedCode {
    announced("OFFICIALSTORE", Some("1K Gems, 2 Mythic Shards, 10 × 1h Speedup"), Some(83), 1)
}

/// A code from a hostile feed.
pub fn hostile() -> AnnouncedCode {
    let rewards = "@everyone **free** [gems](https://evil.example) <@&5> `x` \u{202E}||spoiler||";
    announced("WOS1105", Some(rewards), None, 1)
}

fn announcement(kind: MessageKind, total: usize, codes: Vec<AnnouncedCode>) -> Announcement {
    Announcement {
        nonce: "g1kz9".into(),
        guild: AllianceId(3),
        channel: CHANNEL,
        language: Language::En,
        server: GuildId(3),
        roles: vec![],
        alliances: vec![],
        channel_kind: None,
        is_auto: false,
        kind,
        total,
        codes,
        attempted_at: None,
        is_moved: false,
    }
}

fn correction(total: usize, codes: Vec<(AnnouncedCode, Option<OverReason>)>) -> Correction {
    let (nonce, kind) = ("g1kz9".to_owned(), MessageKind::New);
    let (guild, channel, message, roles) = (AllianceId(3), CHANNEL, MessageId(9), vec![]);
    Correction {
        nonce,
        guild,
        channel,
        message,
        language: Language::En,
        roles,
        alliances: vec![],
        is_auto: false,
        kind,
        total,
        codes,
    }
}

fn many(count: usize) -> Vec<AnnouncedCode> {
    (0..count).map(|number| announced(&format!("CODE{number:02}"), None, Some(24 + number as i64), 1)).collect()
}

fn code_stats(text: &str, have: u32, failed: u32, to_post: Option<i64>, to_done: Option<i64>) -> CodeStats {
    let seconds = |part: Option<i64>| part.map(SignedDuration::from_secs);
    CodeStats { code: code(text), players: 60, have, failed, to_post: seconds(to_post), to_done: seconds(to_done) }
}

/// The numbers of a server with 60 players.
pub fn sample_stats() -> GuildStats {
    let day = |at: usize| match at {
        2 => DayCounts { granted: 55, already: 3, failed: 2, gave_up: 0 },
        6 => DayCounts { granted: 112, already: 6, failed: 1, gave_up: 1 },
        7 => DayCounts { granted: 4, ..DayCounts::default() },
        11 => DayCounts { granted: 58, already: 1, failed: 1, gave_up: 0 },
        13 => DayCounts { granted: 41, already: 2, failed: 1, gave_up: 0 },
        _ => DayCounts::default(),
    };
    GuildStats {
        players: 60,
        first_day: "2026-11-07T00:00:00Z".parse().unwrap(),
        days: (0..STATS_DAYS).map(day).collect(),
        codes: vec![
            code_stats("gogoWOS", 43, 1, Some(6), None),
            code_stats("OFFICIALSTORE", 59, 1, Some(11), Some(182)),
            code_stats("WOS1105", 60, 0, Some(4), Some(151)),
            code_stats("WOS_1101-winter", 56, 4, None, Some(230)),
        ],
    }
}

/// Servers of every kind: what they are, and their numbers.
pub fn samples_of_stats() -> Vec<(&'static str, GuildStats)> {
    let sample = sample_stats();
    let one = GuildStats { codes: sample.codes[1..2].to_vec(), ..sample.clone() };
    let slow = CodeStats { to_done: Some(SignedDuration::from_hours(31)), ..sample.codes[1].clone() };
    let outlier = GuildStats { codes: [vec![slow], sample.codes.clone()].concat(), ..sample.clone() };
    let ten = (0..10_u8).map(|at| {
        let (code, number) = (format!("WOS-{at}{}", "X".repeat(3 * usize::from(at))), u32::from(at));
        code_stats(&code, 60 - 5 * number, number, Some(3), Some(90))
    });
    let full = GuildStats { codes: ten.collect(), ..sample.clone() };
    let silent = GuildStats {
        codes: vec![code_stats("SILENT", 0, 0, Some(4), None)],
        days: vec![DayCounts::default(); 14],
        ..sample.clone()
    };
    vec![
        ("usual", sample),
        ("one", one),
        ("outlier", outlier),
        ("full", full),
        ("silent", silent),
        ("longest", longest_stats()),
    ]
}

fn longest_stats() -> GuildStats {
    let most = DayCounts { granted: u32::MAX, already: u32::MAX, failed: u32::MAX, gave_up: u32::MAX };
    let code = |number| CodeStats {
        players: u32::MAX,
        have: u32::MAX,
        failed: u32::MAX,
        to_post: Some(SignedDuration::MAX),
        to_done: Some(SignedDuration::MAX),
        ..code_stats(&format!("{number:W>32}"), 0, 0, None, None)
    };
    let codes = (0..STATS_CODES as usize).map(code).collect();
    GuildStats { days: vec![most; STATS_DAYS], codes, ..sample_stats() }
}

pub fn posts(language: Language) -> Chapter {
    let two = || vec![one(), announced("gogoWOS", None, None, 2)];
    let posted = |when: &str, announcement: Announcement| (when.to_owned(), post::post(language, &announcement));
    let corrected = |when: &str, correction: Correction| (when.to_owned(), post::corrected(language, &correction));
    let mention = Announcement { roles: vec![ROLE], ..announcement(MessageKind::New, 1, vec![one()]) };
    let invalidated = |status| Some(OverReason::Invalidated(status));
    (
        "Posts",
        vec![
            posted("A new code, in a server with a role to mention", mention),
            posted(
                "A reactivated code, without details",
                announcement(MessageKind::New, 1, vec![announced("gogoWOS", None, None, 2)]),
            ),
            posted(
                "A new code that the game granted to somebody before it was posted",
                announcement(MessageKind::New, 1, vec![AnnouncedCode { checked: true, ..one() }]),
            ),
            posted(
                "A new code, while auto-redemption is on",
                Announcement { is_auto: true, ..announcement(MessageKind::New, 1, vec![one()]) },
            ),
            posted("Two new codes", announcement(MessageKind::New, 2, two())),
            posted("The active codes, when a channel is set", announcement(MessageKind::Digest, 1, vec![one()])),
            posted("The first ten of twelve codes", announcement(MessageKind::Digest, 12, many(10))),
            posted("The last two of them", announcement(MessageKind::More, 12, many(2))),
            posted("A hostile feed", announcement(MessageKind::New, 1, vec![hostile()])),
            corrected("A post whose code has expired", correction(1, vec![(one(), Some(OverReason::Expired))])),
            corrected(
                "A post whose code the game does not know",
                correction(1, vec![(one(), invalidated(Status::CdkNotFound))]),
            ),
            corrected("A post whose code was over and works again", correction(1, vec![(one(), None)])),
            corrected(
                "A post of a code that was reactivated later",
                correction(1, vec![(one(), Some(OverReason::Renewed))]),
            ),
            corrected(
                "A post of two codes, one of which has reached its claim limit",
                correction(2, two().into_iter().zip([invalidated(Status::Used), None]).collect()),
            ),
        ],
    )
}

fn group(status: Status, gave_up: bool, ids: std::ops::Range<u64>) -> FailedGroup {
    FailedGroup { status, gave_up, players: ids.map(|id| (player(id), format!("Lord{id}"))).collect() }
}

fn batch_of(tally: Tally, is_finished: bool) -> BatchMessage {
    BatchMessage {
        nonce: "r1kz9".into(),
        server: GuildId(3),
        guild: AllianceId(3),
        alliance: None,
        channel: CHANNEL,
        channel_kind: None,
        message: None,
        language: Language::En,
        attempted_at: None,
        code: code("OFFICIALSTORE"),
        tally,
        is_finished,
        is_over: false,
        remaining: None,
        wait_reason: None,
    }
}

const LIMIT: RateLimit = RateLimit { calls: 30, window: std::time::Duration::from_secs(60) };

/// An engine during an outage.
fn unserved(cause: Cause, evidence: Status) -> EngineStatus {
    let since = now() - SignedDuration::from_mins(18);
    let trouble = Trouble { cause, since: std::time::Duration::ZERO, evidence };
    EngineStatus { phase: EnginePhase::Open { trouble, since }, ..EngineStatus::default() }
}

/// One feed that was just read, or fails.
fn feeds(error: Option<String>) -> Feeds {
    let read_at = Some(now() - SignedDuration::from_secs(4));
    let failing = error.map(|error| FailingFeed { since: now(), error });
    Feeds(vec![FeedStatus { name: "wostools.net/api/gift-codes".into(), polls: 1, read_at, failing }])
}

pub fn batches(language: Language) -> Chapter {
    let tally = |granted, already, pending, failed| Tally { granted, already, pending, failed, ..Tally::default() };
    let shown = |when: &str, message: BatchMessage| (when.to_owned(), batch::batch(language, &message, now()));
    let under_way = BatchMessage {
        remaining: Some(std::time::Duration::from_secs(372)),
        wait_reason: Some(WaitReason::Limit(LIMIT)),
        ..batch_of(tally(70, 4, 186, vec![group(Status::UserInfoError, false, 1001..1003)]), false)
    };
    let searching = Tally {
        searching: 3,
        found: vec![
            (player(1001), "Frost".to_owned(), State::new(246).unwrap()),
            (player(1002), "**Snow** @everyone".to_owned(), State::new(312).unwrap()),
        ],
        ..tally(97, 0, 3, vec![])
    };
    let waiting = |engine: EngineStatus| BatchMessage {
        wait_reason: engine.wait_reason(None, true),
        ..batch_of(tally(70, 4, 188, vec![]), false)
    };
    let odd = Status::Unknown("SEASON_CLOSED".into());
    let held = EnginePhase::Held {
        code: code("OFFICIALSTORE").key(),
        since: now() - SignedDuration::from_mins(18),
        evidence: odd.clone(),
    };
    let mixed = vec![
        group(Status::UserInfoError, false, 1001..1004),
        group(Status::StoveLevel, false, 1010..1012),
        group(Status::TimeoutRetry, true, 1020..1021),
    ];
    (
        "Progress messages",
        vec![
            shown("Just started", batch_of(tally(0, 0, 262, vec![]), false)),
            shown("In progress", under_way),
            shown("While the game does not answer", waiting(unserved(Cause::Down, Status::ServerError))),
            shown("While the game rejects every call", waiting(unserved(Cause::Refused, Status::RateLimited))),
            shown(
                "While the game asks every player for a captcha",
                waiting(unserved(Cause::Captcha, Status::CaptchaCheckError)),
            ),
            shown("While the game is busy for every player", waiting(unserved(Cause::Busy, Status::TimeoutRetry))),
            shown("While the game blocks the bot", waiting(unserved(Cause::Deployment, Status::Forbidden))),
            shown("While the game gives every player an unknown answer", waiting(unserved(Cause::Odd, odd))),
            shown(
                "While the game does so for this code only",
                waiting(EngineStatus { phase: held, ..EngineStatus::default() }),
            ),
            shown("While states are searched for", BatchMessage { remaining: None, ..batch_of(searching, false) }),
            shown("Done for everybody", batch_of(tally(250, 12, 0, vec![]), true)),
            shown("Done, with failures", batch_of(tally(250, 6, 0, mixed), true)),
            shown(
                "Done, with more failures than fit into a message: they are attached",
                batch_of(tally(200, 0, 0, vec![group(Status::NoState, false, 1001..1063)]), true),
            ),
            (
                "The same, where the bot may attach no files".to_owned(),
                batch::without_file(
                    language,
                    &batch_of(tally(200, 0, 0, vec![group(Status::NoState, false, 1001..1063)]), true),
                ),
            ),
            shown(
                "Done, with failures, after the code has ended",
                BatchMessage {
                    is_over: true,
                    ..batch_of(tally(250, 6, 0, vec![group(Status::RechargeMoneyVip, false, 1001..1004)]), true)
                },
            ),
            shown("Nobody got it", batch_of(tally(0, 0, 0, vec![group(Status::TimeError, false, 1001..1004)]), true)),
        ],
    )
}

pub fn managing(language: Language) -> Chapter {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    say(
        "setchannel, in a channel where the bot may not post",
        manage::channel_refused(language, CHANNEL, &["Send Messages", "Embed Links"]),
    );
    say(
        "setchannel, while the bot is in a timeout",
        manage::in_a_timeout(language, now() + SignedDuration::from_hours(1)),
    );
    targets::setchannel(language, &mut say);
    say("setchannel, with a role and no_role", manage::role_or_none(language));
    say("setchannel, with a deleted channel or a voice channel", manage::channel_unknown(language));
    say("setchannel, with everyone as the role", manage::everyone_refused(language));
    say("unsetchannel", manage::channel_unset(language, true));
    say("unsetchannel, when no channel was set", manage::channel_unset(language, false));
    say("auto off", manage::auto_off(language));
    say(
        "add, with auto-redemption",
        manage::code_added(
            language,
            &code("OWNCODE"),
            &GuildSettings { channel: Some(CHANNEL), auto_redeem: true, players: 100, ..GuildSettings::default() },
        ),
    );
    say("add, without a channel", manage::code_added(language, &code("OWNCODE"), &GuildSettings::default()));
    say("add, of an active code", manage::code_known(language, &code("OWNCODE")));
    let over = |recheck| appeal::code_over(language, &code("WOS1105"), &OverReason::Expired, recheck);
    say("redeem or retry, of a code that is not active", over(Recheck::Done));
    say("redeem or retry, of a code that is not active, while the game does not answer", over(Recheck::Pending));
    say("redeem or retry, of a code that is not active, without a player to check it with", over(Recheck::NoPlayer));
    say(
        "add, of a code that is not active",
        appeal::added_though_over(
            language,
            &code("WOS1105"),
            &OverReason::Invalidated(Status::CdkNotFound),
            Recheck::Done,
        ),
    );
    say(
        "any command, with an invalid code",
        manage::no_code(language, &CodeError::Character { text: "DROP TABLE".into(), character: ' ' }),
    );
    say("any command, with an unknown code", manage::code_unknown(language, &code("NOSUCHCODE")));
    say("remove, of an unknown code", manage::nothing_to_remove(language, &code("NOSUCHCODE")));
    say("remove", manage::code_removed(language, &code("WOS1105"), 12));
    let is_over = OverCode {
        code: code("OLDCODE"),
        over: OverReason::Invalidated(Status::TimeError),
        check_at: Some(now() + SignedDuration::from_mins(10)),
    };
    let is_over = std::slice::from_ref(&is_over);
    say("list", manage::codes(language, &[one(), announced("gogoWOS", None, None, 1)], is_over, true));
    say("list, without an active code", manage::codes(language, &[], is_over, true));
    say(
        "history, of a code that ended before it was posted",
        manage::history(language, &[], is_over, Some(&code("OLDCODE"))),
    );
    say(
        "redeem",
        manage::batch_started(
            language,
            &code("WOS1105"),
            BatchStart { players: 100, due: 98, pending: 0 },
            Some(CHANNEL),
        ),
    );
    say(
        "redeem, of a code in progress",
        manage::batch_started(language, &code("WOS1105"), BatchStart { players: 100, due: 0, pending: 7 }, None),
    );
    say(
        "redeem, of a finished code",
        manage::batch_started(language, &code("WOS1105"), BatchStart { players: 100, due: 0, pending: 0 }, None),
    );
    say(
        "redeem, with an empty player list",
        manage::batch_started(language, &code("WOS1105"), BatchStart::default(), None),
    );
    let started = [
        (code("WOS1105"), Ok(BatchStart { players: 100, due: 98, pending: 0 })),
        (code("gogoWOS"), Ok(BatchStart { players: 100, due: 0, pending: 0 })),
        (code("OLDCODE"), Err((OverReason::Expired, Recheck::Done))),
    ];
    say(
        "the menu “Alliance (leaders)”, with several codes",
        manage::batches_started(language, &started, Some(CHANNEL)),
    );
    say("retry", manage::retried(language, &code("WOS1105"), 5));
    say("retry, without failures", manage::retried(language, &code("WOS1105"), 0));
    let guild = GuildSettings {
        channel: Some(CHANNEL),
        channel_kind: Some(ChannelKind::Text),
        mention_roles: vec![ROLE],
        auto_redeem: true,
        paused: None,
        failing: None,
        players: 100,
    };
    let well = manage::Status {
        guild: guild.clone(),
        checks: CheckCounts { unchecked: 12, ..CheckCounts::default() },
        active_codes: 7,
        waiting_here: 42,
        waiting_everywhere: 1042,
        feeds: feeds(None),
        replica: ReplicaStatus { is_used: true, ..ReplicaStatus::default() },
        engine: EngineStatus { limit: Some(LIMIT), ..EngineStatus::default() },
        discord: Some(DiscordStatus {
            connection: Connection::Connected { since: now() - SignedDuration::from_hours(2) },
            latency: Some(std::time::Duration::from_millis(45)),
            servers: 3,
        }),
    };
    say("status", manage::status(language, &well));
    let badly = manage::Status {
        guild: GuildSettings {
            paused: Some(Blocked::MissingPermissions),
            mention_roles: Vec::new(),
            auto_redeem: false,
            ..guild
        },
        checks: CheckCounts { searching: 3, not_found: 1, no_such_player: 1, unclear: 1, ..CheckCounts::default() },
        feeds: feeds(Some("answers with HTTP 500".into())),
        replica: ReplicaStatus {
            is_used: true,
            state: ReplicaState::Silent,
            unsent: 12,
            oldest_unsent: Some(std::time::Duration::from_secs(40)),
            ..ReplicaStatus::default()
        },
        engine: unserved(Cause::Deployment, Status::SignError),
        discord: Some(DiscordStatus::connecting(now() - SignedDuration::from_hours(2))),
        ..well
    };
    say("status, with every kind of problem", manage::status(language, &badly));
    let failing = Failing {
        since: now() - SignedDuration::from_hours(2),
        reason: "Discord answers 400 (code 50083): Tried to perform an operation on an archived thread".into(),
    };
    let guild = GuildSettings { channel: Some(CHANNEL), failing: Some(failing), ..GuildSettings::default() };
    say(
        "status, of a server whose channel keeps refusing posts",
        manage::status(language, &manage::Status { guild, ..manage::Status::default() }),
    );
    for blocked in [Blocked::UnknownChannel, Blocked::MissingAccess, Blocked::MissingHistory, Blocked::TimedOut] {
        let guild = GuildSettings { channel: Some(CHANNEL), paused: Some(blocked), ..GuildSettings::default() };
        say(
            "status, of a paused server",
            manage::status(language, &manage::Status { guild, ..manage::Status::default() }),
        );
    }
    targets::test(language, &mut say);
    let past = |text: &str, generation, tally, finished| PastBatch {
        code: code(text),
        generation,
        started_at: now() - SignedDuration::from_hours(30),
        finished_at: finished,
        tally,
    };
    let failed = vec![group(Status::UserInfoError, false, 1001..1003), group(Status::TimedOut, true, 1005..1006)];
    let history = [
        past("gogoWOS", 2, Tally { granted: 10, pending: 90, ..Tally::default() }, None),
        past(
            "WOS1105",
            1,
            Tally { granted: 90, already: 7, failed, ..Tally::default() },
            Some(now() - SignedDuration::from_hours(29)),
        ),
    ];
    say("history", manage::history(language, &history, &[], None));
    say("history, without redemptions", manage::history(language, &[], &[], None));
    say(
        "history, of a code that was never redeemed in this server",
        manage::history(language, &[], &[], Some(&code("WOS1105"))),
    );
    let numbers = sample_stats();
    let charts = stats::charts(language, &numbers);
    let pictures = charts.iter().map(|_| Vec::new()).collect();
    say("stats", stats::stats(language, &numbers, &charts, Some(pictures)));
    say("stats, while too many others are drawn", stats::stats(language, &numbers, &charts, None));
    let nothing = |players| GuildStats { players, days: Vec::new(), codes: Vec::new(), ..numbers.clone() };
    say("stats, before anything was posted or redeemed", stats::stats(language, &nothing(60), &[], Some(Vec::new())));
    say("stats, without players", stats::stats(language, &nothing(0), &[], Some(Vec::new())));
    ("/manage giftcode", all)
}

pub fn rosters(language: Language) -> Chapter {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    say("remove, of a name that nobody has", players::nobody_of_that_name(language, "Lord", false));
    say("remove, of a name that several have", players::nobody_of_that_name(language, "Frost", true));
    let listed = |id: u64, name: &str, state| Player {
        id: player(id),
        nickname: name.into(),
        state: State::new(state),
        furnace_level: (id % 2 == 1).then_some(30),
    };
    let checked = [
        CheckStatus::Right,
        CheckStatus::NoSuchPlayer,
        CheckStatus::Searching,
        CheckStatus::Unchecked,
        CheckStatus::NotFound,
        CheckStatus::Unclear,
    ];
    let mut on_page = vec![listed(1001, "Frost", 245), listed(1002, "**Snow** @everyone", 245), listed(1003, "", 0)];
    on_page.extend([listed(1004, "Ice", 245), listed(1005, "Hail", 300), listed(1006, "Mist", 245)]);
    let checks = on_page.iter().map(|player| player.id).zip(checked).collect();
    say(
        "list, the second of three pages",
        players::roster(
            language,
            &RosterPage { total: 45, without_state: 1, players: on_page, checks },
            1,
            AllianceId(3),
        ),
    );
    say("list, empty", players::roster(language, &RosterPage::default(), 0, AllianceId(3)));
    let bad = |line, reason| BadLine { place: Place::Line(line), reason };
    let lines = [
        bad(5, BadLineReason::Value(PlayerError::Id("12a4".into()))),
        bad(9, BadLineReason::TooFewColumns(Meaning::State)),
    ];
    say("import, with bad lines", players::not_imported(language, &lines));
    say(
        "import, of a file that cannot be read",
        files::not_imported(language, &RosterFileError::NoIds { found: "\"alliance\", \"player\"".into() }),
    );
    say("import, of a file that cannot be downloaded", players::file_not_fetched(language));
    say("export", players::exported(language, 104, b"player_id,nickname,state,furnace_level\n".to_vec()));
    say("export, empty", players::exported(language, 0, Vec::new()));
    let all = [adding(language), removing(language), all, replacing(language), filtering(language)].concat();
    ("/manage players", all)
}

pub fn everybody(language: Language) -> Chapter {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    let (me, state) = (player(33_750_731), State::new(245).unwrap());
    say("/giftcode", manage::codes(language, &[one(), hostile()], &[], false));
    say("/giftcode, without an active code", manage::codes(language, &[], &[], false));
    say("/link, with a wrong state", personal::not_confirmed(language, me, state, &StateCheck::WrongState));
    say("/link, with an id that nobody has", personal::not_confirmed(language, me, state, &StateCheck::NoSuchPlayer));
    say(
        "/link, while the game does not answer",
        personal::not_confirmed(language, me, state, &StateCheck::Unclear(Status::TimedOut)),
    );
    say("/link, of a sixth account", personal::too_many_links(language));
    say("the form, with an invalid id", personal::bad_player(language, &PlayerError::Id("me".into())));
    say("/unlink", personal::unlinked(language, 1, false));
    say("/unlink, of an account on a player list", personal::unlinked(language, 1, true));
    say("/unlink, of somebody else's account", personal::unlinked(language, 0, false));
    let players = vec![player(1001), player(1002)];
    let forgotten = |links, erased: &[PlayerId], kept: &[PlayerId]| {
        personal::forgotten(language, &Forgotten { links, erased: erased.to_vec(), kept: kept.to_vec() })
    };
    say("/unlink everything:true", forgotten(3, &players, &[player(1003)]));
    say("/unlink everything:true, with accounts that others have too", forgotten(2, &[], &players));
    say("/unlink everything:true, by an unknown person", forgotten(0, &[], &[]));
    say("/unlink, with an account and everything:true", personal::one_or_everything(language));
    let linked =
        [me, player(1002)].map(|id| Player { id, nickname: "Frost".into(), state: Some(state), furnace_level: None });
    say("/unlink, with several linked accounts and none chosen", personal::accounts(language, &linked));
    say("/redeem, /unlink, without an account", personal::no_links(language));
    let standing = |id: u64, outcome, status| Standing {
        player: player(id),
        nickname: format!("Lord{id}"),
        outcome,
        status,
        next_attempt_at: None,
    };
    let waiting = vec![
        standing(1001, Some(Outcome::Granted), Some(Status::Success)),
        standing(1002, Some(Outcome::Pending), Some(Status::TimeoutRetry)),
        standing(1003, Some(Outcome::Pending), None),
    ];
    say("/redeem, in progress", personal::standings(language, &[(code("WOS1105"), waiting.clone())], &[], &[], true));
    let done = vec![
        standing(1001, Some(Outcome::Granted), Some(Status::Success)),
        standing(1002, Some(Outcome::Already), Some(Status::Received)),
        standing(1003, Some(Outcome::Failed), Some(Status::UserInfoError)),
        standing(1004, Some(Outcome::GaveUp), Some(Status::CaptchaCheckError)),
    ];
    say(
        "/redeem, done",
        personal::standings(
            language,
            &[(code("WOS1105"), done)],
            &[(code("OLDCODE"), OverReason::Expired)],
            &[code("TENTH1")],
            false,
        ),
    );
    let many: Vec<_> = (0..10)
        .map(|number| {
            let of_code = [
                (Outcome::Granted, Status::Success),
                (Outcome::Already, Status::Received),
                (Outcome::GaveUp, Status::CaptchaCheckError),
                (Outcome::GaveUp, Status::CaptchaCheckError),
                (Outcome::Granted, Status::Success),
            ];
            let of_code = of_code.into_iter().zip(1001..);
            let of_code = of_code.map(|((outcome, status), id)| standing(id, Some(outcome), Some(status)));
            (code(&format!("CODE{number:02}")), of_code.collect())
        })
        .collect();
    say("a menu, done, with more than fits into a message", personal::standings(language, &many, &[], &[], false));
    say(
        "/redeem, when it takes longer than an answer can be edited",
        personal::standings(language, &[(code("WOS1105"), waiting)], &[], &[], false),
    );
    say(
        "/redeem and the buttons, with a code that is not active",
        personal::code_over(language, &code("WOS1105"), &OverReason::Invalidated(Status::Used)),
    );
    say(
        "/redeem and the buttons, when ten codes are already waiting",
        personal::too_many_waiting(language, &[code("WOS1105")]),
    );
    say("a fourth request before one of the others has finished", personal::too_many_requests(language));
    say("a command or button for managers only", access::managers_only(language, Managed::Server, &[]));
    let roles = own::access_roles();
    say("the same, when the server has named roles", access::managers_only(language, Managed::Server, &roles));
    say("a command outside of servers", personal::servers_only(language));
    say("an unknown button", personal::outdated(language));
    say("the form, submitted after a day", personal::form_expired(language));
    say("an internal error", personal::failed(language, "3fa94c"));
    say("a change that cannot be saved", personal::not_saved(language, "3fa94c"));
    say("a restart during an answer", personal::restarting(language));
    ("For everybody", all)
}

/// The form that asks for an account.
pub fn form(language: Language) -> serde_json::Value {
    serde_json::to_value(self_service::who_are_you(language, &Action::WhoAmI(vec![code("WOS1105")]))).unwrap()
}

/// Messages with contents of the greatest length, in characters that grow most when they are escaped.
pub fn longest(language: Language) -> Vec<(String, Message)> {
    let stars = |count: usize| "*".repeat(count);
    let longest_code = |number: usize| AnnouncedCode {
        code: code(&format!("{number:0>32}")),
        generation: 9,
        rewards: Some(stars(200)),
        expires_at: Some(now()),
        source: format!("{number}{}", stars(300)),
        checked: true,
    };
    let codes = |count: usize| (0..count).map(longest_code).collect::<Vec<_>>();
    let named = |id: u64| Player {
        id: player(999_999_999_000 + id),
        nickname: stars(40),
        state: State::new(u32::MAX),
        furnace_level: Some(1000),
    };
    // Each has a meaning of its own.
    let statuses = Status::ALL.iter().cloned().chain([Status::Unknown(stars(300))]);
    let groups: Vec<FailedGroup> = statuses
        .map(|status| FailedGroup {
            status,
            gave_up: true,
            players: (0..40).map(|id| (named(id).id, named(id).nickname)).collect(),
        })
        .collect();
    let tally = Tally {
        granted: u32::MAX / 4,
        already: u32::MAX / 4,
        pending: 1,
        waiting: 1,
        failed: groups,
        found: (0..40).map(|id| (named(id).id, named(id).nickname, State::new(u32::MAX).unwrap())).collect(),
        ..Tally::default()
    };
    let mut waits = batch_of(tally.clone(), false);
    waits.wait_reason = unserved(Cause::Odd, Status::Unknown(stars(5000))).wait_reason(None, true);
    let runs: Vec<PastBatch> = (0..manage::HISTORY_BATCHES as usize)
        .map(|number| PastBatch {
            code: longest_code(number).code,
            generation: u32::MAX,
            started_at: now(),
            finished_at: Some(now()),
            tally: tally.clone(),
        })
        .collect();
    let over =
        |count| codes(count).into_iter().map(|code| (code, Some(OverReason::Invalidated(Status::Used)))).collect();
    let lines: Vec<BadLine> = (0..500)
        .map(|line| BadLine { place: Place::Line(line), reason: BadLineReason::Value(PlayerError::Id(stars(3000))) })
        .collect();
    let roster = RosterPage {
        total: 5000,
        without_state: 5000,
        players: (0..u64::from(players::PAGE)).map(named).collect(),
        checks: (0..u64::from(players::PAGE)).map(|id| (named(id).id, CheckStatus::NoSuchPlayer)).collect(),
    };
    let status = manage::Status {
        feeds: feeds(Some(stars(5000))),
        replica: ReplicaStatus { is_used: true, state: ReplicaState::Refuses(stars(5000)), ..ReplicaStatus::default() },
        engine: unserved(Cause::Odd, Status::Unknown(stars(5000))),
        ..manage::Status::default()
    };
    let standing = |id: u64| Standing {
        player: named(id).id,
        nickname: stars(40),
        outcome: Some(Outcome::GaveUp),
        status: Some(Status::CaptchaCheckError),
        next_attempt_at: None,
    };
    let many_codes: Vec<Code> = (0..25).map(|number| longest_code(number).code).collect();
    let over_codes: Vec<OverCode> = (0..10)
        .map(|number| OverCode {
            code: longest_code(number).code,
            over: OverReason::Invalidated(Status::Used),
            check_at: Some(now()),
        })
        .collect();
    let standings: Vec<_> = (0..25).map(|number| (longest_code(number).code, (0..5).map(standing).collect())).collect();
    [
        ("one code", post::post(language, &announcement(MessageKind::New, 1, codes(1)))),
        ("ten codes", post::post(language, &announcement(MessageKind::New, usize::MAX, codes(10)))),
        ("a list", post::post(language, &announcement(MessageKind::More, usize::MAX, codes(40)))),
        ("ten codes that are over", post::corrected(language, &correction(10, over(10)))),
        ("a run", batch::batch(language, &waits, now())),
        ("a run that ended", batch::batch(language, &batch_of(tally, true), now())),
        ("the history", manage::history(language, &runs, &over_codes, None)),
        ("the codes", manage::codes(language, &codes(400), &over_codes, true)),
        ("the status", manage::status(language, &status)),
        ("the status with 25 alliances", manage::status(language, &status).and(alliances::longest(language))),
        (
            "the stats",
            stats::stats(
                language,
                &longest_stats(),
                &stats::charts(language, &longest_stats()),
                Some(vec![Vec::new(); 3]),
            ),
        ),
        ("a roster", players::roster(language, &roster, 1, AllianceId(3))),
        ("bad lines", players::not_imported(language, &lines)),
        ("a file without players", files::not_imported(language, &RosterFileError::NoIds { found: stars(400) })),
        ("standings", personal::standings(language, &standings, &[], &many_codes, true)),
    ]
    .into_iter()
    .chain(rosters::longest(language))
    .map(|(when, message)| (when.to_owned(), message))
    .collect()
}
