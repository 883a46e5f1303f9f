//! The configuration file as written. A relative path in the file starts from the working directory of the server.

use super::error::{ConfigError, ConfigErrors};
use super::layer::{Key, Layer, SettingOrigin};
use super::limits::{LimitKey, LimitValue};
use super::oidc::OidcKey;
use serde::{Deserialize, Serialize};
use std::mem::take;
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
    pub(super) otlp_endpoint: Option<String>,
    pub(super) master_key_file: Option<String>,
    pub(super) audit_dir: Option<String>,
    pub(super) audit_keep_days: Option<LimitValue>,
    pub(super) oidc_issuer: Option<String>,
    pub(super) oidc_audience: Option<String>,
    pub(super) oidc_jwks: Option<String>,
    pub(super) oidc_ca: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) oidc_algorithms: Vec<String>,
    pub(super) oidc_role_claim: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) oidc_roles: Vec<String>,
    pub(super) oidc_actor_claim: Option<String>,
    pub(super) oidc_channels_claim: Option<String>,
    pub(super) oidc_brands_claim: Option<String>,
    pub(super) oidc_reasons_claim: Option<String>,
    pub(super) oidc_clock_skew: Option<String>,
    pub(super) oidc_max_lifetime: Option<String>,
    pub(super) oidc_keys_age: Option<String>,
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
    pub(super) fn into_layer(mut self, path: &Path) -> Layer {
        let mut layer = Layer::new(SettingOrigin::File(path.to_owned()));
        for key in OidcKey::ALL {
            layer.say(Key::Oidc(key), self.of_issuer(key));
        }
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
            otlp_endpoint,
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
            ..
        } = self;
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
        layer.say(Key::OtlpEndpoint, otlp_endpoint);
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

    /// The values of a key of tokens of an identity provider. They are there no more afterwards.
    fn of_issuer(&mut self, key: OidcKey) -> Vec<String> {
        let one = match key {
            OidcKey::Algorithms => return take(&mut self.oidc_algorithms),
            OidcKey::Roles => return take(&mut self.oidc_roles),
            OidcKey::Issuer => &mut self.oidc_issuer,
            OidcKey::Audience => &mut self.oidc_audience,
            OidcKey::Jwks => &mut self.oidc_jwks,
            OidcKey::Ca => &mut self.oidc_ca,
            OidcKey::RoleClaim => &mut self.oidc_role_claim,
            OidcKey::ActorClaim => &mut self.oidc_actor_claim,
            OidcKey::ChannelsClaim => &mut self.oidc_channels_claim,
            OidcKey::BrandsClaim => &mut self.oidc_brands_claim,
            OidcKey::ReasonsClaim => &mut self.oidc_reasons_claim,
            OidcKey::ClockSkew => &mut self.oidc_clock_skew,
            OidcKey::MaxLifetime => &mut self.oidc_max_lifetime,
            OidcKey::KeysAge => &mut self.oidc_keys_age,
        };
        one.take().into_iter().collect()
    }

    /// These values, with those of the identity provider from another file.
    pub(super) fn with_oidc_of(self, other: File) -> File {
        File {
            oidc_issuer: other.oidc_issuer,
            oidc_audience: other.oidc_audience,
            oidc_jwks: other.oidc_jwks,
            oidc_ca: other.oidc_ca,
            oidc_algorithms: other.oidc_algorithms,
            oidc_role_claim: other.oidc_role_claim,
            oidc_roles: other.oidc_roles,
            oidc_actor_claim: other.oidc_actor_claim,
            oidc_channels_claim: other.oidc_channels_claim,
            oidc_brands_claim: other.oidc_brands_claim,
            oidc_reasons_claim: other.oidc_reasons_claim,
            oidc_clock_skew: other.oidc_clock_skew,
            oidc_max_lifetime: other.oidc_max_lifetime,
            oidc_keys_age: other.oidc_keys_age,
            ..self
        }
    }

    /// The text of a file with these values.
    pub(super) fn to_toml(&self) -> String {
        // The values are strings, lists of strings, numbers and truth values under plain keys. TOML can express all of
        // them.
        toml::to_string(self).unwrap_or_default()
    }
}
