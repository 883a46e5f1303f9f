//! Phone numbers: how a number compares, however it was written.

use super::Region;
use super::national;
use phonenumber::Mode;
use phonenumber::metadata::{DATABASE, Metadata};
use unicode_normalization::UnicodeNormalization;

/// The largest number of characters of a phone number with everything that is written around it. A longer text is not
/// parsed.
pub const PHONE_CHARS_MAX: usize = 64;

/// The fewest digits of a number with its country code. A shorter one is a number of a network or of a house.
const DIGITS_MIN: usize = 7;
/// The most digits of the code of a country.
const CODE_DIGITS_MAX: usize = 3;
/// What is dialled before a number of another country in most of the world (ITU-T E.123).
const ABROAD: &str = "00";
/// What stands before an extension in a compared number.
const EXTENSION: &str = ";ext=";

/// The number as it compares: E.164, then `;ext=` and the extension if there is one, in one spelling of the line.
/// `None` if the text is not one phone number. `region` is where a number without a country code belongs.
pub(super) fn compared(told: &str, region: Option<Region>) -> Option<String> {
    let (number, is_certain) = read(told, region)?;
    if is_certain {
        return Some(number);
    }
    // A number that no country has: it must at least be read as itself again.
    let again = read(&number, region).map(|(again, _)| again);
    (again.as_ref() == Some(&number)).then_some(number)
}

/// The number, and whether it is one that a country has.
fn read(told: &str, region: Option<Region>) -> Option<(String, bool)> {
    let written = written(told)?;
    if let Some(e164) = plain(&written).and_then(|digits| known(&digits, region)) {
        let one = national::one_spelling(&e164);
        let is_certain = one == e164;
        return Some((one, is_certain));
    }
    // A number with a plus without the region: the parser would take away from numbers of other countries what stands
    // before numbers of the region.
    let region = region.filter(|_| !written.starts_with('+'));
    let number = phonenumber::parse(region.map(|region| region.0), &written).ok()?;
    let is_valid = number.is_valid();
    // Letters may be the keys of a number such as 1-800-FLOWERS, or mean that the text is something else.
    let has_letters = written.chars().any(char::is_alphabetic);
    let extension = number.extension().map(AsRef::<str>::as_ref);
    let extension = extension.filter(|extension| !extension.is_empty());
    let e164 = match extension.and_then(|extension| without(&written, extension)) {
        Some(digits) => known(&digits, region),
        None => None,
    };
    let is_certain = is_valid || e164.is_some();
    let e164 = e164.unwrap_or_else(|| number.format().mode(Mode::E164).to_string());
    if has_letters && !is_certain || e164.len() <= DIGITS_MIN {
        return None;
    }
    let one = national::one_spelling(&e164);
    let is_certain = is_certain && one == e164;
    Some(match extension {
        None => (one, is_certain),
        Some(extension) => (format!("{one}{EXTENSION}{extension}"), is_certain),
    })
}

/// The digits of a number, with the plus at the beginning if there is one. `None` if there is more than a number and
/// what stands between its digits.
fn plain(written: &str) -> Option<String> {
    let between = |sign: char| {
        sign.is_whitespace()
            || "-.()/\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}".contains(sign)
    };
    let mut digits = String::with_capacity(written.len());
    for (place, sign) in written.chars().enumerate() {
        match sign {
            '0'..='9' => digits.push(sign),
            '+' if place == 0 => digits.push(sign),
            _ if between(sign) => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// The digits before the extension.
fn without(written: &str, extension: &str) -> Option<String> {
    let number = &written[..written.rfind(extension)?];
    let is_mark = |sign: char| sign.is_alphabetic() || " .:;,=#~".contains(sign);
    plain(number.trim_end_matches(is_mark))
}

/// The number in E.164, if its digits are a number that a country has, or one after what is dialled before it.
fn known(digits: &str, region: Option<Region>) -> Option<String> {
    if let Some(digits) = digits.strip_prefix('+') {
        return is_known(digits).then(|| format!("+{digits}"));
    }
    let metadata = DATABASE.by_id(region?.as_str())?;
    if let Some(found) = metadata.international_prefix()?.find(digits)
        && found.start() == 0
        && is_known(&digits[found.end()..])
    {
        return Some(format!("+{}", &digits[found.end()..]));
    }
    let code = metadata.country_code().to_string();
    let trunk = metadata.national_prefix().filter(|trunk| !trunk.is_empty());
    let after = |prefix: &str| digits.strip_prefix(prefix);
    let mut all = [Some(digits), trunk.and_then(after), after(&code)]
        .into_iter()
        .flatten();
    match all.find(|national| has(metadata, national)) {
        Some(national) => Some(format!("+{code}{national}")),
        // Most of the world dials 00 before a number of another country. Where the region dials something else, it
        // means that all the same, unless the region itself has the number.
        None => {
            let abroad = after(ABROAD).filter(|digits| is_known(digits))?;
            Some(format!("+{abroad}"))
        }
    }
}

/// Whether a country has the number. The digits begin with the code of the country.
fn is_known(digits: &str) -> bool {
    let codes = (1..=CODE_DIGITS_MAX).filter_map(|length| digits.split_at_checked(length));
    codes.into_iter().any(|(code, national)| {
        let countries = code
            .parse()
            .ok()
            .and_then(|code: u16| DATABASE.by_code(&code));
        let mut countries = countries.into_iter().flatten();
        !code.starts_with('0') && countries.any(|country| has(country, national))
    })
}

/// Whether a country has the number. The pattern must match all of it: those of the crate are not anchored.
fn has(country: &Metadata, national: &str) -> bool {
    let general = country.descriptors().general();
    let is_all = |end: usize| end == national.len();
    let pattern = general.national_number();
    general.is_match(national)
        && pattern
            .find(national)
            .is_some_and(|found| is_all(found.end()))
}

/// The text with the digits and signs of ASCII for those of other scripts, and without marks that are not seen. `None`
/// if it does not look like one number.
fn written(told: &str) -> Option<String> {
    let mut seen = String::with_capacity(told.len());
    for (count, sign) in told.nfkc().filter(|sign| !is_unseen(*sign)).enumerate() {
        if count == PHONE_CHARS_MAX {
            return None;
        }
        seen.push(digit(sign).unwrap_or(sign));
    }
    let seen = seen.trim();
    let number = match seen.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &seen[4..],
        _ => seen,
    };
    let begins = number.starts_with(|first: char| first.is_ascii_digit() || "+(".contains(first));
    // A star belongs to a service of the network, an @ to an address, a comma to a list.
    let is_other = number.contains(['*', '@', ',']) || number.contains(";phone-context=");
    // The parser reads this form of an extension only after some numbers.
    (begins && !is_other).then(|| number.replace(EXTENSION, " ext. "))
}

/// Marks of direction, joiners, selectors of a variant and the like, which come along when a number is copied.
const fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}'
    )
}

/// The zeros of the decimal digits of other scripts, from the Unicode Character Database (`Nd`). The nine digits after
/// a zero follow it. Full-width and mathematical digits are ASCII already.
const ZEROS: [char; 21] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
    '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}',
    '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}', '\u{1946}',
];

fn digit(sign: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| {
        u32::from(sign)
            .checked_sub(u32::from(*zero))
            .filter(|v| *v < 10)
    });
    value.and_then(|value| char::from_digit(value, 10))
}
