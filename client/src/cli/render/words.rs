//! Single values, as people read them.

use crate::cli::zone::Zone;
use prost_types::{Duration, Timestamp};
use signpost_client::v1;
use signpost_domain::money::{Currency, DIGITS_USUAL};

/// How many digits of a playbook's version are shown. They are enough to name the version in commands.
const VERSION_DIGITS: usize = 12;
/// How many decimals an amount in millionths can have.
const MONEY_DECIMALS: u32 = 6;
/// Nanoseconds in a millisecond, the unit of the server's times.
const NANOS_A_MILLISECOND: i32 = 1_000_000;

/// The word of an enum's value, without its prefix and in lower case. `unknown_` and the number, if this client does
/// not know the value.
fn word(name: Option<&'static str>, prefix: &str, number: i32) -> String {
    match name {
        Some(name) => name.strip_prefix(prefix).unwrap_or(name).to_lowercase(),
        None => format!("unknown_{number}"),
    }
}

/// Who did something, and on whose behalf: `platform/crm for supervisor/ann`.
pub(crate) fn who(actor: &str, on_behalf_of: &str) -> String {
    match on_behalf_of {
        "" => actor.to_owned(),
        person => format!("{actor} for {person}"),
    }
}

/// A route.
pub(crate) fn route(number: i32) -> String {
    let name = v1::Route::try_from(number).ok();
    word(name.map(|name| name.as_str_name()), "ROUTE_", number)
}

/// Routes, in the order in which they are given.
pub(crate) fn routes(numbers: &[i32]) -> String {
    listed(numbers.iter().map(|number| route(*number)))
}

/// What a customer cannot use.
pub(crate) fn abilities(numbers: &[i32]) -> String {
    let ability = |&number: &i32| {
        let name = v1::Ability::try_from(number).ok();
        word(name.map(|name| name.as_str_name()), "ABILITY_", number)
    };
    listed(numbers.iter().map(ability))
}

/// How a contact joined its case, in capitals; `None` if it has no case.
pub(crate) fn case_match(number: i32) -> Option<String> {
    let name = v1::CaseMatch::try_from(number).ok();
    let known = name.map(|name| name.as_str_name());
    (number != 0).then(|| word(known, "CASE_MATCH_", number).to_uppercase())
}

/// The state of a contact.
pub(crate) fn contact_state(number: i32) -> String {
    let name = v1::ContactState::try_from(number).ok();
    word(
        name.map(|name| name.as_str_name()),
        "CONTACT_STATE_",
        number,
    )
}

/// How a contact ended.
pub(crate) fn outcome(number: i32) -> String {
    let name = v1::ContactOutcome::try_from(number).ok();
    word(
        name.map(|name| name.as_str_name()),
        "CONTACT_OUTCOME_",
        number,
    )
}

/// How an attempt ended.
pub(crate) fn attempt_outcome(number: i32) -> String {
    let name = v1::AttemptOutcome::try_from(number).ok();
    let name = name.map(|name| name.as_str_name());
    word(name, "ATTEMPT_OUTCOME_", number)
}

/// What a link of a contact leads to.
pub(crate) fn contact_link_kind(number: i32) -> String {
    let name = v1::ContactLinkKind::try_from(number).ok();
    let name = name.map(|name| name.as_str_name());
    word(name, "CONTACT_LINK_KIND_", number)
}

/// How a case is related to another.
pub(crate) fn link_kind(number: i32) -> String {
    let name = v1::CaseLinkKind::try_from(number).ok();
    let name = name.map(|name| name.as_str_name());
    word(name, "CASE_LINK_KIND_", number).replace('_', " ")
}

/// The kind of an entry in the timeline of a case.
pub(crate) fn timeline_kind(number: i32) -> String {
    let name = v1::TimelineKind::try_from(number).ok();
    let name = name.map(|name| name.as_str_name());
    word(name, "TIMELINE_KIND_", number).replace('_', " ")
}

/// The state of a case.
pub(crate) fn case_state(number: i32) -> String {
    let name = v1::CaseState::try_from(number).ok();
    word(name.map(|name| name.as_str_name()), "CASE_STATE_", number)
}

/// Whether a token counts.
pub(crate) fn token_state(number: i32) -> String {
    let name = v1::TokenState::try_from(number).ok();
    word(name.map(|name| name.as_str_name()), "TOKEN_STATE_", number)
}

