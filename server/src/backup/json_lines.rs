//! A whole store as lines of JSON: a header ([`signpost_backup::ExportHeader`]), then each event.

use crate::codec::json::{EventJson, EventJsonError};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io::Write;

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
