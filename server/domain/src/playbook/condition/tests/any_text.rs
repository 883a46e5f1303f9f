//! Any text as a condition is either refused or read, and never breaks anything.

use super::{Condition, Known, declared};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_refused_or_read(text in any::<String>()) {
        let _ = Condition::compile(&text, &declared());
    }

    #[test]
    fn any_words_are_refused_or_read(words in proptest::collection::vec(word(), 1..24)) {
        if let Ok(condition) = Condition::compile(&words.concat(), &declared()) {
            let _ = condition.holds(&Known::default());
        }
    }
}

/// A word that occurs in conditions, or a word that does not.
fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "facts",
        "bags",
        "contact",
        "channel",
        "now",
        "has",
        "duration",
        "in",
        "true",
        "null",
        ".",
        ".?",
        ",",
        "(",
        ")",
        "[",
        "]",
        "[?",
        "{",
        "}",
        ":",
        "?",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        " ",
        "\n",
        "//",
        "\\",
        "'",
        "\"",
        "'''",
        "r'",
        "b\"",
        "'a'",
        "'\\x'",
        "'\\u12'",
        "'\\U00110000'",
        "'\\777'",
        "0x",
        "0xFF",
        "1",
        "1.",
        ".5",
        "1e",
        "1e999",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551616u",
        "1u",
        "`a`",
        "`",
        "é",
        "\0",
        "all",
        "exists_one",
        "map",
        ".all(x, x)",
        "has(a)",
        "$",
        "@",
        "#",
    ])
}
