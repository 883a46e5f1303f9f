//! The log on stderr: text for people, JSON for machines.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::TryInitError;

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object on each line.
    Json,
}

impl LogFormat {
    /// Reads `text` or `json`.
    ///
    /// # Errors
    /// When the text is neither `text` nor `json`. The error says in words what would be right.
    pub fn parse(text: &str) -> Result<LogFormat, &'static str> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("must be text or json"),
        }
    }
}

/// A checked filter that selects what is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// Reads directives such as `warn` or `info,signpost_server=debug`. A word that is not a level must be followed by
    /// `=` and a level. Otherwise a misspelt level would be read as the name of a module, and nothing would be logged.
    ///
    /// # Errors
    /// When a directive is wrong. The error says in words what would be right.
    pub fn parse(text: &str) -> Result<LogFilter, String> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        let mut directives = text.split(',').map(str::trim);
        let is_level = |word: &str| LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level));
        if directives.any(|word| !word.contains('=') && !is_level(word)) {
            return Err("must be a level such as info, or module=level".into());
        }
        match EnvFilter::try_new(text) {
            Ok(_) => Ok(LogFilter(text.to_owned())),
            Err(error) => Err(format!("must be levels, or module=level: {error}")),
        }
    }
}

/// Starts the log of this process.
///
/// # Errors
/// When the process already has a log.
pub fn start(format: LogFormat, filter: &LogFilter) -> Result<(), TryInitError> {
    use tracing_subscriber::util::SubscriberInitExt;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&filter.0))
        .with_writer(std::io::stderr)
        .with_ansi(format == LogFormat::Text && std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.finish().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init(),
    }
}
