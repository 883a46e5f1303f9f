//! The keys, and the places where their values are set.

use super::limits::LimitKey;
use super::oidc::OidcKey;
use std::path::PathBuf;

/// A key of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Data,
    Listen,
    Playbook,
    Sample,
    Clock,
    Log,
    LogFilter,
    CorsOrigin,
    Access,
    TlsCert,
    /// The private key of the certificate.
    TlsPrivate,
    TlsClientCa,
    InsecureListen,
    MinFreeSpace,
    Metrics,
    OtlpEndpoint,
    MasterKeyFile,
    AuditDir,
    AuditKeepDays,
    /// One of those of tokens of an identity provider.
    Oidc(OidcKey),
    /// One of the limits.
    Limit(LimitKey),
}

impl Key {
    /// Every key.
    pub(super) fn all() -> impl Iterator<Item = Key> {
        let oidc = OidcKey::ALL.into_iter().map(Key::Oidc);
        let limits = LimitKey::ALL.into_iter().map(Key::Limit);
        Key::OTHERS.into_iter().chain(oidc).chain(limits)
    }

    /// Every key but the limits and those of tokens of an identity provider.
    const OTHERS: [Key; 19] = [
        Key::Data,
        Key::Listen,
        Key::Playbook,
        Key::Sample,
        Key::Clock,
        Key::Log,
        Key::LogFilter,
        Key::CorsOrigin,
        Key::Access,
        Key::TlsCert,
        Key::TlsPrivate,
        Key::TlsClientCa,
        Key::InsecureListen,
        Key::MinFreeSpace,
        Key::Metrics,
        Key::OtlpEndpoint,
        Key::MasterKeyFile,
        Key::AuditDir,
        Key::AuditKeepDays,
    ];

    /// The name of the key in files, and in flags after two dashes.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Key::Data => "data",
            Key::Listen => "listen",
            Key::Playbook => "playbook",
            Key::Sample => "sample",
            Key::Clock => "clock",
            Key::Log => "log",
            Key::LogFilter => "log-filter",
            Key::CorsOrigin => "cors-origin",
            Key::Access => "access",
            Key::TlsCert => "tls-cert",
            Key::TlsPrivate => "tls-key",
            Key::TlsClientCa => "tls-client-ca",
            Key::InsecureListen => "insecure-listen",
            Key::MinFreeSpace => "min-free-space",
            Key::Metrics => "metrics",
            Key::OtlpEndpoint => "otlp-endpoint",
            Key::MasterKeyFile => "master-key-file",
            Key::AuditDir => "audit-dir",
            Key::AuditKeepDays => "audit-keep-days",
            Key::Oidc(key) => key.name(),
            Key::Limit(key) => key.name(),
        }
    }

    /// The name of the environment variable.
    pub(super) const fn env(self) -> &'static str {
        match self {
            Key::Data => "SIGNPOST_DATA_DIR",
            Key::Listen => "SIGNPOST_LISTEN",
            Key::Playbook => "SIGNPOST_PLAYBOOK",
            Key::Sample => "SIGNPOST_SAMPLE",
            Key::Clock => "SIGNPOST_CLOCK",
            Key::Log => "SIGNPOST_LOG",
            Key::LogFilter => "SIGNPOST_LOG_FILTER",
            Key::CorsOrigin => "SIGNPOST_CORS_ORIGIN",
            Key::Access => "SIGNPOST_ACCESS",
            Key::TlsCert => "SIGNPOST_TLS_CERT",
            Key::TlsPrivate => "SIGNPOST_TLS_KEY",
            Key::TlsClientCa => "SIGNPOST_TLS_CLIENT_CA",
            Key::InsecureListen => "SIGNPOST_INSECURE_LISTEN",
            Key::MinFreeSpace => "SIGNPOST_MIN_FREE_SPACE",
            Key::Metrics => "SIGNPOST_METRICS",
            Key::OtlpEndpoint => "OTEL_EXPORTER_OTLP_ENDPOINT",
            Key::MasterKeyFile => "SIGNPOST_MASTER_KEY_FILE",
            Key::AuditDir => "SIGNPOST_AUDIT_DIR",
            Key::AuditKeepDays => "SIGNPOST_AUDIT_KEEP_DAYS",
            Key::Oidc(key) => key.env(),
            Key::Limit(key) => key.env(),
        }
    }

    /// The name of the key in the parser of the command line.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Key::LogFilter => "log_filter",
            Key::CorsOrigin => "cors_origin",
            Key::TlsCert => "tls_cert",
            Key::TlsPrivate => "tls_key",
            Key::TlsClientCa => "tls_client_ca",
            Key::InsecureListen => "insecure_listen",
            Key::MinFreeSpace => "min_free_space",
            Key::OtlpEndpoint => "otlp_endpoint",
            Key::MasterKeyFile => "master_key_file",
            Key::AuditDir => "audit_dir",
            Key::AuditKeepDays => "audit_keep_days",
            Key::Oidc(key) => key.field(),
            Key::Limit(key) => key.field(),
            other => other.name(),
        }
    }
}

/// A place where values are set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SettingOrigin {
    Flags,
    Environment,
    File(PathBuf),
    Default,
}

impl SettingOrigin {
    /// The place of a value of `key`, as text for people.
    pub(super) fn of(&self, key: Key) -> String {
        match self {
            SettingOrigin::Flags => format!("--{}", key.name()),
            SettingOrigin::Environment => key.env().to_owned(),
            SettingOrigin::File(path) => path.display().to_string(),
            SettingOrigin::Default => "default".to_owned(),
        }
    }
}

/// A value as it was written, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) origin: SettingOrigin,
}

impl Said {
    /// The default value of a key that is set nowhere.
    pub(super) fn by_default(text: &str) -> Said {
        Said {
            text: text.to_owned(),
            origin: SettingOrigin::Default,
        }
    }
}

/// All values that one place sets.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    origin: SettingOrigin,
    values: Vec<(Key, String)>,
}

impl Layer {
    pub(super) fn new(origin: SettingOrigin) -> Layer {
        Layer {
            origin,
            values: Vec::new(),
        }
    }

    /// Adds values of a key. A key with a single value gets at most one.
    pub(super) fn say(&mut self, key: Key, values: impl IntoIterator<Item = String>) {
        self.values
            .extend(values.into_iter().map(|value| (key, value)));
    }

    /// The value of `key` in this layer; `None` if the layer has none. If there are many, the first.
    pub(super) fn said(&self, key: Key) -> Option<Said> {
        self.all_said(key).next()
    }

    /// All values of a key in this layer, in the order in which they were added.
    pub(super) fn all_said(&self, key: Key) -> impl Iterator<Item = Said> {
        let found = self.values.iter().filter(move |(said, _)| *said == key);
        found.map(|(_, text)| Said {
            text: text.clone(),
            origin: self.origin.clone(),
        })
    }
}
