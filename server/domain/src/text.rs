//! Texts in one form: the same text typed on two machines must be the same text here.

use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The text in the Unicode form NFC. A text that is in this form already is returned as it is.
pub fn one_form(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// The same as [`one_form`], of a shared text. Nothing is copied if the text is in this form already.
pub(crate) fn one_form_of(text: Arc<str>) -> Arc<str> {
    match one_form(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(other) => other.into(),
    }
}

/// The text without differences of case, in the form NFC. Unlike [`str::to_lowercase`], each character is folded for
/// itself, so that no ending depends on what stands beside it.
pub(crate) fn without_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = text.chars().flat_map(char::to_lowercase);
    let lower = lower.map(|letter| if letter == 'ς' { 'σ' } else { letter });
    lower.nfc().collect()
}

/// The text as it compares when nothing better is known of it: without blanks at its ends, in the form NFC.
pub(crate) fn as_written(text: &str) -> Cow<'_, str> {
    one_form(text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_text_is_one() {
        for (one, other) in [
            ("jürgen", "ju\u{308}rgen"),
            ("Å", "\u{212b}"),
            ("가", "\u{1100}\u{1161}"),
        ] {
            assert_eq!(one_form(one), one_form(other));
            assert_eq!(one_form(&one_form(other)), one_form(other));
        }
        assert!(matches!(one_form("jürgen"), Cow::Borrowed(_)));
        assert_eq!(without_case("ΟΔΟΣ"), without_case("οδος"));
        assert_eq!(without_case("JU\u{308}RGEN"), "jürgen");
        assert_eq!(as_written(" \u{a0}F 78 "), "F 78");
    }
}
