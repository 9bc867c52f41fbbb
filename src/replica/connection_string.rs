//! Refuses bad connection strings without showing what they contain.
//!
//! The driver parses them. Checked here by hand is only what the driver would quote in an error or panic at: it takes the part
//! of a password before an unescaped `/` or `?` for a port, and quotes it.

use anyhow::{Context, ensure};
use mongodb::error::ErrorKind;
use mongodb::options::{ClientOptions, ConnectionString, HostInfo};
use secrecy::{ExposeSecret, SecretString};

use super::error_text::summary;

/// The refusal if the string may hold a password, in place of the driver's own text.
const NOT_VALID: &str = "it is not valid; in mongodb://USER:PASSWORD@HOST/ every character of the password but letters and \
                         digits is written as % and two digits";
/// The refusal of a copied example that was not filled in.
const PLACEHOLDER: &str = "it still has a placeholder in <…>: put the real user, password and host there (a < that belongs to \
                           a password is written %3C)";
/// The refusal of a port after a name that stands for several servers.
const NO_PORT: &str =
    "a mongodb+srv address has no port: remove the : and the number after the host (DNS supplies the ports)";

const CANNOT_READ: &str = "cannot read the MongoDB connection string";

/// The part between the scheme and the path.
fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Whether the user part can be told from the host, and every escape is valid. The driver panics at some invalid ones.
fn is_clear(uri: &str) -> bool {
    let authority = authority(uri);
    let is_escape = |part: &str| part.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    (authority.contains('@') || !uri.contains('@')) && authority.split('%').skip(1).all(is_escape)
}

/// Whether the user, the password or the host is a placeholder.
fn has_placeholder(uri: &str) -> bool {
    let (user, host) = authority(uri).rsplit_once('@').unwrap_or(("", authority(uri)));
    let is_placeholder = |part: &str| part.len() > 2 && part.starts_with('<') && part.ends_with('>');
    user.splitn(2, ':').any(is_placeholder) || host.contains('<')
}

fn has_needless_port(uri: &str) -> bool {
    let host = authority(uri).rsplit('@').next().unwrap_or_default();
    uri.starts_with("mongodb+srv://") && host.contains(':')
}

/// Parses a connection string without asking DNS.
fn parse(uri: &SecretString) -> anyhow::Result<ConnectionString> {
    let uri = uri.expose_secret();
    let parse = || {
        ensure!(!has_placeholder(uri), PLACEHOLDER);
        ensure!(is_clear(uri), NOT_VALID);
        ensure!(!has_needless_port(uri), NO_PORT);
        ConnectionString::parse(uri).map_err(|error| match error.kind.as_ref() {
            ErrorKind::InvalidArgument { .. } if uri.contains('@') => anyhow::anyhow!(NOT_VALID),
            _ => anyhow::anyhow!(summary(&error)),
        })
    };
    parse().context(CANNOT_READ)
}

/// Checks a connection string. Returns whether DNS must be asked for its servers. Connects to nothing.
pub(super) fn needs_dns(uri: &SecretString) -> anyhow::Result<bool> {
    Ok(matches!(parse(uri)?.host_info, HostInfo::DnsRecord(_)))
}

/// Reads a connection string, and asks DNS for the servers of a `mongodb+srv` one. If DNS does not know them, the error is the
/// driver's.
pub(super) async fn read(uri: &SecretString) -> anyhow::Result<ClientOptions> {
    let options = ClientOptions::parse(parse(uri)?).await;
    options.map_err(|error| match error.kind.as_ref() {
        ErrorKind::DnsResolve { .. } => error.into(),
        _ => anyhow::anyhow!(summary(&error)).context(CANNOT_READ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(uri: &str) -> String {
        format!("{:#}", read(&SecretString::from(uri)).await.unwrap_err())
    }

    #[tokio::test]
    async fn a_refusal_shows_nothing_of_the_password() {
        for password in ["s3cr3t/x", "s3cr3t?x", "s3cr3t:x", "12/s3cr3t", "s3cr3t%", "s3cr3t%4€", "s3cr3t@x/"] {
            for scheme in ["mongodb", "mongodb+srv", "postgres"] {
                let text = refusal(&format!("{scheme}://user:{password}@127.0.0.1/")).await;
                assert!(text.ends_with(NOT_VALID), "{password}: {text}");
            }
        }
        assert!(refusal("127.0.0.1:27017").await.contains("no scheme"));
        assert!(refusal("mongodb://127.0.0.1:x/").await.contains("port"));
    }

    #[tokio::test]
    async fn a_needless_port_and_a_placeholder_are_named() {
        let text = refusal("mongodb+srv://bot:pw@cluster0.example.net:27017/").await;
        assert_eq!(text, format!("cannot read the MongoDB connection string: {NO_PORT}"));
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
        assert!(!needs_dns(&SecretString::from("mongodb://bot:a<b>c@127.0.0.1/")).unwrap());
        assert!(needs_dns(&SecretString::from("mongodb+srv://bot:pw@cluster0.example.net/")).unwrap());
    }

    #[tokio::test]
    async fn a_good_connection_string_is_read() {
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
