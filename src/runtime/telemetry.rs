//! Where log lines go and how they look.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

#[derive(Debug, Clone)]
pub enum Target {
    /// For people and alerts.
    Stdout,
    /// For commands whose output is something else.
    Stderr,
    /// A file, which is overwritten.
    File(PathBuf),
}

/// Why logging cannot start, in one sentence.
#[derive(Debug, Error)]
pub enum TelemetryError {
    #[error("RUST_LOG is \"{0}\": give error, warn, info, debug or trace")]
    Filter(String),
    #[error("cannot write the log file {0}: {1}")]
    File(PathBuf, io::Error),
    #[error("logging was started twice")]
    Twice,
}

/// Starts logging for the whole process. `filter` is `RUST_LOG` if it is set; otherwise `default_filter` applies.
pub fn init(target: Target, json: bool, filter: Option<&str>, default_filter: &str) -> Result<(), TelemetryError> {
    let (ansi, writer) = match target {
        Target::Stdout => (io::stdout().is_terminal(), BoxMakeWriter::new(|| Tolerant(io::stdout()))),
        Target::Stderr => (io::stderr().is_terminal(), BoxMakeWriter::new(|| Tolerant(io::stderr()))),
        Target::File(path) => {
            let file = File::create(&path).map_err(|e| TelemetryError::File(path, e))?;
            (false, BoxMakeWriter::new(Mutex::new(file)))
        }
    };
    tracing::subscriber::set_global_default(subscriber(json, ansi, filter, default_filter, writer)?)
        .map_err(|_| TelemetryError::Twice)
}

fn subscriber(
    json: bool,
    ansi: bool,
    filter: Option<&str>,
    default_filter: &str,
    writer: BoxMakeWriter,
) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError> {
    let text = filter.unwrap_or(default_filter);
    let shown = || text.chars().filter(|c| !c.is_control()).take(80).collect();
    let filter = EnvFilter::try_new(text).map_err(|_| TelemetryError::Filter(shown()))?;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_ansi(ansi).with_writer(writer);
    Ok(if json { Box::new(lines.json().flatten_event(true).finish()) } else { Box::new(lines.finish()) })
}

/// A writer whose reader may go away (`giftcode-bot … | head`) without harm to the bot.
struct Tolerant<W>(W);

impl<W: Write> Write for Tolerant<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool, filter: Option<&str>) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = subscriber(json, false, filter, "info", BoxMakeWriter::new(move || writer.clone())).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(code = "WOS1105", "✅ Redeemed for Lord: SUCCESS (attempt 1)");
            tracing::debug!("detail");
        });
        String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn lines_hold_the_words_and_the_fields() {
        let text = logged(false, None);
        assert!(text.contains("✅ Redeemed for Lord: SUCCESS (attempt 1) code=\"WOS1105\""), "{text}");
        assert!(!text.contains("detail"));
        assert!(logged(false, Some("debug")).contains("detail"));
        let line: serde_json::Value = serde_json::from_str(logged(true, None).trim()).unwrap();
        assert_eq!(line["message"], "✅ Redeemed for Lord: SUCCESS (attempt 1)");
        assert_eq!((&line["level"], &line["code"]), (&"INFO".into(), &"WOS1105".into()));
    }

    #[test]
    fn a_bad_filter_gets_an_error_with_what_is_allowed() {
        let error =
            subscriber(false, false, Some("a=b=c\n"), "info", BoxMakeWriter::new(io::sink)).err().unwrap().to_string();
        assert_eq!(error, "RUST_LOG is \"a=b=c\": give error, warn, info, debug or trace");
    }

    #[test]
    fn a_reader_that_goes_away_is_not_an_error() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        assert_eq!(Tolerant(Broken).write(b"abc").unwrap(), 3);
        Tolerant(Broken).flush().unwrap();
    }
}
