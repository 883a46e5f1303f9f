//! Frequent mistakes by authors who know other languages, and what to write instead.

use crate::playbook::condition::inputs::Type;
use crate::playbook::tree::echo;

/// What to write instead of a decimal.
pub(super) const NO_DECIMALS: &str = "must be a whole number, or an amount such as money('4.10'); \
    for 1.5 times as much multiply both sides: write 2 * facts.bill > 3 * facts.usual instead of \
    facts.bill > 1.5 * facts.usual";
/// What to write instead of a division.
pub(super) const NO_DIVISION: &str = "must be a multiplication of the other side: write \
    2 * facts.bill > facts.usual instead of facts.bill > facts.usual / 2";
/// What to write instead of an operator that conditions do not have.
pub(super) const NO_OPERATOR: &str = "must be one of == != < <= > >= && || ! + - * ?: `in`";
/// What to write instead of brackets after a name.
pub(super) const NO_BRACKETS: &str =
    "must be a name after a point, such as facts.bags instead of facts['bags']";
/// A right condition, where it is not known what was meant.
pub(super) const CONDITION: &str =
    "must be a condition such as customer.known && case.repeats >= 2";

/// What to write instead of comparing a value of the first type with one of the second; `is_now`: one of them is the
/// point in time now.
pub(super) fn same_type(one: Type, other: Type, is_now: bool) -> Option<&'static str> {
    Some(match (one, other) {
        (Type::Instant, Type::Text | Type::Int) if is_now => {
            "for the hour of the day write now.hour, such as now.hour >= 20; for the weekday now.weekday"
        }
        (Type::Instant, Type::Text) => {
            "a point in time is written as timestamp('2026-01-31T09:00:00Z')"
        }
        (Type::Bool, _) => {
            "a value that is true or false is written without a comparison, such as customer.vulnerable or \
            !customer.vulnerable"
        }
        (Type::Money, Type::Int | Type::Text) => "an amount is written as money('4.10')",
        (Type::Span, Type::Int | Type::Text) => "a span of time is written as duration('1h30m')",
        (Type::Int, Type::Text) => "a number is written without quotes",
        (Type::Routes, _) => "a list of routes is written after `in`, such as 'chat' in case.tried",
        _ => return None,
    })
}

/// What to write instead of the first such mistake in an expression that could not be parsed; `None` if none was found.
/// `words` are those of the parser.
pub(super) fn right(source: &str, words: &str) -> Option<&'static str> {
    if words.contains("has()") {
        return Some("must be a call such as has(facts.since)");
    }
    let code = without_texts(source);
    let code_words = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
    for word in code_words {
        let right = match word.to_ascii_lowercase().as_str() {
            "and" => "write && instead of and",
            "or" => "write || instead of or",
            "not" => "write ! instead of not",
            "is" => "write == instead of is",
            _ => continue,
        };
        return Some(right);
    }
    if has_single_equals(&code) {
        return Some("write == instead of =");
    }
    if code.contains("<>") {
        return Some("write != instead of <>");
    }
    if has_decimal_comma(&code) {
        return Some("write an amount as money('3.50'), with a point");
    }
    None
}

/// What the parser says, in plain words. Words that are not known here stay as they are.
pub(super) fn plain(words: &str) -> String {
    const END: &str = "'<EOF>'";
    let words = words.strip_prefix("Syntax error: ").unwrap_or(words);
    let words = words.split(" expecting ").next().unwrap_or(words);
    let unexpected = [
        "mismatched input ",
        "extraneous input ",
        "no viable alternative at input ",
    ];
    if let Some(found) = unexpected.iter().find_map(|it| words.strip_prefix(it)) {
        return match found {
            END => "it ends too early".to_owned(),
            found => format!("{} is not expected here", echo(found)),
        };
    }
    if let Some(found) = words.strip_prefix("token recognition error at: ") {
        return format!("{} is not expected here", echo(found));
    }
    let missing = words.strip_prefix("missing ");
    if let Some((missing, before)) = missing.and_then(|words| words.split_once(" at ")) {
        return match before {
            END => format!("{} is missing at the end", echo(missing)),
            before => format!("{} is missing before {}", echo(missing), echo(before)),
        };
    }
    if let Some(found) = words.strip_prefix("unsupported syntax ") {
        return format!("conditions do not have {}", echo(found));
    }
    match words {
        "invalid argument to has() macro" => {
            "has(…) is called without a name that has a point".to_owned()
        }
        other => echo(other),
    }
}

/// The expression with every quoted text replaced by spaces.
fn without_texts(source: &str) -> String {
    let mut quote = None;
    let mut escaped = false;
    let blank = source.chars().map(|c| match quote {
        Some(_) if escaped => {
            escaped = false;
            ' '
        }
        Some(_) if c == '\\' => {
            escaped = true;
            ' '
        }
        Some(open) if c == open => {
            quote = None;
            c
        }
        Some(_) => ' ',
        None => {
            quote = ['\'', '"'].contains(&c).then_some(c);
            c
        }
    });
    blank.collect()
}

fn has_single_equals(code: &str) -> bool {
    let bytes = code.as_bytes();
    let at = |index: Option<usize>| index.and_then(|index| bytes.get(index)).copied();
    bytes.iter().enumerate().any(|(index, &byte)| {
        let before = at(index.checked_sub(1));
        let after = at(Some(index + 1));
        byte == b'='
            && after != Some(b'=')
            && !before.is_some_and(|before| [b'=', b'!', b'<', b'>'].contains(&before))
    })
}

fn has_decimal_comma(code: &str) -> bool {
    let bytes = code.as_bytes();
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    bytes
        .windows(3)
        .any(|three| is_digit(&three[0]) && three[1] == b',' && is_digit(&three[2]))
}
