//! The configuration file as written. A relative path in the file starts from the working directory of the server.

use super::error::{ConfigError, ConfigErrors};
use super::layer::{Key, Layer, SettingOrigin};
use super::limits::{LimitKey, LimitValue};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The keys of a file, with the values as written. A value is `None` or empty if its key is absent.
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
    pub(super) access: Option<String>,
    pub(super) tls_cert: Option<String>,
    pub(super) tls_key: Option<String>,
    pub(super) tls_client_ca: Option<String>,
    pub(super) insecure_listen: Option<bool>,
    pub(super) min_free_space: Option<String>,
    pub(super) metrics: Option<String>,
    pub(super) master_key_file: Option<String>,
    pub(super) audit_dir: Option<String>,
    pub(super) audit_keep_days: Option<LimitValue>,
    pub(super) max_rate: Option<LimitValue>,
    pub(super) max_rate_per_caller: Option<LimitValue>,
    pub(super) max_calls: Option<LimitValue>,
    pub(super) max_calls_per_caller: Option<LimitValue>,
    pub(super) max_calls_per_connection: Option<LimitValue>,
    pub(super) max_watches: Option<LimitValue>,
    pub(super) max_watches_per_caller: Option<LimitValue>,
    pub(super) max_connections: Option<LimitValue>,
    pub(super) max_connections_per_address: Option<LimitValue>,
    pub(super) max_message_size: Option<LimitValue>,
    pub(super) max_metadata_size: Option<LimitValue>,
    pub(super) max_idle_time: Option<LimitValue>,
    pub(super) max_call_time: Option<LimitValue>,
    pub(super) max_queue_delay: Option<LimitValue>,
}

/// Reads the file at `path`.
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

/// Reads the text of a file. An unknown key is an error.
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
            access,
            tls_cert,
            tls_key,
            tls_client_ca,
            insecure_listen,
            min_free_space,
            metrics,
            master_key_file,
            audit_dir,
            audit_keep_days,
            max_rate,
            max_rate_per_caller,
            max_calls,
            max_calls_per_caller,
            max_calls_per_connection,
            max_watches,
            max_watches_per_caller,
            max_connections,
            max_connections_per_address,
            max_message_size,
            max_metadata_size,
            max_idle_time,
            max_call_time,
            max_queue_delay,
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
        layer.say(Key::Access, access);
        layer.say(Key::TlsCert, tls_cert);
        layer.say(Key::TlsPrivate, tls_key);
        layer.say(Key::TlsClientCa, tls_client_ca);
        layer.say(
            Key::InsecureListen,
            insecure_listen.map(|is_set| is_set.to_string()),
        );
        layer.say(Key::MinFreeSpace, min_free_space);
        layer.say(Key::Metrics, metrics);
        layer.say(Key::MasterKeyFile, master_key_file);
        layer.say(Key::AuditDir, audit_dir);
        let days = audit_keep_days.map(|days| days.to_string());
        layer.say(Key::AuditKeepDays, days);
        for (key, written) in [
            (LimitKey::Rate, max_rate),
            (LimitKey::RatePerCaller, max_rate_per_caller),
            (LimitKey::Calls, max_calls),
            (LimitKey::CallsPerCaller, max_calls_per_caller),
            (LimitKey::CallsPerConnection, max_calls_per_connection),
            (LimitKey::Watches, max_watches),
            (LimitKey::WatchesPerCaller, max_watches_per_caller),
            (LimitKey::Connections, max_connections),
            (LimitKey::ConnectionsPerAddress, max_connections_per_address),
            (LimitKey::MessageSize, max_message_size),
            (LimitKey::MetadataSize, max_metadata_size),
            (LimitKey::IdleTime, max_idle_time),
            (LimitKey::CallTime, max_call_time),
            (LimitKey::QueueDelay, max_queue_delay),
        ] {
            layer.say(Key::Limit(key), written.map(|written| written.to_string()));
        }
        layer
    }

    /// The text of a file with these values.
    pub(super) fn to_toml(&self) -> String {
        // The values are strings, lists of strings, numbers and truth values under plain keys. TOML can express all of
        // them.
        toml::to_string(self).unwrap_or_default()
    }
}
