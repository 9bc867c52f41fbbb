//! Turns the driver's errors into sentences that say what to do.
//!
//! Some errors can be recognised by their text alone: the error of the last connection attempt is quoted in another one's text.

use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::domain::text::clean;
use crate::ports::replica::ReplicaError;

/// Codes of servers that are stepping down, shutting down, or too slow. Another try may succeed.
const TRANSIENT: [i32; 26] = [
    6, 7, 24, 43, 50, 64, 89, 91, 100, 112, 133, 134, 175, 189, 202, 262, 462, 9001, 10058, 10107, 11600, 11601, 11602,
    13388, 13435, 13436,
];

const USER: &str = "the user or the password is wrong: correct them in the connection string, and its authSource";
const PERMISSION: &str = "the user lacks a permission: give it the role readWrite on this database";
const SPACE: &str = "its space is used up: make room, or take a larger plan";
const ADDRESS: &str = "the server closes the connection during the TLS handshake. With Atlas, the address is not on the access \
                       list (Network Access): add this machine's address there";
const TLS: &str = "the TLS handshake fails: check tls=… in the connection string, and the server's certificate";
const NAME: &str = "DNS does not know the server's name: check it in the connection string; DNS is asked again";
const NO_PRIMARY: &str = "none of its servers is the primary: wait until they have elected one, or check replicaSet=… in the \
                          connection string";
const SILENT: &str =
    "no server answered in time: check that it is running, that it admits this machine, and host and port";

/// Parts of error texts in lower case, whether MongoDB refuses, and the sentence. The first match counts.
const TEXTS: [(&str, bool, &str); 12] = [
    ("space quota", true, SPACE),
    ("bad auth", true, USER),
    ("authentication failed", true, USER),
    ("not allowed to do action", true, PERMISSION),
    ("fatal alert: internalerror", true, ADDRESS),
    ("fatal alert", true, TLS),
    ("invalid peer certificate", true, TLS),
    ("corrupt message", true, TLS),
    ("failed to lookup address", false, NAME),
    ("replicasetnoprimary", false, NO_PRIMARY),
    ("connection refused", false, "nothing listens there (connection refused): start it, or check host and port"),
    ("no available servers", false, SILENT),
];

/// `code` is the server's error code.
pub(super) fn replica_error(code: Option<i32>, text: &str) -> ReplicaError {
    let lower = text.to_lowercase();
    let known = match code {
        Some(18) => Some((true, USER)),
        Some(13) => Some((true, PERMISSION)),
        Some(14031 | 12501) => Some((true, SPACE)),
        _ => TEXTS.iter().find(|(part, ..)| lower.contains(part)).map(|(_, refuses, why)| (*refuses, *why)),
    };
    let (refuses, why) = match known {
        Some((refuses, why)) => (refuses, why.to_owned()),
        None => (code.is_some_and(|code| !TRANSIENT.contains(&code)), safe(text)),
    };
    if refuses { ReplicaError::Refused(why) } else { ReplicaError::Unreachable(why) }
}

pub(super) fn driver_error(error: &Error) -> ReplicaError {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => replica_error(Some(command.code), &command.message),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
            replica_error(Some(concern.code), &concern.message)
        }
        // A server that steps down or shuts down during authentication does not refuse the user.
        ErrorKind::Authentication { message, .. } => match std::error::Error::source(error) {
            Some(answer) => {
                answer.downcast_ref().map_or_else(|| replica_error(None, &answer.to_string()), driver_error)
            }
            None => replica_error(Some(18), message),
        },
        ErrorKind::InvalidArgument { .. }
        | ErrorKind::InvalidTlsConfig { .. }
        | ErrorKind::IncompatibleServer { .. } => ReplicaError::Refused(summary(error)),
        ErrorKind::DnsResolve { .. } => ReplicaError::Unreachable(NAME.to_owned()),
        _ => replica_error(None, &error.kind.to_string()),
    }
}

/// The error on one line. The driver's errors name hosts, never the password. The connection string's own errors may quote a
/// part of it, so anything that looks like credentials is left out.
pub(super) fn summary(error: &Error) -> String {
    safe(&error.kind.to_string())
}

fn safe(text: &str) -> String {
    if text.contains('@') { "the connection string is not valid".to_owned() } else { clean(text, 240) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do_and_a_transient_error_is_none() {
        let refused = |why: &str| ReplicaError::Refused(why.to_owned());
        let passing = |why: &str| ReplicaError::Unreachable(why.to_owned());
        let topology = "Server selection timeout: No available servers. Topology: { Type: Unknown, Servers: [ { Address: a:1, Error: ";
        for (code, text, expected) in [
            (Some(18), "Authentication failed.", refused(USER)),
            (Some(8000), "bad auth : authentication failed", refused(USER)),
            (Some(13), "command update requires authentication", refused(PERMISSION)),
            (Some(8000), "user is not allowed to do action [update] on [giftcode.posts]", refused(PERMISSION)),
            (Some(8000), "you are over your space quota, using 513 MB of 512 MB", refused(SPACE)),
            (Some(14031), "no disk", refused(SPACE)),
            (Some(121), "Document failed validation", refused("Document failed validation")),
            (Some(10107), "not primary", passing("not primary")),
            (Some(91), "shutting down", passing("shutting down")),
            (None, &format!("{topology}received fatal alert: InternalError"), refused(ADDRESS)),
            (None, &format!("{topology}received fatal alert: HandshakeFailure"), refused(TLS)),
            (None, &format!("{topology}invalid peer certificate: UnknownIssuer"), refused(TLS)),
            (
                None,
                &format!("{topology}failed to lookup address information: Name or service not known"),
                passing(NAME),
            ),
            (None, &format!("{topology}Kind: I/O error: timed out"), passing(SILENT)),
            (None, &topology.replace("Unknown", "ReplicaSetNoPrimary"), passing(NO_PRIMARY)),
            (None, "connection closed", passing("connection closed")),
            (None, "cannot parse user:s3cr3t@host", passing("the connection string is not valid")),
        ] {
            assert_eq!(replica_error(code, text), expected, "{text}");
        }
        let long = replica_error(None, &"x\n".repeat(1000)).to_string();
        assert!(long.len() < 300 && !long.contains('\n'), "{long}");
    }
}
