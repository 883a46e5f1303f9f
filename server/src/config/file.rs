//! The configuration file as written. Paths in it are taken from where the server is started.

use super::error::{ConfigError, ConfigErrors};
use super::layer::{Key, Layer, SettingOrigin};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The keys of a file, each as it is written; what is absent was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) data: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) playbook: Option<String>,
    pub(super) sample: Option<String>,
    pub(super) clock: Option<String>,
    pub(super) log: Option<String>,
    pub(super) log_filter: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cors_origin: Vec<String>,
}

/// What the file at `path` says.
pub(super) fn read(path: &Path) -> Result<Layer, ConfigErrors> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let file = text.and_then(|text| parse(&text));
    match file {
        Ok(file) => Ok(file.into_layer(path)),
        Err(what) => Err(ConfigErrors(vec![ConfigError::File {
            path: path.to_owned(),
            what,
        }])),
    }
}

/// Reads a file's text; unknown keys are refused.
pub(super) fn parse(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

impl File {
    pub(super) fn into_layer(self, path: &Path) -> Layer {
        let File {
            data,
            listen,
            playbook,
            sample,
            clock,
            log,
            log_filter,
            cors_origin,
        } = self;
        let mut layer = Layer::new(SettingOrigin::File(path.to_owned()));
        layer.say(Key::Data, data);
        layer.say(Key::Listen, listen);
        layer.say(Key::Playbook, playbook);
        layer.say(Key::Sample, sample);
        layer.say(Key::Clock, clock);
        layer.say(Key::Log, log);
        layer.say(Key::LogFilter, log_filter);
        layer.say(Key::CorsOrigin, cors_origin);
        layer
    }

    /// As a file would have it.
    pub(super) fn to_toml(&self) -> String {
        // Nothing but strings and lists of them under plain keys: there is nothing that TOML could not say.
        toml::to_string(self).unwrap_or_default()
    }
}
