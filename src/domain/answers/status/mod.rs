//! The status table: every answer of the game API as one [`Status`], with its [`Class`] and its [`Scope`].
//!
//! Classification is data. A row is matched by `msg` *and* `err_code`: an answer whose two halves contradict each other
//! is [`Status::Unknown`] and tried again, so one odd answer never marks a good code as bad. The class says what follows for
//! the redemption; the scope says what the answer is evidence of, which the breaker adds up. Every row has been
//! seen in answers to public clients of the game unless it says otherwise.

use std::fmt;

use super::answer::{Answer, ApiAnswer, ErrCode, MAX_MSG_CHARS};

/// What an answer means for retrying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The player has what the code gives.
    Success,
    /// Asking again changes nothing.
    Permanent(Scope),
    /// Nobody knows; asked again a few times.
    Unknown,
    /// It passes; asked again more often.
    Temporary,
}

/// What an answer is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// This player and this code; other players are not concerned.
    Player,
    /// The code, for everybody.
    Code,
    /// The game: nothing can be had of it now.
    Service,
    /// This deployment: no call works until an operator acts.
    Deployment,
    /// Nobody knows.
    Undecided,
}

macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $class:expr, $scope:ident;)*) => {
        /// What one try came to.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Status {
            $($(#[$doc])* $variant,)*
            /// Something no row knows, by its `msg` or kind.
            Unknown(String),
        }

        impl Status {
            /// Every status with a row of its own.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in log lines, reports and stored state.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown(text) => text,
                }
            }

            /// What it means for retrying.
            pub fn class(&self) -> Class {
                match self {
                    $(Self::$variant => $class,)*
                    Self::Unknown(_) => Class::Unknown,
                }
            }

            /// What it is evidence of.
            pub fn scope(&self) -> Scope {
                match self {
                    $(Self::$variant => Scope::$scope,)*
                    // One player's by the specification, though nobody knows what it means.
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
    /// Granted.
    Success = "SUCCESS", Class::Success, Player;
    /// This player has it already.
    Received = "RECEIVED", Class::Success, Player;
    /// This player has one of the same kind already.
    SameTypeExchange = "SAME_TYPE_EXCHANGE", Class::Success, Player;
    /// The code has expired.
    TimeError = "TIME_ERROR", CODE, Code;
    /// No such code.
    CdkNotFound = "CDK_NOT_FOUND", CODE, Code;
    /// Claim limit reached.
    Used = "USED", CODE, Code;
    /// An older form of [`Status::Used`].
    UsageLimit = "USAGE_LIMIT", CODE, Code;
    /// The code is invalid: the legacy bot's word, kept for its stored state.
    InvalidCode = "INVALID_CODE", CODE, Code;
    /// Server busy.
    TimeoutRetry = "TIMEOUT_RETRY", Class::Temporary, Player;
    /// This player was asked about too soon.
    TooFrequent = "TOO_FREQUENT", Class::Temporary, Player;
    /// The session is gone.
    NotLogin = "NOT_LOGIN", Class::Temporary, Player;
    /// No such player.
    RoleNotExist = "ROLE_NOT_EXIST", PLAYER, Player;
    /// The player does not live in the state on file.
    UserInfoError = "USER_INFO_ERROR", PLAYER, Player;
    /// Our signature is wrong: the salt changed.
    SignError = "SIGN_ERROR", Class::Temporary, Deployment;
    /// Our request is malformed: the API changed.
    ParamsError = "PARAMS_ERROR", Class::Temporary, Deployment;
    /// HTTP 401 or 403, in whatever shape: we are not let in.
    Forbidden = "FORBIDDEN", Class::Temporary, Deployment;
    /// The furnace level is too low for this code.
    StoveLevel = "STOVE_LV_ERROR", PLAYER, Player;
    /// The player has not spent enough for this code.
    RechargeMoney = "RECHARGE_MONEY_ERROR", PLAYER, Player;
    /// The VIP level is too low for this code.
    RechargeMoneyVip = "RECHARGE_MONEY_VIP_ERROR", PLAYER, Player;
    /// A captcha is asked for too often.
    CaptchaGetTooFrequent = "CAPTCHA_GET_TOO_FREQUENT", Class::Temporary, Service;
    /// A captcha is answered too often.
    CaptchaCheckTooFrequent = "CAPTCHA_CHECK_TOO_FREQUENT", Class::Temporary, Service;
    /// The captcha is too old.
    CaptchaExpired = "CAPTCHA_EXPIRED", Class::Temporary, Service;
    /// A captcha is asked for.
    CaptchaCheckError = "CAPTCHA_CHECK_ERROR", Class::Temporary, Service;
    /// The legacy bot's word for a captcha picture that could not be had.
    CaptchaFetchError = "CAPTCHA_FETCH_ERROR", Class::Temporary, Service;
    /// The legacy bot's word for a captcha asked for too often.
    CaptchaTooFrequent = "CAPTCHA_TOO_FREQUENT", Class::Temporary, Service;
    /// HTTP 429.
    RateLimited = "RATE_LIMITED", Class::Temporary, Service;
    /// HTTP 5xx.
    ServerError = "SERVER_ERROR", Class::Temporary, Service;
    /// A page instead of JSON.
    HtmlAnswer = "HTML_ANSWER", Class::Temporary, Service;
    /// A body cut off, too large, or no JSON.
    MalformedAnswer = "MALFORMED_ANSWER", Class::Temporary, Service;
    /// The connection could not be made, or broke.
    ConnectionError = "CONNECTION_ERROR", Class::Temporary, Service;
    /// No answer in time.
    TimedOut = "TIMED_OUT", Class::Temporary, Service;
    /// Our own: the process died during the calls, and no more are allowed.
    Interrupted = "INTERRUPTED", Class::Temporary, Player;
    /// Our own: no state is on file for this player, so the game cannot be asked.
    NoState = "NO_STATE", PLAYER, Player;
}

/// One row of docs/protocol.md, "Statuses": these words with one of these numbers are this status.
struct Row {
    msgs: &'static [&'static str],
    codes: &'static [i64],
    /// Whether the words alone, without any number, are enough.
    bare: bool,
    status: Status,
}

const fn row(msgs: &'static [&'static str], codes: &'static [i64], bare: bool, status: Status) -> Row {
    Row { msgs, codes, bare, status }
}

