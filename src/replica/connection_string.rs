//! Connection strings that are refused, without telling what is in them.
//!
//! What stands before an unescaped `/` or `?` in a password is a port to the driver, which quotes it.
//!
//! The driver reads them. What stands here by hand is only what it would quote in an error, or panic at.

use anyhow::{Context, ensure};
use mongodb::error::ErrorKind;
use mongodb::options::{ClientOptions, ConnectionString, HostInfo};
use secrecy::{ExposeSecret, SecretString};

use super::words::plain;

/// Why one is refused that may hold a password: the driver's words are not passed on.
const NOT_VALID: &str = "it is not valid; in mongodb://USER:PASSWORD@HOST/ every character of the password but letters and \
                         digits is written as % and two digits";
/// Why one is refused that was copied and not filled in.
const PLACEHOLDER: &str = "it still has a placeholder in <…>: put the real user, password and host there (a < that belongs to \
                           a password is written %3C)";
/// Why a name that stands for several servers is refused.
const NO_PORT: &str =
    "a mongodb+srv address has no port: take the : and the number behind the host away (DNS tells the ports)";

const CANNOT_READ: &str = "cannot read the MongoDB connection string";

/// What stands between the scheme and the path.
fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Whether what stands before the host is told apart from it, and its escapes are escapes: the driver panics at some that
/// are none.
fn is_clear(uri: &str) -> bool {
    let authority = authority(uri);
    let is_escape = |part: &str| part.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    (authority.contains('@') || !uri.contains('@')) && authority.split('%').skip(1).all(is_escape)
}

/// Whether the user, the password or the host is one of an example.
fn has_placeholder(uri: &str) -> bool {
    let (user, host) = authority(uri).rsplit_once('@').unwrap_or(("", authority(uri)));
    let is_placeholder = |part: &str| part.len() > 2 && part.starts_with('<') && part.ends_with('>');
    user.splitn(2, ':').any(is_placeholder) || host.contains('<')
}

fn has_needless_port(uri: &str) -> bool {
    let host = authority(uri).rsplit('@').next().unwrap_or_default();
    uri.starts_with("mongodb+srv://") && host.contains(':')
}

/// Reads what stands in one, without asking DNS.
fn parse(uri: &SecretString) -> anyhow::Result<ConnectionString> {
    let uri = uri.expose_secret();
    let parse = || {
        ensure!(!has_placeholder(uri), PLACEHOLDER);
        ensure!(is_clear(uri), NOT_VALID);
        ensure!(!has_needless_port(uri), NO_PORT);
        ConnectionString::parse(uri).map_err(|error| match error.kind.as_ref() {
            ErrorKind::InvalidArgument { .. } if uri.contains('@') => anyhow::anyhow!(NOT_VALID),
            _ => anyhow::anyhow!(plain(&error)),
        })
    };
    parse().context(CANNOT_READ)
}

/// Checks one, and tells whether DNS must be asked for its servers. Nothing is connected, and nobody asked.
///
/// # Errors
/// When it cannot be read; its text is not told.
pub(super) fn is_asked_of_dns(uri: &SecretString) -> anyhow::Result<bool> {
    Ok(matches!(parse(uri)?.host_info, HostInfo::DnsRecord(_)))
}

/// Reads one; asks DNS for the servers of a `mongodb+srv` one.
///
/// # Errors
/// When it cannot be read; its text is not told. When DNS does not know its servers: then the error is the driver's.
pub(super) async fn read(uri: &SecretString) -> anyhow::Result<ClientOptions> {
    let options = ClientOptions::parse(parse(uri)?).await;
    options.map_err(|error| match error.kind.as_ref() {
        ErrorKind::DnsResolve { .. } => error.into(),
        _ => anyhow::anyhow!(plain(&error)).context(CANNOT_READ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(uri: &str) -> String {
        format!("{:#}", read(&SecretString::from(uri)).await.unwrap_err())
    }

    #[tokio::test]
    async fn a_refused_one_tells_nothing_of_its_password() {
        for password in ["s3cr3t/x", "s3cr3t?x", "s3cr3t:x", "12/s3cr3t", "s3cr3t%", "s3cr3t%4€", "s3cr3t@x/"] {
            for scheme in ["mongodb", "mongodb+srv", "postgres"] {
                let said = refusal(&format!("{scheme}://user:{password}@127.0.0.1/")).await;
                assert!(said.ends_with(NOT_VALID), "{password}: {said}");
            }
        }
        assert!(refusal("127.0.0.1:27017").await.contains("no scheme"));
        assert!(refusal("mongodb://127.0.0.1:x/").await.contains("port"));
    }

    #[tokio::test]
    async fn a_port_and_a_placeholder_are_called_what_they_are() {
        let said = refusal("mongodb+srv://bot:pw@cluster0.example.net:27017/").await;
        assert_eq!(said, format!("cannot read the MongoDB connection string: {NO_PORT}"));
        for uri in [
            "mongodb://bot:<password>@127.0.0.1:27017/?authSource=admin",
            "mongodb+srv://<username>:pw@cluster0.example.net/",
            "mongodb+srv://bot:<db_password>@cluster0.example.net/",
            "mongodb+srv://bot:pw@<cluster>.example.net/",
        ] {
            assert_eq!(
                refusal(uri).await,
                format!("cannot read the MongoDB connection string: {PLACEHOLDER}"),
                "{uri}"
            );
        }
        assert!(!is_asked_of_dns(&SecretString::from("mongodb://bot:a<b>c@127.0.0.1/")).unwrap());
        assert!(is_asked_of_dns(&SecretString::from("mongodb+srv://bot:pw@cluster0.example.net/")).unwrap());
    }

    #[tokio::test]
    async fn a_good_one_is_read() {
        for uri in [
            "mongodb://127.0.0.1/",
            "mongodb://user:p%40ss%2F@127.0.0.1:27017,127.0.0.2/db?appName=x",
            "mongodb://[::1]/?a=%",
        ] {
            assert!(is_clear(uri), "{uri}");
        }
        let options = read(&SecretString::from("mongodb://user:p%40ss%2F%3F@127.0.0.1:27017/")).await.unwrap();
        assert_eq!(options.credential.unwrap().password.as_deref(), Some("p@ss/?"));
    }
}
