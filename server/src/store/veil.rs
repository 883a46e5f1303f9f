//! What hides the bytes of a store: personal values are sealed where they are stored, and names are hashed in the keys
//! of rows. The meaning of both is known to whoever opens the folder; here bytes pass through.

use crate::keys::Keys;
use std::borrow::Cow;
use std::sync::Arc;

/// Opens a stored value. The error says why it does not open.
type Open = fn(Vec<u8>, &Keys) -> Result<Vec<u8>, String>;
/// Opens the value of the row under a key. The error says why it does not open.
type OpenRow = fn(&[u8], Vec<u8>, &Keys) -> Result<Vec<u8>, String>;
/// How many bytes at the beginning of a key are stored otherwise, and what they are stored as.
type Hide = fn(&[u8], &Keys) -> Option<(usize, Vec<u8>)>;

/// The keys of a store, and what is hidden by them.
#[derive(Clone, Debug)]
pub struct Veil {
    /// The keys.
    pub keys: Arc<Keys>,
    /// Opens an event.
    pub event: Open,
    /// Opens a row.
    pub row: OpenRow,
    /// Hides the name in a key. A beginning of a key that does not have the whole name is not hidden.
    pub hide: Hide,
}

/// What may hide the bytes of a store.
#[derive(Clone, Debug, Default)]
pub(super) struct MaybeVeil(pub(super) Option<Arc<Veil>>);

impl MaybeVeil {
    pub(super) fn event(&self, stored: Vec<u8>) -> Result<Vec<u8>, String> {
        match &self.0 {
            Some(veil) => (veil.event)(stored, &veil.keys),
            None => Ok(stored),
        }
    }

    pub(super) fn row(&self, key: &[u8], stored: Vec<u8>) -> Result<Vec<u8>, String> {
        match &self.0 {
            Some(veil) => (veil.row)(key, stored, &veil.keys),
            None => Ok(stored),
        }
    }

    /// The key as it is stored.
    pub(super) fn hidden<'a>(&self, key: &'a [u8]) -> Cow<'a, [u8]> {
        let hidden = self
            .0
            .as_ref()
            .and_then(|veil| (veil.hide)(key, &veil.keys));
        match hidden {
            Some((length, instead)) => Cow::Owned([&instead, &key[length..]].concat()),
            None => Cow::Borrowed(key),
        }
    }
}

/// The same `key` where `from` at its beginning is `to`. A key without it stays as it is.
pub(super) fn moved<'a>(key: &'a [u8], from: &[u8], to: &[u8]) -> Cow<'a, [u8]> {
    match key.strip_prefix(from) {
        Some(rest) if from != to => Cow::Owned([to, rest].concat()),
        _ => Cow::Borrowed(key),
    }
}
