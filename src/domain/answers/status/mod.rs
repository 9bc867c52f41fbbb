//! The status table: every answer of the game API as one [`Status`], with its [`Class`] and its [`Scope`].
//!
//! Classification is data. A row is matched by `msg` *and* `err_code`: if the two contradict each other, the answer is
//! [`Status::Unknown`] and the redemption is tried again, so a single strange answer never invalidates a good code. The
//! class decides what follows for the redemption. The scope says what the answer is evidence of, which the breaker adds
//! up. Every row has been seen in answers to public clients of the game unless it says otherwise.

use std::fmt;

use super::answer::{Answer, ApiAnswer, ErrCode, MAX_MSG_CHARS};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The player has what the code gives.
    Success,
    /// Another try changes nothing.
    Permanent(Scope),
    /// Tried again a few times.
    Unknown,
    /// It passes: tried again more often.
    Temporary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// This player and this code only.
    Player,
    /// The code, for everybody.
    Code,
    /// The game as a whole, for now.
    Service,
    /// This deployment: no call works until an operator acts.
    Deployment,
    Undecided,
}

macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $class:expr, $scope:ident;)*) => {
        /// The result of one try.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Status {
            $($(#[$doc])* $variant,)*
            /// An answer that matches no row: its `msg` or kind.
            Unknown(String),
        }

        impl Status {
            /// Every status with a row of its own.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// In log lines, reports and stored state.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(text) => text,
                }
            }

            pub fn class(&self) -> Class {
                match self {
                    $(Self::$variant => $class,)*
                    Self::Unknown(_) => Class::Unknown,
                }
            }

            pub fn scope(&self) -> Scope {
                match self {
                    $(Self::$variant => Scope::$scope,)*
                    // The player's own according to docs/protocol.md, although its meaning is unknown.
                    Self::Unknown(text) if normalised(text) == BARE_VIP => Scope::Player,
                    Self::Unknown(_) => Scope::Undecided,
                }
            }
        }
    };
}

/// RECHARGE_MONEY_VIP without ` ERROR` and its number.
const BARE_VIP: &str = "RECHARGE_MONEY_VIP";

const CODE: Class = Class::Permanent(Scope::Code);
const PLAYER: Class = Class::Permanent(Scope::Player);

statuses! {
    Success = "SUCCESS", Class::Success, Player;
    /// The player has it already.
    Received = "RECEIVED", Class::Success, Player;
    /// The player has one of the same kind already.
    SameTypeExchange = "SAME_TYPE_EXCHANGE", Class::Success, Player;
    TimeError = "TIME_ERROR", CODE, Code;
    CdkNotFound = "CDK_NOT_FOUND", CODE, Code;
    /// The claim limit is reached.
    Used = "USED", CODE, Code;
    /// An older form of [`Status::Used`].
    UsageLimit = "USAGE_LIMIT", CODE, Code;
    /// The legacy bot's name for an invalid code, kept for its stored state.
    InvalidCode = "INVALID_CODE", CODE, Code;
    /// The server is busy.
    TimeoutRetry = "TIMEOUT_RETRY", Class::Temporary, Player;
    /// The last call for this player was too recent.
    TooFrequent = "TOO_FREQUENT", Class::Temporary, Player;
    /// The session is gone.
    NotLogin = "NOT_LOGIN", Class::Temporary, Player;
    /// There is no such player.
    RoleNotExist = "ROLE_NOT_EXIST", PLAYER, Player;
    /// The player is not in the state on file.
    UserInfoError = "USER_INFO_ERROR", PLAYER, Player;
    /// The signature is wrong: the salt changed.
    SignError = "SIGN_ERROR", Class::Temporary, Deployment;
    /// The request is malformed: the API changed.
    ParamsError = "PARAMS_ERROR", Class::Temporary, Deployment;
    /// HTTP 401 or 403, whatever the body.
    Forbidden = "FORBIDDEN", Class::Temporary, Deployment;
    /// The furnace level is too low for this code.
    StoveLevel = "STOVE_LV_ERROR", PLAYER, Player;
    /// The player has not spent enough for this code.
    RechargeMoney = "RECHARGE_MONEY_ERROR", PLAYER, Player;
    /// The VIP level is too low for this code.
    RechargeMoneyVip = "RECHARGE_MONEY_VIP_ERROR", PLAYER, Player;
    /// A captcha is requested too often.
    CaptchaGetTooFrequent = "CAPTCHA_GET_TOO_FREQUENT", Class::Temporary, Service;
    /// A captcha is answered too often.
    CaptchaCheckTooFrequent = "CAPTCHA_CHECK_TOO_FREQUENT", Class::Temporary, Service;
    CaptchaExpired = "CAPTCHA_EXPIRED", Class::Temporary, Service;
    /// The game requires a captcha.
    CaptchaCheckError = "CAPTCHA_CHECK_ERROR", Class::Temporary, Service;
    /// The legacy bot's name for a captcha picture that it could not get.
    CaptchaFetchError = "CAPTCHA_FETCH_ERROR", Class::Temporary, Service;
    /// The legacy bot's name for a captcha requested too often.
    CaptchaTooFrequent = "CAPTCHA_TOO_FREQUENT", Class::Temporary, Service;
    /// HTTP 429.
    RateLimited = "RATE_LIMITED", Class::Temporary, Service;
    /// HTTP 5xx.
    ServerError = "SERVER_ERROR", Class::Temporary, Service;
    /// An HTML page instead of JSON.
    HtmlAnswer = "HTML_ANSWER", Class::Temporary, Service;
    /// A body that is truncated, too large, or not JSON.
    MalformedAnswer = "MALFORMED_ANSWER", Class::Temporary, Service;
    /// The connection could not be made, or broke.
    ConnectionError = "CONNECTION_ERROR", Class::Temporary, Service;
    TimedOut = "TIMED_OUT", Class::Temporary, Service;
    /// The bot's own: the process died during each of the calls, and no more are allowed.
    Interrupted = "INTERRUPTED", Class::Temporary, Player;
    /// The bot's own: no state is on file for this player, so the game cannot be called.
    NoState = "NO_STATE", PLAYER, Player;
}

