//! The first line of an export of a store as lines of JSON.

use crate::manifest::Ancestor;
use serde::{Deserialize, Serialize};

/// The number of the form of exports. Add 1 for every change that older programs cannot read.
pub const EXPORT_FORM: u64 = 1;

/// The first line of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportHeader {
    /// The number of the form.
    pub signpost_export: u64,
    /// The id of the store, 32 hexadecimal digits.
    pub store_id: String,
    /// The stores that it was restored of, the oldest first.
    pub ancestors: Vec<Ancestor>,
    /// The number of the schema of its log.
    pub schema: u64,
    /// The version of the server.
    pub server_version: String,
    /// The last event of the export.
    pub last_sequence: u64,
}
