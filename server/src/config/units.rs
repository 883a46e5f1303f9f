//! Whole numbers with a unit, as people write them.

/// A unit, and how many of the smallest it is. Where the name of one ends with that of another, the longer comes first.
pub(super) type Unit = (&'static str, u64);

/// The number of a text such as `30m`, in the smallest unit; `None` if it is none.
pub(super) fn read(text: &str, units: &[Unit]) -> Option<u64> {
    let parts = units
        .iter()
        .find_map(|(unit, each)| Some((text.strip_suffix(unit)?, *each)));
    let (number, each) = parts?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_number.then(|| number.parse().ok()).flatten()?;
    number.checked_mul(each)
}

/// The shortest text that [`read`] reads as this number.
pub(super) fn shown(number: u64, units: &[Unit]) -> String {
    let fits = |each: u64| each == 1 || (number >= each && number.is_multiple_of(each));
    let fitting = units.iter().filter(|(_, each)| fits(*each));
    let largest = fitting.max_by_key(|(_, each)| *each);
    largest.map_or_else(
        || number.to_string(),
        |(unit, each)| format!("{}{unit}", number / each),
    )
}
