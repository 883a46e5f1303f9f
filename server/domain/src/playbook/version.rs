//! The version of a playbook: the hash of the written document.
//!
//! Comments, spacing, quoting and the order of keys do not change the version, because they have no meaning. Scalars
//! are hashed as they are written, and defaults are not filled in. The order does change the version in two cases: for
//! the routes of a reason, and for mappings whose names the author chooses. There the order decides between equal
//! routes and is shown to people.

use super::tree::{Entry, Node, Value};
use crate::ids::PlaybookVersion;

/// The keys of mappings whose order has a meaning.
const ORDERED: [&str; 5] = ["routes", "channels", "calendars", "queues", "facts"];

/// The version of a document.
pub(super) fn of(root: &Node<'_>) -> PlaybookVersion {
    let mut hasher = blake3::Hasher::new();
    write(&mut hasher, root, false);
    PlaybookVersion::stored(hasher.finalize().to_hex().as_str())
}

/// Hashes a value. Every part begins with its kind and its size, so that no two documents give the same input.
fn write(hasher: &mut blake3::Hasher, node: &Node<'_>, is_ordered: bool) {
    match &node.value {
        Value::Scalar { text, .. } => {
            begin(hasher, b's', text.len());
            hasher.update(text.as_bytes());
        }
        Value::List(items) => {
            begin(hasher, b'l', items.len());
            for item in items {
                write(hasher, item, false);
            }
        }
        Value::Map(entries) => {
            begin(hasher, b'm', entries.len());
            let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
            if !is_ordered {
                entries.sort_by(|one, other| one.key.cmp(&other.key));
            }
            for entry in entries {
                begin(hasher, b'k', entry.key.len());
                hasher.update(entry.key.as_bytes());
                write(hasher, &entry.node, ORDERED.contains(&entry.key.as_ref()));
            }
        }
    }
}

fn begin(hasher: &mut blake3::Hasher, kind: u8, size: usize) {
    hasher.update(&[kind]);
    hasher.update(&(size as u64).to_be_bytes());
}
