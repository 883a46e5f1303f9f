//! The id of a call: the one that the caller gives, or one that is made.

use crate::traces::TRACE_PARENT;
use http::HeaderMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// The header with the id that a caller gives.
const REQUEST_ID: &str = "x-request-id";
/// The maximum number of bytes of an id that a caller gives.
pub(crate) const CALL_ID_BYTES_MAX: usize = 64;

/// The id of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallId {
    /// As the caller gave it.
    Given(Arc<str>),
    /// The number of the call in this process.
    Made(u64),
}

impl CallId {
    /// The id of a call with these headers: that of the caller, else the trace of the caller, else a new one. An id
    /// with other signs than letters, digits and `-._:` is not taken: it goes into log lines.
    pub(super) fn of(headers: &HeaderMap) -> CallId {
        let text = |name| headers.get(name)?.to_str().ok();
        let given = text(REQUEST_ID).filter(|id| is_sane(id));
        let given = given.or_else(|| text(TRACE_PARENT).and_then(trace_id));
        match given {
            Some(id) => CallId::Given(id.into()),
            None => CallId::Made(COUNTER.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallId::Given(id) => f.write_str(id),
            CallId::Made(number) => write!(f, "{:08x}-{number:x}", *PROCESS),
        }
    }
}

static COUNTER: AtomicU64 = AtomicU64::new(1);
/// What sets the ids of this process apart from those of others.
static PROCESS: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(()) as u32);

fn is_sane(id: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    (1..=CALL_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(is_sign)
}

/// The id of the trace in `00-TRACE-PARENT-FLAGS`.
fn trace_id(traceparent: &str) -> Option<&str> {
    const TRACE_DIGITS: usize = 32;
    let id = traceparent.split('-').nth(1)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_id = id.len() == TRACE_DIGITS && id.bytes().all(is_digit);
    Some(id).filter(|_| is_id && id.bytes().any(|digit| digit != b'0'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http::HeaderValue;

    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn of(headers: &[(&'static str, &str)]) -> CallId {
        let pairs = headers.iter().map(|(name, value)| {
            (
                (*name).parse().unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        });
        CallId::of(&pairs.collect())
    }

    #[test]
    fn an_id_that_is_given_and_sane_is_taken() {
        let given = |id: &str| CallId::Given(id.into());
        assert_eq!(of(&[(REQUEST_ID, "7f3a-1.b:c_2")]), given("7f3a-1.b:c_2"));
        let trace = given("0af7651916cd43dd8448eb211c80319c");
        assert_eq!(of(&[(TRACE_PARENT, TRACE)]), trace);
        assert_eq!(of(&[(REQUEST_ID, "a b"), (TRACE_PARENT, TRACE)]), trace);
        assert_eq!(of(&[(REQUEST_ID, "a"), (TRACE_PARENT, TRACE)]), given("a"));
        let long = "x".repeat(CALL_ID_BYTES_MAX + 1);
        let none = TRACE.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32));
        for headers in [
            &[][..],
            &[(REQUEST_ID, "")],
            &[(REQUEST_ID, long.as_str())],
            &[(REQUEST_ID, "anna@example.org")],
            &[(TRACE_PARENT, "00-abc-def-01")],
            &[(TRACE_PARENT, none.as_str())],
        ] {
            assert!(matches!(of(headers), CallId::Made(_)), "{headers:?}");
        }
        assert_ne!(of(&[]).to_string(), of(&[]).to_string());
        assert!(is_sane(&of(&[]).to_string()));
    }
}