/// One row of docs/protocol.md, "Statuses": one of these texts with one of these numbers has this status.
struct Row {
    msgs: &'static [&'static str],
    codes: &'static [i64],
    /// Whether the text without a number is enough.
    bare: bool,
    status: Status,
}

const fn row(msgs: &'static [&'static str], codes: &'static [i64], bare: bool, status: Status) -> Row {
    Row { msgs, codes, bare, status }
}

/// docs/protocol.md, "Statuses", in its order, then the legacy names. `msg` is compared in upper case, with `_` for
/// blanks and without a full stop.
const REDEEM: &[Row] = &[
    row(&["SUCCESS"], &[20000], true, Status::Success),
    row(&["RECEIVED", "ALREADY_RECEIVED"], &[40008], true, Status::Received),
    row(&["SAME_TYPE_EXCHANGE"], &[40011], true, Status::SameTypeExchange),
    row(&["TIME_ERROR", "EXPIRED"], &[40007], true, Status::TimeError),
    row(&["CDK_NOT_FOUND"], &[40014], true, Status::CdkNotFound),
    row(&["USED"], &[40005], true, Status::Used),
    row(&["USAGE_LIMIT"], &[40009], true, Status::UsageLimit),
    row(&["INVALID_CODE"], &[], true, Status::InvalidCode),
    row(&["TIMEOUT_RETRY"], &[40004], true, Status::TimeoutRetry),
    row(&["TOO_FREQUENT"], &[40019], true, Status::TooFrequent),
    row(&["NOT_LOGIN"], &[], true, Status::NotLogin),
    row(&["ROLE_NOT_EXIST"], &[40001], true, Status::RoleNotExist),
    row(&["USER_INFO_ERROR"], &[40020], true, Status::UserInfoError),
    row(&["SIGN_ERROR"], &[0, 40000], true, Status::SignError),
    // Without a number, or with the one that the player endpoint sends with it.
    row(&["PARAMS_ERROR"], &[40001], true, Status::ParamsError),
    row(&["STOVE_LV_ERROR"], &[40006], true, Status::StoveLevel),
    row(&["RECHARGE_MONEY_ERROR"], &[40017], true, Status::RechargeMoney),
    // Not bare: without ` ERROR` and 40018 its meaning is unknown according to docs/protocol.md.
    row(&["RECHARGE_MONEY_VIP_ERROR"], &[40018], false, Status::RechargeMoneyVip),
    row(&["CAPTCHA_GET_TOO_FREQUENT"], &[40100], true, Status::CaptchaGetTooFrequent),
    row(&["CAPTCHA_CHECK_TOO_FREQUENT"], &[40101], true, Status::CaptchaCheckTooFrequent),
    row(&["CAPTCHA_EXPIRED"], &[40102], true, Status::CaptchaExpired),
    row(&["CAPTCHA_CHECK_ERROR"], &[40103], true, Status::CaptchaCheckError),
    row(&["CAPTCHA_FETCH_ERROR"], &[], true, Status::CaptchaFetchError),
    row(&["CAPTCHA_TOO_FREQUENT"], &[], true, Status::CaptchaTooFrequent),
    row(&["RATE_LIMITED"], &[], true, Status::RateLimited),
];