/// A part of a cost.
pub(crate) fn cost_kind(number: i32) -> String {
    let name = v1::CostKind::try_from(number).ok();
    word(name.map(|name| name.as_str_name()), "COST_KIND_", number).replace('_', " ")
}

/// The medium of a channel.
pub(crate) fn medium(number: i32) -> String {
    let medium = v1::Medium::try_from(number).ok();
    word(medium.map(|medium| medium.as_str_name()), "MEDIUM_", number)
}

/// The part of a playbook that something is about.
pub(crate) fn playbook_part(part: v1::PlaybookPart) -> &'static str {
    use v1::PlaybookPart as Part;
    match part {
        Part::Unspecified => "thing",
        Part::Playbook => "playbook",
        Part::Locale => "locale",
        Part::Tier => "tier",
        Part::Stage => "stage",
        Part::Persona => "persona",
        Part::Brand => "brand",
        Part::Consent => "consent",
        Part::Channel => "channel",
        Part::Calendar => "calendar",
        Part::Queue => "queue",
        Part::Fact => "fact",
        Part::PrimaryReason => "primary reason",
        Part::Reason => "reason",
        Part::Route => "route",
        Part::Rule => "rule",
        Part::Split => "split of reason",
        Part::Outcome => "outcome",
        Part::Test => "test",
    }
}

/// The type of a fact.
pub(crate) fn fact_type(number: i32) -> String {
    let name = v1::FactType::try_from(number).ok();
    word(name.map(|name| name.as_str_name()), "FACT_TYPE_", number)
}

/// An amount with the decimals of its currency, or with two more if it is less than the smallest of them. With the two
/// of most currencies if `currency_code` is empty.
pub(crate) fn money(micros: i64, currency_code: &str) -> String {
    let digits = digits(currency_code);
    let smallest = 10_u64.pow(MONEY_DECIMALS - digits);
    let decimals = match micros.unsigned_abs() < smallest && micros != 0 {
        true => (digits + 2).min(MONEY_DECIMALS),
        false => digits,
    };
    let step = 10_i64.pow(MONEY_DECIMALS - decimals);
    let rounded = (i128::from(micros) + i128::from(step / 2 * micros.signum())) / i128::from(step);
    decimal(rounded * i128::from(step), digits)
}

/// An amount in millionths, rounded to the decimals of its currency.
pub(crate) fn rounded(micros: i64, currency_code: &str) -> i64 {
    let step = 10_i64.pow(MONEY_DECIMALS - digits(currency_code));
    micros.saturating_add(step / 2 * micros.signum()) / step * step
}

/// An amount with all its decimals, at least those of its currency.
pub(crate) fn money_exact(micros: i64, currency_code: &str) -> String {
    decimal(i128::from(micros), digits(currency_code))
}

/// As [`money`], with the currency.
pub(crate) fn amount(micros: i64, currency_code: &str) -> String {
    with_currency(money(micros, currency_code), currency_code)
}

/// As [`money_exact`], with the currency.
pub(crate) fn amount_exact(micros: i64, currency_code: &str) -> String {
    with_currency(money_exact(micros, currency_code), currency_code)
}

fn with_currency(amount: String, currency_code: &str) -> String {
    match currency_code {
        "" => amount,
        code => format!("{amount} {code}"),
    }
}

/// The number of decimals that amounts of the currency have, if this one has more.
pub(crate) fn more_decimals(micros: i64, currency_code: &str) -> Option<u32> {
    let digits = Currency::new(currency_code)?.digits();
    let step = 10_i64.pow(MONEY_DECIMALS - digits);
    (micros % step != 0).then_some(digits)
}

fn digits(currency_code: &str) -> u32 {
    Currency::new(currency_code).map_or(DIGITS_USUAL, |currency| currency.digits())
}

/// An amount in millionths with all decimals that are not 0, at least `digits`.
fn decimal(micros: i128, digits: u32) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let size = micros.unsigned_abs();
    let fraction = format!("{:06}", size % 1_000_000);
    let kept = fraction.trim_end_matches('0').len().max(digits as usize);
    match kept {
        0 => format!("{sign}{}", size / 1_000_000),
        kept => format!("{sign}{}.{}", size / 1_000_000, &fraction[..kept]),
    }
}

/// A factor from thousandths: `1.0`, `2.25`.
pub(crate) fn factor(thousandths: u32) -> String {
    let fraction = format!("{:03}", thousandths % 1000);
    let kept = fraction.trim_end_matches('0').len().max(1);
    format!("{}.{}", thousandths / 1000, &fraction[..kept])
}

