//! The game's door.

use giftcode_bot::domain::check::FindingId;
use giftcode_bot::domain::limits::budget::Endpoint;

use crate::strange;
use crate::support::{bare, calls, report, with_servers, world};

pub async fn the_games_door_is_open_or_the_reason_is_named() {
    let (world, server) = (world().await, strange::start().await);
    let game = |name: &str, value: &str| {
        let mut command = world.command();
        command.env(name, value).env("GAME_TIMEOUT", "1s");
        command
    };
    let open = report(game("GAME_TIMEOUT", "1s"), &[]).await;
    assert!(open.text(FindingId::GameOpen).contains("do not exist with ROLE_NOT_EXIST"), "{:#}", open.json);
    assert_eq!(calls(&world), 1);
    let call = world.game.ledger(|ledger| ledger.calls()[0].clone());
    assert_eq!((call.fid.as_str(), call.endpoint.as_str(), call.granted), ("999999999999", "gift_code", false));
    report(game("GAME_SIGN_SALT", "another"), &[]).await.has(&[FindingId::GameSignature]);
    report(game("GAME_PAGE_URL", "https://elsewhere.example"), &[]).await.has(&[FindingId::GameForbidden]);
    for (path, id, text) in [
        ("game/params", FindingId::GameParams, "PARAMS_ERROR"),
        ("game/captcha", FindingId::GameCaptcha, "the game asks for a captcha"),
        ("game/often", FindingId::GameBusy, "RATE_LIMITED"),
        ("game/page", FindingId::GameDown, "an HTML page instead of its API"),
        ("game/broken", FindingId::GameDown, "SERVER_ERROR"),
        ("game/new", FindingId::GameUnknown, "SEASON LOCKED"),
        ("elsewhere", FindingId::GameWrongAddress, "HTTP 404"),
        ("redirect", FindingId::GameWrongAddress, "HTTP 302"),
        ("hang", FindingId::GameUnreachable, "TIMED_OUT"),
    ] {
        let found = report(game("GAME_API_URL", &format!("{server}/{path}")), &[]).await;
        assert!(found.text(id).contains(text), "{path}: {:#}", found.json);
    }
    let folder = tempfile::tempdir().unwrap();
    let found = report(bare(folder.path(), &[]), &[]).await;
    assert!(found.text(FindingId::GameUnreachable).contains("CONNECTION_ERROR"), "{:#}", found.json);
}

pub async fn the_last_calls_of_the_budget_are_left_to_the_bot() {
    let world = world().await;
    let store = with_servers(&world, &[]).await;
    let command = || {
        let mut command = world.command();
        command.env("GAME_RATE_LIMIT", "30/60s");
        command
    };
    for _ in 0..27 {
        store.redemptions().note_call(Endpoint::Redeem).await.unwrap();
    }
    report(command(), &[]).await.has(&[FindingId::GameOpen]);
    store.redemptions().note_call(Endpoint::Redeem).await.unwrap();
    let before = calls(&world);
    let found = report(command(), &[]).await;
    assert!(found.text(FindingId::GameSpared).contains("28 of the 30 calls"), "{:#}", found.json);
    assert_eq!(calls(&world), before);
}
