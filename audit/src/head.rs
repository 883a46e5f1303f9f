//! The head of a chain: what somebody outside keeps, so that cutting the chain shows.

use std::fmt;
use std::str::FromStr;

/// The number of a record and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the record; 0 before the first one.
    pub number: u64,
    /// Its hash; zeros before the first record.
    pub hash: [u8; 32],
}

impl Head {
    /// What the first record follows.
    pub const NONE: Head = Head {
        number: 0,
        hash: [0; 32],
    };

    /// The hash as 64 hexadecimal digits.
    pub fn hash_text(&self) -> String {
        blake3::Hash::from(self.hash).to_hex().to_string()
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash_text())
    }
}

/// Reads a hash of 64 hexadecimal digits.
pub(crate) fn hash_of(text: &str) -> Option<[u8; 32]> {
    blake3::Hash::from_hex(text).ok().map(Into::into)
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Head, &'static str> {
        let wrong = "must be the number of a record, a colon, and 64 hexadecimal digits, as signpost audit head prints it";
        let (number, hash) = text.trim().split_once(':').ok_or(wrong)?;
        Ok(Head {
            number: number.parse().map_err(|_| wrong)?,
            hash: hash_of(hash).ok_or(wrong)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_as_it_is_shown() {
        let head = Head {
            number: 4711,
            hash: [0xa5; 32],
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        assert_eq!(format!(" {head}\n").parse(), Ok(head));
        for bad in ["", "7", "7:", "x:00", "7:00", &format!("-{head}")] {
            assert!(bad.parse::<Head>().is_err(), "{bad}");
        }
    }
}
