//! The limits: their keys, the values as typed, and what they mean.

use super::duration;
use super::error::ConfigFaults;
use super::file::File;
use super::layer::{Key, Said};
use super::size;
use crate::limits::{
    COUNT_MAX, Limits, MESSAGE_BYTES_DEFAULT, MESSAGE_BYTES_MIN, METADATA_BYTES_MAX,
    METADATA_BYTES_MIN, QUEUE_DELAY_MAX, QUEUE_DELAY_MIN, TIME_MAX, TIME_MIN,
};
use crate::tail::WATCHERS_MAX;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A key of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitKey {
    Rate,
    RatePerCaller,
    Calls,
    CallsPerCaller,
    CallsPerConnection,
    Watches,
    WatchesPerCaller,
    Connections,
    ConnectionsPerAddress,
    MessageSize,
    MetadataSize,
    IdleTime,
    CallTime,
    QueueDelay,
}

impl LimitKey {
    /// Every key, in the order in which they are shown.
    pub(super) const ALL: [LimitKey; 14] = [
        LimitKey::Rate,
        LimitKey::RatePerCaller,
        LimitKey::Calls,
        LimitKey::CallsPerCaller,
        LimitKey::CallsPerConnection,
        LimitKey::Watches,
        LimitKey::WatchesPerCaller,
        LimitKey::Connections,
        LimitKey::ConnectionsPerAddress,
        LimitKey::MessageSize,
        LimitKey::MetadataSize,
        LimitKey::IdleTime,
        LimitKey::CallTime,
        LimitKey::QueueDelay,
    ];

    /// The name of the key in files, and in flags after two dashes.
    pub(super) const fn name(self) -> &'static str {
        match self {
            LimitKey::Rate => "max-rate",
            LimitKey::RatePerCaller => "max-rate-per-caller",
            LimitKey::Calls => "max-calls",
            LimitKey::CallsPerCaller => "max-calls-per-caller",
            LimitKey::CallsPerConnection => "max-calls-per-connection",
            LimitKey::Watches => "max-watches",
            LimitKey::WatchesPerCaller => "max-watches-per-caller",
            LimitKey::Connections => "max-connections",
            LimitKey::ConnectionsPerAddress => "max-connections-per-address",
            LimitKey::MessageSize => "max-message-size",
            LimitKey::MetadataSize => "max-metadata-size",
            LimitKey::IdleTime => "max-idle-time",
            LimitKey::CallTime => "max-call-time",
            LimitKey::QueueDelay => "max-queue-delay",
        }
    }

    /// The name of the environment variable.
    pub(super) const fn env(self) -> &'static str {
        match self {
            LimitKey::Rate => "SIGNPOST_MAX_RATE",
            LimitKey::RatePerCaller => "SIGNPOST_MAX_RATE_PER_CALLER",
            LimitKey::Calls => "SIGNPOST_MAX_CALLS",
            LimitKey::CallsPerCaller => "SIGNPOST_MAX_CALLS_PER_CALLER",
            LimitKey::CallsPerConnection => "SIGNPOST_MAX_CALLS_PER_CONNECTION",
            LimitKey::Watches => "SIGNPOST_MAX_WATCHES",
            LimitKey::WatchesPerCaller => "SIGNPOST_MAX_WATCHES_PER_CALLER",
            LimitKey::Connections => "SIGNPOST_MAX_CONNECTIONS",
            LimitKey::ConnectionsPerAddress => "SIGNPOST_MAX_CONNECTIONS_PER_ADDRESS",
            LimitKey::MessageSize => "SIGNPOST_MAX_MESSAGE_SIZE",
            LimitKey::MetadataSize => "SIGNPOST_MAX_METADATA_SIZE",
            LimitKey::IdleTime => "SIGNPOST_MAX_IDLE_TIME",
            LimitKey::CallTime => "SIGNPOST_MAX_CALL_TIME",
            LimitKey::QueueDelay => "SIGNPOST_MAX_QUEUE_DELAY",
        }
    }

    /// The name of the key in the parser of the command line.
    pub(super) const fn field(self) -> &'static str {
        match self {
            LimitKey::Rate => "max_rate",
            LimitKey::RatePerCaller => "max_rate_per_caller",
            LimitKey::Calls => "max_calls",
            LimitKey::CallsPerCaller => "max_calls_per_caller",
            LimitKey::CallsPerConnection => "max_calls_per_connection",
            LimitKey::Watches => "max_watches",
            LimitKey::WatchesPerCaller => "max_watches_per_caller",
            LimitKey::Connections => "max_connections",
            LimitKey::ConnectionsPerAddress => "max_connections_per_address",
            LimitKey::MessageSize => "max_message_size",
            LimitKey::MetadataSize => "max_metadata_size",
            LimitKey::IdleTime => "max_idle_time",
            LimitKey::CallTime => "max_call_time",
            LimitKey::QueueDelay => "max_queue_delay",
        }
    }

    /// The value, if nothing else is said.
    pub(super) const fn default_text(self) -> &'static str {
        match self {
            LimitKey::Rate => "100000",
            LimitKey::RatePerCaller => "50000",
            LimitKey::Calls => "8192",
            LimitKey::CallsPerCaller => "4096",
            LimitKey::CallsPerConnection => "1024",
            LimitKey::Watches => "4096",
            LimitKey::WatchesPerCaller => "4096",
            LimitKey::Connections => "16384",
            LimitKey::ConnectionsPerAddress => "12288",
            LimitKey::MessageSize => "4MiB",
            LimitKey::MetadataSize => "16KiB",
            LimitKey::IdleTime => "30m",
            LimitKey::CallTime => "60s",
            LimitKey::QueueDelay => "10ms",
        }
    }
}

