//! The effective configuration with where each value comes from, for `--dump-config`.

use super::layer::{Key, Layer, Said};
use super::oidc::OidcKey;
use super::{
    ACCESS_DEFAULT, CLOCK_DEFAULT, INSECURE_LISTEN_DEFAULT, LISTEN_DEFAULT, LOG_DEFAULT,
    LOG_FILTER_DEFAULT, MIN_FREE_SPACE_DEFAULT, first_said, said_in_order,
};
use toml::Value;

/// The value of a key that is set nowhere. `None` if it has none.
const fn default_of(key: Key) -> Option<&'static str> {
    match key {
        Key::Listen => Some(LISTEN_DEFAULT),
        Key::Clock => Some(CLOCK_DEFAULT),
        Key::Log => Some(LOG_DEFAULT),
        Key::LogFilter => Some(LOG_FILTER_DEFAULT),
        Key::Access => Some(ACCESS_DEFAULT),
        Key::InsecureListen => Some(INSECURE_LISTEN_DEFAULT),
        Key::MinFreeSpace => Some(MIN_FREE_SPACE_DEFAULT),
        Key::Limit(key) => Some(key.default_text()),
        Key::Data
        | Key::Playbook
        | Key::Sample
        | Key::CorsOrigin
        | Key::TlsCert
        | Key::TlsPrivate
        | Key::TlsClientCa
        | Key::Metrics
        | Key::OtlpEndpoint
        | Key::MasterKeyFile
        | Key::AuditDir
        | Key::AuditKeepDays => None,
        Key::Oidc(key) => key.default_text(),
    }
}

/// Every key on a line: its effective value and where that comes from, as a configuration file that would mean the
/// same. A key without a value is a comment.
pub(super) fn dump(layers: &[Layer]) -> String {
    let mut text = String::new();
    for key in Key::all() {
        let said = effective(layers, key);
        text += &match said.as_slice() {
            [] => format!("# {} is not set\n", key.name()),
            [first, ..] => format!(
                "{} = {} # {}\n",
                key.name(),
                value(key, &said),
                first.origin.of(key)
            ),
        };
    }
    text
}

/// The values of a key that are in force. Empty if it has none.
fn effective(layers: &[Layer], key: Key) -> Vec<Said> {
    let first = layers.iter().find_map(|layer| layer.said(key));
    let (playbook, sample) = first_said(layers);
    match key {
        Key::CorsOrigin => said_in_order(layers, key),
        Key::Oidc(of) if of.is_list() => said_in_order(layers, key),
        Key::Playbook => playbook.into_iter().collect(),
        Key::Sample => sample.into_iter().collect(),
        _ => {
            let is_there = |layer: &Layer| layer.said(Key::Oidc(OidcKey::Issuer)).is_some();
            let counts = !matches!(key, Key::Oidc(_)) || layers.iter().any(is_there);
            let default = default_of(key).filter(|_| counts).map(Said::by_default);
            first.or(default).into_iter().collect()
        }
    }
}

/// Values as a configuration file has them.
fn value(key: Key, said: &[Said]) -> Value {
    let texts = said.iter().map(|said| said.text.clone());
    match key {
        Key::CorsOrigin => Value::Array(texts.map(Value::String).collect()),
        Key::Oidc(of) if of.is_list() => Value::Array(texts.map(Value::String).collect()),
        Key::InsecureListen => Value::Boolean(said.iter().any(|said| said.text == "true")),
        Key::Limit(_) | Key::AuditKeepDays => {
            let text: String = texts.collect();
            match text.parse() {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::String(text),
            }
        }
        _ => Value::String(texts.collect()),
    }
}
