//! Case numbers for the phone: digits that reveal nothing. The last digit is a check digit.
//!
//! The sequence of a case goes through a keyed permutation of the numbers with the same number of digits. So the
//! numbers of cases that were opened one after the other have no visible relation, and nobody can count cases by their
//! numbers. The permutation is a Feistel network over decimal halves, as in NIST SP 800-38G, with BLAKE3 for its
//! rounds. The check digit is that of H. Michael Damm (2004). It finds every single wrong digit, and every swap of two
//! neighbouring digits.

use crate::ids::{CaseId, Seq};

/// The number of digits before the check digit, if the sequence fits.
const DIGITS: u32 = 10;
/// The number of digits before the check digit for larger sequences.
const DIGITS_LONG: u32 = 18;
/// The number of rounds of the network, the same as in FF1.
const ROUNDS: u8 = 10;
/// The number of digits that are spoken as a group.
const GROUP: usize = 4;

/// The table for the check digit: a totally anti-symmetric quasigroup of order 10, from Damm's thesis.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Why a text is not a case number. The message says which text would be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text has another form than a case number.
    #[error(
        "must be case_ and 13 letters or digits, or a case number of 11 digits, as an answer gave it"
    )]
    Shape,
    /// The check digit does not fit: a digit was heard or typed wrong.
    #[error(
        "is not a valid case number: its check digit does not fit; a digit is wrong, or two digits are swapped"
    )]
    CheckDigit,
}

/// Converts cases to numbers and back, for the cases of one store.
#[derive(Clone)]
pub struct CaseNumbers {
    key: [u8; 32],
}

impl CaseNumbers {
    /// The numbers under a secret of 32 bytes. The numbers stay the same for the life of the store.
    pub const fn new(key: [u8; 32]) -> CaseNumbers {
        CaseNumbers { key }
    }

    /// The number of a case, in groups of digits, such as `7012 3456 788`.
    pub fn of(&self, case: CaseId) -> String {
        let digits = if case.0.0 < 10_u64.pow(DIGITS) {
            DIGITS
        } else {
            DIGITS_LONG
        };
        let number = self.permuted(case.0.0, digits, 0..ROUNDS, true);
        let body = format!("{number:0width$}", width = digits as usize);
        let all = format!("{body}{}", check_digit(body.bytes()));
        let groups: Vec<&[u8]> = all.as_bytes().chunks(GROUP).collect();
        String::from_utf8_lossy(&groups.join(&b' ')).into_owned()
    }

    /// Whether a text is meant as a number, and not as an id without its `case_`. It is a number if it has as many
    /// digits as a number, or is in groups.
    pub fn is_meant(text: &str) -> bool {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let grouped = |byte| matches!(byte, b' ' | b'-');
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_grouped = text.bytes().any(grouped)
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || grouped(byte));
        let is_whole = [DIGITS, DIGITS_LONG].contains(&(digits.saturating_sub(1) as u32));
        is_grouped || (is_plain && is_whole)
    }

    /// The case with this number. Spaces and hyphens are ignored. The function does not check whether the case exists.
    ///
    /// # Errors
    /// If the text is not a number, or if its check digit does not fit.
    pub fn read(&self, text: &str) -> Result<CaseId, NumberError> {
        let spoken = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
        let digits: Vec<u8> = spoken.collect();
        let is_number = digits.iter().all(u8::is_ascii_digit);
        let length = digits.len().saturating_sub(1) as u32;
        if !is_number || (length != DIGITS && length != DIGITS_LONG) {
            return Err(NumberError::Shape);
        }
        if check_digit(digits.iter().copied()) != 0 {
            return Err(NumberError::CheckDigit);
        }
        let value = |sum: u64, digit: &u8| sum * 10 + u64::from(digit - b'0');
        let number = digits[..digits.len() - 1].iter().fold(0, value);
        let seq = self.permuted(number, length, (0..ROUNDS).rev(), false);
        Ok(CaseId(Seq(seq)))
    }

    /// The network over two halves of `digits` / 2 digits each, forward or backward.
    fn permuted(
        &self,
        number: u64,
        digits: u32,
        rounds: impl Iterator<Item = u8>,
        forth: bool,
    ) -> u64 {
        let half = 10_u64.pow(digits / 2);
        let (mut left, mut right) = (number / half, number % half);
        for round in rounds {
            let fixed = if round % 2 == 0 { right } else { left };
            let added = self.round(digits, round, fixed) % half;
            let moved = if round % 2 == 0 {
                &mut left
            } else {
                &mut right
            };
            *moved = match forth {
                true => (*moved + added) % half,
                false => (*moved + half - added) % half,
            };
        }
        left * half + right
    }

    fn round(&self, digits: u32, round: u8, half: u64) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&digits.to_be_bytes());
        hasher.update(&[round]);
        hasher.update(&half.to_be_bytes());
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }
}

