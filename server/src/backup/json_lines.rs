//! A whole store as lines of JSON: a header, then each event.

use crate::codec::json::{EventJson, EventJsonError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::io::Write;

/// The number of the form of exports. Add 1 for every change that older programs cannot read.
pub(super) const EXPORT_FORM: u64 = 1;

/// The first line of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportHeader {
    /// The number of the form.
    pub signpost_export: u64,
    /// The id of the store, 32 hexadecimal digits.
    pub store_id: String,
    /// The stores that it was restored of, the oldest first.
    pub ancestors: Vec<signpost_backup::Ancestor>,
    /// The number of the schema of its log.
    pub schema: u64,
    /// The version of the server.
    pub server_version: String,
    /// The last event of the export.
    pub last_sequence: u64,
}

/// A line with an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JsonLine<'a> {
    /// Its sequence.
    pub sequence: u64,
    /// The CRC-32 of its stored bytes.
    pub crc32: u32,
    /// The event.
    #[serde(borrow)]
    pub event: &'a RawValue,
}

/// Appends the line of an event.
///
/// # Errors
/// When the stored bytes do not become JSON.
pub(crate) fn push_line(
    out: &mut Vec<u8>,
    json: &EventJson,
    (sequence, stored): (u64, &[u8]),
) -> Result<(), EventJsonError> {
    let crc32 = crc32fast::hash(stored);
    // Memory can always be written.
    drop(write!(
        out,
        "{{\"sequence\":{sequence},\"crc32\":{crc32},\"event\":"
    ));
    json.push(out, stored)?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

impl JsonLine<'_> {
    /// The stored bytes of the event.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn stored(&self, json: &EventJson) -> Result<Vec<u8>, String> {
        let is_right = |stored: &[u8]| crc32fast::hash(stored) == self.crc32;
        let stored = json.stored(self.event.get().as_bytes(), is_right);
        let stored = stored.map_err(|error| error.to_string())?;
        stored.ok_or_else(|| "it is not the event that was exported".to_owned())
    }
}
