//! Texts in one form: the same text typed on two machines must be the same text here, and two texts that look the same
//! must be one where a text is a key.

use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

/// The text in the Unicode form NFC. A text that is in this form already is returned as it is.
pub fn one_form(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// The text in the Unicode form NFKC: signs that differ in their looks alone, such as letters of full width, are one.
pub(crate) fn plain_form(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfkc().collect())
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

/// Whether nobody sees this character, or it changes how the text around it is seen: control characters, marks of
/// direction, marks without a width, selectors of a variant, ends of lines and paragraphs, marks that other programs
/// act on, and the pattern of Braille without a dot. A key with one looks like the key without it.
pub const fn is_unseen(character: char) -> bool {
    match character {
        // Control characters: C0, DEL and C1.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        // The soft hyphen, and marks that join or fill.
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{3164}' | '\u{ffa0}' => true,
        // Without a width, joiners, and marks of direction.
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => true,
        // Selectors of how the sign before is drawn, and the blank of Braille.
        '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}'
        | '\u{2800}' => true,
        // Ends of lines and paragraphs.
        '\u{2028}' | '\u{2029}' => true,
        // Annotations and tags.
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => false,
    }
}

/// Whether texts of some scripts need this character, although it is not seen: joiners, selectors of a variant, the
/// blank of Braille, and the marks that set the direction of what stands beside them. A text for people may have it, a
/// key may not.
pub const fn is_of_script(character: char) -> bool {
    matches!(
        character,
        '\u{61c}'
            | '\u{180b}'..='\u{180d}'
            | '\u{180f}'
            | '\u{200c}'..='\u{200f}'
            | '\u{2800}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

/// Whether a text can be a key: every character is seen, and there are no spaces at its ends.
pub fn is_key(text: &str) -> bool {
    !text.chars().any(is_unseen) && text.trim() == text
}

/// Whether a text is one line for people: nothing in it ends the line or turns it around.
pub fn is_one_line(text: &str) -> bool {
    text.chars().all(|c| !is_unseen(c) || is_of_script(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_no_part_of_a_key() {
        for unseen in [
            "\0",
            "\t",
            "\n",
            "\x1b",
            "\x7f",
            "\u{85}",
            "\u{ad}",
            "\u{61c}",
            "\u{200b}",
            "\u{200c}",
            "\u{200d}",
            "\u{200e}",
            "\u{200f}",
            "\u{2028}",
            "\u{2029}",
            "\u{202a}",
            "\u{202b}",
            "\u{202c}",
            "\u{202d}",
            "\u{202e}",
            "\u{2060}",
            "\u{2066}",
            "\u{2067}",
            "\u{2068}",
            "\u{2069}",
            "\u{feff}",
            "\u{180b}",
            "\u{2800}",
            "\u{fe00}",
            "\u{fe0f}",
            "\u{e0100}",
        ] {
            assert!(!is_key(&format!("a{unseen}b")), "{unseen:?}");
            assert!(!is_key(&format!("{unseen}a")), "{unseen:?}");
            assert!(!is_key(&format!("a{unseen}")), "{unseen:?}");
        }
        for seen in [
            "a b",
            "a\u{a0}b",
            "jürgen",
            "ju\u{308}rgen",
            "日本",
            "של",
            "👨",
            "e\u{301}",
            "😀",
        ] {
            assert!(is_key(seen), "{seen:?}");
        }
        assert!(!is_key(" a") && !is_key("a\u{a0}"));
    }

    #[test]
    fn a_line_for_people_may_have_what_its_script_needs() {
        assert!(
            is_one_line("می\u{200c}خواهم")
                && is_one_line("\u{200f}שלום")
                && is_one_line("👨\u{200d}👩")
                && is_one_line("❤\u{fe0f}")
                && is_one_line("⠓\u{2800}⠊")
        );
        for broken in [
            "a\nb",
            "a\u{2028}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\x1bb",
        ] {
            assert!(!is_one_line(broken), "{broken:?}");
        }
    }

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
