//! The key of a customer, and the number of the record that it names.

use super::{ContactId, CustomerKey, ID_LETTERS, NameError, Seq, number_of, write_id};
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What the id of an erased customer begins with.
const ERASED_PREFIX: &str = "erased_";

/// The key of a customer: the platform's own key, or a key `cust_…` that Signpost made.
///
/// It also has the number of the record that it names, once there is one. Personal values are stored under that number,
/// so that they can be erased. It plays no part in comparing: two ids with the same text are the same.
#[derive(Clone)]
pub struct CustomerId {
    key: CustomerKey,
    record: Option<Seq>,
}

impl CustomerId {
    /// Checks the text.
    ///
    /// # Errors
    /// If the text is empty, is too long, or has a character that is not allowed. Return the error to the author of the
    /// text.
    pub fn new(text: impl AsRef<str>) -> Result<CustomerId, NameError> {
        CustomerKey::new(text).map(|key| CustomerId { key, record: None })
    }

    /// Takes a text that was checked when it was written. Only for text that comes from the store.
    pub fn stored(text: impl Into<Arc<str>>) -> CustomerId {
        let key = CustomerKey::stored(text);
        CustomerId { key, record: None }
    }

    /// The key that Signpost makes for the customer of a contact whose caller gave no key: `cust_` and 16 letters or
    /// digits, computed from the contact. If the key is already in use, call this again with another `attempt`.
    pub fn brought_by(contact: &ContactId, attempt: u32) -> CustomerId {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&attempt.to_be_bytes());
        hasher.update(contact.as_str().as_bytes());
        let letter = |byte: &u8| char::from(ID_LETTERS[usize::from(byte % 32)]);
        let letters = hasher
            .finalize()
            .as_bytes()
            .iter()
            .take(16)
            .map(letter)
            .collect::<String>();
        CustomerId::stored(format!("cust_{letters}"))
    }

    /// What is left of the id of a customer who was erased: `erased_` and 13 letters or digits, which tell the number
    /// of the record and nothing of the customer.
    pub fn erased(record: Seq) -> CustomerId {
        struct Text(Seq);
        impl fmt::Display for Text {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, ERASED_PREFIX, self.0)
            }
        }
        CustomerId::stored(Text(record).to_string()).of_record(record)
    }

    /// Whether it is the id of a customer who was erased.
    pub fn is_erased(&self) -> bool {
        let letters = self.as_str().strip_prefix(ERASED_PREFIX);
        letters.and_then(number_of).is_some()
    }

    /// The same id, with the number of its record: the sequence that first recorded the customer.
    #[must_use]
    pub fn of_record(self, record: Seq) -> CustomerId {
        let record = Some(record);
        CustomerId { record, ..self }
    }

    /// The number of its record; `None` for an id as a caller told it.
    pub const fn record(&self) -> Option<Seq> {
        self.record
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.key.as_str()
    }
}

impl PartialEq for CustomerId {
    fn eq(&self, other: &CustomerId) -> bool {
        self.key == other.key
    }
}

impl Eq for CustomerId {}

impl PartialOrd for CustomerId {
    fn partial_cmp(&self, other: &CustomerId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CustomerId {
    fn cmp(&self, other: &CustomerId) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for CustomerId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerId({self})")
    }
}

impl Serialize for CustomerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.key.serialize(serializer)
    }
}

impl std::borrow::Borrow<str> for CustomerId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_who_was_erased_tells_the_record_alone() {
        let erased = CustomerId::erased(Seq(7));
        assert_eq!(erased.as_str(), "erased_0000000000007");
        assert!(erased.is_erased() && erased.record() == Some(Seq(7)));
        assert!(!CustomerId::stored("erased_7").is_erased());
        assert!(super::super::fits_new(erased.as_str()).is_err());
        assert_eq!(
            CustomerId::stored("c1").of_record(Seq(2)),
            CustomerId::stored("c1")
        );
    }
}
