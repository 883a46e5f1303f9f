//! Until when the caller of a call waits.

use http::HeaderMap;
use std::time::Duration;

/// The metadata with the time that a gRPC call may take.
const GRPC_TIMEOUT: &str = "grpc-timeout";
/// The header with the same of the Connect protocol, in milliseconds.
const CONNECT_TIMEOUT: &str = "connect-timeout-ms";
/// The maximum number of digits of a time, as the protocols say.
const DIGITS_MAX: usize = 10;

/// The time that the caller gives the call; `None` if it gives none, or something that is no time.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match text(GRPC_TIMEOUT) {
        Some(text) => grpc(text),
        None => text(CONNECT_TIMEOUT).and_then(|text| Some(Duration::from_millis(number(text)?))),
    }
}

/// A number and a unit, such as `100m`.
fn grpc(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number = number(digits)?;
    match unit {
        "H" => Some(Duration::from_secs(number.saturating_mul(3_600))),
        "M" => Some(Duration::from_secs(number.saturating_mul(60))),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && text.len() <= DIGITS_MAX)
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn times_of_both_protocols_are_read() {
        let of = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            asked(&headers)
        };
        let millis = |millis| Some(Duration::from_millis(millis));
        for (text, read) in [
            ("1H", millis(3_600_000)),
            ("2M", millis(120_000)),
            ("3S", millis(3_000)),
            ("100m", millis(100)),
            ("5000u", millis(5)),
            ("7000000n", millis(7)),
            ("0m", millis(0)),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3_600))),
            ("", None),
            ("m", None),
            ("1", None),
            ("-1m", None),
            ("12345678901m", None),
        ] {
            assert_eq!(of(GRPC_TIMEOUT, text), read, "{text}");
        }
        assert_eq!(of(CONNECT_TIMEOUT, "1500"), millis(1_500));
        assert_eq!(of(CONNECT_TIMEOUT, "soon"), None);
        assert_eq!(of("other", "1S"), None);
    }
}
