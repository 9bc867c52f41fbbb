//! After a batch, and before a code's end.

use std::time::Duration;

use giftcode_bot::discord::messages::{Message, after, alliances, reminder};
use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::players::alliance_name::MAX_CHARS;
use giftcode_bot::domain::players::player::{AllianceId, GuildId, PlayerId, State, UserId};
use giftcode_bot::domain::redeeming::batch_progress::{FailedGroup, Tally};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::ports::MessageId;
use giftcode_bot::ports::notices::{Notice, NoticeContent};
use giftcode_bot::store::{CodePlayer, CodePlayers, Notifications, Outstanding, Which};
use jiff::SignedDuration;

use super::{CHANNEL, Chapter, code, group, now, player};

const ALLIANCE: AllianceId = AllianceId(3);

fn notice(content: NoticeContent) -> Notice {
    Notice {
        nonce: "n1kz9".into(),
        server: GuildId(3),
        language: Language::En,
        guild: ALLIANCE,
        alliance: None,
        channel: CHANNEL,
        attempted_at: None,
        is_moved: false,
        code: code("OFFICIALSTORE"),
        content,
    }
}

fn reminded(failed: Vec<FailedGroup>, untried: Vec<(PlayerId, String)>) -> Notice {
    let tally = Tally { granted: 90, failed, ..Tally::default() };
    notice(NoticeContent::Reminder { ends_at: now() + SignedDuration::from_hours(23), tally, untried })
}

fn names(ids: std::ops::Range<u64>) -> Vec<(PlayerId, String)> {
    ids.map(|id| (player(id), format!("Lord{id}"))).collect()
}

fn of(id: u64, name: &str, outcome: Option<Outcome>, status: Option<Status>) -> CodePlayer {
    CodePlayer { id: player(id), nickname: name.to_owned(), state: State::new(245), outcome, status, finished_at: None }
}

fn found() -> CodePlayers {
    let players = vec![
        of(1001, "Ada", Some(Outcome::Failed), Some(Status::UserInfoError)),
        of(1002, "Ben", Some(Outcome::GaveUp), Some(Status::TimeoutRetry)),
        of(1003, "Cem", Some(Outcome::Pending), None),
        of(1004, "", None, None),
        of(1005, "Eva", Some(Outcome::Granted), Some(Status::Success)),
        of(1006, "Finn", Some(Outcome::Already), Some(Status::Received)),
    ];
    CodePlayers { players, missing: 4, failed: 2, redeemed: 94 }
}

pub fn after(language: Language) -> Chapter {
    let result = Some((CHANNEL, MessageId(9)));
    let outstanding = |players, codes, redemptions| Outstanding { players, codes, redemptions };
    let code = code("OFFICIALSTORE");
    let messages = vec![
        ("After a code failed for people who linked an account, if the server wants it", {
            let people = [UserId(11), UserId(12)];
            after::failed_for(language, &notice(NoticeContent::Failed { people: people.to_vec(), result }), &people)
        }),
        ("The same, when the result was deleted", {
            let people = vec![UserId(11)];
            after::failed_for(language, &notice(NoticeContent::Failed { people, result: None }), &[UserId(11)])
        }),
        ("A day before a code ends", {
            let failed = vec![group(Status::UserInfoError, false, 1001..1002)];
            reminder::reminder(language, &reminded(failed, names(1010..1013)))
        }),
        ("The same, where nobody on the list has a state", {
            reminder::reminder(language, &reminded(vec![group(Status::NoState, false, 1001..1004)], vec![]))
        }),
        ("The same, where three players are gone", {
            reminder::reminder(language, &reminded(vec![group(Status::RoleNotExist, false, 1001..1004)], vec![]))
        }),
        (
            "The same, with more players than have room",
            reminder::reminder(language, &reminded(vec![], names(1001..1062))),
        ),
        (
            "The same, where the bot may attach no files",
            reminder::without_file(language, &reminded(vec![], names(1001..1062))),
        ),
        ("history, with a code", after::code_players(language, ALLIANCE, &code, Which::All, 1, &found())),
        ("history, of a code that all have", {
            let all = CodePlayers { players: vec![], missing: 0, failed: 0, redeemed: 12 };
            after::code_players(language, ALLIANCE, &code, Which::Missing, 0, &all)
        }),
        ("history, with an empty player list", {
            after::code_players(language, ALLIANCE, &code, Which::All, 0, &CodePlayers::default())
        }),
        ("auto on", after::auto_on(language, outstanding(100, 3, 300), Some(Duration::from_secs(720)), true)),
        ("auto on, without a limit", after::auto_on(language, outstanding(1, 1, 1), None, true)),
        ("auto on, when nothing is left to redeem", after::auto_on(language, outstanding(100, 3, 0), None, true)),
        ("auto on, without a channel", after::auto_on(language, outstanding(100, 3, 0), None, false)),
        ("auto on, with an empty player list", after::auto_on(language, Outstanding::default(), None, true)),
        ("auto on, when it takes more than an hour", {
            after::auto_takes_long(language, ALLIANCE, outstanding(500, 8, 4000), Duration::from_secs(8000))
        }),
        ("auto on, after “Not now”", after::auto_stays(language)),
        ("notify", after::notifications(language, Notifications::default(), true)),
        ("notify, the other way round", {
            after::notifications(language, Notifications { mentions_failed: true, reminds: false }, true)
        }),
        ("notify, without a channel", after::notifications(language, Notifications::default(), false)),
    ];
    ("After a code, and before its end", messages.into_iter().map(|(when, one)| (when.to_owned(), one)).collect())
}

pub fn longest(language: Language) -> Vec<(String, Message)> {
    let stars = |count: usize| "*".repeat(count);
    let code = code(&format!("{:0>32}", 1));
    let groups: Vec<FailedGroup> = (0..12)
        .map(|number| FailedGroup {
            status: if number % 2 == 0 {
                Status::Unknown(format!("{number}{}", stars(300)))
            } else {
                Status::UserInfoError
            },
            gave_up: number % 3 == 0,
            players: (0..40).map(|id| (player(999_999_999_000 + id), stars(40))).collect(),
        })
        .collect();
    let untried = (0..40).map(|id| (player(999_999_999_000 + id), stars(40))).collect();
    let long = Notice { code: code.clone(), ..reminded(groups, untried) };
    let people: Vec<UserId> = (0..50).map(|id| UserId(u64::MAX - id)).collect();
    let failed = NoticeContent::Failed { people: people.clone(), result: Some((CHANNEL, MessageId(u64::MAX))) };
    let players = (0..u64::from(after::PAGE))
        .map(|id| of(999_999_999_000 + id, &stars(40), Some(Outcome::GaveUp), Some(Status::Unknown(stars(300)))))
        .collect();
    let found = CodePlayers { players, missing: u32::MAX / 2, failed: u32::MAX / 2, redeemed: u32::MAX / 2 };
    let name = "W".repeat(MAX_CHARS);
    let head = || alliances::posted_for(language, [&name]);
    let mention = after::failed_for(language, &Notice { code: code.clone(), ..notice(failed) }, &people);
    [
        ("a reminder", reminder::reminder(language, &long).headed(head())),
        ("a reminder without a file", reminder::without_file(language, &long).headed(head())),
        ("a mention", mention.headed(head())),
        ("the players of a code", after::code_players(language, AllianceId(u64::MAX), &code, Which::All, 7, &found)),
    ]
    .map(|(when, one)| (when.to_owned(), one))
    .to_vec()
}
