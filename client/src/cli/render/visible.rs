//! Text that others wrote, made safe for a terminal: characters that would control the terminal, or that nobody sees,
//! are shown instead.

use signpost_domain::text::is_unseen;

/// The styles that we write ourselves, in [`crate::cli::out::Paint`] and in tables.
const STYLES: [&str; 8] = [
    "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[35m", "\x1b[36m",
];

/// A text for people. Control characters, and others that nobody sees ([`is_unseen`]), are written as `\u{1b}`. Line
/// ends, tabs, the joiners of letters, selectors of a variant and the blank of Braille stay. Our own styles stay if
/// `styled`.
pub(crate) fn visible(text: &str, styled: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(steers) {
        let (before, from) = rest.split_at(at);
        shown += before;
        let style = STYLES.iter().find(|style| from.starts_with(*style));
        if let Some(style) = style.filter(|_| styled) {
            shown += style;
            rest = &from[style.len()..];
            continue;
        }
        let mut characters = from.chars();
        shown.extend(characters.next().into_iter().flat_map(char::escape_default));
        rest = characters.as_str();
    }
    shown + rest
}

/// As [`visible`], on one line: line ends and tabs are written out too, so that no text can begin a line of its own.
pub(crate) fn one_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    visible(&shown, false)
}

/// One cell of a table: line ends and tabs are written out, and nothing in it is unseen. Our own styles stay if
/// `styled`.
pub(crate) fn cell(text: &str, styled: bool) -> String {
    let one = text.replace('\n', "\\n").replace('\t', "\\t");
    visible(&one, styled)
}

fn steers(character: char) -> bool {
    let stays = matches!(
        character,
        '\n' | '\t' | '\u{200c}' | '\u{200d}' | '\u{2800}'
            | '\u{180b}'..='\u{180f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
    );
    is_unseen(character) && !stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        let evil = "a\x1b[2J\x1b]0;title\x07b\r\u{9b}31m\u{202e}c\x7f\tzaak 日本\n";
        let shown = r"a\u{1b}[2J\u{1b}]0;title\u{7}b\r\u{9b}31m\u{202e}c\u{7f}";
        assert_eq!(visible(evil, false), format!("{shown}\tzaak 日本\n"));
        assert_eq!(visible(evil, true), visible(evil, false));
        assert_eq!(one_line("one\ntwo\tx\x1b"), r"one\ntwo\tx\u{1b}");
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        let evil = "a\u{61c}b\u{200b}c\u{200e}d\u{2028}e\u{2066}f\u{feff}g\u{85}h";
        let shown = r"a\u{61c}b\u{200b}c\u{200e}d\u{2028}e\u{2066}f\u{feff}g\u{85}h";
        assert_eq!(visible(evil, false), shown);
        assert_eq!(one_line(evil), shown);
        assert_eq!(cell(evil, true), shown);
        assert_eq!(cell("one\ntwo\tthree", true), r"one\ntwo\tthree");
        // Letters that are joined are not torn apart.
        for joined in [
            "می\u{200c}خواهم",
            "क\u{94d}\u{200d}ष",
            "👨\u{200d}👩",
            "❤\u{fe0f}",
            "⠓\u{2800}⠊",
        ] {
            assert_eq!(visible(joined, false), joined);
        }
    }

    #[test]
    fn our_own_styles_stay_where_there_are_any() {
        let text = "\x1b[2mdim\x1b[0m \x1b[31mred\x1b[0m";
        assert_eq!(
            visible(text, true),
            "\x1b[2mdim\x1b[0m \\u{1b}[31mred\x1b[0m"
        );
        assert!(!visible(text, false).contains('\x1b'));
    }
}
