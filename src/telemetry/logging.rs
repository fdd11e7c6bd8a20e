//! Log lines: which are written, and in which form.
//!
//! Text is for people: time, level, part of the broker, message, fields, on one line. JSON is for collectors: one
//! object a line. Both go to standard error, so that standard output holds only what a command was asked for.

use std::fmt;
use std::io::IsTerminal;

use super::levels::levels;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{DefaultFields, FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter is none.
    #[error("the log level must be error, warn, info, debug, trace or a filter such as info,dmq::net=debug: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logging has been set up already.
    #[error("logging is set up already")]
    Again,
}

/// Sets up logging for the rest of the process. `filter` is a level, or levels by module
/// (`info,dmq::net=debug`).
pub fn init(filter: &str, format: LogFormat) -> Result<(), LoggingError> {
    let at_start: Targets = filter.parse()?;
    let (filter, handle) = reload::Layer::new(at_start.clone());
    let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(ansi);
    let registry = tracing_subscriber::registry();
    let result = match format {
        LogFormat::Text => registry
            .with(lines.event_format(TextFormat).with_filter(filter))
            .try_init(),
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_span_list(false);
            registry.with(lines.with_filter(filter)).try_init()
        }
    };
    result.map_err(|_| LoggingError::Again)?;
    levels().begin(&at_start, move |filter| {
        // It fails only once the subscriber is gone, and with it whatever would have been logged.
        let _ = handle.reload(filter);
    });
    Ok(())
}

/// `time level part: message field=value`.
struct TextFormat;

impl<S, N> FormatEvent<S, N> for TextFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut w: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        SystemTime.format_time(&mut w)?;
        let metadata = event.metadata();
        let (level, color) = level(*metadata.level());
        if w.has_ansi_escapes() {
            write!(w, " \x1b[{color}m{level}\x1b[0m {}: ", part(metadata.target()))?;
        } else {
            write!(w, " {level} {}: ", part(metadata.target()))?;
        }
        format_fields(w.by_ref(), event)?;
        if let Some(scope) = ctx.event_scope() {
            for span in scope.from_root() {
                let extensions = span.extensions();
                if let Some(fields) = extensions
                    .get::<FormattedFields<N>>()
                    .filter(|fields| !fields.is_empty())
                {
                    write!(w, " {fields}")?;
                }
            }
        }
        writeln!(w)
    }
}

fn format_fields(writer: Writer<'_>, event: impl RecordFields) -> fmt::Result {
    DefaultFields::new().format_fields(writer, event)
}

/// The level, as wide as the widest, and its color.
fn level(level: Level) -> (&'static str, u8) {
    match level {
        Level::ERROR => ("ERROR", 31),
        Level::WARN => ("WARN ", 33),
        Level::INFO => ("INFO ", 32),
        Level::DEBUG => ("DEBUG", 34),
        Level::TRACE => ("TRACE", 35),
    }
}

/// The module right below the crate's root; of another crate its name.
fn part(target: &str) -> &str {
    let path = target.strip_prefix("dmq::").unwrap_or(target);
    path.split("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    struct Guard<'a>(MutexGuard<'a, Vec<u8>>);

    impl io::Write for Guard<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Guard<'a>;

        fn make_writer(&'a self) -> Guard<'a> {
            Guard(self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }
    }

    #[test]
    fn a_text_line_has_time_level_part_message_and_fields() {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(lines.clone())
            .with_ansi(false)
            .event_format(TextFormat)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let _span = tracing::info_span!("connection", peer = "10.0.0.1:5").entered();
            tracing::warn!(target: "dmq::net::connection", bytes = 7, "request refused");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let (time, rest) = text.split_once(' ').unwrap();
        assert!(time.ends_with('Z') && time.contains('T'), "{text}");
        assert_eq!(rest, "WARN  net: request refused bytes=7 peer=\"10.0.0.1:5\"\n");
    }

    #[test]
    fn a_filter_that_is_none_is_refused_with_what_would_be_right() {
        let error = init("dmq=shouting", LogFormat::Text).unwrap_err();
        assert!(error.to_string().contains("info, debug, trace"), "{error}");
    }
}
