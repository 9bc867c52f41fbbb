//! Connection strings that are refused, without telling what is in them.
//!
//! What stands before an unescaped `/` or `?` in a password is a port to the driver, which quotes it.

use anyhow::{Context, ensure};
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use secrecy::{ExposeSecret, SecretString};

use super::mongo::plain;

/// Why one is refused that may hold a password: the driver's words are not passed on.
const NOT_VALID: &str = "it is not valid; in mongodb://USER:PASSWORD@HOST/ every character of the password but letters and \
                         digits is written as % and two digits";

/// Whether what stands before the host is told apart from it, and its escapes are escapes: the driver panics at some that
/// are none.
fn is_clear(uri: &str) -> bool {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let is_escape = |part: &str| part.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    (authority.contains('@') || !rest.contains('@')) && authority.split('%').skip(1).all(is_escape)
}

/// Reads one. Nothing is connected yet.
///
/// # Errors
/// When it cannot be read; its text is not told.
pub(super) async fn read(uri: &SecretString) -> anyhow::Result<ClientOptions> {
    let uri = uri.expose_secret();
    let read = async {
        ensure!(is_clear(uri), NOT_VALID);
        ClientOptions::parse(uri).await.map_err(|error| match error.kind.as_ref() {
            ErrorKind::InvalidArgument { .. } if uri.contains('@') => anyhow::anyhow!(NOT_VALID),
            _ => anyhow::anyhow!(plain(&error)),
        })
    };
    read.await.context("cannot read the MongoDB connection string")
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