/// The check digit for `digits`; 0 if `digits` end with their correct check digit.
fn check_digit(digits: impl Iterator<Item = u8>) -> u8 {
    digits.fold(0, |interim, digit| {
        DAMM[usize::from(interim)][usize::from(digit - b'0')]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers() -> CaseNumbers {
        CaseNumbers::new([7; 32])
    }

    #[test]
    fn the_check_digit_is_that_of_the_thesis() {
        assert_eq!(check_digit(b"572".iter().copied()), 4);
        assert_eq!(check_digit(b"5724".iter().copied()), 0);
    }

    #[test]
    fn numbers_of_neighbours_tell_nothing() {
        let of = |seq| numbers().of(CaseId(Seq(seq)));
        let (one, two) = (of(1), of(2));
        assert_eq!(one.len(), 13, "{one}");
        let same = one.bytes().zip(two.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 8, "{one} and {two}");
        assert_ne!(one, CaseNumbers::new([8; 32]).of(CaseId(Seq(1))));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "12", "case_0000000000002", "1234 5678 901x", "１２３"] {
            assert_eq!(numbers().read(text), Err(NumberError::Shape), "{text}");
        }
    }

    #[test]
    fn numbers_and_ids_are_told_apart() {
        for text in [
            "7012 3456 788",
            "70123456789",
            "7012-34",
            "12 3",
            "1234567890123456789",
        ] {
            assert!(CaseNumbers::is_meant(text), "{text}");
        }
        for text in [
            "",
            "2",
            "0000000000002",
            "case_0000000000002",
            "7012 345x",
            "no number",
        ] {
            assert!(!CaseNumbers::is_meant(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_back(seq in 0..u64::MAX / 100) {
            let case = CaseId(Seq(seq % 10_u64.pow(DIGITS_LONG)));
            let number = numbers().of(case);
            prop_assert_eq!(numbers().read(&number), Ok(case));
            prop_assert_eq!(numbers().read(&number.replace(' ', "-")), Ok(case));
        }

        #[test]
        fn one_wrong_digit_is_found(seq in 0..10_u64.pow(DIGITS), place in 0..11_usize, by in 1..10_u8) {
            let number = numbers().of(CaseId(Seq(seq))).replace(' ', "");
            let mut bytes = number.into_bytes();
            bytes[place] = b'0' + (bytes[place] - b'0' + by) % 10;
            let text = String::from_utf8(bytes).unwrap_or_default();
            prop_assert_eq!(numbers().read(&text), Err(NumberError::CheckDigit));
        }

        #[test]
        fn two_neighbours_that_changed_places_are_found(seq in 0..10_u64.pow(DIGITS), place in 0..10_usize) {
            let mut bytes = numbers().of(CaseId(Seq(seq))).replace(' ', "").into_bytes();
            prop_assume!(bytes[place] != bytes[place + 1]);
            bytes.swap(place, place + 1);
            let text = String::from_utf8(bytes).unwrap_or_default();
            prop_assert_eq!(numbers().read(&text), Err(NumberError::CheckDigit));
        }
    }
}
