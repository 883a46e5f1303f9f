//! E-mail addresses: how an address compares, however it was written.

use crate::text::{one_form, without_case};
use idna::AsciiDenyList;

/// The scripts that are told apart in a domain, each with its letters. A label with letters of two of them is not
/// what it looks like.
const SCRIPTS: [&[std::ops::RangeInclusive<char>]; 3] = [
    &[
        'a'..='z',
        '\u{df}'..='\u{f6}',
        '\u{f8}'..='\u{24f}',
        '\u{1e00}'..='\u{1eff}',
    ],
    &['\u{370}'..='\u{3ff}', '\u{1f00}'..='\u{1fff}'],
    &['\u{400}'..='\u{52f}'],
];

/// The address as it compares: the part before the `@` without case, the domain in the form that is looked up. `None`
/// if the text is not one address. Dots and what follows a `+` stay: whether they matter is for the mail server to say.
pub(super) fn compared(told: &str) -> Option<String> {
    let told = one_form(told.trim());
    let (local, domain) = told.split_once('@')?;
    let is_local = !local.is_empty()
        && !local.contains(|sign: char| sign.is_whitespace() || "<>\",;:".contains(sign));
    let is_domain = !domain.contains('@') && domain.contains('.');
    if !is_local || !is_domain {
        return None;
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let (shown, fits) = idna::domain_to_unicode(domain);
    if fits.is_err() || shown.split('.').any(is_mixed) {
        return None;
    }
    let domain = idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::URL).ok()?;
    let is_empty = |label: &str| label.is_empty();
    (!domain.split('.').any(is_empty)).then(|| format!("{}@{domain}", without_case(local)))
}

fn is_mixed(label: &str) -> bool {
    let has = |script: &&[std::ops::RangeInclusive<char>]| {
        let mut letters = label.chars();
        letters.any(|letter| script.iter().any(|range| range.contains(&letter)))
    };
    SCRIPTS.iter().filter(|script| has(script)).count() > 1
}
