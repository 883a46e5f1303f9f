//! Values of a playbook, each in its one form.

use crate::money::{Money, parse_scaled};
use crate::playbook::format::parts::Decimal;
use crate::time::Millis;

/// A condition without the spaces that have no meaning.
pub(super) fn condition(text: &str) -> String {
    // A text that can contain its own quotes is left unchanged.
    if text.contains(['\\']) || text.contains("\"\"\"") || text.contains("'''") {
        return text.trim().to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut quote = None;
    let mut blank = false;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for c in text.trim().chars() {
        if quote.is_none() && c.is_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank)
            && plain.ends_with(is_word)
            && (is_word(c) || c == '"' || c == '\'')
        {
            plain.push(' ');
        }
        plain.push(c);
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
    }
    plain
}

/// A span with all its units, such as `1d2h3m`.
pub(super) fn span(Millis(mut rest): Millis) -> String {
    let units = [
        ("d", Millis::DAY),
        ("h", Millis::HOUR),
        ("m", Millis::MINUTE),
        ("s", Millis::SECOND),
    ];
    let mut text = String::new();
    for (name, Millis(unit)) in units.into_iter().chain([("ms", Millis(1))]) {
        if rest / unit > 0 {
            text += &format!("{}{name}", rest / unit);
        }
        rest %= unit;
    }
    match text.is_empty() {
        true => "0s".to_owned(),
        false => text,
    }
}

/// Converts a name such as `LiveText` to `live_text`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (place, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && place > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// An amount as a decimal.
pub(super) fn amount(money: Money) -> String {
    scaled(money.micros(), 6)
}

/// A decimal as written, without zeros that have no meaning.
pub(super) fn decimal(Decimal(text): &Decimal) -> String {
    parse_scaled(text, 6).map_or_else(|| text.clone(), |micros| scaled(micros, 6))
}

/// A scaled number as a decimal, without zeros that have no meaning.
pub(super) fn scaled(value: i64, decimals: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}