/// The player endpoint's own meaning of a number, unless the text is that of another row: the same number has come with
/// TIMEOUT RETRY, which means busy. Everything else is as in [`REDEEM`].
const LOGIN_UNKNOWN_PLAYER: i64 = 40004;

fn normalised(msg: &str) -> String {
    let msg = msg.trim().trim_end_matches(['.', '!']).trim_end();
    msg.split(|c: char| c.is_whitespace() || c == '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect::<Vec<_>>()
        .join("_")
}

fn lookup(answer: &ApiAnswer) -> Status {
    let msg = normalised(&answer.msg);
    let row = REDEEM.iter().find(|row| {
        row.msgs.contains(&msg.as_str())
            && match answer.err_code {
                ErrCode::Absent => row.bare,
                ErrCode::Number(number) => row.codes.contains(&number),
                ErrCode::Odd => false,
            }
    });
    // "CAPTCHA_*" is temporary according to docs/protocol.md, whatever the game adds. The four known ones have rows.
    match row {
        Some(row) => row.status.clone(),
        None if msg.starts_with("CAPTCHA_") && answer.err_code == ErrCode::Absent => Status::CaptchaCheckError,
        // The text of one row with the number of another. The name includes the number, so that it is not read back as
        // the row.
        None if row_of(&msg).is_some() => unknown(&format!("{msg} ({})", answer.err_code)),
        None => unknown(&answer.msg),
    }
}

/// The row with this text, whatever the number.
fn row_of(msg: &str) -> Option<&'static Row> {
    let msg = normalised(msg);
    REDEEM.iter().find(|row| row.msgs.contains(&msg.as_str()))
}

fn unknown(msg: &str) -> Status {
    let shown = crate::domain::text::clean(msg, MAX_MSG_CHARS);
    Status::Unknown(if shown.is_empty() { "NO_MESSAGE".to_owned() } else { shown })
}

pub fn of_redeem(answer: &Answer) -> Status {
    match answer {
        Answer::Api(api) => lookup(api),
        Answer::RateLimited => Status::RateLimited,
        Answer::Http(401 | 403) => Status::Forbidden,
        Answer::Http(code) if (500..600).contains(code) => Status::ServerError,
        Answer::Html(_) => Status::HtmlAnswer,
        Answer::Http(code) => Status::Unknown(format!("HTTP_{code}")),
        Answer::Malformed => Status::MalformedAnswer,
        Answer::Connection => Status::ConnectionError,
        Answer::TimedOut => Status::TimedOut,
    }
}

/// The meaning of an answer of the player endpoint that is not a profile.
pub fn of_login(answer: &Answer) -> Status {
    let Answer::Api(api) = answer else { return of_redeem(answer) };
    let no_such_role = normalised(&api.msg).contains("ROLE_NOT_EXIST");
    match api.err_code {
        ErrCode::Number(LOGIN_UNKNOWN_PLAYER) if row_of(&api.msg).is_none() => Status::RoleNotExist,
        ErrCode::Number(40001) if no_such_role => Status::RoleNotExist,
        _ => match lookup(api) {
            // The text of a redeemed code makes no sense here, and must not end a redemption as a success.
            status if matches!(status.class(), Class::Success | CODE) => unknown(&format!("LOGIN: {}", api.msg)),
            status => status,
        },
    }
}

impl Status {
    pub fn is_captcha(&self) -> bool {
        matches!(
            self,
            Self::CaptchaGetTooFrequent
                | Self::CaptchaCheckTooFrequent
                | Self::CaptchaExpired
                | Self::CaptchaCheckError
                | Self::CaptchaFetchError
                | Self::CaptchaTooFrequent
        )
    }

    /// Reads a stored name, including those of the legacy bot.
    pub fn parse(name: &str) -> Self {
        let known = Self::ALL.iter().find(|status| status.name() == name);
        let old = || REDEEM.iter().find(|row| row.msgs.contains(&name)).map(|row| row.status.clone());
        match known.cloned().or_else(old) {
            Some(status) => status,
            None => unknown(name.strip_prefix("UNKNOWN_STATUS_").unwrap_or(name)),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests;
