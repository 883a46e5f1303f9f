//! Names made from what people wrote into a table. There are three: the label that a playbook shows, the key under
//! which two spellings of the same name are equal, and the id. `playbook from-csv` makes a playbook with them; `send`
//! finds the reasons of that playbook with them.

use signpost_domain::ids::SLUG_BYTES_MAX;
use signpost_domain::playbook::limits::LABEL_BYTES_MAX;

/// The label of the secondary reason of rows that name only a primary reason.
pub(crate) const OTHER: &str = "Other";
/// The label of the channel of rows that name none.
pub(crate) const UNKNOWN_CHANNEL: &str = "Unknown";

/// The text as one line of at most [`LABEL_BYTES_MAX`] bytes. A longer text is cut and ends with `…`.
pub(crate) fn label(text: &str) -> String {
    const END: &str = "…";
    let mut label = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(word);
        if label.len() > LABEL_BYTES_MAX {
            let mut end = LABEL_BYTES_MAX - END.len();
            while !label.is_char_boundary(end) {
                end -= 1;
            }
            label.truncate(end);
            label.push_str(END);
            break;
        }
    }
    label
}

/// The key of a name. It is equal for two spellings that differ only in case and blanks.
pub(crate) fn key(text: &str) -> String {
    label(text).to_lowercase()
}

/// How the letters of a language are written in ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Without their marks: `Störung` is `storung`, `Résumé` is `resume`.
    #[default]
    Plain,
    /// As in German: `Störung` is `stoerung`.
    German,
}

impl Letters {
    /// Those of a language, such as `de-AT`.
    pub(crate) fn of(locale: &str) -> Letters {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        match language.eq_ignore_ascii_case("de") {
            true => Letters::German,
            false => Letters::Plain,
        }
    }

    fn written(self, text: &str) -> String {
        let text = signpost_domain::text::one_form(text);
        if self == Letters::Plain {
            return text.into_owned();
        }
        let mut written = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                'ä' | 'Ä' => written += "ae",
                'ö' | 'Ö' => written += "oe",
                'ü' | 'Ü' => written += "ue",
                c => written.push(c),
            }
        }
        written
    }
}

/// The id made from a text, with [`Letters::Plain`]. See [`slug_in`].
pub(crate) fn slug(text: &str, prefix: &str) -> String {
    slug_in(text, prefix, Letters::Plain)
}

/// The id made from a text: ASCII letters, digits and single `_`, at most [`SLUG_BYTES_MAX`] bytes. If it would not
/// begin with a letter, `prefix` and `_` are put before it. Different texts can have the same id.
pub(crate) fn slug_in(text: &str, prefix: &str, letters: Letters) -> String {
    let mut slug = String::new();
    for c in deunicode::deunicode(&letters.written(&label(text))).chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    if !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
        slug = format!("{prefix}_{slug}");
    }
    slug.truncate(SLUG_BYTES_MAX);
    slug.truncate(slug.trim_end_matches('_').len());
    slug
}

/// The id with a number after it, which makes it different from others: `fee_2`.
pub(crate) fn numbered(slug: &str, number: usize) -> String {
    let tail = format!("_{number}");
    let mut slug = slug.to_owned();
    slug.truncate(SLUG_BYTES_MAX - tail.len());
    slug + &tail
}

/// The prefix of the id of a reason that would not begin with a letter.
pub(crate) const REASON_PREFIX: &str = "r";
/// The prefix of the id of a channel that would not begin with a letter.
pub(crate) const CHANNEL_PREFIX: &str = "c";
/// The prefix of the id of a tier that would not begin with a letter.
pub(crate) const TIER_PREFIX: &str = "tier";

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_domain::ids::Slug;

    #[test]
    fn ids_are_ascii_begin_with_a_letter_and_end() {
        for (text, id) in [
            ("Noise - Residential", "noise_residential"),
            ("  Réservation\tmodifiée ", "reservation_modifiee"),
            ("311 External Request", "r_311_external_request"),
            ("order_issue", "order_issue"),
            ("Straße", "strasse"),
            ("C++", "c"),
            ("?", "r"),
            ("", "r"),
            ("___", "r"),
        ] {
            assert_eq!(slug(text, REASON_PREFIX), id, "{text}");
            assert!(Slug::new(id).is_ok());
        }
        for (text, plain, german) in [
            ("Kündigung", "kundigung", "kuendigung"),
            ("Sto\u{308}rung", "storung", "stoerung"),
            ("GERÄT / Maße", "gerat_masse", "geraet_masse"),
        ] {
            assert_eq!(slug(text, REASON_PREFIX), plain);
            assert_eq!(slug_in(text, REASON_PREFIX, Letters::of("de-AT")), german);
            assert_eq!(slug_in(text, REASON_PREFIX, Letters::of("den")), plain);
        }
        for long in [
            "x".repeat(1 << 20),
            "ü".repeat(99),
            "a ".repeat(99),
            "日本".repeat(40),
        ] {
            let id = slug(&long, REASON_PREFIX);
            assert!(Slug::new(&id).is_ok(), "{id}");
            let second = numbered(&id, 12);
            assert!(Slug::new(&second).is_ok() && second != id, "{second}");
        }
    }

    #[test]
    fn labels_are_one_line_and_spellings_are_one() {
        assert_eq!(label(" a\r\n b\u{7}c "), "a b c");
        assert_eq!(key("NOISE  - Residential "), key("Noise - residential"));
        let long = label(&"ü".repeat(LABEL_BYTES_MAX));
        assert!(
            long.len() <= LABEL_BYTES_MAX && long.ends_with('…'),
            "{long}"
        );
        let whole = "x".repeat(LABEL_BYTES_MAX);
        assert_eq!(label(&whole), whole);
        assert_eq!(label(&label(&"x ".repeat(300))), label(&"x ".repeat(300)));
    }
}
