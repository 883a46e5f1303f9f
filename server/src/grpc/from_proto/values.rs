//! Plain values of the wire: times, spans, amounts, languages, identities.

use prost_types::{Duration, Timestamp};
use signpost_domain::customer::{IDENTITY_BYTES_MAX, LANGUAGE_BYTES_MAX, is_language_tag};
use signpost_domain::decision::wait::WAIT_MAX;
use signpost_domain::money::Money;
use signpost_domain::text::is_key;
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

/// 0001-01-01T00:00:00Z, the first second of a timestamp, in Unix time.
const SECONDS_MIN: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z, the last second of a timestamp, in Unix time.
const SECONDS_MAX: i64 = 253_402_300_799;
const NANOS_A_SECOND: i32 = 1_000_000_000;
const NANOS_A_MILLI: i32 = 1_000_000;

/// A point in time, rounded down to a millisecond.
pub(super) fn instant(time: Timestamp) -> Result<UnixMs, &'static str> {
    let Timestamp { seconds, nanos } = time;
    let fits =
        (SECONDS_MIN..=SECONDS_MAX).contains(&seconds) && (0..NANOS_A_SECOND).contains(&nanos);
    match fits {
        true => Ok(UnixMs(seconds * 1_000 + i64::from(nanos / NANOS_A_MILLI))),
        false => Err("must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999"),
    }
}

/// A point in time, written as RFC 3339.
pub(super) fn instant_of_text(text: &str) -> Result<UnixMs, &'static str> {
    let time = text.parse::<jiff::Timestamp>().ok();
    let fits = time.filter(|at| (SECONDS_MIN..=SECONDS_MAX).contains(&at.as_second()));
    fits.map(|at| UnixMs(at.as_millisecond()))
        .ok_or("must be a point in time such as 2026-11-22T09:30:00Z")
}

/// A span of time, such as a wait or a handling time.
pub(super) fn span(duration: Duration) -> Result<Millis, String> {
    let Duration { seconds, nanos } = duration;
    let millis = seconds
        .checked_mul(1_000)
        .and_then(|ms| ms.checked_add(i64::from(nanos / NANOS_A_MILLI)));
    match millis {
        Some(ms) if nanos >= 0 && (0..=WAIT_MAX.0).contains(&ms) => Ok(Millis(ms)),
        _ => Err(format!("must be from 0s to {WAIT_MAX}")),
    }
}

/// An amount in millionths of the playbook's currency.
pub(super) fn money(micros: i64) -> Result<Money, String> {
    let max = Money::MAX.micros();
    match (-max..=max).contains(&micros) {
        true => Ok(Money::from_micros(micros)),
        false => Err(format!(
            "must be between -{max} and {max} (millionths of the currency), is {micros}"
        )),
    }
}

/// An amount that must not be negative, in millionths of the playbook's currency.
pub(super) fn cost(micros: i64) -> Result<Money, String> {
    let max = Money::MAX.micros();
    match (0..=max).contains(&micros) {
        true => Ok(Money::from_micros(micros)),
        false => Err(format!(
            "must be between 0 and {max} (millionths of the currency), is {micros}"
        )),
    }
}

/// A language, such as `nl` or `nl-NL`.
pub(super) fn language(text: &str) -> Result<Arc<str>, &'static str> {
    match is_language_tag(text) {
        true => Ok(text.into()),
        false => Err("must be a language such as nl or nl-NL"),
    }
}

/// A time zone, such as `Europe/Amsterdam`.
pub(super) fn time_zone(text: &str) -> Result<Arc<str>, &'static str> {
    let known = text.len() <= LANGUAGE_BYTES_MAX && jiff::tz::TimeZone::get(text).is_ok();
    match known {
        true => Ok(text.into()),
        false => Err("must be a time zone such as Europe/Amsterdam"),
    }
}

/// The value of an identity: a phone number, an e-mail address, a cookie.
pub(super) fn handle(text: &str) -> Result<Arc<str>, String> {
    match text.len() {
        0 => Err("must not be empty".into()),
        len if len > IDENTITY_BYTES_MAX => Err(format!(
            "must be at most {IDENTITY_BYTES_MAX} bytes, is {len}"
        )),
        _ if !is_key(text) => Err(
            "must be printable, without characters that nobody sees and without spaces at its ends"
                .into(),
        ),
        _ => Ok(text.into()),
    }
}