/// A probability in percent from basis points.
pub(crate) fn percent(basis_points: u32) -> String {
    let rest = basis_points % 100;
    let tail = if rest == 0 {
        String::new()
    } else {
        format!(".{rest:02}").trim_end_matches('0').to_owned()
    };
    format!("{}{tail} %", basis_points / 100)
}

/// A span of time, such as `1h 30m` or `20s`. Milliseconds only if it is shorter than a second.
pub(crate) fn duration(span: &Duration) -> String {
    let (hours, minutes, seconds) = (
        span.seconds / 3600,
        span.seconds / 60 % 60,
        span.seconds % 60,
    );
    let parts: Vec<String> = [(hours, "h"), (minutes, "m"), (seconds, "s")]
        .into_iter()
        .filter(|(amount, _)| *amount != 0)
        .map(|(amount, unit)| format!("{amount}{unit}"))
        .collect();
    match (parts.is_empty(), span.nanos / 1_000_000) {
        (true, 0) => "0s".to_owned(),
        (true, millis) => format!("{millis}ms"),
        (false, _) => parts.join(" "),
    }
}

/// A point in time, RFC 3339 in UTC, for programs. Empty if there is none.
pub(crate) fn utc(time: Option<&Timestamp>) -> String {
    self::time(time, Zone::Utc)
}

/// A point in time for people, RFC 3339 in their zone with the offset from UTC. Empty if there is none.
pub(crate) fn time(time: Option<&Timestamp>, zone: Zone) -> String {
    let Some(time) = time else {
        return String::new();
    };
    let Ok(at) = jiff::Timestamp::new(time.seconds, time.nanos) else {
        return format!("{}s", time.seconds);
    };
    // With no decimals or three, if the time allows it: then times in a column are aligned.
    let has_millis =
        at.subsec_nanosecond() % NANOS_A_MILLISECOND == 0 && at.subsec_nanosecond() != 0;
    match (zone.offset_at(at), has_millis) {
        (None, false) => at.to_string(),
        (None, true) => format!("{at:.3}"),
        (Some(offset), false) => at.display_with_offset(offset).to_string(),
        (Some(offset), true) => format!("{:.3}", at.display_with_offset(offset)),
    }
}

/// A wait, with its range and its source.
pub(crate) fn wait(wait: Option<&v1::Wait>) -> String {
    use v1::WaitBasis as Basis;
    let Some(wait) = wait else {
        return "unknown".to_owned();
    };
    let expected = wait.expected.as_ref().map_or("?".to_owned(), duration);
    let range = match (&wait.low, &wait.high) {
        (Some(low), Some(high)) if low != high => {
            format!(", {} to {}", duration(low), duration(high))
        }
        _ => String::new(),
    };
    match Basis::try_from(wait.basis) {
        Ok(Basis::None) => "none".to_owned(),
        Ok(Basis::Unknown) => format!("{expected} (assumed{range})"),
        Ok(Basis::Reported) => format!("{expected} (reported{range})"),
        Ok(Basis::Estimated) => format!("{expected} (estimated{range})"),
        Ok(Basis::Unspecified) | Err(_) => expected,
    }
}

/// A fact with its value.
pub(crate) fn fact(fact: &v1::Fact, zone: Zone) -> String {
    use v1::fact::Value;
    let value = match &fact.value {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Integer(number)) => number.to_string(),
        Some(Value::Boolean(true)) => "yes".to_owned(),
        Some(Value::Boolean(false)) => "no".to_owned(),
        Some(Value::MoneyMicros(micros)) => amount_exact(*micros, &fact.currency_code),
        Some(Value::Instant(instant)) => time(Some(instant), zone),
        Some(Value::Declined(_)) => "declined".to_owned(),
        None => "?".to_owned(),
    };
    format!("{} = {value}", fact.fact_id)
}

/// An identity, with marks if it is verified or shared.
pub(crate) fn identity(identity: &v1::Identity) -> String {
    let mark = match (identity.verified, identity.shared) {
        (true, true) => " (verified, shared)",
        (true, false) => " (verified)",
        (false, true) => " (shared)",
        (false, false) => "",
    };
    format!("{}={}{mark}", identity.kind, identity.value)
}

/// The first digits of a playbook's version.
pub(crate) fn version(version: &str) -> &str {
    version.get(..VERSION_DIGITS).unwrap_or(version)
}

