//! The format as a JSON schema, for editors.

use super::format::File;

/// The JSON schema (draft 2020-12) of a playbook. It says the structure; what refers to what is said by
/// [`super::Playbook::read`].
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}
