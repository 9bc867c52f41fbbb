//! Where log lines go and how they look.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::runtime::redaction::{self, Redacted};

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
        Target::Stdout => (io::stdout().is_terminal(), BoxMakeWriter::new(|| Redacted(Tolerant(io::stdout())))),
        Target::Stderr => (io::stderr().is_terminal(), BoxMakeWriter::new(|| Redacted(Tolerant(io::stderr())))),
        Target::File(path) => {
            let file = Arc::new(File::create(&path).map_err(|e| TelemetryError::File(path, e))?);
            (false, BoxMakeWriter::new(move || Redacted(file.clone())))
        }
    };
    report_panics();
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
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_target(json).with_ansi(ansi).with_writer(writer);
    Ok(if json {
        Box::new(lines.json().flatten_event(true).with_span_list(false).finish().with(OwnDetail))
    } else {
        Box::new(lines.event_format(TextLine).finish().with(KeepSpanFields).with(OwnDetail))
    })
}

/// A panic is one line on standard error, without secrets. The supervisor logs what follows from it.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("without a message").replace('\n', " ");
        let mut line = redaction::redacted(&format!("giftcode-bot: panicked{place}: {text}\n"));
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            line += &format!("{backtrace}\n");
        }
        // If standard error is closed, nobody needs it.
        drop(io::stderr().lock().write_all(line.as_bytes()));
    }));
}

/// Lets through what this program says, at any level that is asked for, and of libraries only what they report to operators.
/// Their details hold tokens and what people write: Discord's library prints an event that it does not know whole, at
/// `debug`, or one that is no JSON of its kind, at `warn`, with the token of its interaction; its spans hold events and
/// requests.
struct OwnDetail;

impl OwnDetail {
    fn lets_through(metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let is_of =
            |name: &str| target.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        let most = if is_of("serenity") || is_of("poise") { Level::ERROR } else { Level::INFO };
        is_of(env!("CARGO_CRATE_NAME")) || metadata.is_event() && *metadata.level() <= most
    }
}

impl<S: Subscriber> Layer<S> for OwnDetail {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        Self::lets_through(metadata)
    }
}

/// Time, level, message and fields. The spans' fields come last, because people search for how a message begins
/// (docs/contract.md, "Log lines"). Of fields with the same name only the innermost is shown.
struct TextLine;

impl<S, N> FormatEvent<S, N> for TextLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let (dim, italic, plain) =
            if writer.has_ansi_escapes() { ("\x1b[2m", "\x1b[3m", "\x1b[0m") } else { ("", "", "") };
        write!(writer, "{dim}")?;
        SystemTime.format_time(&mut writer)?;
        let level = *event.metadata().level();
        let color = match level {
            _ if plain.is_empty() => "",
            Level::ERROR => "\x1b[31m",
            Level::WARN => "\x1b[33m",
            Level::INFO => "\x1b[32m",
            Level::DEBUG => "\x1b[34m",
            Level::TRACE => "\x1b[35m",
        };
        write!(writer, "{plain} {color}{level:>5}{plain} ")?;
        context.format_fields(writer.by_ref(), event)?;
        let mut shown: Vec<&str> = event.fields().map(|field| field.name()).collect();
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            for (name, value) in extensions.get::<SpanFields>().iter().flat_map(|fields| &fields.0) {
                if !shown.contains(name) {
                    shown.push(name);
                    write!(writer, " {italic}{name}{plain}{dim}={plain}{value}")?;
                }
            }
        }
        writeln!(writer)
    }
}

/// A span's fields one by one: the library keeps them as one text, from which none can be left out.
#[derive(Default)]
struct SpanFields(Vec<(&'static str, String)>);

impl Visit for SpanFields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.retain(|(name, _)| *name != field.name());
        self.0.push((field.name(), format!("{value:?}")));
    }
}

struct KeepSpanFields;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for KeepSpanFields {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = SpanFields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<SpanFields>()
        {
            values.record(fields);
        }
    }
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
    use std::sync::Mutex;

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
        capture(json, false, filter, || {
            tracing::info!(code = "WOS1105", "✅ Redeemed for Lord: SUCCESS (attempt 1)");
            tracing::debug!("detail");
        })
    }

    fn capture(json: bool, ansi: bool, filter: Option<&str>, log: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = subscriber(json, ansi, filter, "info", BoxMakeWriter::new(move || writer.clone())).unwrap();
        tracing::subscriber::with_default(subscriber, log);
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

    /// A line within two spans, which have a field in common with each other and one with the line.
    fn log_in_spans() {
        tracing::error_span!("round", term = 3, code = "OUTER").in_scope(|| {
            let attempt = tracing::error_span!("attempt", code = %"INNER", player = 7, feed = tracing::field::Empty);
            attempt.record("feed", "a\nb");
            attempt.in_scope(|| tracing::warn!(player = 8, "❌ Giving up on Lord after 3 attempts"));
        });
    }

    #[test]
    fn the_fields_of_spans_follow_the_message_and_none_comes_twice() {
        // Spans are there whatever the level of the lines that are shown.
        let text = capture(false, false, Some("warn"), log_in_spans);
        let (time, line) = text.split_once(' ').unwrap();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{text}");
        let fields = "player=8 code=INNER feed=\"a\\nb\" term=3";
        assert_eq!(line, format!(" WARN ❌ Giving up on Lord after 3 attempts {fields}\n"));
        let colored = capture(false, true, None, log_in_spans);
        assert!(colored.contains("\x1b[33m WARN\x1b[0m ❌ Giving up on Lord after 3 attempts"), "{colored}");
        assert!(colored.ends_with(" \x1b[3mterm\x1b[0m\x1b[2m=\x1b[0m3\n"), "{colored}");
    }

    #[test]
    fn lines_of_json_hold_the_innermost_span_beside_their_own_fields() {
        let line = capture(true, false, Some("warn"), log_in_spans);
        let mut line: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
        line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert_eq!(line.as_object_mut().unwrap().remove("target").unwrap(), module_path!());
        let span = serde_json::json!({ "name": "attempt", "code": "INNER", "player": 7, "feed": "a\nb" });
        let message = "❌ Giving up on Lord after 3 attempts";
        assert_eq!(line, serde_json::json!({ "level": "WARN", "message": message, "player": 8, "span": span }));
    }

    #[test]
    fn of_libraries_only_what_they_report_is_logged_whatever_is_asked_for() {
        for json in [false, true] {
            let lines = capture(json, false, Some("trace,serenity=trace,h2=trace"), || {
                let _request = tracing::info_span!(target: "serenity::http", "perform", token = "in-a-span").entered();
                tracing::warn!(target: "serenity::gateway::ws", "an event with a token");
                tracing::debug!(target: "h2::codec", "a header");
                tracing::trace!(target: "hyper_util", "an address");
                tracing::error!(target: "serenity", "loud");
                tracing::info!(target: "axum::serve", "plain");
                tracing::trace!("detail");
                // Only a similar name.
                tracing::warn!(target: "serenityx", "other");
            });
            let found = ["loud", "plain", "detail", "other"].map(|part| lines.matches(part).count());
            assert_eq!((found, lines.lines().count()), ([1; 4], 4), "{lines}");
        }
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
