//! The domain's types as SQLite values.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::{Blocked, ChannelKind};
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::codes::listing::ListingStatus;
use crate::domain::codes::notice::NoticeKind;
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerId, RoleId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::state_search::CheckStatus;
use crate::domain::sync::record::Value;

/// Milliseconds since 1970, as a column holds it.
pub(in crate::store) struct Millis(pub Timestamp);

impl ToSql for Millis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Millis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = i64::column_result(value)?;
        Timestamp::from_millisecond(millis).map(Self).map_err(|_| FromSqlError::OutOfRange(millis))
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) | Self::Time(number) => (*number).into(),
            Self::Bool(flag) => (*flag).into(),
            Self::Text(text) => text.as_str().into(),
        })
    }
}

impl FromSql for Value {
    /// Times and flags are numbers: only the field tells.
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(Self::Null),
            ValueRef::Integer(number) => Ok(Self::Int(number)),
            _ => value.as_str().map(|text| Self::Text(text.to_owned())),
        }
    }
}

macro_rules! number {
    ($type:ty, $to:expr, $from:expr) => {
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let to: fn(&$type) -> i64 = $to;
                Ok(to(self).into())
            }
        }
        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = i64::column_result(value)?;
                let from: fn(i64) -> Option<$type> = $from;
                from(number).ok_or(FromSqlError::OutOfRange(number))
            }
        }
    };
}

// Snowflakes use all 64 bits in principle: stored as the same bits.
number!(GuildId, |id| id.0.cast_signed(), |n| Some(GuildId(n.cast_unsigned())));
number!(AllianceId, |id| id.0.cast_signed(), |n| Some(AllianceId(n.cast_unsigned())));
number!(ChannelId, |id| id.0.cast_signed(), |n| Some(ChannelId(n.cast_unsigned())));
number!(RoleId, |id| id.0.cast_signed(), |n| Some(RoleId(n.cast_unsigned())));
number!(UserId, |id| id.0.cast_signed(), |n| Some(UserId(n.cast_unsigned())));
number!(PlayerId, |id| id.get().cast_signed(), |n| u64::try_from(n).ok().and_then(PlayerId::new));
number!(State, |state| state.get().into(), |n| u32::try_from(n).ok().and_then(State::new));

macro_rules! text {
    ($type:ty, $to:expr, $from:expr) => {
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                let to: fn(&$type) -> &str = $to;
                Ok(to(self).into())
            }
        }
        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let from: fn(&str) -> Option<$type> = $from;
                from(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }
    };
}

text!(Code, Code::as_str, |text| Code::parse(text).ok());
text!(CodeKey, CodeKey::as_str, |text| Code::parse(text).ok().map(|code| code.key()));
// Words that a newer program made are read as what nothing is done for.
text!(Outcome, |outcome| outcome.name(), |name| Some(Outcome::read(name)));
text!(CheckStatus, |status| status.name(), |name| Some(CheckStatus::read(name)));
text!(Blocked, |blocked| blocked.name(), Blocked::parse);
text!(ListingStatus, |status| status.name(), |name| Some(ListingStatus::parse(name).unwrap_or(ListingStatus::Lapsed)));
text!(MessageKind, |kind| kind.name(), |name| Some(MessageKind::parse(name).unwrap_or(MessageKind::New)));
text!(ChannelKind, |kind| kind.name(), |name| Some(ChannelKind::parse(name).unwrap_or(ChannelKind::Text)));
text!(NoticeKind, |kind| kind.name(), NoticeKind::parse);
text!(Status, Status::name, |name| Some(Status::parse(name)));