/// The flags and the variables, as typed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Calls a second of all callers; 0 for no limit (0 to 1000000) [default: 100000]
    #[arg(long, env = LimitKey::Rate.env(), value_name = "N")]
    max_rate: Option<String>,
    /// Calls a second of one caller (the owner of a token, or else an address); 0 for no limit (0 to 1000000)
    /// [default: 50000]
    #[arg(long, env = LimitKey::RatePerCaller.env(), value_name = "N")]
    max_rate_per_caller: Option<String>,
    /// Calls of all callers that are not answered, or whose answer is not read (1 to 1000000) [default: 8192]
    #[arg(long, env = LimitKey::Calls.env(), value_name = "N")]
    max_calls: Option<String>,
    /// The same of one caller (1 to 1000000) [default: 4096]
    #[arg(long, env = LimitKey::CallsPerCaller.env(), value_name = "N")]
    max_calls_per_caller: Option<String>,
    /// Calls and watches of one connection at the same time (1 to 1000000) [default: 1024]
    #[arg(long, env = LimitKey::CallsPerConnection.env(), value_name = "N")]
    max_calls_per_connection: Option<String>,
    /// Open watches of all callers (1 to 4096) [default: 4096]
    #[arg(long, env = LimitKey::Watches.env(), value_name = "N")]
    max_watches: Option<String>,
    /// Open watches of one caller (1 to 4096) [default: 4096]
    #[arg(long, env = LimitKey::WatchesPerCaller.env(), value_name = "N")]
    max_watches_per_caller: Option<String>,
    /// Open connections (1 to 1000000) [default: 16384]
    #[arg(long, env = LimitKey::Connections.env(), value_name = "N")]
    max_connections: Option<String>,
    /// Open connections from one address (1 to 1000000) [default: 12288]
    #[arg(long, env = LimitKey::ConnectionsPerAddress.env(), value_name = "N")]
    max_connections_per_address: Option<String>,
    /// The size of a request; some calls have a smaller limit of their own (4KiB to 4MiB) [default: 4MiB]
    #[arg(long, env = LimitKey::MessageSize.env(), value_name = "SIZE")]
    max_message_size: Option<String>,
    /// The size of the metadata of a call: names, values, and 32 bytes for each entry (1KiB to 1MiB) [default: 16KiB]
    #[arg(long, env = LimitKey::MetadataSize.env(), value_name = "SIZE")]
    max_metadata_size: Option<String>,
    /// How long a connection without a call stays open (100ms to 24h) [default: 30m]
    #[arg(long, env = LimitKey::IdleTime.env(), value_name = "TIME")]
    max_idle_time: Option<String>,
    /// How long a call may take that is not a watch; its own deadline may come first (100ms to 24h) [default: 60s]
    #[arg(long, env = LimitKey::CallTime.env(), value_name = "TIME")]
    max_call_time: Option<String>,
    /// How long calls may wait for their decision before the cheapest are shed (1ms to 1s) [default: 10ms]
    #[arg(long, env = LimitKey::QueueDelay.env(), value_name = "TIME")]
    max_queue_delay: Option<String>,
}

