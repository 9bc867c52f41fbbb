//! Checks the table against docs/protocol.md, "Statuses", row by row, and against strange answers.

use proptest::prelude::*;

use super::*;

fn api(msg: &str, err_code: ErrCode) -> Answer {
    Answer::Api(ApiAnswer { msg: msg.to_owned(), err_code })
}

fn redeem(msg: &str, code: i64) -> Status {
    of_redeem(&api(msg, ErrCode::Number(code)))
}

#[test]
fn every_row_of_the_protocol_has_its_class() {
    use Class::{Permanent, Success, Temporary};
    use Scope::{Code, Player};
    for (msg, code, class) in [
        ("SUCCESS", 20000, Success),
        ("RECEIVED.", 40008, Success),
        ("SAME TYPE EXCHANGE.", 40011, Success),
        ("TIME ERROR.", 40007, Permanent(Code)),
        ("CDK NOT FOUND.", 40014, Permanent(Code)),
        ("USED.", 40005, Permanent(Code)),
        ("USAGE LIMIT", 40009, Permanent(Code)),
        ("TIMEOUT RETRY.", 40004, Temporary),
        ("TOO FREQUENT", 40019, Temporary),
        ("role not exist", 40001, Permanent(Player)),
        ("ROLE NOT EXIST", 40001, Permanent(Player)),
        ("USER INFO ERROR", 40020, Permanent(Player)),
        ("Sign Error", 0, Temporary),
        ("SIGN ERROR", 40000, Temporary),
        ("params error", 40001, Temporary),
        ("STOVE_LV ERROR", 40006, Permanent(Player)),
        ("RECHARGE_MONEY ERROR", 40017, Permanent(Player)),
        ("RECHARGE_MONEY_VIP ERROR", 40018, Permanent(Player)),
        ("CAPTCHA GET TOO FREQUENT", 40100, Temporary),
        ("CAPTCHA CHECK TOO FREQUENT", 40101, Temporary),
        ("CAPTCHA EXPIRED", 40102, Temporary),
        ("CAPTCHA CHECK ERROR", 40103, Temporary),
    ] {
        assert_eq!(redeem(msg, code).class(), class, "{msg} {code}");
    }
    assert_eq!(of_redeem(&api("SUCCESS", ErrCode::Absent)), Status::Success);
    assert_eq!(of_redeem(&api("NOT LOGIN", ErrCode::Absent)).class(), Temporary);
}

#[test]
fn answers_not_from_the_api_are_temporary() {
    for answer in [
        Answer::RateLimited,
        Answer::Http(502),
        Answer::Html(200),
        Answer::Html(503),
        Answer::Malformed,
        Answer::Connection,
        Answer::TimedOut,
    ] {
        assert_eq!(of_redeem(&answer).class(), Class::Temporary, "{answer:?}");
        assert_eq!(of_login(&answer).class(), Class::Temporary, "{answer:?}");
    }
    assert_eq!(of_redeem(&Answer::Http(404)), Status::Unknown("HTTP_404".into()));
}

#[test]
fn every_answer_is_evidence_of_something() {
    use Scope::{Code, Deployment, Player, Service, Undecided};
    let number = |msg: &str, number| api(msg, ErrCode::Number(number));
    for (answer, scope) in [
        (number("SUCCESS", 20000), Player),
        (number("TIMEOUT RETRY.", 40004), Player),
        (number("USER INFO ERROR", 40020), Player),
        (api("NOT LOGIN", ErrCode::Absent), Player),
        (api("RECHARGE_MONEY_VIP", ErrCode::Absent), Player),
        (api("recharge_money_vip.", ErrCode::Absent), Player),
        (number("TIME ERROR.", 40007), Code),
        (number("USED.", 40005), Code),
        (number("CDK NOT FOUND", 40014), Code),
        (number("CAPTCHA CHECK ERROR", 40103), Service),
        (Answer::RateLimited, Service),
        (Answer::Http(502), Service),
        (Answer::Html(200), Service),
        (Answer::Html(404), Service),
        (Answer::Malformed, Service),
        (Answer::Connection, Service),
        (Answer::TimedOut, Service),
        (number("Sign Error", 0), Deployment),
        (api("params error", ErrCode::Absent), Deployment),
        (Answer::Http(401), Deployment),
        (Answer::Http(403), Deployment),
        (Answer::Http(404), Undecided),
        (Answer::Http(400), Undecided),
        (Answer::Http(302), Undecided),
        (number("TIME ERROR", 40099), Undecided),
        (number("SEASON CLOSED", 40007), Undecided),
        (api("40007", ErrCode::Absent), Undecided),
        (api("", ErrCode::Absent), Undecided),
    ] {
        assert_eq!(of_redeem(&answer).scope(), scope, "{answer:?}");
    }
    for status in Status::ALL {
        let permanent = matches!(status.class(), Class::Permanent(of) if of != status.scope());
        assert!(!permanent, "{status} invalidates what it is evidence of");
    }
}