/// `1 repeat`, `2 repeats`.
pub(crate) fn counted(count: impl Into<u64>, noun: &str) -> String {
    let count = count.into();
    let plural = match (count, noun.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {noun}{plural}")
}

/// A number of bytes in its largest unit.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut unit = "bytes";
    let mut tenths = u128::from(bytes) * 10;
    for next in UNITS {
        if tenths < 10_240 {
            break;
        }
        (unit, tenths) = (next, tenths / 1_024);
    }
    match unit {
        "bytes" => format!("{bytes} bytes"),
        unit => format!("{}.{} {unit}", tenths / 10, tenths % 10),
    }
}

/// A count in a table. 0 is printed as a dot, so that the other counts are easier to see.
pub(crate) fn figure(count: u64) -> String {
    match count {
        0 => "·".to_owned(),
        count => count.to_string(),
    }
}

/// The items, separated by commas.
pub(crate) fn listed(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_spans_read_well() {
        assert_eq!(money(8_320_000, "EUR"), "8.32");
        assert_eq!(money(5_932_549, "EUR"), "5.93");
        assert_eq!(money(-5_005_000, "EUR"), "-5.01");
        assert_eq!(money(4_249, "EUR"), "0.0042");
        assert_eq!(money(0, "EUR"), "0.00");
        assert_eq!(money_exact(i64::MIN, "EUR"), "-9223372036854.775808");
        assert_eq!(money_exact(50_000, "EUR"), "0.05");
        assert_eq!(factor(3000), "3.0");
        assert_eq!(factor(1250), "1.25");
        assert_eq!(percent(9500), "95 %");
        assert_eq!(percent(9550), "95.5 %");
        let span = |seconds, nanos| duration(&Duration { seconds, nanos });
        assert_eq!(span(5400, 0), "1h 30m");
        assert_eq!(span(0, 250_000_000), "250ms");
        assert_eq!(span(0, 0), "0s");
        assert_eq!(route(99), "unknown_99");
        assert_eq!(counted(2_u32, "channel switch"), "2 channel switches");
        assert_eq!(counted(1_u64, "row"), "1 row");
    }

    #[test]
    fn times_tell_whole_milliseconds() {
        let at = |nanos| {
            utc(Some(&Timestamp {
                seconds: 1_772_442_060,
                nanos,
            }))
        };
        assert_eq!(at(0), "2026-03-02T09:01:00Z");
        assert_eq!(at(730_000_000), "2026-03-02T09:01:00.730Z");
        assert_eq!(at(700_100), "2026-03-02T09:01:00.0007001Z");
        assert_eq!(utc(None), "");
    }

    #[test]
    fn times_for_people_are_in_their_zone_with_the_offset() {
        let at = |zone: &str, seconds, nanos| {
            let zone = Zone::named(zone).unwrap_or(Zone::Utc);
            time(Some(&Timestamp { seconds, nanos }), zone)
        };
        let winter = 1_772_442_060;
        let summer = winter + 120 * 86_400;
        let table = [
            at("Europe/Amsterdam", winter, 0),
            at("Europe/Amsterdam", summer, 730_000_000),
            at("Asia/Kolkata", winter, 0),
            at("America/Sao_Paulo", winter, 0),
            at("Europe/London", winter, 0),
            at("UTC", winter, 0),
        ];
        expect_test::expect![[r#"
            2026-03-02T10:01:00+01:00
            2026-06-30T11:01:00.730+02:00
            2026-03-02T14:31:00+05:30
            2026-03-02T06:01:00-03:00
            2026-03-02T09:01:00+00:00
            2026-03-02T09:01:00Z"#]]
        .assert_eq(&table.join("\n"));
        assert_eq!(Zone::named("Europe/Nowhere"), None);
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        let table = [
            amount(8_320_000, "EUR"),
            amount(410_400_000, "JPY"),
            amount(-410_500_000, "JPY"),
            amount(250_000, "JPY"),
            amount(1_234_567, "KWD"),
            amount(0, "KWD"),
            amount(50, "KWD"),
            amount_exact(1_250_500_000, "JPY"),
            amount_exact(1_250_000_000, "JPY"),
            amount_exact(1_250_000_000, "KWD"),
            amount(8_320_000, ""),
        ];
        expect_test::expect![[r#"
            8.32 EUR
            410 JPY
            -411 JPY
            0.25 JPY
            1.235 KWD
            0.000 KWD
            0.00005 KWD
            1250.5 JPY
            1250 JPY
            1250.000 KWD
            8.32"#]]
        .assert_eq(&table.join("\n"));
    }
}
