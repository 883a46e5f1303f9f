//! Finding customers by the beginning of their key or of a handle.
//!
//! Each key and each handle, as told and as it compares, is found under one form: in lower case, in the Unicode form
//! NFC, without an `@` at its beginning, and of texts that look like a phone number just the digits. So `+31 6`, `316`
//! and `0612` find `+31 6 1234 5678` that was told as `06 12345678`, and `ANN@` finds `Ann@example.com`.

use super::Customer;
use crate::handle::{Compared, HandleKind, HandleKinds};
use crate::text::{as_written, without_case};
use std::sync::Arc;

/// The largest number of bytes of a text to search for.
pub const SEARCH_BYTES_MAX: usize = 256;

/// The beginning of a key or of a handle.
#[derive(Clone, PartialEq, Eq)]
pub struct SearchText {
    forms: Vec<String>,
}

/// Does not show the text: it may be the beginning of a handle.
impl std::fmt::Debug for SearchText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SearchText(***)")
    }
}

/// Why a text cannot be searched for. The message says what would be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 256 bytes without control characters, with more than blanks and signs")]
pub struct SearchTextError;

impl SearchText {
    /// Reads the beginning of a key or of a handle, in any case and Unicode form. Blanks at its ends do not matter.
    ///
    /// # Errors
    /// If the text has control characters, is over [`SEARCH_BYTES_MAX`], or is only blanks and signs of phone numbers.
    pub fn new(text: &str) -> Result<SearchText, SearchTextError> {
        if text.len() > SEARCH_BYTES_MAX || text.chars().any(char::is_control) {
            return Err(SearchTextError);
        }
        let written = written(text);
        // The beginning of a text that is no phone number can look like one: `1 2` of `1 2 Main Street`.
        let digits = digits_of_phone(&written).filter(|digits| *digits != written);
        let forms: Vec<String> = std::iter::once(written).chain(digits).collect();
        match forms.iter().all(|form| form.chars().all(is_phone_sign)) {
            true => Err(SearchTextError),
            false => Ok(SearchText { forms }),
        }
    }

    /// The same text, which can be a whole handle of one of these kinds, too: then it finds what the handle compares
    /// as. So a number without its country code finds the one with it.
    pub fn read_as(mut self, text: &str, kinds: &HandleKinds) -> SearchText {
        let told: Arc<str> = text.trim().into();
        for HandleKind { kind, .. } in kinds.declared() {
            let Compared { key, is_as_written } = kinds.compared(kind, &told, None);
            let form = search_form(&key.value);
            if !is_as_written && !form.is_empty() && !self.begins(&form) {
                self.forms.push(form);
            }
        }
        self
    }

    /// The beginnings of [`search_form`]s that are meant, at least one.
    pub fn forms(&self) -> &[String] {
        &self.forms
    }

    /// Whether a form begins with this text.
    pub fn begins(&self, form: &str) -> bool {
        self.forms.iter().any(|begin| form.starts_with(begin))
    }
}

/// The form under which a key or a handle is found. It has no control characters.
pub fn search_form(text: &str) -> String {
    let plain: String = text.chars().filter(|it| !it.is_control()).collect();
    let written = written(&plain);
    digits_of_phone(&written).unwrap_or(written)
}

fn written(text: &str) -> String {
    let written = as_written(text);
    without_case(written.strip_prefix('@').unwrap_or(&written))
}

/// The digits of a text that looks like a phone number; `None` if it does not.
fn digits_of_phone(text: &str) -> Option<String> {
    let is_of_phone = |sign: char| sign.is_ascii_digit() || is_phone_sign(sign);
    let digits = || text.chars().filter(char::is_ascii_digit);
    (text.chars().all(is_of_phone) && digits().next().is_some()).then(|| digits().collect())
}

/// Whether people write this between the digits of a phone number.
fn is_phone_sign(sign: char) -> bool {
    " +-()./".contains(sign)
}

impl Customer {
    /// The forms under which the customer is found, each once: of its key, and of its handles as told and as they
    /// compare.
    pub fn search_forms(&self) -> Vec<String> {
        let told = self.profile.identities.iter();
        let told = told.map(|identity| &*identity.key.value);
        let compared = self.handles.iter().map(|handle| &*handle.value);
        let texts = std::iter::once(self.id.as_str())
            .chain(told)
            .chain(compared);
        let mut forms: Vec<String> = texts.map(search_form).collect();
        forms.retain(|form| !form.is_empty());
        forms.sort_unstable();
        forms.dedup();
        forms
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::handle::{HandleCompare, Region};
    use crate::ids::Slug;
    use proptest::prelude::*;

    fn finds(begin: &str, text: &str) -> bool {
        SearchText::new(begin).unwrap().begins(&search_form(text))
    }

    #[test]
    fn what_begins_so_is_found_however_it_is_written() {
        for (begin, text) in [
            ("c1", "C1-north"),
            ("ANN@", "Ann@example.com"),
            ("jürg", "ju\u{308}rgen"),
            ("ju\u{308}", "JÜRGEN"),
            ("+31 6", "+31612345678"),
            ("06-12", "06 12 34 56 78"),
            ("316", "+31 (6) 12"),
            ("1 2", "1 2 Main Street"),
            ("1 2 m", "1 2 Main Street"),
            (" crm", "crm:a:b"),
            ("ann", "@AnnTweets"),
            ("@ann", "anntweets"),
        ] {
            assert!(finds(begin, text), "{begin} {text}");
        }
        for (begin, text) in [
            ("1", "c1"),
            ("nn@", "Ann@example.com"),
            ("+32", "+31612345678"),
            ("12m", "1 2 Main Street"),
        ] {
            assert!(!finds(begin, text), "{begin} {text}");
        }
    }

    #[test]
    fn a_whole_number_is_found_without_its_country_code() {
        let phone = HandleKind {
            kind: Slug::new("phone").unwrap(),
            compare: HandleCompare::Phone,
            region: Region::new("US"),
        };
        let kinds = HandleKinds::new(vec![phone]);
        let form = search_form("+12125550187");
        for text in [
            "(212) 555-0187",
            "2125550187",
            "２１２５５５０１８７",
            "+1 212",
        ] {
            let searched = SearchText::new(text).unwrap().read_as(text, &kinds);
            assert!(searched.begins(&form), "{text}");
        }
        let other = "(212) 555-0188";
        let searched = SearchText::new(other).unwrap().read_as(other, &kinds);
        assert!(!searched.begins(&form));
    }

    #[test]
    fn what_cannot_be_the_beginning_of_anything_is_refused() {
        let long = "a".repeat(SEARCH_BYTES_MAX + 1);
        for text in [
            "",
            " ",
            "@",
            "+",
            "(-",
            "\0",
            "a\u{0}b",
            "a\nb",
            "\u{9b}",
            long.as_str(),
        ] {
            assert!(SearchText::new(text).is_err(), "{text:?}");
        }
        assert_eq!(search_form("a\0b\u{1b}"), "ab");
    }

    proptest! {
        #[test]
        fn every_beginning_of_a_text_finds_it(text in "[a-cA-C0-9 +().é-]{1,12}", at in 1..12_usize) {
            let text = text.trim().to_owned();
            let begin: String = text.chars().take(at).collect();
            if let Ok(begin) = SearchText::new(&begin) {
                prop_assert!(begin.begins(&search_form(&text)));
            }
        }
    }
}