#[test]
fn contradictory_and_bare_answers_are_unknown() {
    for (msg, err_code) in [
        ("TIME ERROR", ErrCode::Number(40014)),
        ("CDK NOT FOUND", ErrCode::Number(40007)),
        ("SUCCESS", ErrCode::Number(40008)),
        ("RECEIVED", ErrCode::Odd),
        ("RECHARGE_MONEY_VIP", ErrCode::Absent),
        ("RECHARGE_MONEY_VIP", ErrCode::Number(40018)),
        ("RECHARGE_MONEY_VIP ERROR", ErrCode::Absent),
        ("PARAMS ERROR", ErrCode::Number(40002)),
        ("", ErrCode::Number(40007)),
        ("", ErrCode::Absent),
    ] {
        let status = of_redeem(&api(msg, err_code));
        assert_eq!(status.class(), Class::Unknown, "{msg} {err_code:?}");
        assert!(!status.name().is_empty());
    }
}

#[test]
fn the_legacy_names_are_read() {
    for (old, class) in [
        ("ALREADY_RECEIVED", Class::Success),
        ("INVALID_CODE", CODE),
        ("EXPIRED", CODE),
        ("CDK_NOT_FOUND", CODE),
        ("USAGE_LIMIT", CODE),
        ("TIME_ERROR", CODE),
        ("RATE_LIMITED", Class::Temporary),
        ("CAPTCHA_FETCH_ERROR", Class::Temporary),
        ("CAPTCHA_TOO_FREQUENT", Class::Temporary),
        ("UNKNOWN_STATUS_STRANGE", Class::Unknown),
        ("RECHARGE_MONEY_VIP", Class::Unknown),
    ] {
        assert_eq!(Status::parse(old).class(), class, "{old}");
        if class != Class::Unknown {
            assert_eq!(of_redeem(&api(old, ErrCode::Absent)).class(), class, "{old} as an answer");
        }
    }
    assert_eq!(Status::parse("UNKNOWN_STATUS_STRANGE").name(), "STRANGE");
}

#[test]
fn a_login_never_ends_a_redemption_or_invalidates_a_code() {
    let login = |msg: &str, code| of_login(&api(msg, code));
    assert_eq!(login("x", ErrCode::Number(40004)), Status::RoleNotExist);
    assert_eq!(login("TIMEOUT RETRY.", ErrCode::Number(40004)), Status::TimeoutRetry, "busy");
    assert_eq!(login("params error", ErrCode::Number(40001)), Status::ParamsError);
    assert_eq!(login("Role Not Exist.", ErrCode::Number(40001)), Status::RoleNotExist);
    assert_eq!(login("Sign Error", ErrCode::Number(0)), Status::SignError);
    assert_eq!(login("TOO FREQUENT", ErrCode::Number(40019)), Status::TooFrequent);
    assert_eq!(login("success", ErrCode::Absent).class(), Class::Unknown);
    assert_eq!(login("TIME ERROR", ErrCode::Number(40007)).class(), Class::Unknown);
}

#[test]
fn names_are_unique_and_read_back() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.name()), *status);
        assert_eq!(Status::ALL.iter().filter(|other| other.name() == status.name()).count(), 1);
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let code = prop_oneof![
        Just(ErrCode::Absent),
        Just(ErrCode::Odd),
        any::<i64>().prop_map(ErrCode::Number),
        (39_990i64..40_110).prop_map(ErrCode::Number),
    ];
    let msg = prop_oneof![any::<String>(), (0..REDEEM.len()).prop_map(|row| REDEEM[row].msgs[0].replace('_', " ")),];
    prop_oneof![
        (msg, code).prop_map(|(msg, err_code)| Answer::Api(ApiAnswer { msg, err_code })),
        any::<u16>().prop_map(Answer::Http),
        any::<u16>().prop_map(Answer::Html),
        Just(Answer::Malformed),
        Just(Answer::Connection),
        Just(Answer::TimedOut),
        Just(Answer::RateLimited),
    ]
}

proptest! {
    #[test]
    fn no_answer_panics_and_every_status_is_short_and_plain(answer in any_answer()) {
        for status in [of_redeem(&answer), of_login(&answer)] {
            prop_assert!((1..=MAX_MSG_CHARS).contains(&status.name().chars().count()));
            prop_assert!(!status.name().chars().any(char::is_control));
            let read_back = Status::parse(status.name());
            prop_assert_eq!(read_back.name(), status.name());
        }
    }

    #[test]
    fn only_a_matching_pair_is_permanent(msg in any::<String>(), code in any::<i64>()) {
        let status = of_redeem(&api(&msg, ErrCode::Number(code)));
        if matches!(status.class(), Class::Permanent(_)) {
            prop_assert!(REDEEM.iter().any(|row| row.codes.contains(&code) && row.status == status));
        }
    }
}
