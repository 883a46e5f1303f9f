//! What is wrong with a configuration.

use super::layer::{Key, Said};
use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value is not what its key takes.
    #[error("{key} (from {origin}): {}", is_wrong(what, text))]
    Value {
        /// The key.
        key: &'static str,
        /// Where the value was said.
        origin: String,
        /// What would be right.
        what: String,
        /// The value.
        text: String,
    },
    /// A key without which there is no server.
    #[error("{key}: must be set, by --{key}, {env}, or {key} in a configuration file")]
    Unset {
        /// The key.
        key: &'static str,
        /// As the environment writes it.
        env: &'static str,
    },
    /// The configuration file cannot be read.
    #[error("{}: {what}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        what: String,
    },
}

impl ConfigError {
    /// What is wrong with a value.
    pub(super) fn of(key: Key, said: &Said, what: impl fmt::Display) -> ConfigError {
        ConfigError::Value {
            key: key.name(),
            origin: said.origin.of(key),
            what: what.to_string(),
            text: said.text.clone(),
        }
    }
}

/// All that is wrong, at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    /// One a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{}", error.to_string().trim_end())?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// What is wrong, as it is found.
#[derive(Debug, Default)]
pub(super) struct ConfigFaults(Vec<ConfigError>);

impl ConfigFaults {
    /// Notes what is wrong with a value.
    pub(super) fn fault(&mut self, key: Key, said: &Said, what: impl fmt::Display) {
        self.0.push(ConfigError::of(key, said, what));
    }

    /// The value, or its fault noted.
    pub(super) fn keep<T, E: fmt::Display>(
        &mut self,
        key: Key,
        said: &Said,
        checked: Result<T, E>,
    ) -> Option<T> {
        checked.map_err(|what| self.fault(key, said, what)).ok()
    }

    /// Notes that a key must be set.
    pub(super) fn unset<T>(&mut self, key: Key) -> Option<T> {
        self.0.push(ConfigError::Unset {
            key: key.name(),
            env: key.env(),
        });
        None
    }

    /// The whole, if nothing is wrong.
    pub(super) fn done<T>(self, whole: Option<T>) -> Result<T, ConfigErrors> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            _ => Err(ConfigErrors(self.0)),
        }
    }
}

/// What is wrong with a value: the value comes first where what is wrong goes on over lines.
fn is_wrong(what: &str, text: &str) -> String {
    match what.contains('\n') {
        true => format!("{text:?} {what}"),
        false => format!("{what}, is {text:?}"),
    }
}
