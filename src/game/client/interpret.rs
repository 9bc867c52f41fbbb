//! Sorts HTTP answers of the game into kinds.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::domain::answers::answer::{Answer, ApiAnswer, ErrCode, MAX_MSG_CHARS};
use crate::domain::players::player::{Profile, State};
use crate::domain::text::{NAME_CHARS, clean};

#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub status: u16,
    /// In lower case; empty if there is none.
    pub content_type: String,
    /// `None` if the body did not arrive completely.
    pub body: Option<Vec<u8>>,
    /// The game's clock.
    pub date: Option<Timestamp>,
}

impl Raw {
    fn is_html(&self) -> bool {
        let body = self.body.as_deref().unwrap_or_default();
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        self.content_type.starts_with("text/html") || body.trim_ascii_start().starts_with(b"<")
    }

    fn json(&self) -> Option<Map<String, Value>> {
        let parsed = self.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        parsed.and_then(|value| match value {
            Value::Object(fields) => Some(fields),
            _ => None,
        })
    }
}

/// The kind of an answer. The status table gives its meaning.
pub(super) fn interpret(raw: &Raw) -> Answer {
    match raw.status {
        429 => Answer::RateLimited,
        // Access is denied, whatever the body says.
        status @ (401 | 403) => Answer::Http(status),
        status if raw.is_html() => Answer::Html(status),
        200 => match raw.json() {
            Some(fields) if fields.contains_key("msg") || fields.contains_key("err_code") => {
                Answer::Api(api_answer(&fields))
            }
            _ => Answer::Malformed,
        },
        // The API answers with status 200 only. With any other status the body is not the API's.
        status => Answer::Http(status),
    }
}

fn api_answer(fields: &Map<String, Value>) -> ApiAnswer {
    let msg = match fields.get("msg") {
        Some(Value::String(text)) => text.trim().chars().take(4 * MAX_MSG_CHARS).collect(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let err_code = match fields.get("err_code") {
        None | Some(Value::Null) => ErrCode::Absent,
        Some(Value::String(text)) if text.trim().is_empty() => ErrCode::Absent,
        Some(value) => whole_number(value).map_or(ErrCode::Odd, ErrCode::Number),
    };
    ApiAnswer { msg, err_code }
}

/// A whole number, or its digits in a string.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The profile in a successful answer of the player endpoint (docs/protocol.md, "Player answer").
pub(super) fn profile(raw: &Raw) -> Option<Profile> {
    if raw.status != 200 {
        return None;
    }
    let fields = raw.json()?;
    let Some(Value::Object(data)) = fields.get("data") else { return None };
    (fields.get("code").and_then(whole_number) == Some(0)).then_some(())?;
    let number = |name: &str| data.get(name).and_then(whole_number).and_then(|n| u32::try_from(n).ok());
    Some(Profile {
        nickname: data.get("nickname").and_then(Value::as_str).map(|name| clean(name, NAME_CHARS)).unwrap_or_default(),
        state: number("kid").and_then(State::new),
        // `stove_lv_content` is a number, its digits, or a picture's address.
        furnace_level: number("stove_lv_content").or_else(|| number("stove_lv")),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn raw(status: u16, content_type: &str, body: &str) -> Raw {
        Raw { status, content_type: content_type.into(), body: Some(body.as_bytes().to_vec()), date: None }
    }

    fn api(body: &str) -> (String, ErrCode) {
        match interpret(&raw(200, "application/json", body)) {
            Answer::Api(api) => (api.msg, api.err_code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn err_codes_are_numbers_strings_or_nothing() {
        assert_eq!(api(r#"{"msg":" RECEIVED. ","err_code":40008}"#), ("RECEIVED.".into(), ErrCode::Number(40008)));
        assert_eq!(api(r#"{"msg":"X","err_code":"40008"}"#).1, ErrCode::Number(40008));
        for absent in [r#"{"msg":"X"}"#, r#"{"msg":"X","err_code":null}"#, r#"{"msg":"X","err_code":" "}"#] {
            assert_eq!(api(absent).1, ErrCode::Absent, "{absent}");
        }
        for odd in [r#"{"msg":"X","err_code":"many"}"#, r#"{"msg":"X","err_code":1.5}"#, r#"{"msg":"X","err_code":[]}"#]
        {
            assert_eq!(api(odd).1, ErrCode::Odd, "{odd}");
        }
        assert_eq!(api(r#"{"msg":7,"err_code":40007}"#), ("7".into(), ErrCode::Number(40007)));
        assert_eq!(api(r#"{"msg":[7],"err_code":40007}"#), (String::new(), ErrCode::Number(40007)));
    }

    #[test]
    fn everything_else_is_sorted_by_status_and_shape() {
        let json = r#"{"msg":"SUCCESS","err_code":20000}"#;
        for (status, content_type, body, answer) in [
            (429, "", json, Answer::RateLimited),
            (502, "", json, Answer::Http(502)),
            (503, "text/html", "x", Answer::Html(503)),
            (200, "", "\u{FEFF} <!doctype html>", Answer::Html(200)),
            (200, "", "{\"msg\":\"SUC", Answer::Malformed),
            (200, "", "", Answer::Malformed),
            (200, "", "[1]", Answer::Malformed),
            (200, "", "{\"data\":1}", Answer::Malformed),
            (404, "", "not here", Answer::Http(404)),
            (302, "", "", Answer::Http(302)),
        ] {
            assert_eq!(interpret(&raw(status, content_type, body)), answer, "{status} {body}");
        }
        let cut_off = Raw { body: None, ..raw(200, "application/json", json) };
        assert_eq!(interpret(&cut_off), Answer::Malformed);
        for status in [400, 404, 302, 201] {
            assert_eq!(interpret(&raw(status, "", json)), Answer::Http(status));
        }
        for (status, content_type, body) in [(403, "", json), (403, "text/html", "<p>"), (401, "text/plain", "no")] {
            assert_eq!(interpret(&raw(status, content_type, body)), Answer::Http(status), "{body}");
        }
        assert_eq!(api(r#"{"msg":40014,"err_code":40014}"#), ("40014".into(), ErrCode::Number(40014)));
    }

    #[test]
    fn profiles_in_every_shape() {
        let answer = |level: &str| {
            raw(
                200,
                "",
                &format!(
                    r#"{{"code":0,"data":{{"fid":1,"nickname":"Lord\nX","kid":245,"stove_lv":10,"stove_lv_content":{level}}},"msg":"success","err_code":""}}"#
                ),
            )
        };
        for (level, read) in [("30", 30), ("\"31\"", 31), ("\"https://x.example/30.png\"", 10)] {
            let profile = profile(&answer(level)).unwrap();
            assert_eq!((profile.nickname.as_str(), profile.furnace_level), ("Lord X", Some(read)));
            assert_eq!(profile.state, State::new(245));
        }
        for none in
            [r#"{"code":1,"data":[],"msg":"role not exist","err_code":40001}"#, r#"{"code":0,"data":[]}"#, "<html>"]
        {
            assert_eq!(profile(&raw(200, "", none)), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics(status in any::<u16>(), content_type in ".{0,12}", body in any::<Option<Vec<u8>>>()) {
            let raw = Raw { status, content_type, body, date: None };
            let _ = (interpret(&raw), profile(&raw));
        }
    }
}