/// docs/protocol.md, "Statuses", in its order; then the legacy names. `msg` is compared in upper case,
/// with `_` for blanks and without a full stop.
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
    // Not bare: without ` ERROR` and 40018 it is unknown by the specification.
    row(&["RECHARGE_MONEY_VIP_ERROR"], &[40018], false, Status::RechargeMoneyVip),
    row(&["CAPTCHA_GET_TOO_FREQUENT"], &[40100], true, Status::CaptchaGetTooFrequent),
    row(&["CAPTCHA_CHECK_TOO_FREQUENT"], &[40101], true, Status::CaptchaCheckTooFrequent),
    row(&["CAPTCHA_EXPIRED"], &[40102], true, Status::CaptchaExpired),
    row(&["CAPTCHA_CHECK_ERROR"], &[40103], true, Status::CaptchaCheckError),
    row(&["CAPTCHA_FETCH_ERROR"], &[], true, Status::CaptchaFetchError),
    row(&["CAPTCHA_TOO_FREQUENT"], &[], true, Status::CaptchaTooFrequent),
    row(&["RATE_LIMITED"], &[], true, Status::RateLimited),
];

/// The player endpoint's own meaning of a number, unless the words are those of another row:
/// the same number has come with TIMEOUT RETRY, which is busy. Everything else is as in [`REDEEM`].
const LOGIN_UNKNOWN_PLAYER: i64 = 40004;

fn normalised(msg: &str) -> String {
    let msg = msg.trim().trim_end_matches(['.', '!']).trim_end();
    msg.split(|c: char| c.is_whitespace() || c == '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect::<Vec<_>>()
        .join("_")
}

fn look_up(answer: &ApiAnswer) -> Status {
    let msg = normalised(&answer.msg);
    let row = REDEEM.iter().find(|row| {
        row.msgs.contains(&msg.as_str())
            && match answer.err_code {
                ErrCode::Absent => row.bare,
                ErrCode::Number(number) => row.codes.contains(&number),
                ErrCode::Odd => false,
            }
    });
    // "CAPTCHA_*" is temporary by the specification, whatever the game calls the next one; the four known ones have rows.
    match row {
        Some(row) => row.status.clone(),
        None if msg.starts_with("CAPTCHA_") && answer.err_code == ErrCode::Absent => Status::CaptchaCheckError,
        // The words of a row with another row's number: the number is named, so that it is not read back as that row.
        None if row_of(&msg).is_some() => unknown(&format!("{msg} ({})", answer.err_code)),
        None => unknown(&answer.msg),
    }
}

/// The row with these words, whatever the number.
fn row_of(msg: &str) -> Option<&'static Row> {
    let msg = normalised(msg);
    REDEEM.iter().find(|row| row.msgs.contains(&msg.as_str()))
}

fn unknown(msg: &str) -> Status {
    let shown = crate::domain::text::clean(msg, MAX_MSG_CHARS);
    Status::Unknown(if shown.is_empty() { "NO_MESSAGE".to_owned() } else { shown })
}

/// What an answer of the redeem endpoint means.
pub fn of_redeem(answer: &Answer) -> Status {
    match answer {
        Answer::Api(api) => look_up(api),
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

/// What a failed answer of the player endpoint means (a profile is no failure and does not come here).
pub fn of_login(answer: &Answer) -> Status {
    let Answer::Api(api) = answer else { return of_redeem(answer) };
    let no_such_role = normalised(&api.msg).contains("ROLE_NOT_EXIST");
    match api.err_code {
        ErrCode::Number(LOGIN_UNKNOWN_PLAYER) if row_of(&api.msg).is_none() => Status::RoleNotExist,
        ErrCode::Number(40001) if no_such_role => Status::RoleNotExist,
        _ => match look_up(api) {
            // Words of a redeemed code make no sense here, and must not end a redemption as a success.
            status if matches!(status.class(), Class::Success | CODE) => unknown(&format!("LOGIN: {}", api.msg)),
            status => status,
        },
    }
}

impl Status {
    /// Whether the game asks for a captcha.
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

    /// Reads a stored name, the legacy bot's old names included.
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
