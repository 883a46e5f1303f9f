//! The errors of a configuration.

use super::layer::{Key, Said};
use std::fmt;
use std::path::PathBuf;

/// One error of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value is not valid for its key.
    #[error("{key} (from {origin}): {}", is_wrong(what, text))]
    Value {
        /// The key.
        key: &'static str,
        /// The place of the value: a flag, an environment variable, a file or the default.
        origin: String,
        /// The reason, such as "must be text or json".
        what: String,
        /// The value.
        text: String,
    },
    /// A key that the server needs is not set.
    #[error("{key}: must be set, by --{key}, {env}, or {key} in a configuration file")]
    Unset {
        /// The key.
        key: &'static str,
        /// The name of its environment variable.
        env: &'static str,
    },
    /// The configuration file cannot be read.
    #[error("{}: {what}", path.display())]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        what: String,
    },
}

impl ConfigError {
    /// The error of a value; `what` is the reason.
    pub(super) fn of(key: Key, said: &Said, what: impl fmt::Display) -> ConfigError {
        ConfigError::Value {
            key: key.name(),
            origin: said.origin.of(key),
            what: what.to_string(),
            text: said.text.clone(),
        }
    }
}

/// All errors of a configuration. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    /// One error on each line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{}", error.to_string().trim_end())?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects the errors while they are found.
#[derive(Debug, Default)]
pub(super) struct ConfigFaults(Vec<ConfigError>);

impl ConfigFaults {
    /// Notes the error of a value.
    pub(super) fn fault(&mut self, key: Key, said: &Said, what: impl fmt::Display) {
        self.0.push(ConfigError::of(key, said, what));
    }

    /// Returns the checked value. If the check failed, notes the error and returns `None`.
    pub(super) fn keep<T, E: fmt::Display>(
        &mut self,
        key: Key,
        said: &Said,
        checked: Result<T, E>,
    ) -> Option<T> {
        checked.map_err(|what| self.fault(key, said, what)).ok()
    }

    /// Notes that a key must be set; always returns `None`.
    pub(super) fn unset<T>(&mut self, key: Key) -> Option<T> {
        self.0.push(ConfigError::Unset {
            key: key.name(),
            env: key.env(),
        });
        None
    }

    /// Returns `whole` if no error was noted. Otherwise returns all errors.
    pub(super) fn done<T>(self, whole: Option<T>) -> Result<T, ConfigErrors> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            _ => Err(ConfigErrors(self.0)),
        }
    }
}

/// The text of an error of a value. If the reason has several lines, the value comes before the reason.
fn is_wrong(what: &str, text: &str) -> String {
    match what.contains('\n') {
        true => format!("{text:?} {what}"),
        false => format!("{what}, is {text:?}"),
    }
}
