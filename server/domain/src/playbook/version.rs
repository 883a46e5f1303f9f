//! The version of a playbook: the hash of what was written.
//!
//! Comments, spacing, quoting and the order of keys do not count, since they mean nothing; scalars count as they are
//! written and nothing is filled in. The order of the routes of a reason and of the entries of maps with names of
//! their own does count: it breaks ties and is shown.

use super::tree::{Entry, Node, Value};
use crate::ids::PlaybookVersion;

/// Keys whose mappings mean something by their order.
const ORDERED: [&str; 5] = ["routes", "channels", "calendars", "queues", "facts"];

/// The version of a document.
pub(super) fn of(root: &Node<'_>) -> PlaybookVersion {
    let mut hasher = blake3::Hasher::new();
    write(&mut hasher, root, false);
    PlaybookVersion::stored(hasher.finalize().to_hex().as_str())
}

/// Every part begins with its kind and its size, so that no two documents are written alike.
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
