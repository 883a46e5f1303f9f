//! The id of a store, and its text form.

use std::fmt;
use std::str::FromStr;

/// The id that makes a store different from all others: 16 random bytes, drawn once when the store is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreId(pub [u8; 16]);

/// The error for a text that is not a [`StoreId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an incarnation is 32 hexadecimal digits in lower case")]
pub struct StoreIdError;

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for StoreId {
    type Err = StoreIdError;

    fn from_str(text: &str) -> Result<StoreId, StoreIdError> {
        let digits = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(StoreIdError),
        };
        let mut bytes = [0; 16];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(StoreIdError);
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digits(*high)? << 4 | digits(*low)?;
        }
        Ok(StoreId(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_id_reads_back() {
        let store_id = StoreId([0x5a; 16]);
        assert_eq!(store_id.to_string(), "5a".repeat(16));
        assert_eq!(store_id.to_string().parse(), Ok(store_id));
        for bad in [
            "",
            "0",
            "30313233343536373839616263646g66",
            "3031323334353637383961626364656667",
            "30313233343536373839616263646F66",
        ] {
            assert!(bad.parse::<StoreId>().is_err(), "{bad}");
        }
    }
}