impl LimitArgs {
    pub(super) fn values(&self, key: LimitKey) -> &[String] {
        match key {
            LimitKey::Rate => self.max_rate.as_slice(),
            LimitKey::RatePerCaller => self.max_rate_per_caller.as_slice(),
            LimitKey::Calls => self.max_calls.as_slice(),
            LimitKey::CallsPerCaller => self.max_calls_per_caller.as_slice(),
            LimitKey::CallsPerConnection => self.max_calls_per_connection.as_slice(),
            LimitKey::Watches => self.max_watches.as_slice(),
            LimitKey::WatchesPerCaller => self.max_watches_per_caller.as_slice(),
            LimitKey::Connections => self.max_connections.as_slice(),
            LimitKey::ConnectionsPerAddress => self.max_connections_per_address.as_slice(),
            LimitKey::MessageSize => self.max_message_size.as_slice(),
            LimitKey::MetadataSize => self.max_metadata_size.as_slice(),
            LimitKey::IdleTime => self.max_idle_time.as_slice(),
            LimitKey::CallTime => self.max_call_time.as_slice(),
            LimitKey::QueueDelay => self.max_queue_delay.as_slice(),
        }
    }
}

/// A value of a file: a number, or a text with a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum LimitValue {
    Number(u64),
    Text(String),
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LimitValue::Number(number) => write!(f, "{number}"),
            LimitValue::Text(text) => f.write_str(text),
        }
    }
}

impl LimitValue {
    /// A value as it is written in a file.
    pub(super) fn of(text: &str) -> LimitValue {
        match text.parse() {
            Ok(number) => LimitValue::Number(number),
            Err(_) => LimitValue::Text(text.to_owned()),
        }
    }
}

/// Checks the limits. Also gives them in the form of a file without other keys. `None` if a fault was noted in
/// `finder`.
pub(super) fn checked(
    finder: &mut ConfigFaults,
    said: impl Fn(Key) -> Option<Said>,
) -> (Option<Limits>, File) {
    let said = |key: LimitKey| {
        said(Key::Limit(key)).unwrap_or_else(|| Said::by_default(key.default_text()))
    };
    let mut limits = Limits::default();
    let mut is_well = true;
    for key in LimitKey::ALL {
        let said = said(key);
        let set = set(&mut limits, key, &said.text);
        is_well &= finder.keep(Key::Limit(key), &said, set).is_some();
    }
    let written = |key| Some(LimitValue::of(&said(key).text));
    let in_file = File {
        max_rate: written(LimitKey::Rate),
        max_rate_per_caller: written(LimitKey::RatePerCaller),
        max_calls: written(LimitKey::Calls),
        max_calls_per_caller: written(LimitKey::CallsPerCaller),
        max_calls_per_connection: written(LimitKey::CallsPerConnection),
        max_watches: written(LimitKey::Watches),
        max_watches_per_caller: written(LimitKey::WatchesPerCaller),
        max_connections: written(LimitKey::Connections),
        max_connections_per_address: written(LimitKey::ConnectionsPerAddress),
        max_message_size: written(LimitKey::MessageSize),
        max_metadata_size: written(LimitKey::MetadataSize),
        max_idle_time: written(LimitKey::IdleTime),
        max_call_time: written(LimitKey::CallTime),
        max_queue_delay: written(LimitKey::QueueDelay),
        ..File::default()
    };
    (is_well.then_some(limits), in_file)
}

