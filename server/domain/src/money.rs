//! Money as a whole number of millionths of the playbook's currency. A playbook has one currency. No floating point.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount in millionths of the playbook's currency. A negative amount is a gain.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Money(i64);

/// The currency of an amount, such as `EUR`: the currency of the playbook that was live when the amount was reported.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code of three capital letters. `None` if `code` is something else.
    pub fn new(code: &str) -> Option<Currency> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        let is_code = code.iter().all(u8::is_ascii_uppercase);
        is_code.then_some(Currency(code))
    }

    /// The three letters of the code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals an amount of this currency has: 0 to 4, [`DIGITS_USUAL`] if ISO 4217 does not have the
    /// currency.
    pub fn digits(&self) -> u32 {
        let code = self.as_str();
        let found = DIGITS.iter().find(|(_, codes)| codes.contains(&code));
        found.map_or(DIGITS_USUAL, |(digits, _)| *digits)
    }
}

/// How many decimals an amount can have: it is kept in millionths.
const DECIMALS: u32 = 6;
/// How many decimals the amounts of most currencies have.
pub const DIGITS_USUAL: u32 = 2;

/// The currencies whose amounts have another number of decimals than [`DIGITS_USUAL`]: their minor units in ISO 4217,
/// list one, as maintained by SIX. So few are otherwise that a crate, with names and symbols of all, would be more.
const DIGITS: [(u32, &[&str]); 3] = [
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount that a caller sent, with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// The amount.
    pub money: Money,
    /// The currency; `None` if it was not stored with the amount, as in older events.
    pub currency: Option<Currency>,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency {
            Some(currency) => {
                self.money.write_with(f, currency.digits())?;
                write!(f, " {currency}")
            }
            None => write!(f, "{}", self.money),
        }
    }
}

impl From<Money> for Amount {
    /// An amount whose currency is not known.
    fn from(money: Money) -> Amount {
        Amount {
            money,
            currency: None,
        }
    }
}

/// Why a text is not a valid amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number with at most six decimals.
    #[error("must be a decimal amount such as 4.10 with at most 6 decimals")]
    NotDecimal,
    /// The amount is larger than [`Money::MAX`], or lower than its negative.
    #[error("must be between -1000000 and 1000000")]
    OutOfRange,
}

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);
    /// The largest amount that a playbook or a request may name: one million of the currency.
    pub const MAX: Money = Money(1_000_000_000_000);

    /// An amount from millionths of the currency.
    pub const fn from_micros(micros: i64) -> Money {
        Money(micros)
    }

    /// The amount in millionths of the currency.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads a decimal text such as `4.10` or `-0.5`, exactly.
    ///
    /// # Errors
    /// If the text is not a decimal number with at most six decimals, or if the amount without its sign is over
    /// [`Money::MAX`].
    pub fn parse(text: &str) -> Result<Money, MoneyError> {
        let micros = parse_scaled(text, 6).ok_or(MoneyError::NotDecimal)?;
        if micros.abs() > Money::MAX.0 {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Money(micros))
    }

    /// This amount times `part` / `whole`, rounded to nearest (half away from zero), saturating.
    pub fn scaled(self, part: i64, whole: i64) -> Money {
        let whole = whole.max(1);
        // Nearly all amounts are small enough for this, which is several times faster.
        if let Some(product) = self.0.checked_mul(part) {
            let half = if product < 0 { -(whole / 2) } else { whole / 2 };
            if let Some(sum) = product.checked_add(half) {
                return Money(sum / whole);
            }
        }
        let whole = i128::from(whole);
        let product = i128::from(self.0) * i128::from(part);
        let half = if product < 0 { -whole / 2 } else { whole / 2 };
        let rounded = (product + half) / whole;
        Money(rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }
}

/// Reads a decimal text as an integer: the number times ten to the power of `decimals`. `None` if the text is not a
/// decimal, has more decimals than `decimals`, or is too large.
pub fn parse_scaled(text: &str, decimals: u32) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = !whole.is_empty()
        && all_digits(whole)
        && all_digits(fraction)
        && fraction.len() <= decimals as usize
        && (digits.contains('.') != fraction.is_empty());
    if !well_formed {
        return None;
    }
    let scale = 10_i64.checked_pow(decimals)?;
    let whole: i64 = whole.parse().ok()?;
    let padded = format!("{fraction:0<width$}", width = decimals as usize);
    let fraction: i64 = if padded.is_empty() {
        0
    } else {
        padded.parse().ok()?
    };
    let value = whole.checked_mul(scale)?.checked_add(fraction)?;
    Some(if negative { -value } else { value })
}

impl fmt::Display for Money {
    /// Writes the amount with two decimals, such as `8.32`, rounded half away from zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_with(f, DIGITS_USUAL)
    }
}

impl Money {
    /// Writes the amount with this many decimals, at most six, rounded half away from zero.
    fn write_with(self, f: &mut fmt::Formatter<'_>, digits: u32) -> fmt::Result {
        let digits = digits.min(DECIMALS);
        let units = self.scaled(1, 10_i64.pow(DECIMALS - digits)).0;
        let sign = if units < 0 { "-" } else { "" };
        let whole = 10_u64.pow(digits);
        let size = units.unsigned_abs();
        write!(f, "{sign}{}", size / whole)?;
        match digits {
            0 => Ok(()),
            digits => write!(f, ".{:0width$}", size % whole, width = digits as usize),
        }
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(self.0.saturating_neg())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        let said = |micros, code| {
            let currency = Currency::new(code);
            let money = Money(micros);
            Amount { money, currency }.to_string()
        };
        assert_eq!(said(12_500_000, "EUR"), "12.50 EUR");
        assert_eq!(said(-12_500_000, "JPY"), "-13 JPY");
        assert_eq!(said(1_234_567, "KWD"), "1.235 KWD");
        assert_eq!(said(1_234_567, "CLF"), "1.2346 CLF");
        assert_eq!(said(12_500_000, "ZZZ"), "12.50 ZZZ");
        let listed = DIGITS.iter().flat_map(|(_, codes)| *codes);
        assert!(listed.into_iter().all(|code| Currency::new(code).is_some()));
    }

    #[test]
    fn reads_decimals_exactly() {
        assert_eq!(Money::parse("4.10"), Ok(Money(4_100_000)));
        assert_eq!(Money::parse("-0.000001"), Ok(Money(-1)));
        assert_eq!(Money::parse("0.0000001"), Err(MoneyError::NotDecimal));
        assert_eq!(Money::parse("4."), Err(MoneyError::NotDecimal));
        assert_eq!(Money::parse(""), Err(MoneyError::NotDecimal));
        assert_eq!(Money::parse("1000001"), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(Money(16_255_000).to_string(), "16.26");
        assert_eq!(Money(-16_255_000).to_string(), "-16.26");
        assert_eq!(Money(5).scaled(1, 2), Money(3));
        assert_eq!(Money(-5).scaled(1, 2), Money(-3));
        assert_eq!(Money(5).scaled(-1, 2), Money(-3));
        assert_eq!(Money(7).scaled(1, 5), Money(1));
        assert_eq!(Money(-8).scaled(1, 5), Money(-2));
        assert_eq!(Money(i64::MAX).scaled(1, 1), Money(i64::MAX));
        assert_eq!(
            Money(i64::MAX).scaled(3, 5),
            Money(5_534_023_222_112_865_484)
        );
    }
}
