//! Amounts that callers told, with their currency.

use super::CodecError;
use super::write::MessageWriter;
use signpost_domain::money::{Amount, Currency, Money};

/// Three capital letters; nothing where the currency is not known.
pub(super) fn write_currency(w: &mut MessageWriter, field: u32, currency: Option<Currency>) {
    w.text(field, currency.as_ref().map_or("", Currency::as_str));
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
