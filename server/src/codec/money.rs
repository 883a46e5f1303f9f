//! The stored form of amounts from callers, with their currency.

use super::CodecError;
use signpost_domain::money::{Amount, Currency, Money};
use std::borrow::Cow;

/// The code of a currency, in three capital letters; empty if the currency is unknown.
pub(super) fn currency_text(currency: Option<&Currency>) -> Cow<'_, str> {
    currency.map_or(Cow::Borrowed(""), |currency| currency.as_str().into())
}

pub(super) fn currency(code: &str, field: &'static str) -> Result<Option<Currency>, CodecError> {
    match code {
        "" => Ok(None),
        code => match Currency::new(code) {
            Some(currency) => Ok(Some(currency)),
            None => Err(CodecError::Shape(field)),
        },
    }
}

pub(super) fn amount(
    micros: Option<i64>,
    code: &str,
    field: &'static str,
) -> Result<Option<Amount>, CodecError> {
    let currency = currency(code, field)?;
    Ok(micros.map(|micros| Amount {
        money: Money::from_micros(micros),
        currency,
    }))
}
