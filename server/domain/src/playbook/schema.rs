//! The format of a playbook as a JSON schema, for editors.

use super::format::File;

/// The JSON schema (draft 2020-12) of a playbook. The schema describes the structure. References between parts are
/// checked by [`super::Playbook::read`].
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}
