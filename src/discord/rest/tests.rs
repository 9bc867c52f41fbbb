use std::time::Duration;

use super::error::{MIN_RETRY_AFTER, RETRY_AFTER, RestError, wait};
use crate::domain::codes::channel::Blocked;

fn refused(status: u16, code: u32) -> RestError {
    RestError::Refused { status, code, message: "No".into(), retry_after: None, is_global: false }
}

#[test]
fn each_failure_says_whether_the_call_may_have_taken_effect_and_what_blocks_the_channel() {
    for (error, maybe_done, blocked) in [
        (refused(404, 10003), false, Some(Blocked::UnknownChannel)),
        (refused(403, 50001), false, Some(Blocked::MissingAccess)),
        (refused(403, 50013), false, Some(Blocked::MissingPermissions)),
        (refused(403, 0), false, Some(Blocked::MissingAccess)),
        (refused(429, 0), false, None),
        (refused(500, 0), true, None),
        (RestError::Outage { status: 403, retry_after: RETRY_AFTER.0 }, false, None),
        (RestError::Outage { status: 502, retry_after: RETRY_AFTER.0 }, true, None),
        (RestError::Suspended(RETRY_AFTER.0), false, None),
        (RestError::Unreached("x".into()), false, None),
        (RestError::Unanswered("x".into()), true, None),
    ] {
        assert_eq!((error.maybe_done(), error.blocked()), (maybe_done, blocked), "{error}");
    }
    assert!(refused(404, 10008).is_gone());
    assert_eq!(refused(403, 50001).to_string(), "Discord answers 403 (code 50001): No");
}

#[test]
fn retry_after_is_kept_within_bounds() {
    assert_eq!(wait(Some(0.25)), Duration::from_millis(250));
    assert_eq!(wait(Some(82_721.0)), Duration::from_secs(82_721));
    assert_eq!([wait(Some(1e12)), wait(Some(0.0))], [RETRY_AFTER.1, MIN_RETRY_AFTER]);
    assert_eq!([wait(None), wait(Some(f64::NAN)), wait(Some(-1.0))], [Duration::from_secs(1); 3]);
}

#[test]
fn an_answer_that_is_not_discords_is_an_outage_and_blocks_no_channel() {
    let html = b"<html><body>error code: 1015</body></html>";
    for (status, body) in [(403, &html[..]), (429, html), (502, b""), (403, b"{\"errors\":[]}"), (401, b"denied")] {
        let error = super::error::refused(status, Some(82_721.0), body);
        assert_eq!((error.blocked(), error.is_unauthorized()), (None, false), "{error}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(82_721)));
        let error = crate::ports::AnnounceError::from(error);
        assert!(error.is_outage && !error.is_of_the_channel(), "{error}");
    }
    let refusal = br#"{"message":"Missing Access","code":50001}"#;
    assert_eq!(super::error::refused(403, None, refusal).blocked(), Some(Blocked::MissingAccess));
    let edits = br#"{"message":"Maximum number of edits to messages older than 1 hour reached.","code":30046}"#;
    assert_eq!(super::error::refused(400, None, edits).retry_after(), Some(Duration::from_secs(7)));
}