/// Sets the limit of this key.
fn set(limits: &mut Limits, key: LimitKey, text: &str) -> Result<(), String> {
    match key {
        LimitKey::Rate => limits.rate = number(text, 0, COUNT_MAX)?,
        LimitKey::RatePerCaller => limits.rate_per_caller = number(text, 0, COUNT_MAX)?,
        LimitKey::Calls => limits.calls = number(text, 1, COUNT_MAX)?,
        LimitKey::CallsPerCaller => limits.calls_per_caller = number(text, 1, COUNT_MAX)?,
        LimitKey::CallsPerConnection => limits.calls_per_connection = number(text, 1, COUNT_MAX)?,
        LimitKey::Watches => limits.watches = number(text, 1, WATCHERS_MAX)?,
        LimitKey::WatchesPerCaller => limits.watches_per_caller = number(text, 1, WATCHERS_MAX)?,
        LimitKey::Connections => limits.connections = number(text, 1, COUNT_MAX)?,
        LimitKey::ConnectionsPerAddress => {
            limits.connections_per_address = number(text, 1, COUNT_MAX)?
        }
        LimitKey::MessageSize => {
            limits.message_bytes = bytes(text, MESSAGE_BYTES_MIN, MESSAGE_BYTES_DEFAULT)?
        }
        LimitKey::MetadataSize => {
            limits.metadata_bytes = bytes(text, METADATA_BYTES_MIN, METADATA_BYTES_MAX)?
        }
        LimitKey::IdleTime => limits.idle_time = time(text, TIME_MIN, TIME_MAX)?,
        LimitKey::CallTime => limits.call_time = time(text, TIME_MIN, TIME_MAX)?,
        LimitKey::QueueDelay => limits.queue_delay = time(text, QUEUE_DELAY_MIN, QUEUE_DELAY_MAX)?,
    }
    Ok(())
}

fn number<T: TryFrom<usize>>(text: &str, least: usize, most: usize) -> Result<T, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    let number = number.filter(|number| (least..=most).contains(number));
    let number = number.and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

fn bytes(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let bytes = size::bytes(text).ok();
    let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
    let bytes = bytes.filter(|bytes| (least..=most).contains(bytes));
    bytes.ok_or_else(|| {
        let (least, most) = (size::shown(least as u64), size::shown(most as u64));
        format!("must be a size from {least} to {most}, such as 64KiB")
    })
}

fn time(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    let time = duration::read(text).filter(|time| (least..=most).contains(time));
    time.ok_or_else(|| {
        let (least, most) = (duration::shown(least), duration::shown(most));
        format!("must be a time from {least} to {most}: a whole number and ms, s, m or h")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_limits() -> Result<(), String> {
        let mut limits = Limits {
            calls: 0,
            connections: 0,
            ..Limits::default()
        };
        for key in LimitKey::ALL {
            set(&mut limits, key, key.default_text())?;
        }
        assert_eq!(limits, Limits::default());
        Ok(())
    }

    #[test]
    fn every_limit_has_a_range() {
        let faults = LimitKey::ALL.map(|key| {
            let mut limits = Limits::default();
            for bad in ["", "-1", "x", "1.5", "99999999999", "99h", "9TiB"] {
                assert!(set(&mut limits, key, bad).is_err(), "{} {bad}", key.name());
            }
            let fault = set(&mut limits, key, "").err().unwrap_or_default();
            format!("{}: {fault}\n", key.name())
        });
        expect_test::expect![[r#"
            max-rate: must be a whole number from 0 to 1000000
            max-rate-per-caller: must be a whole number from 0 to 1000000
            max-calls: must be a whole number from 1 to 1000000
            max-calls-per-caller: must be a whole number from 1 to 1000000
            max-calls-per-connection: must be a whole number from 1 to 1000000
            max-watches: must be a whole number from 1 to 4096
            max-watches-per-caller: must be a whole number from 1 to 4096
            max-connections: must be a whole number from 1 to 1000000
            max-connections-per-address: must be a whole number from 1 to 1000000
            max-message-size: must be a size from 4KiB to 4MiB, such as 64KiB
            max-metadata-size: must be a size from 1KiB to 1MiB, such as 64KiB
            max-idle-time: must be a time from 100ms to 24h: a whole number and ms, s, m or h
            max-call-time: must be a time from 100ms to 24h: a whole number and ms, s, m or h
            max-queue-delay: must be a time from 1ms to 1s: a whole number and ms, s, m or h
        "#]]
        .assert_eq(&faults.concat());
    }
}
